# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""How good weights are: by the teacher's held-out labels, and by true depth of other scenes."""

from dataclasses import replace
from typing import Callable, Dict, List, Mapping, Optional, Sequence, Tuple

import numpy as np
import torch
from torch import Tensor

from depthanyevent_ros.distillation.protocol import Lesson, TRUE
from depthanyevent_ros.distillation.student.batch import images_of, Labels, labels_of, predict
from depthanyevent_ros.distillation.student.losses import correlation, disagreement, mean_log
from depthanyevent_ros.distillation.student.scores import Score
from depthanyevent_ros.network.depth_anyevent import build_network
from depthanyevent_ros.training.targets import FAR_M
from depthanyevent_ros.training.unrolled import UnrolledNetwork
from depthanyevent_ros.training.validation import frame_scores

#: Lessons that go through the network side by side.
LANES = 4
#: Of the columns of frame_scores: AbsRel in metres, and after scale and shift.
METRES, ALIGNED = 0, 2
#: Of those of with_teacher.
AGREEMENT, CORRELATION, SCALE = 0, 1, 2
#: AbsRel of a picture at most: it is lost then, and by how much must not decide about all others.
LOST = 1.0


class Examiner:
    """
    Scores weights, in a network of its own.

    :param factory: lessons of true depth, of the scenes that the first weights were made for.
    :param is_metric: whether the weights give metres.
    :param device: where the network runs; all else is done on the CPU.
    :param between: called again and again while something is examined; what it raises ends that.
    """

    def __init__(self, config, height: int, width: int, n_warm: int,
                 factory: Sequence[Lesson] = (), is_metric: bool = True,
                 device: torch.device = torch.device('cpu'),
                 between: Callable[[], None] = lambda: None):
        self._is_metric = is_metric
        self._network = UnrolledNetwork(build_network(config).eval().requires_grad_(False),
                                        height, width).to(device)
        self._n_warm = n_warm
        self._factory = list(factory)
        self._between = between

    def score(self, tensors: Mapping[str, Tensor], held_out: Sequence[Lesson]) -> Score:
        """Return the score of weights, on these lessons and on the factory set."""
        self._network.network.load_state_dict(tensors, strict=True)
        spreads: List[Tensor] = []
        agreed = self._run(held_out, with_teacher, spreads)
        true = self._run(self._factory, true_scores, spreads)
        return Score(_mean(agreed, AGREEMENT), _mean(true, ALIGNED),
                     _mean(true, METRES) if self._is_metric else None,
                     float(torch.cat(spreads).mean()) if spreads else 0.0,
                     _mean(agreed, CORRELATION))

    def held_out(self, tensors: Mapping[str, Tensor], lessons: Sequence[Lesson]
                 ) -> Dict[str, Optional[float]]:
        """Return those of the fields of a score that lessons of a teacher give."""
        self._network.network.load_state_dict(tensors, strict=True)
        found = self._run(lessons, with_teacher, [])
        return {'held_out': _mean(found, AGREEMENT), 'correlation': _mean(found, CORRELATION)}

    def meet(self, tensors: Mapping[str, Tensor], lesson: Lesson) -> Tuple[float, Lesson]:
        """
        Let weights meet a lesson; return how far they are from the teacher, and their scale in it.

        :returns: the disagreement, NaN if nothing is known, and the lesson with the scale as its
            anchor, where the weights give metres and the lesson does not.
        """
        self._network.network.load_state_dict(tensors, strict=True)
        # A lesson has labels of one kind: their order is that of ``lesson.at``.
        found = self._run([lesson], with_teacher, [])
        if not len(found):
            return float('nan'), lesson
        if self._is_metric and lesson.kind != TRUE:
            before = (float('nan'),) * (len(lesson.at) - len(found))    # in the warm-up
            lesson = replace(lesson, anchor=(*before, *found[:, SCALE].tolist()))
        return float(found[:, AGREEMENT].nanmean()), lesson

    @torch.no_grad()
    def seen_by(self, tensors: Mapping[str, Tensor], lessons: Sequence[Lesson]) -> List[Lesson]:
        """Return lessons of true depth with the depth that weights see where it is known."""
        self._network.network.load_state_dict(tensors, strict=True)
        found = []
        for lesson in lessons:
            self._between()
            depth = self._depth([lesson], 0)[list(lesson.at), 0].numpy()
            found.append(replace(lesson, depth=np.where(
                np.isfinite(lesson.depth), depth, np.nan).astype(np.float16)))
        return found

    @torch.no_grad()
    def _run(self, lessons: Sequence[Lesson], measure, spreads: List[Tensor]) -> Tensor:
        """Return a row for each label."""
        rows = []
        for start in range(0, len(lessons), LANES):
            self._between()
            group = lessons[start:start + LANES]
            depth = self._depth(group, self._n_warm)
            for kind, labels in labels_of(group, self._n_warm).items():
                predicted = depth[labels.window - self._n_warm, labels.lane]
                rows.append(measure(predicted, labels, kind))
                spreads.append(predicted.clamp(min=1e-3).log().flatten(1).std(1))
        return torch.cat(rows) if rows else torch.empty(0)

    def _depth(self, lessons: Sequence[Lesson], n_warm: int) -> Tensor:
        """Return what the network says of lessons from window ``n_warm`` on."""
        return predict(self._network, images_of(lessons), n_warm).cpu()


def with_teacher(predicted: Tensor, labels: Labels, kind: str) -> Tensor:
    """Return disagreement, correlation and mean log depth at each label, [N, 3]."""
    return torch.stack([*(measure(predicted, labels.depth, labels.weight, kind)
                          for measure in (disagreement, correlation)),
                        mean_log(predicted, labels.depth, labels.weight)], 1)


def true_scores(predicted: Tensor, labels: Labels, kind: str) -> Tensor:
    """Return the scores against true depth, [N, 4]."""
    assert kind == TRUE, f'the factory set holds a lesson of kind {kind}'
    depth_m = torch.where(labels.weight > 0, labels.depth, torch.nan)
    return frame_scores(predicted, depth_m, FAR_M).clamp(max=LOST)


def _mean(rows: Tensor, column: int) -> Optional[float]:
    if not len(rows):
        return None
    value = rows[:, column].nanmean().item()
    return None if value != value else value
