# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Means of means: maps into sequences, sequences into groups."""

import math

import numpy as np
import pytest

from depthanyevent_ros.evaluation.clean_protocol import CleanProtocol
from depthanyevent_ros.evaluation.protocols import make_protocols
from depthanyevent_ros.evaluation.published_protocols import (
    E2DepthProtocol, PaperProtocol, RamNetProtocol,
)
from depthanyevent_ros.evaluation.scores import group_mean, groups_of, SequenceScores

TRUE = np.full((2, 2), 2.0)


def sequence(errors, name='a', kind='room', motion='standing', events=None):
    """Return the scores of maps that are wrong by these shares."""
    scores = SequenceScores(CleanProtocol(False), name, kind, motion)
    for k, error in enumerate(errors):
        scores.add(TRUE * (1 + error), TRUE, 100 if events is None else events[k])
    return scores


def test_sequences_weigh_the_same_whatever_their_length():
    """Mean of means: (0.1 + 0.3) / 2, not the mean of the four maps."""
    found = group_mean([sequence([0.1, 0.1, 0.1]), sequence([0.3])])
    assert found['abs_rel'] == pytest.approx(0.2)


def test_maps_without_a_score_are_left_out_but_spoil_e2depths_mean():
    """NaN of one map: left out by the paper's mean, NaN by E2Depth's sum over N."""
    for protocol, expected in ((PaperProtocol(False), 0.5), (E2DepthProtocol(), math.nan)):
        scores = SequenceScores(protocol, 'a')
        scores.add(np.array([[3.0, 60.0]]), np.array([[2.0, 80.0]]))
        scores.add(np.array([[3.0, 60.0]]), np.array([[np.nan, np.nan]]))
        assert scores.mean()['abs_rel'] == pytest.approx(expected, rel=1e-4, nan_ok=True)


def test_the_first_map_has_no_change_and_spoils_nothing():
    """The change over time is a mean over pairs."""
    found = sequence([0.0, 0.1, 0.1]).mean()
    assert found['flicker'] == pytest.approx((0.1 + 0) / 2)
    assert 'flicker' not in sequence([0.1]).mean()


def test_ramnet_does_not_score_the_first_two_maps():
    """Of three maps one counts."""
    scores = SequenceScores(RamNetProtocol(), 'a')
    for factor in (9, 9, 1):
        scores.add(factor * np.full((2, 2), 3.0), np.full((2, 2), 3.0))
    assert len(scores.rows) == 1 and scores.mean()['abs_rel'] == 0


def test_groups_are_all_kinds_motions_and_the_quietest_windows():
    """The quietest quarter is of windows, across sequences; a loud sequence has none in it."""
    quiet = sequence([0.5] * 4 + [0.1] * 4, 'q', events=[1, 1, 1, 1, 90, 90, 90, 90])
    loud = sequence([0.2] * 8, 'l', 'street', 'driving', events=[100] * 8)
    groups = {group.name: group.mean([quiet, loud]) for group in groups_of([quiet, loud])}
    assert list(groups) == ['all', 'room', 'street', 'driving', 'standing', 'at most 1 events']
    assert groups['room']['abs_rel'] == pytest.approx(0.3)
    assert groups['driving']['abs_rel'] == pytest.approx(0.2)
    assert groups['at most 1 events']['abs_rel'] == pytest.approx(0.5)


def test_clean_is_two_protocols_for_metres_and_one_for_relative_depth():
    """Relative depth has no unaligned score."""
    def names(*arguments):
        return [protocol.name for protocol in make_protocols(*arguments)]
    assert names(['paper', 'clean'], True) == ['paper', 'clean_aligned', 'clean']
    assert names(['paper', 'clean'], False) == ['paper', 'clean_aligned']
    assert names(['paper', 'clean'], True, False) == ['paper_unaligned', 'clean']
    assert not make_protocols(['e2depth'], True)[0].align
    fitted, = make_protocols(['e2depth'], False)
    assert fitted.align and 'not part of it' in fitted.note
