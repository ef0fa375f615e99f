# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""How good weights are: by the teacher's held-out labels, and by true depth of other scenes."""

from dataclasses import replace
from typing import List, Mapping, Optional, Sequence

import torch
from torch import Tensor

from depthanyevent_ros.distillation.protocol import Lesson, TRUE
from depthanyevent_ros.distillation.student.batch import images_of, Labels, labels_of, predict
from depthanyevent_ros.distillation.student.losses import disagreement, mean_log
from depthanyevent_ros.distillation.student.scores import Score
from depthanyevent_ros.network.depth_anyevent import build_network
from depthanyevent_ros.training.targets import FAR_M
from depthanyevent_ros.training.unrolled import UnrolledNetwork
from depthanyevent_ros.training.validation import frame_scores

#: Lessons that go through the network side by side.
LANES = 4
#: Of the columns of frame_scores: AbsRel in metres, and after scale and shift.
METRES, ALIGNED = 0, 2


class Examiner:
    """
    Scores weights, in a network of its own.

    :param factory: lessons of true depth, of the scenes that the first weights were made for.
    :param is_metric: whether the weights give metres.
    """

    def __init__(self, config, height: int, width: int, n_warm: int,
                 factory: Sequence[Lesson] = (), is_metric: bool = True):
        self._is_metric = is_metric
        self._network = UnrolledNetwork(build_network(config).eval().requires_grad_(False),
                                        height, width)
        self._n_warm = n_warm
        self._factory = list(factory)

    def score(self, tensors: Mapping[str, Tensor], held_out: Sequence[Lesson]) -> Score:
        """Return the score of weights, on these lessons and on the factory set."""
        self._network.network.load_state_dict(tensors, strict=True)
        spreads: List[Tensor] = []
        agreed = self._run(held_out, agreement, spreads)
        true = self._run(self._factory, true_scores, spreads)
        return Score(_mean(agreed), _mean(true, ALIGNED),
                     _mean(true, METRES) if self._is_metric else None,
                     float(torch.cat(spreads).mean()) if spreads else 0.0)

    def disagreement(self, tensors: Mapping[str, Tensor], lesson: Lesson) -> float:
        """Return how far weights and teacher are apart in one lesson; NaN if nothing is known."""
        self._network.network.load_state_dict(tensors, strict=True)
        found = self._run([lesson], agreement, [])
        return float(found.nanmean()) if len(found) else float('nan')

    def anchored(self, tensors: Mapping[str, Tensor], lesson: Lesson) -> Lesson:
        """Return a lesson of a teacher with the scale that weights have in it as its anchor."""
        if not self._is_metric or lesson.kind == TRUE:
            return lesson
        self._network.network.load_state_dict(tensors, strict=True)
        found = self._run([lesson], lambda predicted, labels, kind: mean_log(
            predicted, labels.depth, labels.weight), []).tolist()
        before = (float('nan'),) * (len(lesson.at) - len(found))    # in the warm-up
        return replace(lesson, anchor=(*before, *found))

    @torch.no_grad()
    def _run(self, lessons: Sequence[Lesson], measure, spreads: List[Tensor]) -> Tensor:
        """Return a row for each label."""
        rows = []
        for start in range(0, len(lessons), LANES):
            group = lessons[start:start + LANES]
            depth = predict(self._network, images_of(group), self._n_warm)
            for kind, labels in labels_of(group, self._n_warm).items():
                predicted = depth[labels.window - self._n_warm, labels.lane]
                rows.append(measure(predicted, labels, kind))
                spreads.append(predicted.clamp(min=1e-3).log().flatten(1).std(1))
        return torch.cat(rows) if rows else torch.empty(0)


def agreement(predicted: Tensor, labels: Labels, kind: str) -> Tensor:
    """Return the disagreement of each label, [N]."""
    return disagreement(predicted, labels.depth, labels.weight, kind)


def true_scores(predicted: Tensor, labels: Labels, kind: str) -> Tensor:
    """Return the scores against true depth, [N, 4]."""
    assert kind == TRUE, f'the factory set holds a lesson of kind {kind}'
    depth_m = torch.where(labels.weight > 0, labels.depth, torch.nan)
    return frame_scores(predicted, depth_m, FAR_M)


def _mean(rows: Tensor, column: Optional[int] = None) -> Optional[float]:
    if not len(rows):
        return None
    value = (rows if column is None else rows[:, column]).nanmean().item()
    return None if value != value else value
