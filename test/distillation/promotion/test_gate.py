# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What may take the place of the weights in use, by hand."""

from dataclasses import replace
import math

import pytest

from depthanyevent_ros.distillation.promotion.gate import GatePlan, why_not
from depthanyevent_ros.distillation.student.scores import Score
from depthanyevent_ros.errors import ConfigError

PLAN = GatePlan(min_held_out=8, min_gain=0.03, factory_loss=0.05, min_spread=0.5)
PRESENT = Score(0.200, 0.30, 0.40, 0.5)
GOOD = Score(0.190, 0.31, 0.41, 0.5)


@pytest.mark.parametrize('changes, cause', [
    ({}, None),
    ({'held_out': 0.1941}, 'no_gain'),          # 3 % are 0.1940
    ({'held_out': 0.1939}, None),
    ({'aligned': 0.3151}, 'forgets'),           # 5 % are 0.315
    ({'metres': 0.4201}, 'forgets'),
    ({'aligned': math.nan}, 'not_finite'),
    ({'held_out': math.inf}, 'not_finite'),
    ({'spread': 0.24}, 'collapsed'),
    ({'spread': math.nan}, 'not_finite'),
    ({'held_out': None}, 'too_few'),
    ({'aligned': None}, 'not_finite'),          # the set is there, its score is not
], ids=str)
def test_each_bound_is_kept(changes, cause):
    """By one thousandth to both sides."""
    assert why_not(replace(GOOD, **changes), PRESENT, PRESENT, 8, PLAN) == cause


@pytest.mark.parametrize('correlation, cause', [
    (0.101, None), (0.099, 'contradicts'), (0.0, 'contradicts'), (-0.8, 'contradicts'),
    (math.nan, 'contradicts'), (None, None)])
def test_a_teacher_that_contradicts_the_weights_in_use_is_not_followed(correlation, cause):
    """However near the candidate has come to it."""
    present = replace(PRESENT, correlation=correlation)
    assert why_not(GOOD, present, PRESENT, 8, PLAN) == cause


def test_forgetting_is_measured_against_the_factory_not_against_the_last_version():
    """Else each promotion might lose five per cent more."""
    worn = Score(0.200, 0.314, 0.40, 0.5)
    candidate = replace(GOOD, aligned=0.320)
    assert why_not(candidate, worn, PRESENT, 8, PLAN) == 'forgets'


def test_without_a_factory_set_the_held_out_lessons_alone_decide():
    """A user may have no simulated scenes."""
    bare = [replace(score, aligned=None, metres=None) for score in (GOOD, PRESENT)]
    assert why_not(*bare, bare[1], 8, PLAN) is None


def test_too_few_lessons_prove_nothing():
    """Seven of eight."""
    assert why_not(GOOD, PRESENT, PRESENT, 7, PLAN) == 'too_few'


@pytest.mark.parametrize('wrong', [dict(min_held_out=0), dict(min_gain=-0.1),
                                   dict(factory_loss=-1), dict(min_spread=1.0),
                                   dict(min_correlation=1.0), dict(min_correlation=-1.1)])
def test_plans_that_cannot_be_are_refused(wrong):
    """Before anything begins."""
    with pytest.raises(ConfigError):
        GatePlan(**wrong)
