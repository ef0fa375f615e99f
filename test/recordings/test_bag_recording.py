# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Bags are read as streams of records; damage costs what is damaged and no more."""

import shutil

import numpy as np
import pytest
from rosbags.highlevel import AnyReader
from rosbags.rosbag2 import Reader, StoragePlugin, Writer

from depthanyevent_ros.errors import RecordingError
from depthanyevent_ros.events.decoders import decode_all, make_decoder
from depthanyevent_ros.recordings import (
    CameraInfoRecord, EventsRecord, FrameRecord, open_recording,
)
from depthanyevent_ros.recordings.message_types import ros2_types
from depthanyevent_ros.recordings.writer import BagWriter


def read(path, **choice):
    """Return all records and the remarks."""
    with open_recording(path, **choice) as recording:
        return list(recording.messages()), list(recording.notes), dict(recording.counts)


def seqs(records):
    """Return the numbers of the event messages."""
    return [record.message.seq for record in records if isinstance(record, EventsRecord)]


def n_packets(records):
    """Count the event messages."""
    return sum(isinstance(record, EventsRecord) for record in records)


def test_records_come_in_recorded_order_with_all_that_was_written(bag, bags):
    """20 packets, 4 frames, 4 calibrations, each with its own stamps."""
    records, notes, counts = read(bag)
    assert [r.record_ns for r in records] == sorted(r.record_ns for r in records)
    assert n_packets(records) == 20 and not notes and not counts
    frame = next(r for r in records if isinstance(r, FrameRecord))
    assert frame.stamp_ns == bags.BASE_NS + 1_000_000 - 7 and frame.encoding == 'mono8'
    np.testing.assert_array_equal(frame.image, bags.picture(0))
    info = next(r for r in records if isinstance(r, CameraInfoRecord))
    assert info.camera == bags.camera() and info.frame_id == 'davis'


def test_events_decode_to_what_was_packed(bag, bags):
    """The third packet holds the events of the third ms."""
    records, _, _ = read(bag)
    message = [r.message for r in records if isinstance(r, EventsRecord)][2]
    np.testing.assert_array_equal(decode_all(make_decoder('mono'), message), bags.some_events(2))
    assert (message.seq, message.width, message.height) == (2, 346, 260)


def test_storage_file_and_metadata_file_open_like_the_folder(bag):
    """Users name whichever they see."""
    for path in (bag / 'bag.mcap', bag / 'metadata.yaml', str(bag)):
        assert n_packets(read(path)[0]) == 20


def test_folder_without_metadata_is_read_by_its_files(bag):
    """A recorder that was killed writes no metadata.yaml."""
    (bag / 'metadata.yaml').unlink()
    records, notes, _ = read(bag)
    assert n_packets(records) == 20 and 'metadata.yaml is missing' in notes[0]


def test_folder_with_broken_metadata_is_read_by_its_files(bag):
    """What the metadata says can be found in the files."""
    (bag / 'metadata.yaml').write_text('rosbag2_bagfile_information: [')
    records, notes, _ = read(bag)
    assert n_packets(records) == 20 and 'metadata.yaml cannot be used' in notes[0]


def test_parts_of_a_split_recording_follow_each_other_by_their_numbers(tmp_path, bags):
    """bag_2 comes before bag_10."""
    folder = tmp_path / 'split'
    folder.mkdir()
    for k, number in enumerate((2, 10)):
        with BagWriter(tmp_path / f'part{number}') as writer:
            writer.write('/e', 'event_camera_msgs/msg/EventPacket', bags.BASE_NS + k,
                         bags.packet_bytes(number))
        shutil.copy(tmp_path / f'part{number}' / f'part{number}.mcap', folder / f'b_{number}.mcap')
    records, _, _ = read(folder)
    assert [r.message.seq for r in records] == [2, 10]


def test_compressed_mcap_reads_the_same(tmp_path, bags):
    """Chunks in zstd."""
    records, _, _ = read(bags.write_bag(tmp_path / 'zstd', compress=True))
    assert n_packets(records) == 20


def test_sqlite3_reads_the_same_and_a_cut_one_up_to_the_cut(tmp_path, bags):
    """What is before the damage is read, and it is said."""
    to_sqlite(bags.write_bag(tmp_path / 'mcap', n=400), tmp_path / 'sql')
    assert n_packets(read(tmp_path / 'sql')[0]) == 400
    file = tmp_path / 'sql' / 'sql.db3'
    data = file.read_bytes()
    file.write_bytes(data[:len(data) * 3 // 4])
    records, notes, counts = read(file)
    assert 0 < n_packets(records) < 400 and counts == {'damaged_tail': 1}
    assert 'is damaged' in notes[0] and 'damaged after' in notes[-1]


def to_sqlite(source, target):
    """Copy a bag into sqlite3."""
    with Reader(source) as reader, \
            Writer(target, version=9, storage_plugin=StoragePlugin.SQLITE3) as writer:
        made = {c.id: writer.add_connection(c.topic, c.msgtype, typestore=ros2_types())
                for c in reader.connections}
        for connection, stamp, data in reader.messages():
            writer.write(made[connection.id], stamp, data)


def test_mcap_without_its_end_is_read_up_to_the_damage(tmp_path, bags):
    """No footer, no index, half a chunk: a power cut."""
    bag = bags.write_bag(tmp_path / 'long', n=12_000)
    file = bag / 'long.mcap'
    file.write_bytes(file.read_bytes()[:-300_000])
    records, notes, counts = read(file)
    assert 1000 < n_packets(records) < 12_000 and counts == {'damaged_tail': 1}
    assert '()' not in notes[-1]
    assert seqs(records) == list(range(n_packets(records)))
    assert 'up to the damage' in notes[0] and 'damaged after' in notes[-1]


def test_mcap_with_a_damaged_chunk_ends_there(tmp_path, bags):
    """The index is whole, a chunk is not: bytes that do not fit its checksum or compression."""
    bag = bags.write_bag(tmp_path / 'zstd', n=12_000, compress=True)
    file = bag / 'zstd.mcap'
    data = bytearray(file.read_bytes())
    middle = len(data) // 2
    data[middle:middle + 2000] = bytes(2000)
    file.write_bytes(data)
    records, notes, counts = read(bag)
    assert 0 < n_packets(records) < 12_000 and counts['damaged_tail'] == 1
    assert 'damaged after' in notes[-1]


def test_ros1_bag_is_read_and_its_events_decode(ros1_bag, bags):
    """The old format: packed events of 13 bytes."""
    records, notes, _ = read(ros1_bag)
    assert n_packets(records) == 20 and not notes
    message = records[3].message
    np.testing.assert_array_equal(decode_all(make_decoder(message.encoding), message),
                                  bags.some_events(3))


def test_ros1_bag_without_its_end_is_read_up_to_the_damage(ros1_bag):
    """rosbag writes the index last: a recorder that was killed leaves none."""
    ros1_bag.write_bytes(ros1_bag.read_bytes()[:-2500])
    records, notes, counts = read(ros1_bag)
    assert 5 < n_packets(records) < 20
    assert records[4].message.seq == 4
    assert 'index of old.bag cannot be read' in notes[0]
    assert counts in ({}, {'damaged_tail': 1})


def test_of_a_ros1_chunk_that_is_cut_the_messages_before_the_cut_are_read(ros1_bag):
    """Three quarters of the second chunk hold more than the first one alone."""
    data = ros1_bag.read_bytes()
    begin = data.index(b'compression=none', data.index(b'compression=none') + 1)
    end = data.index(b'compression=none', begin + 1)
    found = []
    for size in (begin, begin + (end - begin) * 3 // 4):
        ros1_bag.write_bytes(data[:size])
        records, notes, counts = read(ros1_bag)
        found.append(seqs(records))
    assert found[1] == list(range(len(found[1]))) and len(found[1]) > len(found[0]) > 0
    assert counts == {'damaged_tail': 1} and 'damaged after' in notes[-1]


@pytest.mark.parametrize('size', [20, 200])
@pytest.mark.parametrize('name', ['bag.mcap', 'old.bag'])
def test_file_damaged_before_its_first_message_is_an_error(bag, ros1_bag, name, size):
    """There is nothing to salvage."""
    file = {'bag.mcap': bag / 'bag.mcap', 'old.bag': ros1_bag}[name]
    file.write_bytes(file.read_bytes()[:size])
    with pytest.raises(RecordingError, match='damaged before its first message'):
        read(file)


def test_message_that_cannot_be_read_is_counted_and_passed_over(tmp_path, bags):
    """One bad message does not end a recording."""
    with BagWriter(tmp_path / 'b') as writer:
        payloads = (bags.packet_bytes(0), bags.packet_bytes(1)[:30], b'', bags.packet_bytes(2))
        for k, data in enumerate(payloads):
            writer.write('/e', 'event_camera_msgs/msg/EventPacket', bags.BASE_NS + k, data)
        writer.write('/i', 'sensor_msgs/msg/Image', bags.BASE_NS + 9, b'\x00\x01\x00\x00abc')
    records, _, counts = read(tmp_path / 'b')
    assert [r.message.seq for r in records] == [0, 2]
    assert counts == {'truncated': 2, 'undecodable': 1}


def test_reading_begins_at_a_record_time_and_can_be_repeated(bag, bags):
    """Seeking for --start, and a second pass for --loop."""
    with open_recording(bag) as recording:
        late = list(recording.messages(bags.BASE_NS + 18_000_000))
        assert seqs(late) == [17, 18, 19]
        assert n_packets(list(recording.messages())) == 20
        assert n_packets(list(recording.messages())) == 20


def test_bag_without_messages_gives_no_records(tmp_path):
    """Recorded, but nobody published."""
    with BagWriter(tmp_path / 'empty') as writer:
        writer.add_topic('/e', 'event_camera_msgs/msg/EventPacket')
    assert read(tmp_path / 'empty')[0] == []


def test_rosbags_reads_what_we_write(bag):
    """An independent reader with the types that the file brings along."""
    with AnyReader([bag]) as reader:
        connection = next(c for c in reader.connections if c.topic == '/cam/camera_info')
        _, _, data = next(reader.messages([connection]))
        message = reader.deserialize(data, connection.msgtype)
    assert message.k[0] == 250 and message.distortion_model == 'plumb_bob'
