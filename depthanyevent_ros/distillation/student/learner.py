# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The student's training: lessons in, an average of its weights out; it undoes what goes wrong."""

from collections import Counter, deque
import math
from statistics import median
from typing import Dict, Mapping, Optional, Sequence, Tuple

import torch
from torch import Tensor

from depthanyevent_ros.distillation.protocol import Lesson
from depthanyevent_ros.distillation.student.adapted_part import choose_part
from depthanyevent_ros.distillation.student.batch import images_of, Labels, labels_of, predict
from depthanyevent_ros.distillation.student.learner_plan import LearnerPlan
from depthanyevent_ros.distillation.student.losses import distillation_loss, mean_log
from depthanyevent_ros.distillation.student.together import Alone, Team
from depthanyevent_ros.network.depth_anyevent import build_network
from depthanyevent_ros.training.distributed import device_of_this_process
from depthanyevent_ros.training.ema import WeightAverage
from depthanyevent_ros.training.unrolled import UnrolledNetwork

#: Steps in a row that went wrong after which the learner begins again from the last good weights.
MOST_BAD_STEPS = 5
#: A loss of so many times the median of the last ones is no use.
EXPLODED, REMEMBERED, ENOUGH = 10.0, 50, 8


class Learner:
    """
    A student of its own, apart from the one that runs, on a device of its own.

    What it is given and what it gives is in the memory of the CPU.

    :param config: of the network; :param tensors: its weights to begin with, by name.
    :param height, width: of the pictures.
    :param team: the processes that share a step.
    :raises ConfigError: for a device that cannot be used here, or a part that there is not.
    """

    def __init__(self, config, tensors: Mapping[str, Tensor], height: int, width: int,
                 plan: LearnerPlan = LearnerPlan(), team: Team = Alone()):
        self.plan, self.team, self.n_steps = plan, team, 0
        self.counts = Counter()                 # what went wrong, by cause
        self.loss: Optional[float] = None       # of the last good step
        self._config = config
        self.device = device_of_this_process(plan.device)
        network = build_network(config).eval()
        self.student = UnrolledNetwork(network, height, width).to(self.device)
        self.parameters = choose_part(network, plan.adapts)
        self.begin(tensors)

    def begin(self, tensors: Mapping[str, Tensor]) -> None:
        """Begin (again) from these weights, with nothing remembered."""
        self.team.begin(self._config, tensors, *self.student.size, self.plan)
        network = self.student.network
        network.load_state_dict(tensors, strict=True)
        self._good = {name: tensor.detach().clone() for name, tensor in tensors.items()}
        self._average = WeightAverage(network, self.plan.average)
        self._optimiser = torch.optim.AdamW(self.parameters, lr=self.plan.learning_rate,
                                            weight_decay=self.plan.weight_decay)
        self._losses = deque(maxlen=REMEMBERED)
        self._bad_steps = 0

    def candidate(self) -> Dict[str, Tensor]:
        """Return a copy of the average of the weights."""
        return {name: tensor.to('cpu', copy=True)
                for name, tensor in self._average.tensors.items()}

    def step(self, lessons: Sequence[Lesson]) -> Optional[float]:
        """
        Take one step with lessons of the same length.

        :returns: the loss, or None if the step was not taken; ``counts`` says why.
        """
        value = self.team.gradient(self, lessons)
        if value is None:
            self.counts['no_labels'] += 1
            return None
        if not math.isfinite(value):
            return self._bad('loss_not_finite')
        if len(self._losses) >= ENOUGH and value > EXPLODED * median(self._losses):
            return self._bad('loss_exploded')
        norm = torch.nn.utils.clip_grad_norm_(self.parameters, self.plan.clip_norm)
        if not torch.isfinite(norm):
            return self._bad('gradient_not_finite')
        self._optimiser.step()
        self._average.update(self.student.network)
        self._losses.append(value)
        self._bad_steps, self.loss = 0, value
        self.n_steps += 1
        return value

    def gradient(self, lessons: Sequence[Lesson]) -> Tuple[float, int]:
        """
        Leave the gradient of the loss in the parameters, and nothing else changed.

        :returns: the loss, a mean over all labels behind the warm-up, and their number.
        """
        self._optimiser.zero_grad(set_to_none=True)
        n_warm = self.plan.n_warm
        labels = {kind: found.to(self.device)
                  for kind, found in labels_of(lessons, n_warm).items()}
        n_labels = sum(len(found.lane) for found in labels.values())
        if not n_labels:
            return 0.0, 0
        depth = predict(self.student, images_of(lessons), n_warm)
        loss = sum(self._loss_of(kind, found, depth[found.window - n_warm, found.lane])
                   * (len(found.lane) / n_labels) for kind, found in labels.items())
        loss.backward()
        return loss.item(), n_labels

    def _loss_of(self, kind: str, found: Labels, depth: Tensor) -> Tensor:
        """Return the mean over the labels of one kind."""
        loss = distillation_loss(depth, found.depth, found.weight, kind, self.plan.gradient)
        held = torch.isfinite(found.anchor)
        if self.plan.anchor and held.any():
            away = mean_log(depth, found.depth, found.weight)[held] - found.anchor[held]
            loss = loss + self.plan.anchor * away.abs().sum() / len(held)
        return loss

    def _bad(self, cause: str) -> None:
        """Count a step that was not taken; after several, begin again."""
        self.counts[cause] += 1
        self._bad_steps += 1
        if self._bad_steps >= MOST_BAD_STEPS:
            self.counts['began_again'] += 1
            self.begin(self._good)
