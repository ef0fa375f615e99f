# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
AbsRel of weights against true depth, on files of windows.

* ``scaled``: after the scale that brings the median ratio to 1 (Zhou et al., CVPR 2017): what a
  teacher whose scale is not trusted can teach;
* ``aligned``: after scale and shift by least squares in depth, the paper's protocol, in which the
  farthest pixels have the most weight;
* ``metres``: as it is.
"""

from collections import defaultdict
from typing import Any, Dict, Mapping, Optional, Sequence

import torch
from torch import Tensor

from depthanyevent_ros.distillation.student.learner_plan import LearnerPlan
from depthanyevent_ros.network.depth_anyevent import build_network
from depthanyevent_ros.network.weights import find_weights
from depthanyevent_ros.training.targets import FAR_M, NEAR_M
from depthanyevent_ros.training.unrolled import INPUTS, UnrolledNetwork
from depthanyevent_ros.training.validation import frame_scores, read_batch
from depthanyevent_ros.training.windows_file import WindowsFile

NAMES = ('scaled', 'aligned', 'metres')
#: Windows that are taken at once; it changes the speed alone.
CHUNK = 4
#: First windows of a file that are not scored: the memory is empty.
N_WARM = 4


class Scorer:
    """
    Scores weights of one network; memory is carried from the first window of a file to its last.

    :param name: of the network's weights, in the manifest; :param size: of its input.
    """

    def __init__(self, name: str, files: Sequence[WindowsFile],
                 size: LearnerPlan = LearnerPlan()):
        weights = find_weights(name)
        network = build_network(size.sized(weights.config)).eval().requires_grad_(False)
        self._network = UnrolledNetwork(network, files[0].height, files[0].width)
        self._first = weights.state_dict()
        self._files, self._inputs = files, INPUTS[weights.config.input_type]

    @torch.no_grad()
    def score(self, tensors: Optional[Mapping[str, Any]] = None) -> Dict[str, Any]:
        """
        Return the scores of weights; of those of the name if there are no others.

        Means over the windows of a kind of scene, under ``kinds``, and over the kinds; ``spread``
        is the mean standard deviation of log depth in a map.
        """
        self._network.network.load_state_dict(self._first if tensors is None else tensors)
        rows = defaultdict(list)
        for file in self._files:
            rows[file.kind].append(self._score_file(file))
        kinds = {kind: torch.cat(found).nanmean(0).tolist() for kind, found in rows.items()}
        means = torch.tensor(list(kinds.values())).mean(0).tolist()
        return {**dict(zip((*NAMES, 'spread'), means)),
                'kinds': {kind: dict(zip(NAMES, values)) for kind, values in kinds.items()}}

    def _score_file(self, file: WindowsFile) -> Tensor:
        state, found = self._network.zero_state(1), []
        for start in range(0, len(file), CHUNK):
            batch = read_batch([file], start, min(CHUNK, len(file) - start))
            depth, state = self._network(self._inputs(batch), state)
            found.append(picture_scores(depth[:, 0], batch.depth_m[:, 0].float()))
        return torch.cat(found)[N_WARM:]


def picture_scores(predicted: Tensor, depth_m: Tensor) -> Tensor:
    """
    Return the scores of pictures, [N, 4]: those of NAMES, and the spread.

    :param predicted: [N, H, W]; :param depth_m: [N, H, W], NaN unknown, +inf sky.
    """
    metres, _, aligned, _ = frame_scores(predicted, depth_m, FAR_M).T
    spread = predicted.clamp(min=NEAR_M).log().flatten(1).std(1)
    return torch.stack([scaled_abs_rel(predicted, depth_m), aligned, metres, spread], 1)


def scaled_abs_rel(predicted: Tensor, depth_m: Tensor) -> Tensor:
    """Return AbsRel of pictures, [N], after the scale that makes the median ratio 1."""
    asked = (depth_m > NEAR_M) & (depth_m <= FAR_M)
    found = []
    for depth, true, mask in zip(predicted, depth_m, asked):
        depth, true = depth[mask].clamp(min=NEAR_M), true[mask]
        if not len(true):
            found.append(torch.tensor(torch.nan))
            continue
        depth = (depth * (true / depth).median()).clamp(NEAR_M, FAR_M)
        found.append(((depth - true).abs() / true).mean())
    return torch.stack(found).double()
