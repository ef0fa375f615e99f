# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Messages out of arrays, read back by independent means."""

from cv_bridge import CvBridge
import numpy as np
import pytest
from rclpy.serialization import deserialize_message, serialize_message
from rosbags.typesys import get_typestore, Stores
from sensor_msgs.msg import Image, PointCloud2

from depthanyevent_ros.depth.camera import CameraModel
from depthanyevent_ros.nodes import messages

HEADER = messages.to_header(1_505_000_000_123_456_789, 'camera')


def through_the_wire(message):
    """Serialise with rclpy and read with rosbags, which shares no code with it."""
    name = type(message).__module__.split('.')[0] + '/msg/' + type(message).__name__
    return get_typestore(Stores.ROS2_JAZZY).deserialize_cdr(serialize_message(message), name)


def test_a_stamp_survives_to_the_nanosecond():
    """No float is involved."""
    assert HEADER.stamp.sec == 1_505_000_000 and HEADER.stamp.nanosec == 123_456_789
    assert messages.to_ns(HEADER.stamp) == 1_505_000_000_123_456_789


def test_a_stamp_before_the_epoch_is_zero():
    """A Time cannot be negative; sensor clocks that start at 0 can be moved below it."""
    assert messages.to_ns(messages.to_time(-5)) == 0


def test_a_depth_image_is_32fc1_little_endian_with_its_infinities():
    """REP-118; the marks of REP-117 travel as they are."""
    depth = np.array([[1.5, np.nan, -np.inf], [np.inf, 0.25, 80.0]], np.float32)
    read = through_the_wire(messages.to_image(depth, '32FC1', HEADER))
    assert (read.encoding, read.is_bigendian, read.step) == ('32FC1', 0, 12)
    np.testing.assert_array_equal(read.data.view('<f4').reshape(read.height, read.width), depth)


@pytest.mark.parametrize('encoding, shape, dtype', [
    ('32FC1', (4, 5), np.float32), ('mono8', (4, 5), np.uint8), ('bgr8', (4, 5, 3), np.uint8)])
def test_cv_bridge_reads_our_images(encoding, shape, dtype):
    """cv_bridge is what most users read images with."""
    values = np.random.default_rng(0).integers(0, 200, shape).astype(dtype)
    message = messages.to_image(values, encoding, HEADER)
    message = deserialize_message(serialize_message(message), Image)
    np.testing.assert_array_equal(CvBridge().imgmsg_to_cv2(message, encoding), values)


def test_a_picture_that_is_not_contiguous_is_sent_in_its_order_of_rows():
    """A transposed view has other strides."""
    values = np.arange(24, dtype=np.uint8).reshape(3, 2, 4).transpose(1, 2, 0)
    read = through_the_wire(messages.to_image(values, 'rgb8', HEADER))
    np.testing.assert_array_equal(read.data.reshape(2, 4, 3), values)


def test_an_image_with_the_wrong_channels_is_refused():
    """A wrong step would make every reader crash later."""
    with pytest.raises(ValueError, match='channels'):
        messages.to_image(np.zeros((2, 2), np.uint8), 'bgr8', HEADER)


def test_a_camera_survives_both_ways():
    """CameraInfo to CameraModel and back."""
    camera = CameraModel.from_values(
        346, 260, [226.4, 0, 173.6, 0, 226.1, 133.7, 0, 0, 1], [-0.05, 0.01, -0.06, 0.02],
        'equidistant')
    assert messages.from_camera_info(messages.to_camera_info(camera, HEADER)) == camera


def test_a_point_cloud_is_organised_and_says_that_it_has_holes():
    """x, y, z as float32; NaN points make it not dense."""
    points = np.arange(24, dtype=np.float32).reshape(2, 4, 3)
    points[0, 1] = np.nan
    cloud = deserialize_message(serialize_message(messages.to_point_cloud(points, HEADER)),
                                PointCloud2)
    assert (cloud.height, cloud.width, cloud.point_step, cloud.row_step) == (2, 4, 12, 48)
    assert not cloud.is_dense
    assert [(f.name, f.offset, f.datatype) for f in cloud.fields] == \
        [('x', 0, 7), ('y', 4, 7), ('z', 8, 7)]
    np.testing.assert_array_equal(np.frombuffer(cloud.data, '<f4').reshape(2, 4, 3), points)
