# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The depth node with a crop: everything that it publishes is of that part of the view."""

from dvs_msgs.msg import EventArray
from sensor_msgs.msg import CameraInfo, Image, PointCloud2

from depthanyevent_ros.depth.camera import CameraModel
from depthanyevent_ros.events.cdr import serialize_event_array
from depthanyevent_ros.nodes import messages

START_NS = 1_505_000_000_000_000_000
MS = 1_000_000
WIDTH, HEIGHT = 64, 48


def play(publisher, make_moving_events, n_ms):
    """Publish EventArrays of 2 ms."""
    for at_ms in range(0, n_ms, 2):
        first_ns = START_NS + at_ms * MS
        events = make_moving_events(first_ns, first_ns + 2 * MS, 200, seed=at_ms)
        events['t_ns'][0] = first_ns
        publisher.publish(bytes(serialize_event_array(events, first_ns, 'c', WIDTH, HEIGHT)))


def test_depth_camera_info_and_points_are_of_the_crop(graph, make_moving_events):
    """48x20 of 64x48 from (8, 16): the principal point moves, roi stays empty."""
    topics = {'depth/image_raw': Image, 'depth/camera_info': CameraInfo,
              'depth/points': PointCloud2, 'depth/tencode': Image, 'depth/image_color': Image}
    for topic, message_type in topics.items():
        graph.listen(message_type, topic)
    graph.start_ready(overload='lossless', **{
        'crop.left': 8, 'crop.top': 16, 'crop.width': 48, 'crop.height': 20,
        'points.allow_relative': True})
    camera = CameraModel.from_values(WIDTH, HEIGHT, [50, 0, 32, 0, 50, 24, 0, 0, 1],
                                     [0.1, 0, 0, 0, 0], 'plumb_bob')
    graph.publisher(CameraInfo, 'camera_info').publish(
        messages.to_camera_info(camera, messages.to_header(START_NS, 'c')))
    graph.wait(lambda: graph.depth._session.sensor.camera is not None, 'no calibration')
    play(graph.publisher(EventArray), make_moving_events, 50)
    for topic in topics:
        received = graph.wait_for(topic, 4)
        assert {(m.width, m.height) for m in received} == {(48, 20)}, topic
    info = graph.received['depth/camera_info'][0]
    assert (info.k[2], info.k[5], info.p[2], info.p[6]) == (24, 8, 24, 8)
    assert list(info.d) == [0.1, 0, 0, 0, 0]
    assert (info.roi.x_offset, info.roi.y_offset, info.roi.width) == (0, 0, 0)
    assert not graph.depth._session.sensor.front.windows.resets['calibration_changed']
    graph.wait_for_value('output', 'view', '48x20 from (8, 16) on')
    assert graph.depth._session.sensor.front.windows.counts['outside_view'] > 0


def test_a_crop_outside_of_what_the_camera_sends_is_explained(graph, make_moving_events):
    """The size comes with the first message: too late to refuse to configure."""
    graph.start(**{'sensor.width': 0, 'sensor.height': 0, 'crop.top': 40, 'crop.height': 320})
    publisher = graph.publisher(EventArray)

    def explained():
        play(publisher, make_moving_events, 2)
        said = graph.diagnostics('input')
        return 'crop.height (320)' in said.get('message', '') and said['level'] == 2

    graph.wait(explained, 'the crop is not explained')
    graph.wait(lambda: int(graph.diagnostics('input')['not_used.outside_crop']) > 0,
               'the messages are not counted')
