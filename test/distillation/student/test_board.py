# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Which candidate is taken, with scores that are known beforehand."""

from dataclasses import replace
from types import SimpleNamespace

import pytest
import torch

from depthanyevent_ros.distillation.promotion.gate import GatePlan
from depthanyevent_ros.distillation.student.board import Board, mixed, SHARES
from depthanyevent_ros.distillation.student.scores import Score

FACTORY, LEARNED = {'w': torch.tensor([0.0])}, {'w': torch.tensor([8.0])}
PLAN = GatePlan(min_held_out=1, min_gain=0.1, factory_loss=0.05, min_spread=0.5)
LESSONS = [object()]


class Scored:
    """
    An examiner whose scores follow from the one weight w: 0 factory, 8 learned.

    :param gain, forgotten: of what was learned, relative.
    """

    def __init__(self, gain, forgotten, spread=1.0):
        self._gain, self._forgotten, self._spread = gain, forgotten, spread
        self.seen = []

    def score(self, tensors, held_out):
        """Return a score of which everything changes in proportion to w."""
        share = float(tensors['w']) / 8
        self.seen.append(share)
        return Score(1 - self._gain * share if held_out else None,
                     0.3 * (1 + self._forgotten * share), 0.4,
                     1 - (1 - self._spread) * share)

    def held_out(self, tensors, lessons):
        """Return the disagreement of these weights."""
        return {'held_out': 1 - self._gain * float(tensors['w']) / 8, 'correlation': 0.7}


def in_use(version=0, tensors=None):
    """Return weights in use: those of the factory unless told otherwise."""
    return SimpleNamespace(version=version, tensors=FACTORY if tensors is None else tensors)


def decide(examiner, weights=None):
    """Let a board decide about LEARNED."""
    return Board(examiner, FACTORY, PLAN).decide(LEARNED, weights or in_use(), LESSONS)


@pytest.mark.parametrize('forgotten, share', [(0.04, 1.0), (0.09, 0.5), (0.19, 0.25)])
def test_the_farthest_candidate_that_forgets_little_is_taken(forgotten, share):
    """At half the way half is forgotten, and half is gained."""
    decision = decide(Scored(0.8, forgotten))
    assert decision.tensors['w'].item() == 8 * share and decision.share == share
    assert decision.gain == pytest.approx(0.8 * share)
    assert (decision.cause is None) == (share == 1)


def test_what_forgets_even_at_a_quarter_is_not_taken():
    """All three are tried; the cause is that of what was learned as it is."""
    examiner = Scored(0.8, 0.3)
    decision = decide(examiner)
    assert decision.tensors is None and decision.cause == 'forgets'
    assert examiner.seen == [0.0, *SHARES]


def test_what_gains_nothing_costs_one_examination():
    """To go less far would gain less."""
    examiner = Scored(0.05, 0.0)
    decision = decide(examiner)
    assert decision.tensors is None and decision.cause == 'no_gain' and examiner.seen == [0.0, 1.0]


def test_a_gain_that_is_too_small_at_half_the_way_is_no_gain():
    """The cause that is reported is the first."""
    decision = decide(Scored(0.15, 0.08))
    assert decision.tensors is None and decision.cause == 'forgets' and decision.share == 0.5


def test_collapsed_weights_may_be_good_at_half_the_way():
    """A spread of 0.2 is refused, one of 0.6 is not."""
    assert decide(Scored(0.8, 0.0, spread=0.2)).share == 0.5


def test_weights_in_use_are_scored_once_on_the_factory_set():
    """Also those that were in use before a restart."""
    examiner = Scored(0.8, 0.0)
    board = Board(examiner, FACTORY, PLAN)
    known = Score(None, 0.31, 0.41, 0.9)
    board.remember(4, known)
    half = {'w': torch.tensor([4.0])}
    assert board.decide(LEARNED, in_use(4, half), LESSONS).present == replace(
        known, held_out=0.6, correlation=0.7)
    assert examiner.seen == [0.0, 1.0]
    for _ in range(2):
        assert board.decide(LEARNED, in_use(7, half), LESSONS).present.aligned == 0.3
    assert examiner.seen == [0.0, 1.0, 0.5, 1.0, 1.0]


def test_scores_are_plain_values():
    """They go into a JSON file."""
    board = Board(Scored(0.8, 0.0), FACTORY, PLAN)
    scores = board.scores(board.decide(LEARNED, in_use(), LESSONS))
    assert set(scores) == {'candidate', 'present', 'factory'}
    assert scores['candidate']['held_out'] == pytest.approx(0.2)


def test_mixing_leaves_its_sources_alone_and_counts_are_not_mixed():
    """Numbers of batches, for instance."""
    first = {'w': torch.tensor([0.0, 4.0]), 'n': torch.tensor(3)}
    learned = {'w': torch.tensor([4.0, 0.0]), 'n': torch.tensor(5)}
    found = mixed(first, learned, 0.25)
    assert found['w'].tolist() == [1, 3] and found['n'].item() == 5
    found['n'] += 1
    mixed(first, learned, 1.0)['w'].zero_()
    assert learned['w'].tolist() == [4, 0] and learned['n'].item() == 5
    assert first['w'].tolist() == [0, 4]
