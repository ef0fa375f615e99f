# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The evaluation of one source of depth on recordings with ground truth."""

from typing import Callable, Sequence

from depthanyevent_ros.datasets.sequence import EventSequence
from depthanyevent_ros.errors import RecordingError
from depthanyevent_ros.evaluation.depth_sources import DepthSource
from depthanyevent_ros.evaluation.inputs import InputPlan, moments_of
from depthanyevent_ros.evaluation.prepared import ScoringProtocol
from depthanyevent_ros.evaluation.scores import MethodScores, SequenceScores
from depthanyevent_ros.evaluation.shown import Shown


def evaluate_recording(sequence: EventSequence, name: str, source: DepthSource,
                       protocols: Sequence[ScoringProtocol], inputs: InputPlan, most: int,
                       method: MethodScores, shown: Shown,
                       progress: Callable[[], None] = lambda: None) -> int:
    """
    Score one sequence, from a fresh state, into ``method``; return the number of maps scored.

    :param name: of the sequence in the tables; :param most: maps that are scored at most.
    :param progress: called after each map.
    :raises RecordingError: if there is nothing to compare, or the sizes differ.
    """
    scores = [SequenceScores(protocol, name) for protocol in protocols]
    n = 0
    for moment in moments_of(sequence, inputs, most):
        depth = source.depth(moment)
        if depth is not None:
            if depth.shape != moment.depth_m.shape:
                raise RecordingError(f'the depth maps to score are {depth.shape[1]}x'
                                     f'{depth.shape[0]}, those of {sequence.path} '
                                     f'{moment.depth_m.shape[1]}x{moment.depth_m.shape[0]}')
            for each in scores:
                each.add(depth, moment.depth_m, moment.n_events)
            shown.offer_moment(name, n, moment, depth)
            n += 1
        progress()
    if not n:
        raise RecordingError(f'no depth map lies near a ground-truth map of {sequence.path}: '
                             'their clocks may differ')
    for each in scores:
        method.by_protocol.setdefault(each.protocol.name, []).append(each)
    return n
