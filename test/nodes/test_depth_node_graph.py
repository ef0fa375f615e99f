# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The depth node among other nodes: clocks, QoS, parameters at run time, late engines."""

import time

from dvs_msgs.msg import EventArray
from event_camera_msgs.msg import EventPacket
import numpy as np
import pytest
from rclpy.parameter import Parameter
from rclpy.qos import HistoryPolicy, QoSProfile, ReliabilityPolicy
from rosgraph_msgs.msg import Clock
from sensor_msgs.msg import CameraInfo, Image
from std_srvs.srv import Trigger

from depthanyevent_ros.depth.camera import CameraModel
from depthanyevent_ros.engines.presence import what_is_missing
from depthanyevent_ros.errors import EngineUnavailable
from depthanyevent_ros.events.cdr import serialize_event_array, serialize_event_packet
from depthanyevent_ros.events.encoders import encode_packet
from depthanyevent_ros.nodes import messages

START_NS = 1_505_000_000_000_000_000
MS = 1_000_000
WIDTH, HEIGHT = 64, 48


def publish_ms(publisher, make_moving_events, start_ms, end_ms, width=WIDTH, height=HEIGHT):
    """Publish EventArrays of 2 ms from one time to another."""
    for at_ms in range(start_ms, end_ms, 2):
        first_ns = START_NS + at_ms * MS
        events = make_moving_events(first_ns, first_ns + 2 * MS, 200, seed=at_ms)
        events['t_ns'][0] = first_ns
        publisher.publish(bytes(serialize_event_array(events, first_ns, '', width, height)))


def stamps_ms(received):
    """Return the stamps of messages in ms after START_NS."""
    return [(messages.to_ns(message.header.stamp) - START_NS) / MS for message in received]


def test_a_clock_that_jumps_back_resets_everything(graph):
    """`ros2 bag play --loop --clock`: the state of the last round must not meet the first."""
    node = graph.start_ready(use_sim_time=True)
    clock = graph.tester.create_publisher(Clock, '/clock', 10)
    graph.wait(clock.get_subscription_count, 'nobody follows the clock')
    for stamp_s in (100, 101, 50):
        clock.publish(Clock(clock=messages.to_time(stamp_s * 1_000_000_000)))
        graph.wait(lambda: node.get_clock().now().nanoseconds == stamp_s * 1_000_000_000,
                   'the node does not follow the clock')
    graph.wait(lambda: graph.depth._session.sensor.front.windows.resets['clock_jump'] == 1,
               'the jump of the clock is not noticed')


def test_a_gap_between_events_is_a_reset(graph, make_moving_events):
    """After two seconds of darkness the state describes another scene."""
    graph.listen(Image, 'depth/image_raw')
    graph.start_ready(overload='lossless')
    publisher = graph.publisher(EventArray)
    publish_ms(publisher, make_moving_events, 0, 40)
    publish_ms(publisher, make_moving_events, 2040, 2080)
    received = graph.wait_for('depth/image_raw', 6)
    assert stamps_ms(received)[:6] == [10, 20, 30, 2050, 2060, 2070]
    graph.wait_for_value('windows', 'reset.time_gap', 1)


def test_a_packet_stamped_on_arrival_gives_depth_in_host_time(graph, make_moving_events):
    """Sensor time starts at zero here; the published stamp is in the clock of the headers."""
    graph.listen(Image, 'depth/image_raw')
    graph.start_ready(overload='lossless')
    publisher = graph.publisher(EventPacket)
    for k in range(30):
        events = make_moving_events(2 * k * MS, 2 * (k + 1) * MS, 200, seed=k)
        arrival_ns = START_NS + 2 * (k + 1) * MS + 3 * MS       # 3 ms on the way
        message = encode_packet('mono', events, WIDTH, HEIGHT, 'camera', arrival_ns, seq=k)
        publisher.publish(bytes(serialize_event_packet(message)))
    received = graph.wait_for('depth/image_raw', 5)
    first_ms = stamps_ms(received)[0]
    assert first_ms == pytest.approx(10 + 3, abs=1.0)
    assert np.allclose(np.diff(stamps_ms(received)), 10, atol=0.2)


def test_a_best_effort_driver_is_heard(graph, make_moving_events):
    """Drivers publish best effort or reliable: the subscription takes both."""
    graph.listen(Image, 'depth/image_raw')
    graph.start_ready()
    best_effort = QoSProfile(history=HistoryPolicy.KEEP_LAST, depth=1000,
                             reliability=ReliabilityPolicy.BEST_EFFORT)
    publisher = graph.tester.create_publisher(EventArray, 'events', best_effort)
    graph.wait(publisher.get_subscription_count, 'nobody subscribes')
    publish_ms(publisher, make_moving_events, 0, 60)
    graph.wait_for('depth/image_raw', 1)


def test_qos_can_be_overridden_by_parameters(graph):
    """`qos_overrides./events.subscription.depth` is how every ROS 2 user expects it."""
    node = graph.start_ready(event_type='packet', **{
        'qos_overrides./events.subscription.depth': 7,
        'qos_overrides./events.subscription.reliability': 'reliable',
        'qos_overrides./depth/image_raw.publisher.reliability': 'best_effort'})
    (events,) = node.get_subscriptions_info_by_topic('/events')
    assert events.qos_profile.reliability == ReliabilityPolicy.RELIABLE
    (depth,) = node.get_publishers_info_by_topic('/depth/image_raw')
    assert depth.qos_profile.reliability == ReliabilityPolicy.BEST_EFFORT


def test_the_size_is_taken_from_the_first_message_if_it_is_not_given(graph, make_moving_events):
    """Any sensor works without a preset; the engine is then prepared at the first event."""
    graph.listen(Image, 'depth/image_raw')
    graph.start(overload='lossless', **{'sensor.width': 0, 'sensor.height': 0})
    publisher = graph.publisher(EventArray)
    publish_ms(publisher, make_moving_events, 0, 40)
    assert graph.wait_for('depth/image_raw', 3)[0].width == WIDTH


def test_live_windows_before_the_engine_is_ready_are_counted_not_kept(
        graph, small_weights, make_moving_events):
    """A live node must not work off a minute of old windows when its engine is built."""
    graph.weights = str(small_weights(seed=5))
    graph.start()
    publisher = graph.publisher(EventArray)
    publish_ms(publisher, make_moving_events, 0, 40)
    graph.wait_for_value('input', 'not_used.engine_not_ready', 3)
    assert graph.diagnostics('engine')['level'] == 1
    assert 'windows are dropped' in graph.diagnostics('engine')['message']


def test_a_lossless_replay_finds_a_subscriber_when_the_engine_is_ready(
        graph, small_weights, make_moving_events):
    """A player that waits for its subscriber loses nothing of a recording to the first build."""
    graph.weights = str(small_weights(seed=6))
    graph.listen(Image, 'depth/image_raw')
    node = graph.start(overload='lossless', event_type='dvs')
    assert node.count_subscribers('/events') == 0
    publisher = graph.publisher(EventArray)
    assert node._session.worker.has_engine
    publish_ms(publisher, make_moving_events, 0, 40)
    assert stamps_ms(graph.wait_for('depth/image_raw', 3))[0] == 10


def test_without_a_gpu_tensorrt_is_told_to_be_missing_and_the_processor_gives_depth(
        graph, make_moving_events):
    """The sentence stays in the diagnostics as a warning, with the engine that stands in."""
    missing = what_is_missing('tensorrt')
    if missing is None:
        pytest.skip('this machine has a GPU with TensorRT')
    graph.listen(Image, 'depth/image_raw')
    graph.start(overload='lossless', event_type='dvs',
                **{'engine.name': 'tensorrt', 'engine.precision': 'f16'})
    publish_ms(graph.publisher(EventArray), make_moving_events, 0, 40)
    assert graph.wait_for('depth/image_raw', 3)[0].width == WIDTH
    graph.wait_for_value('engine', 'engine', 'openvino')
    engine = graph.diagnostics('engine')
    assert engine['level'] == 1 and engine['stands_in_because'] == missing


def test_a_lossless_input_does_not_wait_for_an_engine_that_cannot_be_had(
        graph, monkeypatch, make_moving_events):
    """The node answers and tells why, instead of waiting for ever in the middle of a message."""
    def refuse(*_, **__):
        time.sleep(0.5)                         # until then windows fill the hand-over
        raise EngineUnavailable('no engine runs here')
    monkeypatch.setattr('depthanyevent_ros.pipeline.engine_loader.make_engine', refuse)
    graph.start(overload='lossless', event_type='dvs',
                **{'sensor.width': 0, 'sensor.height': 0})
    publish_ms(graph.publisher(EventArray), make_moving_events, 0, 200)
    graph.wait(lambda: int(graph.diagnostics('input').get('not_used.engine_not_ready', 0)) > 5,
               'the input waits', timeout_s=30)
    assert graph.diagnostics('engine')['message'] == 'no engine runs here'
    assert graph.call(Trigger, 'depth/reset').success


def test_the_window_changes_at_run_time(graph, make_moving_events):
    """The new length holds from the next window on, from the zero state."""
    graph.listen(Image, 'depth/image_raw')
    node = graph.start_ready(overload='lossless')
    publisher = graph.publisher(EventArray)
    publish_ms(publisher, make_moving_events, 0, 40)
    graph.wait_for('depth/image_raw', 3)
    assert node.set_parameters([Parameter('window.duration_ms', value=20.0)])[0].successful
    publish_ms(publisher, make_moving_events, 40, 120)
    received = graph.wait_for('depth/image_raw', 6)
    assert np.allclose(np.diff(stamps_ms(received)[3:]), 20)


def test_overlapping_windows_give_depth_at_the_stride(graph, make_moving_events):
    """40 ms of events every 10 ms: the rate is free of the length."""
    graph.listen(Image, 'depth/image_raw')
    node = graph.start_ready(overload='lossless', **{
        'window.duration_ms': 40.0, 'window.stride_ms': 10.0})
    publish_ms(graph.publisher(EventArray), make_moving_events, 0, 100)
    received = graph.wait_for('depth/image_raw', 6)
    assert stamps_ms(received)[:6] == [40, 50, 60, 70, 80, 90]
    assert node._session.step.recurrence.n_chains == 4


def test_a_reset_by_service_starts_a_window_at_the_next_event(graph, make_moving_events):
    """The service answers, the reason is counted."""
    graph.listen(Image, 'depth/image_raw')
    graph.start_ready(overload='lossless')
    publisher = graph.publisher(EventArray)
    publish_ms(publisher, make_moving_events, 0, 26)
    graph.wait_for('depth/image_raw', 2)
    assert graph.call(Trigger, 'depth/reset').success
    publish_ms(publisher, make_moving_events, 26, 50)
    assert stamps_ms(graph.wait_for('depth/image_raw', 4)) == [10, 20, 36, 46]
    graph.wait_for_value('windows', 'reset.service', 1)


def test_lost_packets_are_counted_by_their_sequence(graph, make_moving_events):
    """A gap in seq is how a driver's losses, and those of a full queue, show; it is a warning."""
    graph.start_ready(**{'diagnostics.silence_s': 600.0})
    publisher = graph.publisher(EventPacket)
    for seq in (0, 1, 2, 6, 7):
        events = make_moving_events(START_NS + seq * MS, START_NS + (seq + 1) * MS, 50, seed=seq)
        publisher.publish(bytes(serialize_event_packet(encode_packet(
            'mono', events, WIDTH, HEIGHT, 'camera', START_NS + (seq + 1) * MS, seq=seq))))
    graph.wait_for_value('input', 'input.lost_packets', 3)
    graph.wait(lambda: '3 messages were lost' in graph.diagnostics('input')['message'],
               'the loss is not told')


def test_a_new_calibration_begins_from_the_zero_state(graph, make_moving_events):
    """Events move to other pixels: the old state describes another view."""
    graph.listen(Image, 'depth/image_rect')
    node = graph.start_ready(overload='lossless', rectify=True)
    infos = graph.publisher(CameraInfo, 'camera_info')
    publisher = graph.publisher(EventArray)
    for k, focal in enumerate((50, 40)):
        camera = CameraModel.from_values(WIDTH, HEIGHT, [focal, 0, 32, 0, focal, 24, 0, 0, 1])
        infos.publish(messages.to_camera_info(camera, messages.to_header(START_NS, '')))
        graph.wait(lambda: node._session.sensor.camera == camera, 'the calibration is not taken')
        publish_ms(publisher, make_moving_events, 100 * k, 100 * k + 40)
        graph.wait_for('depth/image_rect', 3 * (k + 1))
    graph.wait_for_value('windows', 'reset.calibration_changed', 1)


def test_a_calibration_that_cannot_be_used_is_told_and_survived(graph, make_moving_events):
    """All zeros is how drivers say that there is none; events are not rectified by it."""
    graph.start_ready(overload='lossless', rectify=True)
    camera = CameraModel.from_values(WIDTH, HEIGHT, np.zeros(9))
    graph.publisher(CameraInfo, 'camera_info').publish(
        messages.to_camera_info(camera, messages.to_header(START_NS, '')))
    publish_ms(graph.publisher(EventArray), make_moving_events, 0, 20)
    graph.wait(lambda: 'all-zero K' in graph.diagnostics('input').get('message', ''),
               'the calibration is not told')
    assert graph.diagnostics('input')['level'] == 2
