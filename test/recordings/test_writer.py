# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Bags are written as ROS 2 tools expect them, whole or not at all."""

import os

from mcap.reader import make_reader
import numpy as np
import pytest
from rosbags.highlevel import AnyReader
import yaml

from depthanyevent_ros.errors import RecordingError
from depthanyevent_ros.recordings.message_types import EVENT_PACKET_HASH
from depthanyevent_ros.recordings.qos import offered_qos
from depthanyevent_ros.recordings.serialize import (
    CAMERA_INFO, DIAGNOSTICS, IMAGE, POINT_CLOUD, serialize_camera_info, serialize_diagnostics,
    serialize_image, serialize_point_cloud,
)
from depthanyevent_ros.recordings.writer import BagWriter


def test_outputs_read_back_with_an_independent_reader(tmp_path, bags):
    """Depth with its marks, calibration, points and diagnostics, by the embedded definitions."""
    depth = np.array([[1.5, np.nan], [np.inf, -np.inf]], np.float32)
    points = np.arange(12, dtype=np.float32).reshape(2, 2, 3)
    with BagWriter(tmp_path / 'out') as writer:
        writer.write('/d', IMAGE, 5, serialize_image(depth, '32FC1', 1_500_000_007, 'cam'))
        writer.write('/c', CAMERA_INFO, 6, serialize_camera_info(bags.camera(), 7, 'cam'))
        writer.write('/p', POINT_CLOUD, 7, serialize_point_cloud(points, 8, 'cam'))
        writer.write('/x', DIAGNOSTICS, 8, serialize_diagnostics(
            [(1, 'depth: input', 'slow', 'cpu', {'rate': 2})], 9))
    with AnyReader([tmp_path / 'out']) as reader:
        image, info, cloud, diagnostics = (
            reader.deserialize(data, c.msgtype) for c, _, data in reader.messages())
    np.testing.assert_array_equal(image.data.view('<f4').reshape(2, 2), depth)
    assert (image.header.stamp.sec, image.header.stamp.nanosec) == (1, 500_000_007)
    assert (image.step, image.encoding, image.is_bigendian) == (8, '32FC1', 0)
    np.testing.assert_array_equal(info.d, bags.camera().d)
    np.testing.assert_array_equal(info.p.reshape(3, 4), bags.camera().p)
    np.testing.assert_array_equal(cloud.data.view('<f4').reshape(2, 2, 3), points)
    assert not cloud.is_dense and [f.name for f in cloud.fields] == ['x', 'y', 'z']
    status = diagnostics.status[0]
    assert (status.level, status.values[0].key, status.values[0].value) == (1, 'rate', '2')


def test_mcap_reader_finds_schema_qos_and_index(bag):
    """What `ros2 bag play` looks for: definitions, offered QoS as text, an index, metadata."""
    with open(bag / 'bag.mcap', 'rb') as stream:
        reader = make_reader(stream)
        summary = reader.get_summary()
        first = next(iter(reader.iter_messages(topics=['/cam/events'])))
    schema, channel, _ = first
    assert (schema.name, schema.encoding) == ('event_camera_msgs/msg/EventPacket', 'ros2msg')
    qos = yaml.safe_load(channel.metadata['offered_qos_profiles'])
    assert qos[0]['reliability'] == 'reliable' and qos[0]['history'] == 'keep_last'
    assert summary.statistics.message_count == 28 and summary.chunk_indexes
    metadata = yaml.safe_load((bag / 'metadata.yaml').read_text())['rosbag2_bagfile_information']
    topics = {t['topic_metadata']['name']: t['topic_metadata']
              for t in metadata['topics_with_message_count']}
    assert topics['/cam/events']['type_description_hash'] == EVENT_PACKET_HASH
    assert metadata['relative_file_paths'] == ['bag.mcap']


def test_offered_qos_is_kept(tmp_path, bags):
    """Best effort with a depth of 1000, as a driver offers events."""
    with BagWriter(tmp_path / 'q') as writer:
        writer.add_topic('/e', bags.PACKET, offered_qos(reliable=False, depth=1000))
    text = (tmp_path / 'q' / 'metadata.yaml').read_text()
    assert 'best_effort' in text and 'depth: 1000' in text


def test_folder_appears_only_when_it_is_complete(tmp_path, bags):
    """Nobody opens half a recording, and nothing else is left beside it."""
    with BagWriter(tmp_path / 'b') as writer:
        writer.write('/e', bags.PACKET, 1, bags.packet_bytes(0))
        assert not (tmp_path / 'b').exists()
    assert os.listdir(tmp_path) == ['b']
    writer.close()


def test_exception_discards_the_recording(tmp_path, bags):
    """Neither the folder nor a hidden one is left."""
    with pytest.raises(KeyError):
        with BagWriter(tmp_path / 'b') as writer:
            writer.write('/e', bags.PACKET, 1, bags.packet_bytes(0))
            raise KeyError('anything')
    assert os.listdir(tmp_path) == []


def test_existing_recording_is_kept_unless_overwriting_is_asked_for(bag, bags):
    """Recordings are not lost by a repeated command."""
    with pytest.raises(RecordingError, match='exists already'):
        BagWriter(bag)
    with BagWriter(bag, overwrite=True) as writer:
        writer.write('/e', bags.PACKET, 1, bags.packet_bytes(0))
        assert (bag / 'bag.mcap').stat().st_size > 1000, 'the old one stays until close'
    with AnyReader([bag]) as reader:
        assert [c.topic for c in reader.connections] == ['/e']
    assert os.listdir(bag.parent) == ['bag']


def test_unknown_type_and_changed_type_are_errors_that_name_the_topic(tmp_path, bags):
    """A bag whose definitions are missing could not be read."""
    with BagWriter(tmp_path / 'b') as writer:
        with pytest.raises(RecordingError, match='/e.*foo_msgs/msg/Foo'):
            writer.write('/e', 'foo_msgs/msg/Foo', 1, b'')
        writer.write('/e', bags.PACKET, 1, bags.packet_bytes(0))
        with pytest.raises(RecordingError, match='/e holds'):
            writer.write('/e', IMAGE, 1, b'')


def test_image_of_another_type_than_its_encoding_is_refused():
    """float64 is not 32FC1, and mono8 has one channel."""
    with pytest.raises(ValueError, match='32FC1'):
        serialize_image(np.zeros((2, 2)), '32FC1', 0, '')
    with pytest.raises(ValueError, match='mono8'):
        serialize_image(np.zeros((2, 2, 3), np.uint8), 'mono8', 0, '')
