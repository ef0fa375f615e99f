# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What is kept, how much, and in which shares it comes back."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from depthanyevent_ros.distillation.lessons.packed_lesson import PackedLesson
from depthanyevent_ros.distillation.lessons.replay_memory import MemoryPlan, ReplayMemory
from depthanyevent_ros.distillation.protocol import TRUE
from depthanyevent_ros.errors import ConfigError

NEVER = 1_000_000


def number_of(lesson) -> int:
    """Return which lesson it is."""
    return int(lesson.end_ns[0])


@pytest.fixture
def numbered(make_lesson):
    """Return a function that makes a lesson with a number."""
    one = make_lesson()

    def make(number, kind=one.kind):
        return replace(one, end_ns=np.full(4, number), kind=kind)
    return make


def test_a_packed_lesson_comes_back_as_it_was(make_lesson):
    """In half the memory; bit for bit."""
    lesson = make_lesson()
    packed = PackedLesson(lesson)
    back = packed.unpack()
    assert packed.nbytes < lesson.nbytes / 2
    for name in ('age', 'polarity', 'end_ns', 'depth', 'confidence'):
        np.testing.assert_array_equal(getattr(back, name), getattr(lesson, name))
    assert (back.at, back.kind, back.residual_ns) == (lesson.at, lesson.kind, lesson.residual_ns)


def test_one_in_five_is_held_out_and_never_learned_from(numbered):
    """The candidates' examination must not be their exercise."""
    memory = ReplayMemory(MemoryPlan(held_out_every=5, held_out=3))
    held = [number for number in range(1, 31) if memory.add(numbered(number))]
    assert held == [2, 5, 10, 15, 20, 25, 30] and len(memory) == 23
    assert [number_of(packed.unpack()) for packed in memory.held_out] == [20, 25, 30]
    assert not {number_of(lesson) for lesson in memory.draw(300)} & set(held)


MS = 1_000_000


def lesson_at(one, start_ms, origin='drive'):
    """Return a lesson of four windows of 50 ms."""
    return replace(one, end_ns=(start_ms + np.arange(50, 201, 50)) * MS, origin=origin)


def times_of(lessons):
    """Return start and end of lessons, ms."""
    return {(int(one.end_ns[0]) // MS - 50, int(one.end_ns[-1]) // MS) for one in lessons}


@pytest.mark.parametrize('every_ms', [50, 100, 160, 200, 400])
def test_what_is_held_out_shares_no_time_with_what_is_learned_from(make_lesson, every_ms):
    """Windows overlap and labels join neighbours: by hand, any two of 200 ms."""
    one, memory = make_lesson(), ReplayMemory(MemoryPlan(held_out=6, held_out_every=5))
    for k in range(120):
        memory.add(lesson_at(one, k * every_ms))
    learned = times_of(memory.draw(2000))
    held = times_of(packed.unpack() for packed in memory.held_out)
    assert len(held) == 6 and len(learned) > 10
    assert not [pair for pair in [(a, b) for a in learned for b in held]
                if pair[0][0] < pair[1][1] and pair[1][0] < pair[0][1]]
    n_left = memory.counts['beside_held_out']
    assert (n_left > 0) == (every_ms < 200) and n_left < 80


def test_in_a_second_pass_the_same_ones_stay_held_out(make_lesson):
    """A recording that is gone through again: what was learned from is never an examination."""
    one, memory = make_lesson(), ReplayMemory(MemoryPlan(held_out=24, held_out_every=5))
    for _ in range(3):
        for k in range(30):
            memory.add(lesson_at(one, 100 * k))
    learned, held = (times_of(lessons) for lessons in (
        memory.draw(3000), (packed.unpack() for packed in memory.held_out)))
    assert held and learned
    assert all(a[1] <= b[0] or b[1] <= a[0] for a in learned for b in held)


def test_the_same_time_of_another_recording_is_another_time(make_lesson):
    """Files of windows all begin at zero."""
    one, memory = make_lesson(), ReplayMemory(MemoryPlan(held_out_every=2))
    assert [memory.add(lesson_at(one, 0, str(k))) for k in range(6)] == [False, True] * 3


def test_where_all_lessons_overlap_learning_goes_on_without_any_held_out(make_lesson):
    """Half a second that is seen again and again has nothing to spare: no examination then."""
    one, memory = make_lesson(), ReplayMemory(MemoryPlan(held_out_every=2))
    for k in range(300):
        memory.add(lesson_at(one, 10 * (k % 5)))
    assert not memory.held_out and len(memory) > 3


def test_large_lessons_that_were_forgotten_leave_no_privilege(make_lesson, numbered):
    """With lessons of two sizes, too, each of those that passed has the same chance."""
    small, large = numbered(0), replace(make_lesson(1), end_ns=np.full(4, 0))
    large = replace(large, age=np.random.default_rng(0).integers(
        0, 255, large.age.shape).astype(np.uint8))
    sizes = [PackedLesson(lesson).nbytes for lesson in (small, large)]
    assert sizes[1] > 1.5 * sizes[0]
    kept = Counter()
    for seed in range(120):
        memory = ReplayMemory(MemoryPlan(limit_bytes=30 * sizes[0], held_out_every=NEVER),
                              seed=seed)
        for number in range(120):
            memory.add(replace((small, large)[number % 2], end_ns=np.full(4, number)))
        kept.update(number_of(packed.unpack()) // 50 for packed in memory._past
                    if number_of(packed.unpack()) < 100)
    assert abs(kept[0] - kept[1]) < 0.15 * (kept[0] + kept[1])


def test_at_first_every_second_one_is_held_out(numbered):
    """Until there are a third of those that candidates are scored on."""
    memory = ReplayMemory(MemoryPlan(held_out_every=5, held_out=9))
    held = [number for number in range(1, 21) if memory.add(numbered(number))]
    assert held == [2, 4, 6, 10, 15, 20]


def test_memory_is_bounded(numbered):
    """However many lessons come."""
    size = PackedLesson(numbered(1)).nbytes
    memory = ReplayMemory(MemoryPlan(limit_bytes=20 * size, held_out_every=NEVER))
    for number in range(200):
        memory.add(numbered(number))
        assert memory.nbytes <= 20 * size + 100
    assert 18 <= len(memory) <= 20


def test_the_past_is_a_fair_sample_of_all_of_it(numbered):
    """Over many seeds the oldest lessons are kept as often as later ones."""
    size = PackedLesson(numbered(1)).nbytes
    kept = Counter()
    for seed in range(60):
        memory = ReplayMemory(MemoryPlan(limit_bytes=20 * size, held_out_every=NEVER), seed=seed)
        for number in range(110):
            memory.add(numbered(number))
        kept.update(number_of(packed.unpack()) // 50 for packed in memory._past)
    # Of 100 that passed, 10 are kept: 5 of each half, 300 over all seeds; 4 sigma are 60.
    assert abs(kept[0] - kept[1]) < 120


def test_a_batch_mixes_the_latest_the_past_and_true_depth(numbered):
    """In the shares of the plan, within 4 sigma of 2,000 draws."""
    size = PackedLesson(numbered(1)).nbytes
    plan = MemoryPlan(limit_bytes=10 * size, held_out_every=NEVER, past_share=0.25,
                      true_share=0.25)
    memory = ReplayMemory(plan, [numbered(1000, TRUE)])
    for number in range(50):
        memory.add(numbered(number))
    drawn = memory.draw(2000)
    true = sum(lesson.kind == TRUE for lesson in drawn)
    latest = sum(45 <= number_of(lesson) < 50 for lesson in drawn)
    assert abs(true - 500) < 80 and abs(latest - 1000) < 90


def test_without_a_past_the_latest_take_its_place(numbered):
    """And an empty memory gives nothing, true lessons or not."""
    memory = ReplayMemory(MemoryPlan(), [numbered(1000, TRUE)])
    assert memory.draw(4) == []
    memory.add(numbered(1))
    assert {number_of(lesson) for lesson in memory.draw(100)} == {1, 1000}


def test_one_lesson_is_kept_even_if_it_is_larger_than_the_limit(numbered):
    """Else nothing could be learned at all."""
    memory = ReplayMemory(MemoryPlan(limit_bytes=0))
    for number in range(1, 4):                  # the second one is held out
        memory.add(numbered(number))
    assert [number_of(lesson) for lesson in memory.draw(2)] == [3, 3]


@pytest.mark.parametrize('wrong', [dict(held_out_every=1), dict(held_out=0), dict(past_share=-0.1),
                                   dict(past_share=0.5, true_share=0.5), dict(limit_bytes=-1),
                                   dict(simulated='guessed')])
def test_plans_that_cannot_be_are_refused(wrong):
    """Before anything begins."""
    with pytest.raises(ConfigError):
        MemoryPlan(**wrong)
