# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""When a step may be taken, counted by hand."""

import pytest

from depthanyevent_ros.distillation.pace import Pace
from depthanyevent_ros.distillation.plan import DistillPlan


@pytest.fixture
def pace():
    """Return one of three steps a lesson, at most six saved up; two failures, five of rest."""
    return Pace(DistillPlan(steps_per_lesson=3, min_lessons=2, patience=2, rest=5))


def steps_of(pace) -> int:
    """Take all steps that are allowed and return how many."""
    n = 0
    while pace.may_step:
        pace.step()
        n += 1
    return n


def test_each_lesson_allows_three_steps(pace):
    """And none comes before the first."""
    assert steps_of(pace) == 0
    pace.lesson()
    assert steps_of(pace) == 3


def test_what_is_not_used_is_not_saved_up_for_ever(pace):
    """A night of lessons does not allow a day of steps."""
    for _ in range(100):
        pace.lesson()
    assert steps_of(pace) == 6


def test_in_a_flood_of_lessons_three_steps_come_before_the_next(pace):
    """Then the lesson, though steps are saved up."""
    for _ in range(10):
        pace.lesson()
    for _ in range(3):
        assert pace.steps_first
        pace.step()
    assert pace.may_step and not pace.steps_first


def test_the_second_failure_begins_a_rest(pace):
    """Of five lessons; then steps are allowed again."""
    pace.lesson()
    assert not pace.failed(False) and pace.may_step
    assert pace.failed(False) and not pace.may_step
    for _ in range(5):
        assert not pace.may_step
        pace.rested()
    assert pace.may_step


def test_one_failure_for_good_is_enough(pace):
    """A student that collapsed is not looked at again."""
    assert pace.failed(True) and pace.rest == 5


def test_a_promotion_forgets_failures(pace):
    """They are counted from it."""
    pace.failed(False)
    pace.passed()
    assert not pace.failed(False)
