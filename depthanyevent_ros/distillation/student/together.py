# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Who computes the gradient of a batch: this process, or several that torchrun started.

Process 0 has memory, optimiser and examinations, and decides alone. The others know only what it
says: with each step they are given the weights and a share of the lessons, and give back a
gradient. So they need not hear of what process 0 refuses or takes back. Each computes on its own
device, a GPU or cores; what they tell each other goes through the memory of the CPU (gloo).
"""

from contextlib import contextmanager
from datetime import timedelta
from typing import Any, Callable, Iterator, List, Optional, Protocol, Sequence, Tuple, Union

import torch
from torch import distributed, nn, Tensor

from depthanyevent_ros.distillation.protocol import Lesson
from depthanyevent_ros.errors import DepthAnyEventError
from depthanyevent_ros.training.distributed import join_processes, Processes

#: Process 0 may label and examine for hours between two steps. Nobody waits so long for one that
#: died: its connections are closed.
PATIENCE = timedelta(days=30)
#: What process 0 says to the others.
BEGIN, STEP, END = 'begin', 'step', 'end'


class Learning(Protocol):
    """What is asked of a learner here."""

    parameters: List[nn.Parameter]              # those that learn

    def gradient(self, lessons: Sequence[Lesson]) -> Tuple[float, int]:
        """Leave the gradient in the parameters; return the loss and the number of labels."""


class Alone:
    """A single process."""

    rank, world = 0, 1

    def begin(self, *arguments: Any) -> None:
        """Do nothing."""

    def gradient(self, learner: Learning, lessons: Sequence[Lesson]) -> Optional[float]:
        """Leave the gradient in the parameters; return the loss, None if there are no labels."""
        loss, n_labels = learner.gradient(lessons)
        return loss if n_labels else None

    def close(self) -> None:
        """Do nothing."""


class Together:
    """
    One of several processes: process 0 calls ``begin`` and ``gradient``, the others ``follow``.

    The loss is the mean of the shares' losses, weighted by their numbers of labels: that of one
    process, but that the gradient term weighs pixels by their confidence within a share.
    """

    def __init__(self, processes: Processes):
        self.rank, self.world = processes.rank, processes.world
        self._processes, self._group = processes, distributed.new_group(timeout=PATIENCE)
        self._is_awaited = False                # by the others, in the middle of something

    def begin(self, *arguments: Any) -> None:
        """Let the others make a learner of these arguments, in the place of the one they have."""
        self._tell(BEGIN, arguments)

    def gradient(self, learner: Learning, lessons: Sequence[Lesson]) -> Optional[float]:
        """Leave the gradient in the parameters; return the loss, None if there are no labels."""
        self._tell(STEP)
        sums = self._step(learner, [lessons[rank::self.world] for rank in range(self.world)])
        n_labels = sums[-1].item()
        if not n_labels:
            return None
        for parameter, part in _parts(sums / n_labels, learner):
            parameter.grad = part.to(parameter.device)
        return sums[-2].item() / n_labels

    def follow(self, make: Callable[..., Learning]) -> None:
        """
        Compute what process 0 asks for, until it says the end.

        :raises DepthAnyEventError: if it is gone without a word.
        """
        learner = None
        while True:
            what, arguments = self._tell()
            if what == END:
                return
            if what == BEGIN:
                learner = make(*arguments)
            else:
                self._step(learner)

    def close(self) -> None:
        """Leave the others; process 0 says so, unless they wait for something else from it."""
        try:
            if self.rank == 0 and not self._is_awaited:
                self._tell(END)
        finally:
            self._processes.close()

    def _step(self, learner: Learning, shares: Optional[List[Sequence[Lesson]]] = None) -> Tensor:
        """Take part in a step; process 0 has the sums over all labels: gradient, loss, number."""
        share: List[Any] = [None]
        weights = torch.cat([parameter.detach().flatten()
                             for parameter in learner.parameters]).cpu()
        with _in_words():
            distributed.scatter_object_list(share, shares, src=0, group=self._group)
            distributed.broadcast(weights, src=0, group=self._group)
        with torch.no_grad():
            for parameter, part in _parts(weights, learner):
                parameter.copy_(part)
        loss, n_labels = learner.gradient(share[0])
        sums = n_labels * torch.cat([
            torch.cat([(torch.zeros_like(parameter) if parameter.grad is None else parameter.grad
                        ).flatten() for parameter in learner.parameters]).cpu(),
            torch.tensor([loss, 1.0])])
        with _in_words():
            distributed.reduce(sums, dst=0, group=self._group)
        self._is_awaited = False
        return sums

    def _tell(self, what: str = '', arguments: Tuple = ()) -> List[Any]:
        """Return what process 0 says."""
        said = [what, arguments]
        self._is_awaited = True
        with _in_words():
            distributed.broadcast_object_list(said, src=0, group=self._group)
        self._is_awaited = what == STEP
        return said


#: How the gradient of a batch is computed: chosen once.
Team = Union[Alone, Together]


def join_team(threads: int = 0) -> Team:
    """Return how this process works; :param threads: of PyTorch, 0 leaves it."""
    processes = join_processes('cpu', threads or None)
    return Together(processes) if processes.world > 1 else Alone()


@contextmanager
def _in_words() -> Iterator[None]:
    """Say gloo's errors in a sentence."""
    try:
        yield
    except RuntimeError as error:
        raise DepthAnyEventError('another of the processes that learn together is gone') from error


def _parts(row: Tensor, learner: Learning) -> Iterator[Tuple[nn.Parameter, Tensor]]:
    """Return each parameter with its part of a row of numbers, which may be longer."""
    start = 0
    for parameter in learner.parameters:
        yield parameter, row[start:start + parameter.numel()].view(parameter.shape)
        start += parameter.numel()
