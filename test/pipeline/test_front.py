# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The input half of the recipe."""

from dataclasses import replace

import numpy as np
import pytest

from depthanyevent_ros.depth.camera import CameraModel
from depthanyevent_ros.errors import ConfigError, MalformedInput
from depthanyevent_ros.events.encoders import encode_packet
from depthanyevent_ros.events.tencode import encode_tencode
from depthanyevent_ros.events.types import EventMessage, make_events
from depthanyevent_ros.parameters import load_spec, make_settings
from depthanyevent_ros.pipeline.assembly import check_settings, make_recurrence
from depthanyevent_ros.pipeline.front import EventFront, MAX_JUMPS
from depthanyevent_ros.pipeline.view import make_view

WIDTH, HEIGHT = 32, 24
MS = 1_000_000
HOST_NS = 1_700_000_000_000 * MS


def settings(**values):
    """Return settings with some parameters set."""
    return make_settings(load_spec('depth'), {'window.duration_ms': 10.0, **values})


def packet(start_ms, n_ms=2, seq=0, encoding='mono', seed=0):
    """Return a packet that arrives 3 ms after its last event, on a host with another clock."""
    random = np.random.default_rng(seed + start_ms)
    t_ns = np.sort(random.integers(start_ms * MS, (start_ms + n_ms) * MS, 100))
    t_ns[0], t_ns[-1] = start_ms * MS, (start_ms + n_ms) * MS - 1000
    events = make_events(random.integers(0, WIDTH, 100), random.integers(0, HEIGHT, 100),
                         t_ns // 1000 * 1000, random.integers(0, 2, 100))
    arrival_ns = HOST_NS + (start_ms + n_ms + 3) * MS
    return encode_packet(encoding, events, WIDTH, HEIGHT, 'camera', arrival_ns, seq), events


def test_packets_become_the_pictures_of_their_windows():
    """The same as the batch definition on the events of [0, 10) ms."""
    front = EventFront(settings(), WIDTH, HEIGHT)
    packets = [packet(at_ms, seq=at_ms // 2) for at_ms in range(0, 14, 2)]
    windows = [window for message, _ in packets for window in front.feed(message)]
    (window,) = windows
    events = np.concatenate([events for _, events in packets[:5]])
    expected = encode_tencode(events['x'], events['y'], events['t_ns'], events['p'],
                              HEIGHT, WIDTH)
    np.testing.assert_array_equal(window.image, expected)
    assert front.input.n_events == 700


def test_the_clock_learns_the_offset_of_the_host():
    """Stamps are arrivals, 3 ms late: the smallest delay stays in the offset."""
    front = EventFront(settings(), WIDTH, HEIGHT)
    for at_ms in range(0, 40, 2):
        list(front.feed(packet(at_ms, seq=at_ms // 2)[0]))
    assert front.clock.to_host_ns(10 * MS) == pytest.approx(HOST_NS + 13 * MS, abs=2000)


def test_after_a_jump_of_sensor_time_the_offset_is_learnt_anew():
    """A camera that was restarted: its time begins at zero, the host's goes on."""
    front, hour_ns = EventFront(settings(), WIDTH, HEIGHT), 3600 * 1000 * MS
    for at_ms in range(0, 40, 2):
        message, _ = packet(at_ms, seq=at_ms // 2)
        list(front.feed(replace(message, time_base_ns=message.time_base_ns + hour_ns)))
    assert front.clock.offset_ns == pytest.approx(HOST_NS - hour_ns + 3 * MS, abs=2000)
    list(front.feed(packet(40, seq=20)[0]))
    assert front.windows.resets == {'time_jump_back': 1}
    assert front.clock.offset_ns == pytest.approx(HOST_NS + 3 * MS, abs=2000)


def test_packets_without_events_close_no_window():
    """Only events move sensor time on, whatever arrives; the next one gives out the black ones."""
    front = EventFront(settings(), WIDTH, HEIGHT)
    list(front.feed(packet(0)[0]))
    silent = encode_packet('mono', packet(0)[1][:0], WIDTH, HEIGHT, 'camera', HOST_NS, 1)
    for at_ms in range(2, 500, 2):
        silent = replace(silent, seq=at_ms // 2, time_base_ns=at_ms * MS,
                         stamp_ns=HOST_NS + at_ms * MS)
        assert not list(front.feed(silent))
    windows = list(front.feed(packet(500, seq=250)[0]))
    assert [window.n_events for window in windows] == [100] + [0] * 49
    assert not front.windows.resets and not front.input.counts


def test_a_change_of_encoding_resets_the_windows():
    """The state of a decoder means nothing to another."""
    front = EventFront(settings(), WIDTH, HEIGHT)
    list(front.feed(packet(0)[0]))
    list(front.feed(packet(2, seq=1, encoding='evt3')[0]))
    assert front.windows.resets == {'encoding_change': 1}


def test_a_reset_forgets_windows_and_offset():
    """The next event begins a window of a new epoch."""
    front = EventFront(settings(), WIDTH, HEIGHT)
    for at_ms in range(0, 8, 2):
        list(front.feed(packet(at_ms, seq=at_ms // 2)[0]))
    front.reset('service')
    windows = [window for at_ms in range(8, 22, 2)
               for window in front.feed(packet(at_ms, seq=at_ms // 2)[0])]
    assert [window.start_ns for window in windows] == [8 * MS]
    assert windows[0].epoch == 1 and windows[0].index == 0


def test_a_message_of_another_size_is_refused_and_the_rest_goes_on():
    """Counted by its cause."""
    front = EventFront(settings(), WIDTH, HEIGHT)
    list(front.feed(packet(0)[0]))
    other = encode_packet('mono', packet(2)[1], 64, 64, 'camera', HOST_NS, 1)
    with pytest.raises(MalformedInput):
        list(front.feed(other))
    list(front.feed(packet(4, seq=2)[0]))
    assert front.input.all_counts()['size_change'] == 1 and front.input.n_events == 200


def test_overlapping_windows_have_one_state_for_each_phase():
    """50 ms every 10 ms are five chains; a single state if that is asked for."""
    overlapping = {'window.duration_ms': 50.0, 'window.stride_ms': 10.0}
    assert make_recurrence(settings(**overlapping)).n_chains == 5
    assert make_recurrence(settings(**overlapping, **{'window.states': 'single'})).n_chains == 1


@pytest.mark.parametrize('values, told', [
    ({'window.stride_ms': 3.0}, 'stride'),
    ({'depth.min_m': 5.0, 'depth.max_m': 4.0}, 'depth.max_m'),
    ({'sensor.width': 346}, 'sensor.height'),
    ({'window.duration_ms': 0.1, 'window.max_gap_ms': 60000.0}, 'max_gap'),
])
def test_settings_that_do_not_go_together_are_refused(values, told):
    """The sentence names a parameter."""
    with pytest.raises(ConfigError, match=told):
        check_settings(settings(**values))


def test_without_rectification_the_view_is_the_sensors():
    """No table, no mask, the calibration as it is."""
    camera = CameraModel.from_values(WIDTH, HEIGHT, [30, 0, 16, 0, 30, 12, 0, 0, 1])
    assert make_view(camera, False, WIDTH, HEIGHT) == (None, None, camera)
    assert make_view(None, False, WIDTH, HEIGHT) == (None, None, None)


def test_a_calibration_of_another_size_is_scaled_to_the_sensor():
    """Some drivers publish the calibration of the full array for a binned one."""
    camera = CameraModel.from_values(
        2 * WIDTH, 2 * HEIGHT, [60, 0, 32, 0, 60, 24, 0, 0, 1])
    _, _, published = make_view(camera, False, WIDTH, HEIGHT)
    assert (published.width, published.height) == (WIDTH, HEIGHT)
    np.testing.assert_allclose(published.k, [[30, 0, 15.75], [0, 30, 11.75], [0, 0, 1]])


def test_an_undistorted_camera_moves_no_event_when_rectified():
    """With R = I and P = K every pixel is its own."""
    camera = CameraModel.from_values(WIDTH, HEIGHT, [30, 0, 16, 0, 30, 12, 0, 0, 1])
    view, mask, published = make_view(camera, True, WIDTH, HEIGHT)
    moved = view.lut.reshape(HEIGHT, WIDTH)
    still = moved == np.arange(WIDTH * HEIGHT).reshape(HEIGHT, WIDTH)
    assert still.mean() > 0.9                   # the rest is rounding at a truncated whole number
    assert mask.all() and published.k[0, 0] == 30


@pytest.mark.parametrize('camera', [
    None, CameraModel.from_values(WIDTH, HEIGHT, np.zeros(9))])
def test_rectification_without_a_calibration_is_refused(camera):
    """An all-zero K is how drivers say that there is none."""
    with pytest.raises(ConfigError, match='calibrat'):
        make_view(camera, True, WIDTH, HEIGHT)


@pytest.mark.parametrize('encoding', ['mono', 'libcaer_cmp', 'evt3'])
def test_a_payload_of_another_encoding_costs_a_bounded_number_of_windows(encoding):
    """Times jump with every few events: the rest is left out and counted, the next one passes."""
    front = EventFront(settings(), WIDTH, HEIGHT)
    noise = np.random.default_rng(1).integers(0, 256, 64_000).astype(np.uint8)
    windows = []
    with pytest.raises(MalformedInput, match=encoding) as error:
        windows.extend(front.feed(EventMessage(0, '', WIDTH, HEIGHT, encoding, noise)))
    assert error.value.cause == 'time_disorder' and front.input.counts == {'time_disorder': 1}
    assert MAX_JUMPS < front.windows.epoch < 3 * MAX_JUMPS and len(windows) < 300 * MAX_JUMPS
    windows = list(front.feed(packet(0, n_ms=11, encoding=encoding)[0]))
    assert windows[-1].end_ns - windows[-1].start_ns == 10 * MS
    assert front.windows.counts['left_out'] > 1000


def test_every_event_of_a_message_that_is_given_up_is_counted():
    """Shown, or one of the causes."""
    front, n_shown = EventFront(settings(), WIDTH, HEIGHT), 0
    noise = np.random.default_rng(1).integers(0, 256, 64_000).astype(np.uint8)
    with pytest.raises(MalformedInput):
        for window in front.feed(EventMessage(0, '', WIDTH, HEIGHT, 'mono', noise)):
            n_shown += window.n_events
    front.windows.flush()
    counts = front.windows.counts
    assert front.input.n_events == n_shown + sum(
        counts[cause] for cause in ('late', 'outlier', 'unfinished', 'left_out'))


def test_other_windows_are_a_reset_that_keeps_what_was_counted():
    """The epoch moves on, so that no state of before meets a window of after."""
    front = EventFront(settings(), WIDTH, HEIGHT)
    windows = [window for at_ms in range(0, 12, 2)
               for window in front.feed(packet(at_ms, seq=at_ms // 2)[0])]
    front.change('window_changed', settings(**{'window.duration_ms': 4.0}), None)
    windows += [window for at_ms in range(12, 20, 2)
                for window in front.feed(packet(at_ms, seq=at_ms // 2)[0])]
    assert [w.end_ns - w.start_ns for w in windows] == [10 * MS, 4 * MS]
    assert windows[0].epoch < windows[1].epoch
    assert front.windows.resets == {'window_changed': 1}
