# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""`convert` writes bags that ROS 2 tools read, with nothing lost, whole or not at all."""

import json
import os
import signal
import struct
import subprocess
import sys
import time

import h5py
from mcap.reader import make_reader
import numpy as np
import pytest
from rosbags.highlevel import AnyReader
from rosbags.interfaces import QosDurability
from rosbags.rosbag1 import Writer as Ros1Writer
from rosbags.rosbag2 import Writer as Ros2Writer
from rosbags.typesys import get_types_from_msg, get_typestore, Stores
import yaml

from depthanyevent_ros.__main__ import main
from depthanyevent_ros.errors import RecordingError
from depthanyevent_ros.recordings.conversion import sequence
from depthanyevent_ros.recordings.message_types import EVENT_ARRAY_HASH, EVENT_PACKET_HASH
from depthanyevent_ros.recordings.open_sequence import open_sequence
from depthanyevent_ros.recordings.qos import offered_qos

EPOCH_S = 1_505_000_000
CAMERA_INFO_HASH = 'RIHS01_b3dfd68ff46c9d56c80fd3bd4ed22c7a4ddce8c8348f2f59c299e73118e7e275'


def write_mvsec(folder, n=3000):
    """Write a pair of MVSEC files: n events in 0.1 s, 2 pictures, 1 depth map, 1 pose."""
    rng = np.random.default_rng(0)
    t_us = np.sort(rng.integers(0, 100_000, n))
    rows = np.stack([rng.integers(0, 346, n), rng.integers(0, 260, n), EPOCH_S + t_us * 1e-6,
                     rng.integers(0, 2, n) * 2 - 1], 1)
    with h5py.File(folder / 'toy_data.hdf5', 'w') as file:
        file['davis/left/events'] = rows
        file['davis/left/image_raw'] = np.full((2, 260, 346), 7, np.uint8)
        file['davis/left/image_raw_ts'] = EPOCH_S + np.array([0.01, 0.06])
    with h5py.File(folder / 'toy_gt.hdf5', 'w') as file:
        file['davis/left/depth_image_raw'] = np.full((1, 260, 346), 3.25, np.float32)
        file['davis/left/depth_image_raw_ts'] = [EPOCH_S + 0.05]
        file['davis/left/pose'], file['davis/left/pose_ts'] = np.eye(4)[None], [EPOCH_S + 0.05]
    return folder / 'toy_data.hdf5'


def convert(capsys, *arguments):
    """Run the verb and return the exit code, stdout and stderr."""
    code = main(['convert', *map(str, arguments)])
    return (code, *capsys.readouterr())


@pytest.mark.parametrize('events', ['packet', 'dvs'])
@pytest.mark.parametrize('storage', ['mcap', 'sqlite3'])
def test_every_event_comes_through_to_the_ns(tmp_path, capsys, events, storage):
    """Either message, either storage; read back by this package."""
    source = write_mvsec(tmp_path)
    code, out, err = convert(capsys, source, tmp_path / 'bag', '--events', events, '--storage',
                             storage)
    assert code == 0 and out.startswith('3,000 events in ')
    assert err.startswith('note: there is no calibration') and err.count('\n') == 1
    with open_sequence(source) as before, open_sequence(tmp_path / 'bag') as after:
        np.testing.assert_array_equal(after.events_by_index(0, 3000),
                                      before.events_by_index(0, 3000))
        np.testing.assert_array_equal(after.frames.stamps_ns, before.frames.stamps_ns)
        np.testing.assert_array_equal(after.depths.stamps_ns, before.depths.stamps_ns)
        np.testing.assert_array_equal(after.depths.read(0), before.depths.read(0))
        np.testing.assert_array_equal(after.poses.read(0), np.eye(4))
    suffix = {'mcap': '.mcap', 'sqlite3': '.db3'}[storage]
    assert sorted(os.listdir(tmp_path / 'bag')) == sorted(['bag' + suffix, 'metadata.yaml'])


@pytest.mark.parametrize('events, msgtype, type_hash', [
    ('packet', 'event_camera_msgs/msg/EventPacket', EVENT_PACKET_HASH),
    ('dvs', 'dvs_msgs/msg/EventArray', EVENT_ARRAY_HASH)])
def test_independent_reader_finds_the_messages(tmp_path, capsys, events, msgtype, type_hash):
    """By the definitions in the bag; hashes are those that drivers have."""
    assert convert(capsys, write_mvsec(tmp_path), tmp_path / 'bag', '--events', events)[0] == 0
    info = yaml.safe_load((tmp_path / 'bag' / 'metadata.yaml').read_text())
    topics = {t['topic_metadata']['name']: t for t in
              info['rosbag2_bagfile_information']['topics_with_message_count']}
    found = topics['/davis/left/events']['topic_metadata']
    assert (found['type'], found['type_description_hash']) == (msgtype, type_hash)
    assert {name: t['message_count'] for name, t in topics.items() if 'events' not in name} == {
        '/davis/left/image_raw': 2, '/davis/left/depth_image_raw': 1, '/davis/left/pose': 1,
        '/tf': 1}
    n_events, last_ns = 0, 0
    with AnyReader([tmp_path / 'bag']) as reader:
        for connection, record_ns, data in reader.messages():
            assert record_ns >= last_ns
            last_ns = record_ns
            message = reader.deserialize(data, connection.msgtype)
            if connection.msgtype == 'dvs_msgs/msg/EventArray':
                n_events += len(message.events)
                first, last = message.events[0].ts, message.events[-1].ts
                assert message.header.stamp == first
                assert last.sec * 10**9 + last.nanosec == record_ns
            elif connection.msgtype == msgtype:
                n_events += len(message.events) // 8
                assert message.encoding == 'mono' and message.time_base <= record_ns
            elif connection.topic == '/davis/left/depth_image_raw':
                assert (message.encoding, message.step) == ('32FC1', 4 * 346)
                assert message.header.stamp.nanosec == 50_000_000
            elif connection.topic == '/tf':
                transform = message.transforms[0]
                assert transform.child_frame_id == 'camera_optical_frame'
                assert transform.transform.rotation.w == 1
    assert n_events == 3000


def test_messages_are_as_long_as_asked_for(tmp_path, capsys):
    """Packets of 20 ms: 5 of them."""
    convert(capsys, write_mvsec(tmp_path), tmp_path / 'bag', '--packet-ms', '20')
    with open(tmp_path / 'bag' / 'bag.mcap', 'rb') as stream:
        assert len(list(make_reader(stream).iter_messages(topics=['/davis/left/events']))) == 5
    assert convert(capsys, tmp_path, tmp_path / 'b', '--packet-ms', '3000')[0] == 2
    assert convert(capsys, tmp_path, tmp_path / 'b', '--events', 'evt3')[0] == 2


def test_broken_conversion_leaves_nothing_behind(tmp_path, capsys, monkeypatch):
    """An image that cannot be read in the middle: no half bag, not even a hidden one."""
    source = write_mvsec(tmp_path)

    def refuse(*_):
        raise RecordingError('image 1 is damaged')
    monkeypatch.setattr(sequence, 'serialize_image', refuse)
    before = sorted(os.listdir(tmp_path))
    code, _, err = convert(capsys, source, tmp_path / 'bag')
    assert code == 1 and err == 'depthanyevent convert: image 1 is damaged\n'
    assert sorted(os.listdir(tmp_path)) == before


def test_destination_that_is_there_is_kept_unless_told_otherwise(tmp_path, capsys):
    """Hours of work are not overwritten by a slip; what is no rosbag2 is never replaced."""
    source = write_mvsec(tmp_path)
    assert convert(capsys, source, tmp_path / 'bag')[0] == 0
    code, _, err = convert(capsys, source, tmp_path / 'bag')
    assert code == 1 and 'exists already' in err
    (tmp_path / 'bag' / 'old').write_text('x')
    code, _, err = convert(capsys, source, tmp_path / 'bag', '--overwrite')
    assert code == 1 and 'is not replaced' in err and (tmp_path / 'bag' / 'old').exists()
    (tmp_path / 'bag' / 'old').unlink()
    assert convert(capsys, source, tmp_path / 'bag', '--overwrite', '--events', 'dvs')[0] == 0
    with AnyReader([tmp_path / 'bag']) as reader:
        assert reader.topics['/davis/left/events'].msgtype == 'dvs_msgs/msg/EventArray'


@pytest.mark.parametrize('destination', ['.', 'toy_data.hdf5', '../project'])
def test_the_source_is_never_replaced(tmp_path, capsys, monkeypatch, destination):
    """Neither itself nor a folder around it, by whatever name."""
    folder = tmp_path / 'project'
    folder.mkdir()
    source = write_mvsec(folder)
    monkeypatch.chdir(folder)
    before = sorted(os.listdir(folder)), source.read_bytes()
    code, _, err = convert(capsys, source, destination, '--overwrite')
    assert code == 1 and 'choose another DST' in err and err.count('\n') == 1
    assert before == (sorted(os.listdir(folder)), source.read_bytes())
    assert os.listdir(tmp_path) == ['project']


@pytest.mark.parametrize('number', [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_conversion_that_is_ended_leaves_nothing_behind(tmp_path, number):
    """Ctrl-C, a service manager, a terminal that is closed."""
    source = write_mvsec(tmp_path, 2_000_000)
    process = subprocess.Popen(
        [sys.executable, '-m', 'depthanyevent_ros', 'convert', source, tmp_path / 'out' / 'bag',
         '--packet-ms', '0.0005'],                           # takes many seconds
        stderr=subprocess.PIPE, text=True,
        # A shell's background job, which the tests may be, ignores SIGINT and passes that on.
        preexec_fn=lambda: signal.signal(number, signal.SIG_DFL))
    for _ in range(6000):
        if (tmp_path / 'out').exists() and os.listdir(tmp_path / 'out'):
            break
        time.sleep(0.01)
    process.send_signal(number)
    _, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (1, 'depthanyevent convert: interrupted\n')
    assert os.listdir(tmp_path / 'out') == []


@pytest.mark.parametrize('storage', ['mcap', 'sqlite3'])
@pytest.mark.parametrize('kilobytes', [1, 20])
def test_a_full_disk_leaves_nothing_behind(tmp_path, storage, kilobytes):
    """Whether it is full at the first byte or later."""
    source = write_mvsec(tmp_path)
    result = subprocess.run(
        ['bash', '-c', f'trap "" XFSZ; ulimit -f {kilobytes}; exec "$0" "$@"', sys.executable,
         '-m', 'depthanyevent_ros', 'convert', source, tmp_path / 'out' / 'bag', '--storage',
         storage], capture_output=True, text=True, timeout=120)
    assert result.returncode == 1
    assert 'Traceback' not in result.stderr and 'cannot be ' in result.stderr
    assert os.listdir(tmp_path / 'out') == []


def test_impossible_events_are_left_out_and_told(tmp_path, capsys):
    """Outside the sensor, beyond 16 bits, without a time, and in no order."""
    source = write_mvsec(tmp_path)
    with h5py.File(source, 'a') as file:
        rows = file['davis/left/events'][:]
        rows[3, 0], rows[5, 0], rows[7, 1], rows[9, 2] = -1, 70_000, 400, np.nan
        rows[[20, 21]] = rows[[21, 20]]
        file['davis/left/events'][:] = rows
    code, out, err = convert(capsys, source, tmp_path / 'bag')
    assert code == 0 and out.startswith('2,996 events')
    assert 'note: 4 events are left out' in err and 'note: 1 times the events run back' in err
    kept = np.delete(rows, [3, 5, 7, 9], 0)
    with open_sequence(tmp_path / 'bag') as sequence:
        events = sequence.events_by_index(0, 3000)
    np.testing.assert_array_equal(events['x'], kept[:, 0])
    np.testing.assert_array_equal(events['y'], kept[:, 1])
    assert int(events['t_ns'].min()) >= EPOCH_S * 10**9


def test_missing_source_is_one_sentence(tmp_path, capsys):
    """And no destination."""
    code, _, err = convert(capsys, tmp_path / 'no.hdf5', tmp_path / 'bag')
    assert code == 1 and 'there is no recording' in err and not (tmp_path / 'bag').exists()


def write_ros1_pair(folder):
    """Write MVSEC's kind of bags: stale header stamps, a custom type, CameraInfo with D K R P."""
    store = get_typestore(Stores.ROS1_NOETIC)
    store.register({
        **get_types_from_msg('uint16 x\nuint16 y\ntime ts\nbool polarity\n', 'dvs_msgs/msg/Event'),
        **get_types_from_msg('Header header\nuint32 height\nuint32 width\nEvent[] events\n',
                             'dvs_msgs/msg/EventArray'),
        **get_types_from_msg('Header header\nfloat64 x\n', 'visensor_node/msg/visensor_imu')})
    time_of, header = (store.types[f'{name}'] for name in
                       ('builtin_interfaces/msg/Time', 'std_msgs/msg/Header'))
    with Ros1Writer(folder / 'toy_data.bag') as writer:
        events = writer.add_connection('/davis/left/events', 'dvs_msgs/msg/EventArray',
                                       typestore=store)
        info = writer.add_connection('/davis/left/camera_info', 'sensor_msgs/msg/CameraInfo',
                                     typestore=store)
        custom = writer.add_connection('/visensor/cust_imu', 'visensor_node/msg/visensor_imu',
                                       typestore=store)
        for k in range(3):
            end_ns = (k + 1) * 30_000_000
            t_ns = end_ns - 30_000_000 + 300_000 * np.arange(100)
            # The driver stamps with the first event of the last packet that it merged.
            head = struct.pack('<III', k, EPOCH_S, int(t_ns[90])) + struct.pack('<I', 0)
            head += struct.pack('<III', 260, 346, 100)
            writer.write(events, EPOCH_S * 10**9 + end_ns, head + b''.join(
                struct.pack('<HHIIB', i, i, EPOCH_S, int(t), i % 2) for i, t in enumerate(t_ns)))
        stamp = header(seq=1, stamp=time_of(sec=EPOCH_S, nanosec=7), frame_id='cam')
        roi = store.types['sensor_msgs/msg/RegionOfInterest'](0, 0, 0, 0, False)
        message = store.types['sensor_msgs/msg/CameraInfo'](
            stamp, 260, 346, 'plumb_bob', np.arange(5.0), np.arange(1.0, 10), np.arange(9.0),
            np.arange(12.0), 0, 0, roi)
        writer.write(info, EPOCH_S * 10**9 + 10, store.serialize_ros1(
            message, 'sensor_msgs/msg/CameraInfo'))
        message = store.types['visensor_node/msg/visensor_imu'](stamp, 1.0)
        writer.write(custom, EPOCH_S * 10**9 + 11, store.serialize_ros1(
            message, 'visensor_node/msg/visensor_imu'))
    with Ros1Writer(folder / 'toy_gt.bag') as writer:
        depth = writer.add_connection('/davis/left/depth_image_raw', 'sensor_msgs/msg/Image',
                                      typestore=store)
        message = store.types['sensor_msgs/msg/Image'](
            stamp, 2, 3, '32FC1', 0, 12, np.full(6, 1.5, '<f4').view(np.uint8))
        writer.write(depth, EPOCH_S * 10**9 + 45_000_000, store.serialize_ros1(
            message, 'sensor_msgs/msg/Image'))
    return folder / 'toy_data.bag'


def test_ros1_bags_are_merged_and_translated(tmp_path, capsys):
    """Each trap of such bags: stamps, types, names of fields, the second bag."""
    code, out, err = convert(capsys, write_ros1_pair(tmp_path), tmp_path / 'bag',
                             '--events', 'dvs')
    assert code == 0 and out.startswith('300 events')
    assert err.startswith('note: /visensor/cust_imu is passed over: visensor_node/')
    hashes, stamps, records_ns = {}, [], []
    with AnyReader([tmp_path / 'bag']) as reader:
        for connection, record_ns, data in reader.messages():
            records_ns.append(record_ns)
            hashes[connection.topic] = connection.digest
            message = reader.deserialize(data, connection.msgtype)
            if connection.topic == '/davis/left/events':
                stamps.append(message.header.stamp == message.events[0].ts)
            elif connection.topic == '/davis/left/camera_info':
                np.testing.assert_array_equal(message.d, np.arange(5))
                np.testing.assert_array_equal(message.p, np.arange(12))
                assert (message.header.stamp.nanosec, message.header.frame_id) == (7, 'cam')
            else:
                np.testing.assert_array_equal(message.data.view('<f4'), np.full(6, 1.5))
    assert records_ns == sorted(records_ns) and len(stamps) == 18 and all(stamps)
    assert hashes['/davis/left/camera_info'] == CAMERA_INFO_HASH
    assert set(hashes) == {'/davis/left/events', '/davis/left/camera_info',
                           '/davis/left/depth_image_raw'}
    with open_sequence(tmp_path / 'toy_data.bag') as old, open_sequence(tmp_path / 'bag') as new:
        np.testing.assert_array_equal(old.events_by_index(0, 300), new.events_by_index(0, 300))


def test_the_cameras_of_a_pair_take_turns(tmp_path, capsys):
    """Each goes forward in time; together they do not, and that is no jump."""
    store = get_typestore(Stores.ROS2_JAZZY)
    event, array, time_of, header = register_event_array(store)
    with Ros2Writer(tmp_path / 'pair', version=9) as writer:
        topics = [writer.add_connection(f'/davis/{side}/events', array.__msgtype__,
                                        typestore=store) for side in ('left', 'right')]
        for k in range(3):
            for i, topic in enumerate(topics):
                x = 999 if (k, i) == (1, 1) else 1
                message = array(header(time_of(0, 0), 'cam'), 260, 346, [
                    event(x, 2, time_of(0, 10_000_000 * k + t), True) for t in (5, 9_000_000)])
                writer.write(topic, 10_000_000 * (k + 1),
                             store.serialize_cdr(message, array.__msgtype__))
    code, out, err = convert(capsys, tmp_path / 'pair', tmp_path / 'bag')
    assert code == 0 and out.startswith('10 events')
    assert err == ('note: /davis/right/events: 2 events are left out: they lie outside the sensor '
                   'or have no time that can be\n')


def write_bursts(path, **qos):
    """Write a rosbag2 whose long packets were recorded in bursts: 3 of 10 ms within 20 us."""
    store = get_typestore(Stores.ROS2_JAZZY)
    event, array, time_of, header = register_event_array(store)
    t_ns = np.arange(90) * 333_333
    with Ros2Writer(path, version=9) as writer:
        events = writer.add_connection('/cam/events', array.__msgtype__, typestore=store)
        fixed = writer.add_connection('/tf_static', 'tf2_msgs/msg/TFMessage', typestore=store,
                                      **qos)
        writer.write(fixed, 5, store.serialize_cdr(
            store.types['tf2_msgs/msg/TFMessage']([]), 'tf2_msgs/msg/TFMessage'))
        for k in range(3):
            part = t_ns[30 * k:30 * (k + 1)]
            message = array(header(time_of(0, int(part[0])), 'cam'), 260, 346, [
                event(1, 2, time_of(0, int(t)), True) for t in part])
            writer.write(events, 40_000_000 + 10_000 * k,
                         store.serialize_cdr(message, array.__msgtype__))
    return t_ns


def register_event_array(store):
    """Add dvs_msgs to a store; return Event, EventArray, Time and Header."""
    store.register({
        **get_types_from_msg('uint16 x\nuint16 y\nbuiltin_interfaces/Time ts\nbool polarity\n',
                             'dvs_msgs/msg/Event'),
        **get_types_from_msg('std_msgs/Header header\nuint32 height\nuint32 width\n'
                             'Event[] events\n', 'dvs_msgs/msg/EventArray')})
    return (store.types[name] for name in (
        'dvs_msgs/msg/Event', 'dvs_msgs/msg/EventArray', 'builtin_interfaces/msg/Time',
        'std_msgs/msg/Header'))


@pytest.mark.parametrize('events', ['packet', 'dvs'])
@pytest.mark.parametrize('packet_ms', ['5', '0.5'])
def test_what_was_recorded_in_bursts_keeps_its_order(tmp_path, capsys, events, packet_ms):
    """Pieces of a message are not moved in front of those of the message before it."""
    t_ns = write_bursts(tmp_path / 'bursts')
    assert convert(capsys, tmp_path / 'bursts', tmp_path / 'bag', '--events', events,
                   '--packet-ms', packet_ms)[0] == 0
    with open_sequence(tmp_path / 'bag') as sequence:
        np.testing.assert_array_equal(sequence.events_by_index(0, 90)['t_ns'], t_ns)


def test_topics_are_offered_as_they_were(tmp_path, capsys):
    """Who joins late gets the static transforms only if they are offered transient local."""
    write_bursts(tmp_path / 'bursts', offered_qos_profiles=[
        offered_qos(depth=1, transient_local=True)])
    assert convert(capsys, tmp_path / 'bursts', tmp_path / 'bag')[0] == 0
    with AnyReader([tmp_path / 'bag']) as reader:
        durability = {c.topic: [q.durability for q in c.ext.offered_qos_profiles]
                      for c in reader.connections}
    assert durability == {'/tf_static': [QosDurability.TRANSIENT_LOCAL],
                          '/cam/events': [QosDurability.VOLATILE]}


@pytest.mark.parametrize('damaged', ['toy_data.bag', 'toy_gt.bag'])
def test_damaged_bags_convert_up_to_the_damage(tmp_path, capsys, damaged):
    """With a remark, as all else reads them."""
    write_ros1_pair(tmp_path)
    path = tmp_path / damaged
    path.write_bytes(path.read_bytes()[:-300])
    code, out, err = convert(capsys, tmp_path / 'toy_data.bag', tmp_path / 'bag')
    assert code == 0 and 'Traceback' not in err and damaged in err
    assert out.startswith('300 events')


def test_converting_a_converted_bag_changes_nothing(tmp_path, capsys):
    """From one storage and message to the other and back."""
    source = write_mvsec(tmp_path)
    convert(capsys, source, tmp_path / 'a')
    convert(capsys, tmp_path / 'a', tmp_path / 'b', '--events', 'dvs', '--storage', 'sqlite3')
    convert(capsys, tmp_path / 'b', tmp_path / 'c')
    with AnyReader([tmp_path / 'a']) as first, AnyReader([tmp_path / 'c']) as second:
        before = [(c.topic, bytes(data)) for c, _, data in first.messages()]
        after = [(c.topic, bytes(data)) for c, _, data in second.messages()]
    assert sorted(t for t, _ in before) == sorted(t for t, _ in after)
    others = [m for m in before if 'events' not in m[0]]
    assert others == [m for m in after if 'events' not in m[0]]


@pytest.mark.parametrize('name, n_events, topics', [
    ('mini_mvsec_data.hdf5', 13_560, {
        '/davis/left/image_raw': 9, '/davis/left/camera_info': 9, '/tf': 4,
        '/davis/left/depth_image_raw': 4, '/davis/left/depth_image_rect': 4,
        '/davis/left/pose': 4, '/davis/left/odometry': 4, '/davis/left/imu': 100}),
    ('mini_mvsec_data.bag', 13_560, {
        '/davis/left/image_raw': 9, '/davis/left/camera_info': 11, '/davis/left/imu': 100,
        '/davis/left/depth_image_raw': 2, '/davis/left/depth_image_rect': 2,
        '/davis/left/pose': 2, '/davis/left/odometry': 2, '/tf': 2,
        '/davis/left/blended_image_rect': 1}),
    ('mini_dsec/train/mini_city_00_a', 49_120, {
        '/dsec/left/image_raw': 7, '/dsec/left/camera_info': 8,
        '/dsec/left/depth_image_rect': 3}),
    ('mini_e2depth/test/mvsec_outdoor_day1', 0, {
        '/davis/left/image_raw': 2, '/davis/left/depth_image_raw': 2}),
    ('mini_eventscape/Town05/sequence_0', 6_004, {
        '/event_camera/image_raw': 2, '/event_camera/depth_image_raw': 2}),
    ('mini_ecd', 2_660, {'/dvs/image_raw': 3, '/dvs/camera_info': 3, '/dvs/pose': 30,
                         '/tf': 30, '/dvs/imu': 50}),
    ('mini_davis.aedat4', 3_668, {'/event_camera/image_raw': 3}),
])
def test_every_fixture_converts(shared, tmp_path, capsys, name, n_events, topics):
    """With the counts of its description."""
    code, out, _ = convert(capsys, shared / 'fixtures' / name, tmp_path / 'bag')
    assert code == 0 and out.startswith(f'{n_events:,} events')
    with AnyReader([tmp_path / 'bag']) as reader:
        counts = {c.topic: c.msgcount for c in reader.connections}
    assert {t: n for t, n in counts.items() if not t.endswith('/events')} == topics
    with open_sequence(tmp_path / 'bag') as sequence:
        assert sequence.n_events == n_events


def test_right_camera_of_a_pair_is_converted_on_request(tmp_path, capsys):
    """With topics of its own, and without the depth of the left one."""
    source = write_mvsec(tmp_path)
    with h5py.File(source, 'a') as file:
        file['davis/right/events'] = file['davis/left/events'][:10]
    code, out, _ = convert(capsys, source, tmp_path / 'bag', '--side', 'right')
    assert code == 0 and out.startswith('10 events')
    with AnyReader([tmp_path / 'bag']) as reader:
        assert set(reader.topics) == {'/davis/right/events'}


def test_bag_of_the_default_converter_gets_the_right_hash(tmp_path, capsys):
    """`rosbags-convert` keeps ROS 1's D K R P unless told otherwise: rosidl refuses that."""
    write_ros1_pair(tmp_path)
    command = [sys.executable, '-m', 'rosbags.convert', '--dst-storage', 'mcap',
               '--src', str(tmp_path / 'toy_data.bag'), '--dst', str(tmp_path / 'copied')]
    assert subprocess.run(command, capture_output=True, timeout=120).returncode == 0
    assert CAMERA_INFO_HASH not in (tmp_path / 'copied' / 'metadata.yaml').read_text()
    assert convert(capsys, tmp_path / 'copied', tmp_path / 'bag')[0] == 0
    assert CAMERA_INFO_HASH in (tmp_path / 'bag' / 'metadata.yaml').read_text()


def test_right_camera_of_dsec_is_chosen_by_its_topic(shared, capsys):
    """Where convert has --side, the others name the topic."""
    folder = shared / 'fixtures' / 'mini_dsec' / 'train' / 'mini_city_00_a'
    assert main(['info', '--json', str(folder), '--events-topic', '/dsec/right/events']) == 0
    assert json.loads(capsys.readouterr().out)['n_events'] == 12_280
