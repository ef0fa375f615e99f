# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Frames and transforms of converted bags that name none, as MVSEC's do not."""

import numpy as np
import pytest
from rosbags.highlevel import AnyReader
from rosbags.interfaces import QosDurability
from rosbags.rosbag1 import Writer as Ros1Writer
from rosbags.typesys import get_types_from_msg, get_typestore, Stores

from depthanyevent_ros.recordings.conversion import open_conversion, write_all
from depthanyevent_ros.recordings.writer import BagWriter

START_NS = 1_505_000_000 * 10**9
#: The right camera 0.1 m to the right of the left one: points move to the left in its frame.
CAMCHAIN = """
cam0: {}
cam1: {T_cn_cnm1: [[1, 0, 0, -0.1], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]]}
"""


class Mvsec:
    """Writes ROS 1 bags of a pair of cameras whose messages name one frame, or none."""

    def __init__(self, frame_id='', imu_frame_id='base_link', pose_frame_id=''):
        self.store = get_typestore(Stores.ROS1_NOETIC)
        self.store.register({
            **get_types_from_msg('uint16 x\nuint16 y\ntime ts\nbool polarity\n',
                                 'dvs_msgs/msg/Event'),
            **get_types_from_msg('Header header\nuint32 height\nuint32 width\nEvent[] events\n',
                                 'dvs_msgs/msg/EventArray'),
            **get_types_from_msg('geometry_msgs/TransformStamped[] transforms\n',
                                 'tf2_msgs/msg/TFMessage')})
        self._frame_id, self._imu_frame_id = frame_id, imu_frame_id
        self._pose_frame_id = pose_frame_id

    def message(self, name, *values):
        """Return a message of a type."""
        return self.store.types[name](*values)

    def time(self, ms):
        """Return a stamp so long after the start."""
        return self.message('builtin_interfaces/msg/Time', START_NS // 10**9, ms * 10**6)

    def header(self, ms, frame_id):
        """Return a header."""
        return self.message('std_msgs/msg/Header', 0, self.time(ms), frame_id)

    def events(self, ms):
        """Return an array of one event."""
        event = self.message('dvs_msgs/msg/Event', 3, 4, self.time(ms), True)
        return self.message('dvs_msgs/msg/EventArray', self.header(ms, self._frame_id), 260, 346,
                            [event])

    def image(self, ms):
        """Return a picture of two pixels."""
        return self.message('sensor_msgs/msg/Image', self.header(ms, self._frame_id), 1, 2,
                            'mono8', 0, 2, np.array([5, 6], np.uint8))

    def imu(self, ms):
        """Return a sample in the frame that the driver of MVSEC names."""
        vector = self.message('geometry_msgs/msg/Vector3', 0.0, 0.0, 9.81)
        turn = self.message('geometry_msgs/msg/Quaternion', 0.0, 0.0, 0.0, 1.0)
        return self.message('sensor_msgs/msg/Imu', self.header(ms, self._imu_frame_id), turn,
                            np.zeros(9), vector, np.zeros(9), vector, np.zeros(9))

    def pose(self, ms):
        """Return a pose 1, 2, 3 m away, a quarter turn about z."""
        point = self.message('geometry_msgs/msg/Point', 1.0, 2.0, 3.0)
        turn = self.message('geometry_msgs/msg/Quaternion', 0.0, 0.0, 0.5 ** 0.5, 0.5 ** 0.5)
        return self.message('geometry_msgs/msg/PoseStamped',
                            self.header(ms, self._pose_frame_id),
                            self.message('geometry_msgs/msg/Pose', point, turn))

    def write(self, path, messages):
        """Write rows of topic and message, 10 ms apart."""
        with Ros1Writer(path) as writer:
            connections = {}
            for k, (topic, message) in enumerate(messages):
                if topic not in connections:
                    connections[topic] = writer.add_connection(topic, message.__msgtype__,
                                                               typestore=self.store)
                writer.write(connections[topic], START_NS + k * 10_000_000,
                             self.store.serialize_ros1(message, message.__msgtype__))

    def write_pair(self, folder):
        """Write toy1_data.bag and toy1_gt.bag; return the former."""
        self.write(folder / 'toy1_data.bag', [
            ('/davis/left/events', self.events(1)), ('/davis/right/events', self.events(2)),
            ('/davis/left/image_raw', self.image(3)), ('/davis/right/image_raw', self.image(4)),
            ('/davis/left/imu', self.imu(5)), ('/visensor/left/image_raw', self.image(6))])
        self.write(folder / 'toy1_gt.bag', [
            ('/davis/left/depth_image_raw', self.image(7)), ('/davis/left/pose', self.pose(8)),
            ('/davis/left/odometry', self.pose(9))])
        return folder / 'toy1_data.bag'


def converted(source, destination):
    """Convert a bag; return the messages by topic, and the durability of each topic."""
    with open_conversion(source, 'packet', 5_000_000) as conversion, \
            BagWriter(destination) as writer:
        for topic in conversion.offered():
            writer.add_topic(*topic)
        write_all(conversion.messages(), writer)
    messages = {}
    with AnyReader([destination]) as reader:
        for connection, _, data in reader.messages():
            message = reader.deserialize(data, connection.msgtype) \
                if 'event_camera' not in connection.msgtype else data
            messages.setdefault(connection.topic, []).append(message)
        durability = {c.topic: c.ext.offered_qos_profiles[0].durability
                      for c in reader.connections}
    return messages, durability


def frame_of(message):
    """Return the frame in a header; that of an undecoded message by its bytes."""
    if isinstance(message, bytes):
        length = int.from_bytes(message[12:16], 'little')
        return message[16:16 + length - 1].decode()
    return message.header.frame_id


@pytest.fixture
def calibration(tmp_path):
    """Write the calibration of the scene beside the bags."""
    (tmp_path / 'camchain-imucam-toy.yaml').write_text(CAMCHAIN)


def test_messages_without_a_frame_get_one(tmp_path):
    """The left camera the usual one, each other camera its own; poses are in the world."""
    messages, _ = converted(Mvsec().write_pair(tmp_path), tmp_path / 'bag')
    assert {topic: frame_of(rows[0]) for topic, rows in messages.items() if topic != '/tf'} == {
        '/davis/left/events': 'camera_optical_frame',
        '/davis/left/image_raw': 'camera_optical_frame',
        '/davis/left/depth_image_raw': 'camera_optical_frame',
        '/davis/right/events': 'davis_right_optical_frame',
        '/davis/right/image_raw': 'davis_right_optical_frame',
        '/visensor/left/image_raw': 'visensor_left_optical_frame',
        '/davis/left/imu': 'base_link',
        '/davis/left/pose': 'world', '/davis/left/odometry': 'world'}
    image = messages['/davis/left/image_raw'][0]
    assert image.data.tolist() == [5, 6] and image.header.stamp.nanosec == 3_000_000


def test_the_pose_is_a_transform_too(tmp_path):
    """From the world to the camera, as of a converted data set; odometry is none."""
    messages, _ = converted(Mvsec().write_pair(tmp_path), tmp_path / 'bag')
    message, = messages['/tf']
    transform, = message.transforms
    assert (transform.header.frame_id, transform.child_frame_id) == ('world',
                                                                     'camera_optical_frame')
    moved, turned = transform.transform.translation, transform.transform.rotation
    assert (moved.x, moved.y, moved.z) == (1, 2, 3)
    assert turned.z == pytest.approx(0.5 ** 0.5) and turned.w == pytest.approx(0.5 ** 0.5)
    assert transform.header.stamp.nanosec == 8_000_000


def test_the_calibration_says_where_the_right_camera_is(calibration, tmp_path):
    """0.1 m along x, for who joins late too; without a calibration nothing is said."""
    messages, durability = converted(Mvsec().write_pair(tmp_path), tmp_path / 'bag')
    transform, = messages['/tf_static'][0].transforms
    assert (transform.header.frame_id, transform.child_frame_id) == (
        'camera_optical_frame', 'davis_right_optical_frame')
    moved, turned = transform.transform.translation, transform.transform.rotation
    assert (moved.x, moved.y, moved.z, turned.w) == (pytest.approx(0.1), 0, 0, 1)
    assert durability['/tf_static'] == QosDurability.TRANSIENT_LOCAL
    (tmp_path / 'camchain-imucam-toy.yaml').unlink()
    messages, _ = converted(tmp_path / 'toy1_data.bag', tmp_path / 'again')
    assert '/tf_static' not in messages and '/tf' in messages


def test_frames_that_a_bag_names_are_kept(calibration, tmp_path):
    """The pose is that of the frame of its events; nothing is said of the right camera's."""
    source = Mvsec('davis', pose_frame_id='map').write_pair(tmp_path)
    messages, _ = converted(source, tmp_path / 'bag')
    frames = {frame_of(rows[0]) for topic, rows in messages.items() if topic != '/tf'}
    assert frames == {'davis', 'map', 'base_link'} and '/tf_static' not in messages
    transform, = messages['/tf'][0].transforms
    assert (transform.header.frame_id, transform.child_frame_id) == ('map', 'davis')


def test_a_pose_in_the_frame_of_its_camera_is_no_transform(tmp_path):
    """A frame that is its own parent breaks the tree of transforms."""
    source = Mvsec('davis', pose_frame_id='davis').write_pair(tmp_path)
    assert '/tf' not in converted(source, tmp_path / 'bag')[0]


def test_transforms_that_a_bag_has_are_the_only_ones(calibration, tmp_path):
    """A second opinion on where the camera is would contradict them."""
    mvsec = Mvsec()
    source = mvsec.write_pair(tmp_path)
    (tmp_path / 'toy1_gt.bag').unlink()
    mvsec.write(tmp_path / 'toy1_gt.bag', [
        ('/davis/left/pose', mvsec.pose(1)), ('/tf', mvsec.message('tf2_msgs/msg/TFMessage', []))])
    messages, _ = converted(source, tmp_path / 'bag')
    assert [message.transforms for message in messages['/tf']] == [[]]
    assert '/tf_static' not in messages


def test_an_imu_without_a_frame_gets_one(tmp_path):
    """That of a converted data set."""
    messages, _ = converted(Mvsec(imu_frame_id='').write_pair(tmp_path), tmp_path / 'bag')
    assert frame_of(messages['/davis/left/imu'][0]) == 'camera_imu_frame'
