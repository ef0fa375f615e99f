# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The real depth node, on real topics, with the real OpenVINO engine (a small network)."""

import time

from dvs_msgs.msg import EventArray
from event_camera_msgs.msg import EventPacket
import numpy as np
import pytest
from sensor_msgs.msg import CameraInfo, Image, PointCloud2
from std_srvs.srv import Trigger

from depthanyevent_ros.depth.camera import CameraModel
from depthanyevent_ros.events.cdr import serialize_event_array, serialize_event_packet
from depthanyevent_ros.events.encoders import encode_packet
from depthanyevent_ros.events.types import make_events
from depthanyevent_ros.nodes import messages

START_NS = 1_505_000_000_000_000_000
MS = 1_000_000
WIDTH, HEIGHT = 64, 48


def arrays(make_moving_events, n_ms, start_ms=0, step_ms=2, frame_id='camera'):
    """Yield EventArrays of 2 ms, as a driver publishes them; header.stamp is the first event."""
    for at_ms in range(start_ms, start_ms + n_ms, step_ms):
        first_ns = START_NS + at_ms * MS
        events = make_moving_events(first_ns, first_ns + step_ms * MS, 400, seed=at_ms)
        events['t_ns'][0] = first_ns
        yield serialize_event_array(events, first_ns, frame_id, WIDTH, HEIGHT)


def play(publisher, data):
    """Publish serialised messages; return how many."""
    n_messages = 0
    for n_messages, message in enumerate(data, 1):
        publisher.publish(bytes(message))
    return n_messages


def depth_of(message):
    """Return the picture of an Image message."""
    return np.frombuffer(message.data, '<f4').reshape(message.height, message.width)


def stamps_ms(received):
    """Return the stamps of messages in ms after START_NS."""
    return [(messages.to_ns(message.header.stamp) - START_NS) / MS for message in received]


def test_every_window_of_an_event_array_becomes_depth_stamped_with_its_end(
        graph, make_moving_events):
    """100 ms of events in windows of 10 ms: nine are closed by what follows, on time."""
    graph.listen(Image, 'depth/image_raw')
    graph.start_ready(overload='lossless')
    play(graph.publisher(EventArray), arrays(make_moving_events, 100))
    received = graph.wait_for('depth/image_raw', 9)
    assert stamps_ms(received) == [10.0 * k for k in range(1, 10)]
    first = received[0]
    assert (first.width, first.height, first.encoding) == (WIDTH, HEIGHT, '32FC1')
    assert first.header.frame_id == 'camera'
    assert np.isfinite(depth_of(first)).all()


def test_the_recurrent_state_is_carried(graph, make_moving_events):
    """The same events in two windows give different depth, and the same again after a reset."""
    graph.listen(Image, 'depth/image_raw')
    graph.start_ready(overload='lossless')
    publisher = graph.publisher(EventArray)
    events = make_moving_events(0, 10 * MS, 500)
    events['t_ns'][0] = 0

    def window(at_ms):
        moved = events.copy()
        moved['t_ns'] += START_NS + at_ms * MS
        return serialize_event_array(moved, START_NS, 'camera', WIDTH, HEIGHT)

    play(publisher, [window(at_ms) for at_ms in (0, 10, 20)])
    first, second = map(depth_of, graph.wait_for('depth/image_raw', 2))
    assert not np.allclose(first, second, rtol=1e-3)
    assert graph.call(Trigger, 'depth/reset').success
    play(publisher, [window(at_ms) for at_ms in (100, 110)])
    third = depth_of(graph.wait_for('depth/image_raw', 3)[2])
    np.testing.assert_allclose(third, first, rtol=1e-5)


@pytest.mark.parametrize('encoding', ['mono', 'libcaer', 'libcaer_cmp', 'evt3'])
def test_packets_of_every_encoding_are_taken(graph, make_moving_events, encoding):
    """The type is found by what is published; arrival stamps do not cut the windows."""
    graph.listen(Image, 'depth/image_raw')
    graph.start_ready(overload='lossless', event_type='auto')
    publisher = graph.publisher(EventPacket)
    for k in range(6):
        first_ns = START_NS + 5 * k * MS
        events = make_moving_events(first_ns, first_ns + 5 * MS, 300, seed=k)
        events['t_ns'] -= events['t_ns'] % 1000            # what a microsecond clock can say
        message = encode_packet(encoding, events, WIDTH, HEIGHT, 'camera',
                                stamp_ns=first_ns + 12 * MS, seq=k)
        publisher.publish(bytes(serialize_event_packet(message)))
    graph.wait_for('depth/image_raw', 2)
    assert graph.diagnostics('input')['type'] == 'packet'


def test_rubbish_costs_only_itself(graph, make_moving_events):
    """Truncated, big-endian, wrong size, unknown encoding: counted by cause, the node lives on."""
    graph.listen(Image, 'depth/image_raw')
    graph.start_ready(overload='lossless', event_type='dvs')
    publisher = graph.publisher(EventArray)
    good = [bytes(data) for data in arrays(make_moving_events, 40)]
    big_endian = b'\x00\x00' + good[3][2:]
    small = bytes(serialize_event_array(
        make_moving_events(START_NS, START_NS + MS, 5), START_NS, 'camera', 10, 10))
    for k, data in enumerate(good):
        publisher.publish(data)
        if k == 3:
            for bad in (good[3][:-7], big_endian, small, b'\x00\x01\x00\x00', good[3][:30]):
                publisher.publish(bad)
    assert len(graph.wait_for('depth/image_raw', 3)) >= 3
    graph.wait_for_value('input', 'not_used.big_endian', 1)
    values = graph.diagnostics('input')
    assert values['input.size_change'] == '1'
    assert sum(int(value) for key, value in values.items() if key.startswith('not_used.')) == 4


def test_time_that_runs_back_is_one_reset(graph, make_moving_events):
    """A bag that loops: a reset by its reason, then depth again from the zero state."""
    graph.listen(Image, 'depth/image_raw')
    graph.start_ready(overload='lossless')
    publisher = graph.publisher(EventArray)
    play(publisher, arrays(make_moving_events, 60, start_ms=100))
    graph.wait_for('depth/image_raw', 5)
    play(publisher, arrays(make_moving_events, 60))
    received = graph.wait_for('depth/image_raw', 10)
    assert stamps_ms(received)[5] == 10.0
    graph.wait_for_value('windows', 'reset.time_jump_back', 1)


def test_camera_info_has_the_stamp_and_frame_of_the_depth(graph, make_moving_events):
    """Every consumer pairs the two by their stamp."""
    graph.listen(Image, 'depth/image_raw')
    graph.listen(CameraInfo, 'depth/camera_info')
    graph.start_ready(overload='lossless')
    camera = CameraModel.from_values(WIDTH, HEIGHT, [50, 0, 32, 0, 50, 24, 0, 0, 1])
    infos = graph.publisher(CameraInfo, 'camera_info')
    infos.publish(messages.to_camera_info(camera, messages.to_header(START_NS, 'camera')))
    graph.wait(lambda: graph.depth._session.sensor.camera is not None, 'no camera')
    play(graph.publisher(EventArray), arrays(make_moving_events, 50))
    depths, infos = graph.wait_for('depth/image_raw', 4), graph.wait_for('depth/camera_info', 4)
    for depth, info in zip(depths, infos):
        assert depth.header == info.header
    assert list(infos[0].k) == [50, 0, 32, 0, 50, 24, 0, 0, 1]


def test_rectified_events_give_a_rectified_picture_with_its_camera(graph, make_moving_events):
    """The topic says rect, D is zero, and what no sensor pixel looks at is NaN."""
    graph.listen(Image, 'depth/image_rect')
    graph.listen(CameraInfo, 'depth/camera_info')
    graph.start_ready(overload='lossless', rectify=True)
    camera = CameraModel.from_values(
        WIDTH, HEIGHT, [50, 0, 32, 0, 50, 24, 0, 0, 1], [0.4, 0.1, 0, 0, 0], 'plumb_bob')
    publisher = graph.publisher(EventArray)
    play(publisher, arrays(make_moving_events, 20))
    graph.wait(lambda: 'camera_info' in graph.diagnostics('input').get('message', ''),
               'the missing calibration is not told')
    graph.publisher(CameraInfo, 'camera_info').publish(
        messages.to_camera_info(camera, messages.to_header(START_NS, 'camera')))
    graph.wait(lambda: graph.depth._session.sensor.camera is not None, 'no camera')
    play(publisher, arrays(make_moving_events, 50, start_ms=20))
    depth = depth_of(graph.wait_for('depth/image_rect', 3)[0])
    info = graph.wait_for('depth/camera_info', 3)[0]
    assert np.count_nonzero(info.d) == 0 and list(info.r) == [1, 0, 0, 0, 1, 0, 0, 0, 1]
    assert np.isnan(depth).any() and np.isfinite(depth).any()


def test_relative_depth_gives_a_cloud_only_when_forced(graph, make_moving_events):
    """A cloud of unknown scale and shift must not reach a costmap by accident."""
    graph.listen(PointCloud2, 'depth/points')
    graph.listen(Image, 'depth/image_raw')
    node = graph.start_ready(overload='lossless')
    camera = CameraModel.from_values(WIDTH, HEIGHT, [50, 0, 32, 0, 50, 24, 0, 0, 1])
    graph.publisher(CameraInfo, 'camera_info').publish(
        messages.to_camera_info(camera, messages.to_header(START_NS, 'camera')))
    graph.wait(lambda: node._session.sensor.camera is not None, 'no camera')
    publisher = graph.publisher(EventArray)
    play(publisher, arrays(make_moving_events, 30))
    graph.wait_for('depth/image_raw', 2)
    assert not graph.received['depth/points']
    from rclpy.parameter import Parameter
    assert node.set_parameters([Parameter('points.allow_relative', value=True)])[0].successful
    play(publisher, arrays(make_moving_events, 30, start_ms=30))
    cloud = graph.wait_for('depth/points', 2)[0]
    assert (cloud.width, cloud.height, cloud.is_dense) == (WIDTH, HEIGHT, False)


def test_without_a_listener_nothing_is_computed_and_the_state_still_steps(
        graph, monkeypatch, make_moving_events):
    """Who subscribes late sees the depth that a subscriber from the start would have seen."""
    graph.start_ready(overload='lossless')
    publisher = graph.publisher(EventArray)
    with monkeypatch.context() as patch:
        for name in ('to_image', 'to_rgb8', 'to_camera_info', 'to_point_cloud'):
            patch.setattr(f'depthanyevent_ros.nodes.depth.outputs.{name}', None)
        patch.setattr('depthanyevent_ros.pipeline.depth_step.DepthScale.apply', None)
        play(publisher, arrays(make_moving_events, 62))
        graph.wait_for_value('output', 'depth_total', 6)
    assert 'failed.output_error' not in graph.diagnostics('inference')
    graph.listen(Image, 'depth/image_raw')
    graph.wait(lambda: graph.depth.count_subscribers('/depth/image_raw'), 'nobody listens')
    time.sleep(0.5)                             # our side of the match may be behind
    play(publisher, arrays(make_moving_events, 10, start_ms=62))
    late = graph.wait_for('depth/image_raw', 1)[0]
    assert graph.call(Trigger, 'depth/reset').success
    play(publisher, arrays(make_moving_events, 72))
    early = graph.wait_for('depth/image_raw', 8)[1:]
    assert stamps_ms([late]) == [70.0] and stamps_ms(early)[6] == 70.0
    assert np.array_equal(depth_of(late), depth_of(early[6]))
    assert not np.array_equal(depth_of(late), depth_of(early[5]))


def test_the_picture_of_the_events_and_the_coloured_depth_are_published(
        graph, make_moving_events):
    """Red and blue are polarity, green is time; what is black had no event."""
    graph.listen(Image, 'depth/tencode')
    graph.listen(Image, 'depth/image_color')
    graph.start_ready(overload='lossless')
    play(graph.publisher(EventArray), arrays(make_moving_events, 40))
    tencode, colour = graph.wait_for('depth/tencode', 2)[0], graph.wait_for('depth/image_color', 2)
    picture = np.frombuffer(tencode.data, np.uint8).reshape(HEIGHT, WIDTH, 3)
    assert tencode.encoding == 'rgb8' and colour[0].encoding == 'bgr8'
    shown = picture[..., 0].astype(int) + picture[..., 2]
    assert set(np.unique(shown)) == {0, 255}


def test_the_diagnostics_say_that_the_weights_are_untrained_and_what_to_do(graph):
    """Nobody may take noise for depth."""
    graph.start_ready()
    status = graph.diagnostics('engine')
    assert 'untrained' in status['message'] and 'set the parameter weights' in status['message']
    assert status['weights_trained'] == 'False' and status['engine'] == 'openvino'


def test_silence_is_explained(graph):
    """No publisher is another fault than a publisher that says nothing."""
    graph.start_ready(**{'diagnostics.silence_s': 0.1})
    graph.wait(lambda: 'nobody publishes' in graph.diagnostics('input').get('message', ''),
               'the silence is not explained')
    graph.publisher(EventArray)
    graph.wait(lambda: 'nothing comes' in graph.diagnostics('input').get('message', ''),
               'the silence is not explained')


def test_messages_without_events_are_no_sign_of_life(graph):
    """A driver under a lens cap sends on: the node says so instead of looking well."""
    graph.start_ready(**{'diagnostics.silence_s': 0.1})
    publisher = graph.publisher(EventArray)

    def explained():
        publisher.publish(bytes(serialize_event_array(
            make_events([], [], [], []), START_NS, '', WIDTH, HEIGHT)))
        return 'none holds an event' in graph.diagnostics('input').get('message', '')

    graph.wait(explained, 'the empty messages are not explained')


def test_a_depth_mode_that_the_weights_do_not_give_is_refused_at_run_time(graph):
    """`ros2 param set` answers with the reason, and the node lives on."""
    from rclpy.parameter import Parameter
    node = graph.start_ready()
    (result,) = node.set_parameters([Parameter('depth.mode', value='metric')])
    assert not result.successful and 'relative depth' in result.reason
    assert node.get_parameter('depth.mode').value == 'relative'
    assert node.set_parameters([Parameter('depth.mode', value='aligned')])[0].successful
    graph.wait_for_value('output', 'depth_mode', 'aligned')


def test_new_weights_are_taken_over_while_depth_goes_on(graph, small_weights, make_moving_events):
    """Every window has a depth, the old weights' until the new ones are in use."""
    from rclpy.parameter import Parameter
    graph.listen(Image, 'depth/image_raw')
    node = graph.start_ready(overload='lossless')
    publisher = graph.publisher(EventArray)
    other = small_weights(seed=2)
    assert node.set_parameters([Parameter('weights', value=str(other))])[0].successful
    assert graph.call(Trigger, 'depth/load_weights').success
    n_ms = 0
    while node._session.worker.n_exchanged < 2:
        play(publisher, arrays(make_moving_events, 20, start_ms=n_ms))
        n_ms += 20
        time.sleep(0.1)                         # the build needs the processor too
        graph.wait_for('depth/image_raw', n_ms // 10 - 1)
        assert n_ms < 60_000
    play(publisher, arrays(make_moving_events, 20, start_ms=n_ms))
    received = graph.wait_for('depth/image_raw', n_ms // 10 + 1)
    assert stamps_ms(received) == [10.0 * k for k in range(1, len(received) + 1)]
    graph.wait_for_value('engine', 'weights', other.stem)
    # Nothing is built for the way back: it is the very next window's.
    assert graph.call(Trigger, 'depth/rollback').success
    assert node.get_parameter('weights').value != str(other)
    play(publisher, arrays(make_moving_events, 20, start_ms=n_ms + 20))
    received = graph.wait_for('depth/image_raw', n_ms // 10 + 3)
    assert stamps_ms(received) == [10.0 * k for k in range(1, len(received) + 1)]
    graph.wait_for_value('engine', 'weights', 'small-1')
    assert node._session.step.recurrence.resets == {}


def test_there_is_nothing_to_roll_back_to_at_first(graph):
    """The answer says so."""
    graph.start_ready()
    response = graph.call(Trigger, 'depth/rollback')
    assert not response.success and 'nothing to go back to' in response.message


def test_weights_that_cannot_be_loaded_are_refused_and_the_old_ones_stay(graph):
    """The answer names the file."""
    from rclpy.parameter import Parameter
    node = graph.start_ready()
    node.set_parameters([Parameter('weights', value='no/such/file.pth')])
    response = graph.call(Trigger, 'depth/load_weights')
    assert not response.success and 'no/such/file.pth' in response.message
    assert graph.diagnostics('engine')['weights'] == 'small-1'
