# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Which weights are trusted after a promotion, and how often the teacher is asked."""

import math

import pytest

from depthanyevent_ros.distillation.lessons.cadence import Cadence, CadencePlan
from depthanyevent_ros.distillation.promotion.watch import KEEP, ROLL_BACK, Trial, Watch
from depthanyevent_ros.distillation.promotion.watch import WatchPlan
from depthanyevent_ros.errors import ConfigError

PLAN = WatchPlan(lessons=4, worse=0.05, much_worse=0.5)


@pytest.mark.parametrize('new, verdicts', [
    ([0.20, 0.20, 0.20, 0.20], [None, None, None, KEEP]),
    ([0.21, 0.21, 0.20, 0.22], [None, None, None, KEEP]),           # 5 % to the thousandth
    ([0.20, 0.22, 0.21, 0.22], [None, None, None, ROLL_BACK]),
    ([0.40, 0.40, 0.40], [None, None, ROLL_BACK]),
    ([math.nan], [ROLL_BACK]),
    ([0.1, math.inf], [None, ROLL_BACK]),
], ids=str)
def test_what_agrees_less_than_what_was_is_undone(new, verdicts):
    """The former weights disagree by 0.2 on each of these lessons."""
    watch = Watch(PLAN)
    assert [watch.add(value, 0.2) for value in new] == verdicts


def test_a_scene_that_is_harder_for_both_is_no_reason():
    """Twice the disagreement, of both."""
    watch = Watch(PLAN)
    assert [watch.add(0.4, 0.4) for _ in range(4)][-1] == KEEP


def test_new_weights_are_on_trial_until_they_were_good_enough_for_a_whole_watch():
    """Nothing else is promoted so long; every lesson counts."""
    trial = Trial(PLAN)
    assert not trial.is_on_trial
    trial.begin()
    for verdict in (None, None, None, KEEP):
        assert trial.is_on_trial and trial.is_due()
        assert trial.add(0.2, 0.2) == verdict
    assert not trial.is_on_trial


def test_weights_that_were_trusted_are_watched_on():
    """In one lesson of four: another place may show what they are worth."""
    trial = Trial(PLAN)
    trial.begin()
    assert [trial.add(0.2, 0.2) for _ in range(4)][-1] == KEEP
    due = [trial.is_due() for _ in range(16)]
    assert sum(due) == 4
    assert [trial.add(0.4, 0.2) for _ in range(3)] == [None, None, ROLL_BACK]


def test_a_lesson_of_which_nothing_is_known_does_not_count():
    """Its disagreement is NaN for both."""
    watch = Watch(PLAN)
    assert [watch.add(math.nan, math.nan) for _ in range(9)] == [None] * 9
    assert watch.n_lessons == 0


def asked(cadence, n) -> list:
    """Return which of the next frames are labelled."""
    return [frame for frame in range(n) if cadence.wants() and not cadence.took()]


def test_the_first_frame_is_labelled_and_then_every_fourth():
    """Until student and teacher agree."""
    assert asked(Cadence(CadencePlan(4, 64)), 13) == [0, 4, 8, 12]


def test_agreement_doubles_the_distance_and_disagreement_halves_it():
    """Between the bounds; what is not known changes nothing."""
    cadence = Cadence(CadencePlan(4, 16, agreed=0.1))
    found = []
    for disagreement in (0.1, 0.05, 0.05, math.nan, 0.11, 0.2, 0.3):
        cadence.agree(disagreement)
        found.append(cadence.every)
    assert found == [8, 16, 16, 16, 8, 4, 4]


def test_a_frame_that_is_refused_is_followed_by_the_next():
    """A blurred one must not cost a second of learning."""
    cadence = Cadence(CadencePlan(4, 64))
    assert cadence.wants() and cadence.wants()
    cadence.took()
    assert not cadence.wants()


def test_it_is_idle_when_there_is_nothing_to_learn():
    """At its largest distance, and only then."""
    cadence = Cadence(CadencePlan(4, 8, agreed=0.1))
    assert not cadence.is_idle
    cadence.agree(0.0)
    assert cadence.is_idle
    cadence.agree(1.0)
    assert not cadence.is_idle
    assert not Cadence(CadencePlan(8, 8)).is_idle       # always as often: never idle


@pytest.mark.parametrize('plan, wrong', [
    (WatchPlan, dict(lessons=0)), (WatchPlan, dict(worse=0.5, much_worse=0.1)),
    (CadencePlan, dict(least=0)), (CadencePlan, dict(least=9, most=8)),
    (CadencePlan, dict(agreed=-1))])
def test_plans_that_cannot_be_are_refused(plan, wrong):
    """Before anything begins."""
    with pytest.raises(ConfigError):
        plan(**wrong)
