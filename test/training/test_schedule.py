# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Which windows each step sees."""

from collections import Counter
from itertools import islice

import pytest

from depthanyevent_ros.errors import ConfigError
from depthanyevent_ros.training.schedule import epoch_clips, schedule, SchedulePlan

PLAN = SchedulePlan(unroll=4, shortest=4, longest=24, seed=3)


def windows_of(clips):
    """Return how often each (file, window) is in the clips."""
    return Counter((clip.file, k) for clip in clips
                   for k in range(clip.start, clip.start + clip.n_windows))


def test_an_epoch_has_every_window_once():
    """Files of one kind, each a multiple of the chunk."""
    lengths = [40, 8, 100]
    seen = windows_of(epoch_clips(['room'] * 3, lengths, PLAN, 0))
    assert seen == Counter((file, k) for file, n in enumerate(lengths) for k in range(n))


def test_what_is_less_than_a_chunk_is_left_out_elsewhere_each_time():
    """Of 42 windows 40 are seen; over the epochs all of them."""
    seen = [set(windows_of(epoch_clips(['room'], [42], PLAN, epoch))) for epoch in range(20)]
    assert {len(epoch) for epoch in seen} == {40}
    assert len(set.union(*seen)) == 42


def test_rare_kinds_are_repeated():
    """Each kind gets about as many windows, and none is left out."""
    kinds, lengths = ['room'] * 9 + ['street'], [40] * 10
    clips = epoch_clips(kinds, lengths, PLAN, 0)
    seen = windows_of(clips)
    by_kind = Counter()
    for (file, _), n in seen.items():
        by_kind[kinds[file]] += n
    assert by_kind['street'] == by_kind['room'] == 360
    assert len(seen) == 400


def test_clips_have_lengths_from_short_to_long():
    """Beginnings are seen often, long memories too."""
    lengths = {clip.n_windows for clip in epoch_clips(['a'], [2000], PLAN, 0)}
    assert lengths >= {4, 8, 16, 24} and max(lengths) == 24


def test_a_lane_runs_through_its_clip():
    """Chunks of a clip follow each other, the first says so, then another clip begins."""
    steps = list(islice(schedule(['a'] * 4, [40] * 4, PLAN, 3), 60))
    for lane in range(3):
        before = None
        for step in steps:
            chunk = step[lane]
            if chunk.first:
                assert chunk.start == chunk.clip.start
                assert before is None \
                    or before.start + 4 == before.clip.start + before.clip.n_windows
            else:
                assert chunk.clip == before.clip and chunk.start == before.start + 4
            before = chunk


def test_a_schedule_depends_on_its_seed_alone():
    """A resumed training skips; other processes compute the same."""
    def first(n, seed=3):
        plan = SchedulePlan(4, 4, 24, seed)
        return list(islice(schedule(['a', 'b'], [40, 80], plan, 2), n))
    assert first(50) == first(80)[:50]
    assert first(50) != first(50, seed=4)


def test_impossible_plans_are_refused():
    """In a sentence."""
    with pytest.raises(ConfigError, match='no file has the 4 windows'):
        next(schedule(['a'], [3], PLAN, 1))
    with pytest.raises(ConfigError, match='shortest'):
        SchedulePlan(unroll=8, shortest=4)
