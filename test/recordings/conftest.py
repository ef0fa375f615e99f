# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Small bags made on the spot, so that these tests need no file from elsewhere."""

import struct
from types import SimpleNamespace

import numpy as np
import pytest
from rosbags.rosbag1 import Writer as Ros1Writer
from rosbags.typesys import get_types_from_msg, get_typestore, Stores

from depthanyevent_ros.depth.camera import CameraModel
from depthanyevent_ros.events.cdr import serialize_event_packet
from depthanyevent_ros.events.types import EventMessage, make_events
from depthanyevent_ros.recordings.serialize import (
    CAMERA_INFO, IMAGE, serialize_camera_info, serialize_image,
)
from depthanyevent_ros.recordings.writer import BagWriter

PACKET = 'event_camera_msgs/msg/EventPacket'
BASE_NS = 1_700_000_000_000_000_000


def mono_message(events, seq=0, encoding='mono'):
    """Pack events by hand: u32 dt in ns, u16 x, u16 with y and the polarity on top."""
    base_ns = int(events['t_ns'].min())
    payload = b''.join(struct.pack('<IHH', int(e['t_ns']) - base_ns, int(e['x']),
                                   int(e['y']) | int(e['p']) << 15) for e in events)
    return EventMessage(BASE_NS + seq, 'davis', 346, 260, encoding,
                        np.frombuffer(payload, np.uint8), base_ns, seq)


def some_events(k):
    """Return four events within 1 ms, the k-th ms of the recording; three of them are on."""
    t_ns = BASE_NS + k * 1_000_000 + np.array([0, 250_000, 250_000, 900_000])
    return make_events([1, 2, 345, k], [0, 259, 3, 4], t_ns, [1, 0, 1, 1])


def camera():
    """Return a calibration with recognisable numbers."""
    return CameraModel.from_values(346, 260, [250, 0, 173, 0, 251, 130, 0, 0, 1],
                                   [-0.3, 0.1, 0.001, -0.002, 0], 'plumb_bob')


def picture(k):
    """Return a small picture that tells which one it is."""
    return np.arange(12, dtype=np.uint8).reshape(3, 4) + k % 200


def packet_bytes(seq):
    """Return a serialised packet of four events."""
    return serialize_event_packet(mono_message(some_events(0), seq))


def write_bag(path, n=20, **settings):
    """Write n packets 1 ms apart, and a frame with its camera_info every 5 of them."""
    with BagWriter(path, **settings) as writer:
        for k in range(n):
            record_ns = BASE_NS + (k + 1) * 1_000_000
            writer.write('/cam/events', PACKET, record_ns,
                         serialize_event_packet(mono_message(some_events(k), k)))
            if k % 5 == 0:
                writer.write('/cam/image_raw', IMAGE, record_ns + 1,
                             serialize_image(picture(k), 'mono8', record_ns - 7, 'davis'))
                writer.write('/cam/camera_info', CAMERA_INFO, record_ns + 2,
                             serialize_camera_info(camera(), record_ns - 7, 'davis'))
    return path


@pytest.fixture(scope='session')
def bags():
    """Return the helpers above."""
    return SimpleNamespace(BASE_NS=BASE_NS, PACKET=PACKET, camera=camera, picture=picture,
                           mono_message=mono_message, some_events=some_events,
                           packet_bytes=packet_bytes, write_bag=write_bag)


@pytest.fixture()
def bag(tmp_path):
    """Return a rosbag2 folder (mcap) of 20 packets, 4 frames and 4 camera_infos."""
    return write_bag(tmp_path / 'bag')


@pytest.fixture()
def ros1_bag(tmp_path):
    """Return a ROS 1 bag of 20 EventArrays of 4 events, in several chunks."""
    store = get_typestore(Stores.ROS1_NOETIC)
    store.register({
        **get_types_from_msg('uint16 x\nuint16 y\ntime ts\nbool polarity\n',
                             'dvs_msgs/msg/Event'),
        **get_types_from_msg('Header header\nuint32 height\nuint32 width\nEvent[] events\n',
                             'dvs_msgs/msg/EventArray')})
    path = tmp_path / 'old.bag'
    with Ros1Writer(path) as writer:
        writer.chunk_threshold = 400
        connection = writer.add_connection('/dvs/events', 'dvs_msgs/msg/EventArray',
                                           typestore=store)
        for k in range(20):
            writer.write(connection, BASE_NS + (k + 1) * 1_000_000,
                         ros1_event_array(some_events(k), k))
    return path


def ros1_event_array(events, seq):
    """Serialise by hand as ROS 1 does: packed, little endian."""
    head = struct.pack('<III', seq, BASE_NS // 10**9, seq) + struct.pack('<I', 5) + b'davis'
    head += struct.pack('<III', 260, 346, len(events))
    return head + b''.join(
        struct.pack('<HHIIB', int(e['x']), int(e['y']), int(e['t_ns']) // 10**9,
                    int(e['t_ns']) % 10**9, int(e['p'])) for e in events)
