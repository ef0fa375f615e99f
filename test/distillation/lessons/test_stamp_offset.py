# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Stamps of frames that are late or early are found from what moves, and nothing from what not."""

import cv2
import numpy as np
import pytest

from depthanyevent_ros.distillation.lessons.event_memory import EventMemory
from depthanyevent_ros.distillation.lessons.stamp_offset import OffsetEstimate, StampOffset
from depthanyevent_ros.errors import ConfigError, MalformedInput
from depthanyevent_ros.events.types import EVENT_DTYPE, make_events

MS = 1_000_000
H, W = 96, 128
PERIOD_MS, LENGTH_MS = 40, 1600


class Recording:
    """Frames at the middle of their exposure and events in order of time."""

    def __init__(self, stamps_ns, frames, events):
        self.stamps_ns, self.frames, self.events = stamps_ns, frames, events

    def estimate(self, late_ms=0, memory=None):
        """Return what is found where stamps are so late, by one pass in order of time."""
        memory = EventMemory(2_000_000) if memory is None else memory
        offset, k = StampOffset(*self.frames[0].shape), 0
        for start in range(0, len(self.events), 5000):
            memory.append(self.events[start:start + 5000])
            while k < len(self.frames) and self.stamps_ns[k] <= memory.newest_ns:
                offset.add_frame(int(self.stamps_ns[k]) + late_ms * MS, self.frames[k])
                k += 1
            offset.advance(memory)
        return offset.estimate(), offset


@pytest.fixture(scope='module')
def ideal():
    """
    Return a texture that moves about before ideal pixels, which round log brightness / 0.3.

    Rounding has no memory: these events are neither late nor early.
    """
    rng = np.random.default_rng(3)
    texture = cv2.GaussianBlur(rng.standard_normal((400, 400)).astype(np.float32), (0, 0), 5)
    texture = 1.2 * texture / texture.std()
    t_s = np.arange(0, LENGTH_MS, 2) * 1e-3
    x = 164 + 20 * np.sin(5.1 * t_s) + 8 * np.sin(13.7 * t_s + 1)
    y = 148 + 18 * np.sin(6.3 * t_s + 2) + 6 * np.sin(11.9 * t_s)
    level, events, frames = None, [], []
    for k in range(len(t_s)):
        seen = cv2.getRectSubPix(texture, (W, H), (float(x[k]), float(y[k])))
        before, level = level, np.rint(seen / 0.3).astype(int)
        if before is not None:
            steps = (level - before).ravel()
            pixel = np.repeat(np.arange(H * W), np.abs(steps))
            events.append(make_events(pixel % W, pixel // W, np.full(len(pixel), 2 * k * MS),
                                      steps[pixel]))
        if 2 * k % PERIOD_MS == 0:
            frames.append(np.clip(60 * np.exp(seen / 2), 0, 255).astype(np.uint8))
    return Recording(np.arange(len(frames)) * PERIOD_MS * MS, frames, np.concatenate(events))


@pytest.fixture(scope='module')
def simulated():
    """Return 1.6 s of the simulator: pixels with a low-pass, thresholds and noise."""
    from depthanyevent_ros.simulation.simulator import Frame, Simulation
    frames, events = [], []
    for item in Simulation('room', 'standing', 7, 1.6, start_ns=10**15).items():
        if isinstance(item, Frame):
            frames.append(item)
        elif isinstance(item, np.ndarray):
            events.append(item)
    return Recording(np.array([frame.stamp_ns + frame.exposure_ns // 2 for frame in frames]),
                     [frame.image for frame in frames], np.concatenate(events))


@pytest.mark.parametrize('late_ms', [0, 50, -120, 200, -3])
def test_the_offset_of_ideal_events_is_found_to_some_milliseconds(ideal, late_ms):
    """The grid is 10 ms wide; the parabola makes it finer."""
    estimate, _ = ideal.estimate(late_ms)
    assert estimate.problem is None and estimate.confidence > 0.5
    assert estimate.offset_ns / MS == pytest.approx(late_ms, abs=4)


@pytest.mark.parametrize('late_ms', [0, 50, -120, 200])
def test_the_offset_of_simulated_events_is_found_but_for_their_own_delay(simulated, late_ms):
    """These pixels are 4 to 20 ms late, so that frames seem early."""
    estimate, _ = simulated.estimate(late_ms)
    assert -20 < estimate.offset_ns / MS - late_ms < -4
    assert estimate.correction_ns / MS == pytest.approx(late_ms, abs=12)


def test_the_stamps_of_the_real_recording_are_right(newtons_cradle):
    """Its stamps begin the exposure of 20 ms; from the middle on, events are 5 ms late."""
    from depthanyevent_ros.recordings.open_sequence import open_sequence
    with open_sequence(newtons_cradle) as sequence:
        memory = EventMemory(1_000_000)
        memory.append(sequence.events_between(0, 2**62))
        for late_ms in (0, 100):
            offset = StampOffset(260, 346)
            for k, stamp_ns in enumerate(sequence.frames.stamps_ns.tolist()):
                offset.add_frame(stamp_ns + (10 + late_ms) * MS, sequence.frames.read(k))
            offset.finish(memory)
            estimate = offset.estimate()
            assert estimate.n_pairs == 12 and estimate.confidence > 0.5
            assert estimate.offset_ns / MS == pytest.approx(late_ms - 5, abs=4)


def test_stamps_that_are_right_are_left_alone():
    """What is below 30 ms may be the events' own delay; an unknown offset corrects nothing."""
    assert OffsetEstimate(-18 * MS, 0.9, 20).correction_ns == 0
    assert OffsetEstimate(15 * MS, 0.9, 20).correction_ns == 0
    assert OffsetEstimate(45 * MS, 0.9, 20).correction_ns == 55 * MS
    assert OffsetEstimate(-130 * MS, 0.9, 20).correction_ns == -120 * MS
    assert OffsetEstimate(None, 0.0, 20, 'no_peak').correction_ns == 0


def test_a_still_camera_says_nothing(ideal):
    """Noise in the frames and in the events alone: no pair is used."""
    rng = np.random.default_rng(1)
    n = 40_000
    noise = make_events(rng.integers(0, W, n), rng.integers(0, H, n),
                        np.sort(rng.integers(0, LENGTH_MS * MS, n)), rng.integers(0, 2, n))
    frames = [np.clip(ideal.frames[0] + rng.normal(0, 4, (H, W)), 0, 255).astype(np.uint8)
              for _ in ideal.frames]
    estimate, offset = Recording(ideal.stamps_ns, frames, noise).estimate()
    assert (estimate.offset_ns, estimate.problem) == (None, 'too_little_motion')
    assert offset.counts['too_little_motion'] > 20 and not offset.counts['pairs']


@pytest.mark.parametrize('change', ['mirrored', 'other order', 'other time', 'inverted'])
def test_frames_that_have_nothing_to_do_with_the_events_say_nothing(ideal, change):
    """Another camera, or stamps farther off than the grid: unknown, not a number."""
    frames = {'mirrored': [frame[:, ::-1] for frame in ideal.frames],
              'other order': [ideal.frames[k] for k in np.random.default_rng(0).permutation(40)],
              'other time': ideal.frames[17:] + ideal.frames[:17],
              'inverted': [255 - frame for frame in ideal.frames]}[change]
    estimate, offset = Recording(ideal.stamps_ns, frames, ideal.events).estimate()
    assert estimate.offset_ns is None and estimate.problem in ('no_peak', 'no_agreement')
    assert offset.counts['pairs'] >= 8


def test_an_offset_at_the_end_of_the_grid_is_unknown(ideal):
    """300 ms may be more: nothing is made up."""
    assert ideal.estimate(340)[0].offset_ns is None


def test_few_pairs_are_not_enough(ideal):
    """Before eight pairs there is no answer."""
    short = Recording(ideal.stamps_ns[:15], ideal.frames[:15], ideal.events)
    estimate, _ = short.estimate()
    assert estimate.n_pairs < 8 and estimate.problem == 'too_little_motion'
    assert estimate.offset_ns is None


def test_pairs_that_the_memory_does_not_cover_are_counted(ideal):
    """A memory that is too small, and the first frames of a recording."""
    _, offset = ideal.estimate(memory=EventMemory(1000))
    assert not offset.counts['pairs'] and offset.counts['not_covered'] > 20
    _, offset = ideal.estimate()
    assert offset.counts['not_covered'] == 8        # the frames of the first 300 ms


def test_what_waits_is_bounded(ideal):
    """Frames without a single event."""
    offset = StampOffset(H, W, most_waiting=4)
    for stamp_ns, frame in zip(ideal.stamps_ns.tolist(), ideal.frames):
        offset.add_frame(stamp_ns, frame)
        offset.advance(EventMemory(10))
    assert offset.counts == {'too_many_waiting': len(ideal.frames) - 1 - 4}
    assert offset.estimate().n_pairs == 0


def test_the_history_is_bounded_and_follows_a_clock_that_was_set(ideal):
    """With ten pairs, those of the time before are gone after ten more."""
    memory, offset = EventMemory(2_000_000), StampOffset(H, W, n_pairs=10)
    memory.append(ideal.events)
    for k, frame in enumerate(ideal.frames):
        offset.add_frame(int(ideal.stamps_ns[k]) + (0 if k < 18 else 100) * MS, frame)
        offset.advance(memory)
    estimate = offset.estimate()
    assert estimate.n_pairs == 10
    assert estimate.offset_ns / MS == pytest.approx(100, abs=4)


def test_time_that_jumps_back_begins_anew(ideal):
    """And a reset from outside does the same; what was counted stays."""
    _, offset = ideal.estimate()
    offset.add_frame(5 * MS, ideal.frames[0])
    assert offset.estimate().n_pairs == 0 and offset.resets == {'jump_back': 1}
    offset.reset('asked')
    assert offset.resets == {'jump_back': 1, 'asked': 1} and offset.counts['pairs']


def test_frames_too_near_or_too_far_apart_are_no_pairs(ideal):
    """At 100 Hz every third one is used; across a gap of 250 ms and more nothing is compared."""
    offset = StampOffset(H, W)
    for stamp_ms in (0, 10, 20, 30, 40, 300, 340):
        offset.add_frame(stamp_ms * MS, ideal.frames[0])
    assert offset.counts == {'too_far_apart': 1} and len(offset._waiting) == 2


def test_events_outside_the_picture_and_in_the_last_columns_do_no_harm(ideal):
    """Cells are whole: what does not fill one is left out."""
    offset = StampOffset(H, W)
    memory = EventMemory(1000)
    memory.append(make_events([0xFFFF, W - 1, W], [0, 0xFFFF, H], [0, 1, 2000 * MS], [1, 1, 1]))
    memory.append(np.zeros(0, EVENT_DTYPE))
    offset.add_frame(500 * MS, ideal.frames[0])
    offset.add_frame(540 * MS, ideal.frames[1])
    offset.finish(memory)
    assert offset.estimate().n_pairs == 0


def test_other_frames_and_other_sizes_are_refused(ideal):
    """With a cause; a camera smaller than a cell with a sentence."""
    for picture in (np.zeros((H, W + 1), np.uint8), ideal.frames[0].astype(np.uint16)):
        with pytest.raises(MalformedInput) as error:
            StampOffset(H, W).add_frame(0, picture)
        assert error.value.cause == 'image_size'
    with pytest.raises(ConfigError, match='7x64'):
        StampOffset(64, 7)
