# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Bags and aedat4 files are read by time as data sets are."""

import numpy as np
import pytest

from depthanyevent_ros.datasets.sequence import event_blocks
from depthanyevent_ros.errors import RecordingError
from depthanyevent_ros.events.cdr import serialize_event_packet
from depthanyevent_ros.events.encoders import encode_packet
from depthanyevent_ros.events.types import make_events
from depthanyevent_ros.recordings.open_sequence import open_sequence
from depthanyevent_ros.recordings.serialize import IMAGE, POSE, serialize_image, serialize_pose
from depthanyevent_ros.recordings.writer import BagWriter


def all_events(sequence):
    """Return every event, read in small blocks."""
    return np.concatenate(list(event_blocks(sequence, size=7)))


def test_bag_is_read_by_time_and_by_index(bag, bags):
    """80 events in 20 packets, 4 pictures and their calibration."""
    expected = np.concatenate([bags.some_events(k) for k in range(20)])
    with open_sequence(bag) as sequence:
        assert (sequence.n_events, sequence.width, sequence.height) == (80, 346, 260)
        np.testing.assert_array_equal(all_events(sequence), expected)
        for start, end in ((0, 20), (5, 6), (19, 30), (2, 3), (-5, 1)):
            window = sequence.events_between(bags.BASE_NS + start * 10**6,
                                             bags.BASE_NS + end * 10**6)
            np.testing.assert_array_equal(window, expected[max(start, 0) * 4:end * 4])
        assert sequence.camera == bags.camera() and len(sequence.frames) == 4
        for i in (3, 0, 1):
            np.testing.assert_array_equal(sequence.frames.read(i), bags.picture(5 * i))
        assert sequence.depths is None and sequence.poses is None


def test_colours_of_a_bag_are_in_the_order_that_data_sets_have(tmp_path, bags):
    """Red alone: the third channel, however the bag has it."""
    red = np.zeros((4, 6, 3), np.uint8)
    red[..., 0] = 200
    with BagWriter(tmp_path / 'b') as writer:
        writer.write('/cam/events', bags.PACKET, 5, bags.packet_bytes(0))
        writer.write('/cam/image_raw', IMAGE, 6, serialize_image(red, 'rgb8', 6, ''))
        writer.write('/cam/image_raw', IMAGE, 7, serialize_image(red[..., ::-1], 'bgr8', 7, ''))
    with open_sequence(tmp_path / 'b') as sequence:
        for k in range(2):
            assert sequence.frames.read(k)[1, 1].tolist() == [0, 0, 200]


def test_ros1_bag_is_read_the_same(ros1_bag, bags):
    """No pictures in this one."""
    with open_sequence(ros1_bag) as sequence:
        np.testing.assert_array_equal(
            all_events(sequence), np.concatenate([bags.some_events(k) for k in range(20)]))
        assert sequence.frames is None


@pytest.mark.parametrize('kind', ['bag', 'ros1_bag'])
def test_events_are_the_same_when_two_read_in_turns(request, kind):
    """Who evaluates asks for a window, then a picture, then the next window."""
    with open_sequence(request.getfixturevalue(kind)) as sequence:
        expected = all_events(sequence)
        with open_sequence(sequence.path) as other:
            for start in range(0, 80, 6):
                for one in (sequence, other, sequence):
                    if one.frames is not None:
                        one.frames.read(start % 4)
                    np.testing.assert_array_equal(one.events_by_index(start, start + 6),
                                                  expected[start:start + 6])


@pytest.mark.parametrize('encoding', ['mono', 'evt3', 'libcaer'])
def test_jumping_back_gives_the_same_events(tmp_path, encoding):
    """Also in encodings of which a packet needs those before it."""
    t_ns = 10**9 + np.arange(4000) * 2000
    events = make_events(np.arange(4000) % 346, np.arange(4000) % 260, t_ns, [1, 0] * 2000)
    with BagWriter(tmp_path / 'b') as writer:
        for k in range(40):
            message = encode_packet(encoding, events[100 * k:100 * k + 100], 346, 260, seq=k)
            writer.write('/e', 'event_camera_msgs/msg/EventPacket', message.stamp_ns,
                         serialize_event_packet(message))
    with open_sequence(tmp_path / 'b') as sequence:
        first = all_events(sequence)
        assert len(first) == 4000
        for start in (3990, 5, 2000, 1999):
            np.testing.assert_array_equal(sequence.events_by_index(start, start + 7),
                                          first[start:start + 7])


def write_depth(writer, topic, stamps_ns, encoding='32FC1'):
    """Write maps of which the k-th is k + 1 metres, but for a corner without depth."""
    for k, stamp_ns in enumerate(stamps_ns):
        depth = np.full((4, 6), k + 1, np.float32)
        depth[0, 0] = np.nan
        if encoding == '16UC1':
            depth = np.nan_to_num(depth * 1000).astype(np.uint16)
        writer.write(topic, IMAGE, stamp_ns, serialize_image(depth, encoding, stamp_ns, ''))


def test_depth_and_poses_are_found_beside_the_events(tmp_path, bags):
    """Raw and rectified, of the camera that is read; the other one's are left alone."""
    with BagWriter(tmp_path / 'b') as writer:
        writer.write('/davis/left/events', bags.PACKET, 5, bags.packet_bytes(0))
        write_depth(writer, '/davis/left/depth_image_rect', [10, 20])
        write_depth(writer, '/davis/left/depth_image_raw', [11], '16UC1')
        write_depth(writer, '/davis/right/depth_image_raw', [12])
        pose = np.eye(4)
        pose[:3, 3] = 1, 2, 3
        writer.write('/davis/left/pose', POSE, 9, serialize_pose(pose, 9, 'world'))
    with open_sequence(tmp_path / 'b') as sequence:
        assert sequence.depths.frame == 'raw' and sequence.depths.stamps_ns.tolist() == [11]
        np.testing.assert_array_equal(sequence.depths.read(0)[0, :2], [np.nan, 1])
        assert sequence.depths_rect.stamps_ns.tolist() == [10, 20]
        assert sequence.depths_rect.read(1)[3, 5] == 2 and sequence.depths_rect.read(0)[3, 5] == 1
        np.testing.assert_array_equal(sequence.poses.read(0), pose)


def test_depth_of_the_other_camera_is_no_truth(tmp_path, bags):
    """Better none than a wrong one; a topic of no side is taken."""
    with BagWriter(tmp_path / 'b') as writer:
        writer.write('/davis/right/events', bags.PACKET, 5, bags.packet_bytes(0))
        write_depth(writer, '/davis/left/depth_image_raw', [12])
    with open_sequence(tmp_path / 'b') as sequence:
        assert sequence.depths is None
    with BagWriter(tmp_path / 'c') as writer:
        writer.write('/event_camera/events', bags.PACKET, 5, bags.packet_bytes(0))
        write_depth(writer, '/depth/image_raw', [12])
    with open_sequence(tmp_path / 'c') as sequence:
        assert sequence.depths.stamps_ns.tolist() == [12]


def test_mvsec_bags_agree_with_mvsec_files(shared):
    """The same events, in another container; the bag of ground truth is found."""
    folder = shared / 'fixtures'
    with open_sequence(folder / 'mini_mvsec_data.bag') as bag, \
            open_sequence(folder / 'mini_mvsec_data.hdf5') as file:
        np.testing.assert_array_equal(bag.events_by_index(0, 99_999),
                                      file.events_by_index(0, 99_999))
        np.testing.assert_array_equal(bag.frames.stamps_ns // 10**4,
                                      file.frames.stamps_ns // 10**4)
        for i in range(2):
            np.testing.assert_array_equal(bag.depths.read(i), file.depths.read(i))
            np.testing.assert_array_equal(bag.depths_rect.read(i), file.depths_rect.read(i))
            np.testing.assert_allclose(bag.poses.read(i), file.poses.read(i), atol=1e-9)


def test_aedat4_is_read_by_time(shared):
    """3,668 events and 3 frames."""
    with open_sequence(shared / 'fixtures' / 'mini_davis.aedat4') as sequence:
        events = all_events(sequence)
        assert len(events) == sequence.n_events == 3668 and int(events['p'].sum()) == 1845
        window = sequence.events_between(sequence.t_first_ns, sequence.t_first_ns + 50_000_000)
        np.testing.assert_array_equal(window, events[:len(window)])
        assert len(sequence.frames) == 3 and sequence.frames.read(2).shape == (260, 346)


def test_nothing_to_read_is_one_sentence(tmp_path):
    """As for every recording."""
    with pytest.raises(RecordingError, match='there is no recording'):
        open_sequence(tmp_path / 'x')
