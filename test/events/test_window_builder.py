# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Windows from events: bounds, order, jumps, damage, and pictures equal to the batch ones."""

import numpy as np
import pytest

from depthanyevent_ros.errors import ConfigError
from depthanyevent_ros.events.last_event_map import View
from depthanyevent_ros.events.tencode import encode_tencode
from depthanyevent_ros.events.types import make_events
from depthanyevent_ros.events.window_builder import WindowBuilder
from depthanyevent_ros.events.windows import ByCount, ByTime, ByTimeOrCount

WIDTH, HEIGHT = 20, 12
MS = 1_000_000
T0 = 1_700_000_000_123_456_789


def at_ms(*times_ms, start_ns=T0, p=None):
    """Return events at these times, each on a pixel of its own."""
    n = len(times_ms)
    return make_events(np.arange(n) % WIDTH, np.arange(n) // WIDTH % HEIGHT,
                       [start_ns + round(t * MS) for t in times_ms], p or [1] * n)


def builder(policy=None, **limits):
    """Return a builder for the small test sensor."""
    return WindowBuilder(policy or ByTime(10_000), WIDTH, HEIGHT, **limits)


def batch(events, width=WIDTH, height=HEIGHT):
    """Return the picture of the definition."""
    return encode_tencode(events['x'], events['y'], events['t_ns'], events['p'], height, width)


def slow_windows(events, policy):
    """Return (start, end, events) of each window: event by event, lists of slots, no jumps."""
    slots, slot, start, by_count = [], [], int(events['t_ns'][0]), False
    floor, end = policy.slot_bounds(start, by_count)
    for i, t in enumerate(events['t_ns'].tolist()):
        while t >= end:
            slots.append((start, end, slot))
            slot, start, by_count = [], end, False
            floor, end = policy.slot_bounds(start, by_count)
        if t < floor:
            continue
        slot.append(i)
        if len(slot) == policy.slot_events:
            stop = max(events['t_ns'][slot].max() + 1, start)
            slots.append((start, int(stop), slot))
            slot, start, by_count = [], int(stop), True
            floor, end = policy.slot_bounds(start, by_count)
    n = policy.n_slots
    return [(slots[k][0], slots[k + n - 1][1], events[sum((s[2] for s in slots[k:k + n]), [])])
            for k in range(len(slots) - n + 1)]


def feed_in_pieces(build, events, rng):
    """Feed events cut at random places; return all windows."""
    cuts = np.sort(rng.integers(0, len(events) + 1, rng.integers(0, 30)))
    return [w for part in np.split(events, cuts) for w in build.feed(part)]


POLICIES = {
    'time': ByTime(10_000), 'time, stride': ByTime(12_000, 4000),
    'count': ByCount(100), 'count, stride': ByCount(120, 30), 'every event': ByCount(1),
    'either': ByTimeOrCount(10_000, 100), 'either, stride': ByTimeOrCount(12_000, 90, 4000),
}


@pytest.mark.parametrize('policy', POLICIES.values(), ids=POLICIES.keys())
@pytest.mark.parametrize('seed', range(6))
def test_windows_equal_a_slow_reference_bit_for_bit(policy, seed):
    """Random streams with equal stamps, disorder, pixels outside, cut at random places."""
    rng = np.random.default_rng(seed)
    n = 700
    t = T0 + np.cumsum(rng.choice([0, 0, 1000, 90_000, 6_000_000], n, p=[.3, .2, .2, .28, .02]))
    if seed % 2:
        t = t + rng.integers(-3_000_000, 3_000_000, n)
    events = make_events(rng.integers(0, WIDTH + 3, n), rng.integers(0, HEIGHT + 2, n), t,
                         rng.integers(0, 2, n))
    build = builder(policy)
    windows = feed_in_pieces(build, events, rng)
    want = slow_windows(events, policy)
    assert len(windows) == len(want) > 0
    for k, (window, (start_ns, end_ns, members)) in enumerate(zip(windows, want)):
        assert (window.index, window.epoch, window.n_events) == (k, 0, len(members))
        first_ns = int(members['t_ns'].min()) if len(members) else None
        assert window.first_ns == first_ns
        assert window.last_ns == (int(members['t_ns'].max()) if len(members) else None)
        assert (window.start_ns, window.end_ns) == (
            min(start_ns, first_ns) if len(members) else start_ns, end_ns)
        assert window.image.dtype == np.float32
        np.testing.assert_array_equal(window.image, batch(members))
    assert not build.resets


def test_every_event_is_in_a_window_or_counted(rng, random_events):
    """Shown, late, unfinished: the sum is what was fed."""
    events = random_events(rng, 5000, WIDTH + 2, HEIGHT + 2)
    build = builder()
    in_windows = sum(w.n_events for w in feed_in_pieces(build, events, rng))
    unfinished = build.flush()
    assert in_windows + unfinished == 5000
    assert build.counts['unfinished'] == unfinished
    assert build.counts['outside_sensor'] == np.count_nonzero(
        (events['x'] >= WIDTH) | (events['y'] >= HEIGHT))


def test_windows_begin_at_the_first_event_and_do_not_drift():
    """End k is the first event's stamp + k strides, exactly, whatever the stamps of events."""
    rng = np.random.default_rng(1)
    events = make_events(np.zeros(3000, int), np.zeros(3000, int),
                         T0 + np.cumsum(rng.integers(1, 999_999, 3000)), np.ones(3000))
    events['t_ns'][0] = T0
    windows = list(builder(ByTime(7000)).feed(events))
    assert [w.end_ns for w in windows] == [T0 + 7 * MS * (k + 1) for k in range(len(windows))]
    assert [w.start_ns for w in windows] == [T0 + 7 * MS * k for k in range(len(windows))]


def test_a_boundary_event_belongs_to_the_later_window_only():
    """[start, end): an event at exactly the end opens the next window."""
    windows = list(builder().feed(at_ms(0, 9.999999, 10, 19, 20)))
    assert [(w.n_events, w.first_ns - T0, w.last_ns - T0) for w in windows] == [
        (2, 0, 9_999_999), (2, 10 * MS, 19 * MS)]
    assert windows[1].image[:, 0, 1].sum() == 0 and windows[1].image[0, 0, 2] == 1


def test_count_windows_are_exact_with_equal_stamps_at_the_boundary():
    """Ten events of one time in windows of four: four and four, each on its own pixels."""
    windows = list(builder(ByCount(4)).feed(at_ms(*[5] * 10)))
    assert [w.n_events for w in windows] == [4, 4]
    np.testing.assert_array_equal(windows[0].image[0, 0, :8], [1, 1, 1, 1, 0, 0, 0, 0])
    np.testing.assert_array_equal(windows[1].image[0, 0, :8], [0, 0, 0, 0, 1, 1, 1, 1])
    assert all(w.end_ns == T0 + 5 * MS + 1 for w in windows)
    assert [w.start_ns for w in windows] == [T0 + 5 * MS] * 2


def test_a_count_window_closes_with_its_last_event():
    """No later event is needed to see that it is full."""
    assert [w.n_events for w in builder(ByCount(3)).feed(at_ms(0, 1, 2))] == [3]


def test_time_or_count_ends_by_whichever_comes_first():
    """Three events fill a slot; after a full one, time begins anew behind its last event."""
    windows = list(builder(ByTimeOrCount(10_000, 3)).feed(at_ms(0, 1, 2, 2, 3, 13)))
    assert [w.n_events for w in windows] == [3, 2]
    assert windows[0].end_ns == T0 + 2 * MS + 1
    assert windows[1].end_ns == windows[0].end_ns + 10 * MS
    assert windows[1].start_ns == T0 + 2 * MS       # it took an event of equal time


def test_overlapping_windows_begin_when_all_their_slots_are_there():
    """Window 30 ms, stride 10 ms: the first ends after 30 ms, then one every 10 ms."""
    windows = list(builder(ByTime(30_000, 10_000)).feed(at_ms(1, 11, 21, 31, 41, 51)))
    assert [(w.start_ns - T0 - MS, w.end_ns - T0 - MS) for w in windows] == [
        (0, 30 * MS), (10 * MS, 40 * MS), (20 * MS, 50 * MS)]
    assert [w.n_events for w in windows] == [3, 3, 3]
    np.testing.assert_array_equal(windows[1].image[0, 0, :6], [0, 1, 1, 1, 0, 0])


def test_empty_windows_in_the_middle_are_given_out():
    """Silence shorter than the gap limit gives black pictures, on the grid."""
    windows = list(builder().feed(at_ms(0, 35)))
    assert [w.n_events for w in windows] == [1, 0, 0]
    assert not windows[1].image.any()
    assert windows[1].first_ns is None and windows[1].last_ns is None
    assert windows[2].end_ns == T0 + 30 * MS


def test_silence_beyond_the_gap_limit_is_a_reset_not_a_flood_of_windows():
    """Two events after a long silence: one reset, both kept, windows begin anew."""
    build = builder(max_gap_us=100_000)
    windows = list(build.feed(at_ms(0, 1, 5000, 5001, 5010)))
    assert build.resets == {'time_gap': 1}
    assert [(w.n_events, w.start_ns - T0, w.epoch, w.index) for w in windows] == [
        (2, 5000 * MS, 1, 0)]
    assert build.counts == {'unfinished': 2}


def test_time_jumping_back_is_a_reset_and_nothing_of_the_new_stream_is_lost():
    """A bag that loops: the first event of the new round is in the first window."""
    build = builder()
    events = np.concatenate([at_ms(500, 501), at_ms(0, 1, 2, 10)])
    windows = list(build.feed(events))
    assert build.resets == {'time_jump_back': 1}
    assert [(w.n_events, w.start_ns, w.epoch) for w in windows] == [(3, T0, 1)]
    assert not build.counts['outlier']


def test_concatenated_events_keep_their_type():
    """NumPy repacks most structured types when it joins arrays; not this one."""
    assert np.concatenate([at_ms(0), at_ms(1)]).dtype == at_ms(0).dtype
    assert np.insert(at_ms(0), 0, at_ms(1)).dtype.itemsize == 16


def test_after_a_jump_back_old_events_do_not_show():
    """The map holds times from the future then; the slot number hides them."""
    build = builder()
    list(build.feed(at_ms(500, 501, 502, 503)))
    windows = list(build.feed(at_ms(0, 1, 10)))
    assert windows[0].image.sum(axis=(1, 2)).tolist() == [2, 1, 0]


@pytest.mark.parametrize('damaged_ns', [
    0, -5, T0 - 10**12, T0 + 10**12, T0 - 50 * MS, 2**62 - 1, 2**62, 2**63 - 1, -2**63])
@pytest.mark.parametrize('cut', [0, 1])
def test_one_damaged_stamp_costs_only_itself(damaged_ns, cut):
    """All other events are in their windows, no reset; even if it is last of its message."""
    good = at_ms(0, 1, 2, 3, 10)
    events = np.insert(good, 3, make_events([9], [9], [damaged_ns], [1]))
    build = builder()
    windows = [w for part in np.split(events, [3 + cut]) for w in build.feed(part)]
    assert not build.resets and build.counts == {'outlier': 1}
    assert [w.n_events for w in windows] == [4]
    np.testing.assert_array_equal(windows[0].image, batch(good[:4]))


def test_damage_at_the_very_beginning_is_left_behind():
    """A first stamp that is wrong costs a reset, an impossible one not even that."""
    build = builder()
    events = np.concatenate([make_events([1], [1], [2**63 - 1], [1]), at_ms(0, 1, 10)])
    assert [w.n_events for w in build.feed(events)] == [2]
    assert not build.resets and build.counts == {'outlier': 1}
    build = builder()
    events = np.concatenate([make_events([1], [1], [T0 + 10**15], [1]), at_ms(0, 1, 10)])
    assert [w.n_events for w in build.feed(events)] == [2]
    assert build.resets == {'time_jump_back': 1}


def test_random_stamps_never_stop_the_builder(rng):
    """Pure noise over the whole range of 64 bits: bounded work, everything is counted."""
    for policy in POLICIES.values():
        build = builder(policy)
        t = rng.integers(-2**63, 2**63, 2000)
        events = make_events(rng.integers(0, 30, 2000), rng.integers(0, 30, 2000), t,
                             rng.integers(0, 2, 2000))
        shown = sum(w.n_events for w in build.feed(events))
        build.flush()
        if policy.n_slots == 1:
            dropped = sum(build.counts[c] for c in ('outlier', 'late', 'unfinished'))
            assert shown + dropped == 2000


def test_slightly_disordered_events_go_into_the_open_window_or_are_late():
    """Within the tolerance: taken while their slot is open, counted once it is closed."""
    build = builder()
    windows = list(build.feed(at_ms(0, 5, 3, 10, 9, 11, 20)))
    assert [w.n_events for w in windows] == [3, 2]
    assert build.counts == {'late': 1} and not build.resets


def test_disorder_beyond_the_tolerance_is_an_outlier_or_a_jump():
    """max_back_us decides."""
    build = builder(max_back_us=1000)
    list(build.feed(at_ms(0, 5, 3, 6)))
    assert build.counts == {'outlier': 1}


def test_no_tolerance_still_takes_equal_stamps():
    """With max_back_us 0 any step back is damage or a jump, standing still is not."""
    build = builder(max_back_us=0)
    assert [w.n_events for w in build.feed(at_ms(0, 5, 5, 4.999, 6, 10))] == [4]
    assert build.counts == {'outlier': 1}


def test_first_and_last_include_events_outside_the_picture():
    """The golden vector fed as a stream: the event outside sets the last time."""
    build = WindowBuilder(ByCount(5), 4, 3)
    events = make_events([0, 1, 1, 3, 5], [0, 1, 1, 2, 1], [0, 250, 500, 750, 1000],
                         [1, 0, 1, 0, 1])
    window, = build.feed(events)
    assert window.image[1, 1, 1] == 0.5 and window.image[1, 2, 3] == 0.25
    assert build.counts == {'outside_sensor': 1}
    np.testing.assert_array_equal(window.image, batch(events, 4, 3))


def test_a_view_moves_events_to_another_size(rng):
    """With a lookup table the picture is that of the moved events; -1 is counted."""
    lut = rng.integers(-1, 30, WIDTH * HEIGHT).astype(np.int32)
    build = WindowBuilder(ByCount(500), WIDTH, HEIGHT, View(lut, 6, 5))
    events = make_events(rng.integers(0, WIDTH, 500), rng.integers(0, HEIGHT, 500),
                         T0 + np.arange(500), rng.integers(0, 2, 500))
    window, = build.feed(events)
    target = lut[events['y'].astype(int) * WIDTH + events['x']]
    want = encode_tencode(np.where(target < 0, -1, target % 6), target // 6, events['t_ns'],
                          events['p'], 5, 6)
    assert window.image.shape == (3, 5, 6)
    np.testing.assert_array_equal(window.image, want)
    assert build.counts == {'outside_view': np.count_nonzero(target < 0)}


@pytest.mark.parametrize('lut', [
    np.zeros(5, np.int32), np.zeros(WIDTH * HEIGHT, np.int64),
    np.full(WIDTH * HEIGHT, 30, np.int32)])
def test_a_table_that_does_not_fit_is_refused(lut):
    """Wrong length, wrong type or a target outside the view: an error, not stray writes."""
    with pytest.raises(ValueError, match='lookup table'):
        WindowBuilder(ByTime(), WIDTH, HEIGHT, View(lut, 6, 5))


@pytest.mark.parametrize('name, value', [('max_gap_us', 0), ('max_back_us', -1),
                                         ('max_gap_us', 2**60)])
def test_limits_that_make_no_sense_are_refused(name, value):
    """The error names the parameter."""
    with pytest.raises(ConfigError, match=name):
        builder(**{name: value})


def test_a_gap_of_very_many_strides_is_refused():
    """One event must not close more windows than can be rendered in a moment."""
    with pytest.raises(ConfigError, match='max_gap_us'):
        builder(ByTime(1000, 10), max_gap_us=1_000_000)
    assert builder(ByCount(1), max_gap_us=2**39).resets == {}


def test_reset_begins_a_new_epoch_at_the_next_event():
    """Index 0, epoch + 1, the reason counted, the unfinished events too."""
    build = builder()
    list(build.feed(at_ms(0, 5)))
    build.reset('service')
    windows = list(build.feed(at_ms(7, 8, 17)))
    assert [(w.index, w.epoch, w.n_events, w.start_ns - T0) for w in windows] == [
        (0, 1, 2, 7 * MS)]
    assert build.resets == {'service': 1} and build.counts == {'unfinished': 2}


def test_a_reset_between_two_windows_of_one_block_is_obeyed():
    """Whoever consumes the windows may reset; the rest of the block begins anew."""
    build, windows = builder(), []
    for window in build.feed(at_ms(0, 10, 20, 30)):
        windows.append(window)
        if len(windows) == 1:
            build.reset('consumer')
    assert [(w.epoch, w.start_ns - T0) for w in windows] == [(0, 0), (1, 10 * MS), (1, 20 * MS)]


def test_newest_is_the_latest_time_so_far():
    """Disorder and damage do not move it back or ahead; a reset forgets it."""
    build = builder()
    assert build.newest_ns is None
    list(build.feed(np.concatenate([at_ms(0, 7, 5), make_events([0], [0], [2**60], [1])])))
    assert build.newest_ns == T0 + 7 * MS
    build.reset('service')
    assert build.newest_ns is None


def test_feeding_nothing_does_nothing():
    """Zero events are fine, before and after the first."""
    build = builder()
    assert list(build.feed(at_ms())) == []
    list(build.feed(at_ms(0)))
    assert list(build.feed(at_ms())) == [] and build.flush() == 1


def test_another_dtype_is_refused():
    """Events of another layout would be misread."""
    with pytest.raises(TypeError, match='EVENT_DTYPE'):
        list(builder().feed(np.zeros(3)))


def test_the_real_davis_recording_gives_ten_windows(newtons_cradle):
    """319,512 events, 10 windows of 50 ms, each equal to the batch picture bit for bit."""
    aedat = pytest.importorskip('aedat')
    parts = [p['events'] for p in aedat.Decoder(newtons_cradle) if 'events' in p]
    events = np.concatenate([make_events(p['x'], p['y'], p['t'].astype(np.int64) * 1000, p['on'])
                             for p in parts])
    build = WindowBuilder(ByTime(50_000), 346, 260)
    windows = list(build.feed(events))
    assert len(events) == 319_512 and len(windows) == 10
    assert sum(w.n_events for w in windows) + build.flush() == 319_512
    for window in windows:
        inside = (events['t_ns'] >= window.start_ns) & (events['t_ns'] < window.end_ns)
        np.testing.assert_array_equal(window.image, batch(events[inside], 346, 260))
