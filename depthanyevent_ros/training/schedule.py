# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Which windows each step of the training sees.

A batch has ``lanes``. Each lane runs through a clip in chunks of ``unroll`` windows and carries
the network's state from chunk to chunk (truncated back-propagation through time); at its end it
takes the next one of the epoch and starts from the zero state. The schedule is a function of its
seed alone: a training that is resumed skips the steps that are done, and the processes of one
training all compute the same schedule and take lanes of their own.
"""

from dataclasses import dataclass
from itertools import count
from typing import Dict, Iterator, List, Sequence, Tuple

import numpy as np

from depthanyevent_ros.errors import ConfigError


@dataclass(frozen=True)
class ClipPlan:
    """A clip: windows of one file."""

    file: int                           # index of the file
    start: int
    n_windows: int
    lot: int                            # a number of this clip alone: seeds its augmentation


@dataclass(frozen=True)
class Chunk:
    """What one lane sees in one step."""

    clip: ClipPlan
    start: int                          # window of the file
    first: bool                         # of its clip: the state begins at zero


@dataclass(frozen=True)
class SchedulePlan:
    """How clips are cut and put in order."""

    unroll: int = 4                     # windows per chunk
    shortest: int = 8                   # windows per clip, multiples of unroll are taken
    longest: int = 64
    seed: int = 0
    balanced: bool = True               # kinds with fewer windows are repeated

    def __post_init__(self):
        if not 1 <= self.unroll <= self.shortest <= self.longest:
            raise ConfigError(f'clips: unroll {self.unroll}, shortest {self.shortest} and longest '
                              f'{self.longest} must be positive and in this order')
        if self.seed < 0:
            raise ConfigError(f'clips.seed is {self.seed}; it must not be negative')


def cut(n_windows: int, plan: SchedulePlan, random: np.random.Generator
        ) -> List[Tuple[int, int]]:
    """
    Cut a file into clips (start, length) of random length, end to end.

    Lengths are log-uniform multiples of ``unroll``: long memories are trained, and beginnings are
    seen often. What is less than a chunk is left over, in another place each time.
    """
    chunks = n_windows // plan.unroll
    start = int(random.integers(0, n_windows - chunks * plan.unroll + 1))
    clips = []
    while chunks > 0:
        low, high = np.log(plan.shortest / plan.unroll), np.log(plan.longest / plan.unroll)
        length = min(chunks, max(1, round(float(np.exp(random.uniform(low, high))))))
        clips.append((start, length * plan.unroll))
        start += length * plan.unroll
        chunks -= length
    return clips


def epoch_clips(kinds: Sequence[str], lengths: Sequence[int], plan: SchedulePlan,
                epoch: int) -> List[ClipPlan]:
    """
    Return the clips of an epoch in their order.

    Every file is there from end to end at least once; with ``balanced`` the files of the rarer
    kinds are cut anew and repeated until each kind has as many windows as the largest.
    """
    random = np.random.default_rng([plan.seed, epoch])
    by_kind: Dict[str, List[int]] = {}
    for index, kind in enumerate(kinds):
        by_kind.setdefault(kind if plan.balanced else 'all', []).append(index)
    goal = max(sum(lengths[index] for index in files) for files in by_kind.values())
    parts = []
    for files in by_kind.values():
        part: List[Tuple[int, int, int]] = []
        n_seen, n_passes = 0, 0
        while n_passes == 0 or n_seen < goal:
            for index in random.permutation(files):
                if n_passes and n_seen >= goal:
                    break
                part += [(int(index), *clip) for clip in cut(lengths[index], plan, random)]
                n_seen += lengths[index]
            n_passes += 1
        parts += part
    order = random.permutation(len(parts))
    lots = random.integers(0, 2 ** 62, len(parts))
    return [ClipPlan(*parts[k], int(lots[k])) for k in order]


def schedule(kinds: Sequence[str], lengths: Sequence[int], plan: SchedulePlan,
             lanes: int) -> Iterator[List[Chunk]]:
    """
    Yield the chunks of all lanes, step by step, without end.

    :param kinds: the kind of each file; :param lengths: its number of windows.
    :raises ConfigError: if no file has enough windows for one chunk.
    """
    if not lengths or max(lengths) < plan.unroll:
        raise ConfigError(f'no file has the {plan.unroll} windows that one chunk takes')
    queue = (clip for epoch in count() for clip in epoch_clips(kinds, lengths, plan, epoch))
    places: List = [None] * lanes
    while True:
        step = []
        for lane, chunk in enumerate(places):
            start = chunk.start + plan.unroll if chunk else 0
            if chunk is None or start >= chunk.clip.start + chunk.clip.n_windows:
                clip = next(queue)
                chunk = Chunk(clip, clip.start, True)
            else:
                chunk = Chunk(chunk.clip, start, False)
            places[lane] = chunk
            step.append(chunk)
        yield step
