# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The evaluation of several predictors on window files, all in one pass over the files."""

from dataclasses import dataclass
from typing import Callable, List, Optional, Sequence

import numpy as np

from depthanyevent_ros.evaluation.predictors import (
    groups_of_files, LanePredictor, Lanes, read_lanes,
)
from depthanyevent_ros.evaluation.protocols import make_protocols
from depthanyevent_ros.evaluation.scores import MethodScores, SequenceScores
from depthanyevent_ros.evaluation.shown import Shown
from depthanyevent_ros.training.windows_file import WindowsFile


@dataclass(frozen=True)
class EvaluationPlan:
    """How to go through the files."""

    protocols: Sequence[str] = ('paper', 'clean')
    align: Optional[bool] = None        # scale and shift; None: as the protocol says
    most: int = 1_000_000               # windows of a file
    lanes: int = 4                      # files side by side
    unroll: int = 8                     # windows at a time


def evaluate_windows(files: Sequence[WindowsFile], predictors: Sequence[LanePredictor],
                     plan: EvaluationPlan, shown: Shown,
                     progress: Callable[[int], None] = lambda n: None) -> List[MethodScores]:
    """
    Score predictors on files; each file is a sequence, from its first window.

    :param shown: takes the pictures of the first predictor for the sheet.
    :param progress: told how many windows were scored since the last call.
    """
    methods = [MethodScores(each.name, {}) for each in predictors]
    for group, n_windows in groups_of_files(files, plan.most, plan.lanes):
        tables = [begin(method, predictor, group, plan)
                  for method, predictor in zip(methods, predictors)]
        for start in range(0, n_windows, plan.unroll):
            lanes = read_lanes(group, start, min(plan.unroll, n_windows - start))
            for k, (predictor, table) in enumerate(zip(predictors, tables)):
                predicted = predictor.predict(lanes)
                score(predicted, lanes, table)
                if k == 0:
                    shown.offer(lanes, start, predicted)
            progress(lanes.n_events.size)
    return methods


def begin(method: MethodScores, predictor: LanePredictor, group: Sequence[WindowsFile],
          plan: EvaluationPlan) -> List[List[SequenceScores]]:
    """Start a predictor on new sequences; return their empty scores, by lane."""
    predictor.begin(len(group))
    lanes = []
    for file in group:
        lane = []
        for protocol in make_protocols(plan.protocols, predictor.is_metric, plan.align):
            scores = SequenceScores(protocol, file.path.stem, file.kind, file.motion)
            method.by_protocol.setdefault(protocol.name, []).append(scores)
            lane.append(scores)
        lanes.append(lane)
    return lanes


def score(predicted: np.ndarray, lanes: Lanes, table: Sequence[Sequence[SequenceScores]]) -> None:
    """Score windows: predicted [T, B, H, W] into the scores of each lane."""
    for t, depths in enumerate(predicted):
        for lane, (depth, each) in enumerate(zip(depths, table)):
            for scores in each:
                scores.add(depth, lanes.depth_m[t, lane], int(lanes.n_events[t, lane]))
