# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
How good the weights are on sequences that they never saw.

A quick score for the log and for choosing the best weights; what is reported comes from the
evaluation. Sky and unknown depth are left out, depth is cut at the recipe's far limit.
"""

from collections import defaultdict
from typing import Callable, Dict, Iterator, List, Sequence

import torch
from torch import Tensor

from depthanyevent_ros.training.batches import Batch, collate
from depthanyevent_ros.training.losses import scale_and_shift
from depthanyevent_ros.training.targets import NEAR_M
from depthanyevent_ros.training.unrolled import UnrolledNetwork
from depthanyevent_ros.training.windows_file import WindowsFile

NAMES = ('abs_rel', 'delta1', 'abs_rel_aligned', 'delta1_aligned')
OVERALL = 'mean'


def frame_scores(prediction: Tensor, depth_m: Tensor, far_m: float) -> Tensor:
    """
    Return AbsRel and delta1, raw and aligned by least squares in depth, of each picture: [N, 4].

    :param prediction: [N, H, W]; :param depth_m: [N, H, W], NaN unknown, +inf sky.
    :returns: NaN for pictures without a valid pixel.
    """
    mask = (depth_m > NEAR_M) & (depth_m <= far_m)
    true = torch.where(mask, depth_m, torch.ones_like(depth_m)).double()
    scale, shift = scale_and_shift(prediction.double(), true, mask)
    aligned = scale[:, None, None] * prediction + shift[:, None, None]
    columns = []
    for depth in (prediction.double(), aligned):
        depth = depth.clamp(NEAR_M, far_m)
        error = (depth - true).abs() / true
        close = torch.maximum(depth / true, true / depth) < 1.25
        n = mask.sum((1, 2))
        columns += [(error * mask).sum((1, 2)) / n, (close & mask).sum((1, 2)) / n]
    return torch.stack(columns, 1)


def spread(files: Sequence[WindowsFile], most: int) -> List[WindowsFile]:
    """Return at most so many of the files, evenly spread over them."""
    n = min(most, len(files))
    return [files[k * len(files) // n] for k in range(n)]


def sequences(files: Sequence[WindowsFile], most: int, lanes: int) -> Iterator[List[WindowsFile]]:
    """Yield groups of files that have the same number of windows, counted up to ``most``."""
    by_length = defaultdict(list)
    for file in files:
        by_length[min(len(file), most)].append(file)
    for _, group in sorted(by_length.items()):
        for start in range(0, len(group), lanes):
            yield group[start:start + lanes]


def read_batch(files: Sequence[WindowsFile], start: int, n: int) -> Batch:
    """Return the same windows of several files, as they are."""
    stored = [file.read_stored(start, n) for file in files]
    if not all('frame' in each for each in stored):
        stored = [{name: each[name] for name in each if name != 'frame'} for each in stored]
    return collate([{**each, 'first': start == 0, 'lot': 0.0} for each in stored])


@torch.no_grad()
def validate(unrolled: UnrolledNetwork, files: Sequence[WindowsFile],
             inputs: Callable[[Batch], Tensor], *, far_m: float, most: int = 100,
             lanes: int = 4, unroll: int = 4) -> Dict[str, Dict[str, float]]:
    """
    Return scores by kind of scene, and under ``mean`` the mean of the kinds.

    The state is carried from the first window of a file to its last.

    :param most: windows per file; :param lanes: files side by side.
    :param unroll: windows that are taken at once; it changes the speed alone.
    """
    scores = defaultdict(list)
    for group in sequences(files, most, lanes):
        state = unrolled.zero_state(len(group))
        length = min(len(group[0]), most)
        for start in range(0, length, unroll):
            batch = read_batch(group, start, min(unroll, length - start)).to(unrolled.device)
            depth, state = unrolled(inputs(batch), state)
            for lane, file in enumerate(group):
                scores[file.kind].append(frame_scores(
                    depth[:, lane], batch.depth_m[:, lane].float(), far_m).cpu())
    result = {kind: {'n_windows': sum(map(len, parts)),
                     **dict(zip(NAMES, torch.cat(parts).nanmean(0).tolist()))}
              for kind, parts in sorted(scores.items())}
    result[OVERALL] = {'n_windows': sum(each['n_windows'] for each in result.values()), **{
        name: sum(each[name] for each in result.values()) / len(result) for name in NAMES}}
    return result
