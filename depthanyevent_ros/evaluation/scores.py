# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Scores of sequences, and their means.

A sequence's score is the mean over its maps, a group's the unweighted mean over its sequences, as
the papers report them; how NaN counts is the protocol's.
"""

from dataclasses import dataclass, field
from typing import Callable, Dict, List, Sequence

import numpy as np

from depthanyevent_ros.evaluation.prepared import ScoringProtocol

Row = Dict[str, float]


@dataclass
class SequenceScores:
    """
    The metrics of the maps of one sequence, by one protocol.

    ``rows`` holds a dictionary for each map, ``n_events`` the events of its window.
    """

    protocol: ScoringProtocol
    name: str
    kind: str = ''
    motion: str = ''
    rows: List[Row] = field(default_factory=list)
    n_events: List[int] = field(default_factory=list)

    def __post_init__(self):
        self._seen, self._before = 0, None

    def add(self, predicted: np.ndarray, depth_m: np.ndarray, n_events: int = 0) -> None:
        """
        Score the next map of the sequence.

        :param predicted: float [H, W], metres or relative; :param depth_m: the truth, [H, W].
        """
        now = self.protocol.prepare(predicted, depth_m)
        before, self._before = self._before, now
        if self._seen >= self.protocol.first_scored:
            changes = {} if before is None else self.protocol.changes(before, now)
            self.rows.append({**self.protocol.metrics(now), **changes})
            self.n_events.append(n_events)
        self._seen += 1

    def mean(self, most_events: float = float('inf')) -> Row:
        """Return the mean of the maps of windows with at most so many events."""
        rows = [row for row, n in zip(self.rows, self.n_events) if n <= most_events]
        names = dict.fromkeys(name for row in rows for name in row)
        # The first map has no change from the one before it: it is not there, rather than NaN.
        return {name: self.protocol.mean([row[name] for row in rows if name in row])
                for name in names}


def group_mean(sequences: Sequence[SequenceScores], most_events: float = float('inf')) -> Row:
    """Return the unweighted mean over sequences; those without any map are left out."""
    rows = [row for row in (each.mean(most_events) for each in sequences) if row]
    if not rows:
        return {}
    names = dict.fromkeys(name for row in rows for name in row)
    return {name: sequences[0].protocol.mean([row[name] for row in rows if name in row])
            for name in names}


@dataclass
class MethodScores:
    """What one method reached: by the name of the protocol, a list of sequences."""

    name: str
    by_protocol: Dict[str, List[SequenceScores]] = field(default_factory=dict)


@dataclass(frozen=True)
class Group:
    """Sequences (and of them, windows) that are reported together."""

    name: str
    holds: Callable[[SequenceScores], bool]
    most_events: float = float('inf')

    def mean(self, sequences: Sequence[SequenceScores]) -> Row:
        """Return the group's mean; {} if none of the sequences is in it."""
        return group_mean([each for each in sequences if self.holds(each)], self.most_events)


def groups_of(sequences: Sequence[SequenceScores]) -> List[Group]:
    """
    Return the groups of a set: all, by kind of scene, by motion, and the quietest windows.

    The quietest are the quarter of all windows with the fewest events.
    """
    groups = [Group('all', lambda each: True)]
    for attribute in ('kind', 'motion'):
        for word in sorted({getattr(each, attribute) for each in sequences} - {''}):
            groups.append(Group(word, lambda each, a=attribute, w=word: getattr(each, a) == w))
    counts = [n for each in sequences for n in each.n_events]
    if len(counts) >= 8:
        most = float(np.quantile(counts, 0.25, method='lower'))
        groups.append(Group(f'at most {most:,.0f} events', lambda each: True, most))
    return groups
