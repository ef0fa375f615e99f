# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""`info` counts exactly, on real files as independent readers do, and fails in one sentence."""

import json
import struct
import subprocess
import sys

import aedat
import numpy as np
import pytest
from rosbags.highlevel import AnyReader

from depthanyevent_ros.__main__ import main, split_ros_args
from depthanyevent_ros.events.cdr import serialize_event_packet
from depthanyevent_ros.events.types import EventMessage
from depthanyevent_ros.recordings.writer import BagWriter

PACKET = 'event_camera_msgs/msg/EventPacket'
BASE_NS = 1_700_000_000_000_000_000


def packet(events, seq, encoding='mono'):
    """Serialise (x, y, dt_ns, p) as a mono packet."""
    payload = b''.join(struct.pack('<IHH', dt, x, y | p << 15) for x, y, dt, p in events)
    return serialize_event_packet(EventMessage(
        BASE_NS, 'cam', 346, 260, encoding, np.frombuffer(payload, np.uint8), BASE_NS, seq))


@pytest.fixture()
def bag(tmp_path):
    """Return a bag of 5 events, 3 of them on, in packets 0, 1 and 4, one of which is cut off."""
    with BagWriter(tmp_path / 'b') as writer:
        writer.write('/cam/events', PACKET, BASE_NS + 10, packet([(1, 2, 3, 1), (4, 5, 6, 0)], 0))
        writer.write('/cam/events', PACKET, BASE_NS + 20, packet([(7, 8, 2000, 1)], 1)[:-3])
        writer.write('/cam/events', PACKET, BASE_NS + 30,
                     packet([(7, 8, 3000, 1), (0, 0, 3000, 0), (345, 259, 4003, 1)], 4))
    return tmp_path / 'b'


def info(capsys, *arguments):
    """Run the verb and return the exit code, stdout and stderr."""
    code = main(['info', *map(str, arguments)])
    return (code, *capsys.readouterr())


def info_json(capsys, *arguments):
    """Run the verb with --json and return the object."""
    code, out, err = info(capsys, '--json', *arguments)
    assert code == 0, err
    return json.loads(out)


def test_json_holds_the_counts(bag, capsys):
    """By hand: 5 events in 4 us, two packets lost, one cut off."""
    found = info_json(capsys, bag)
    expected = {
        'n_events': 5, 'n_on': 3, 't_first_ns': BASE_NS + 3, 't_last_ns': BASE_NS + 4003,
        'width': 346, 'height': 260, 'n_frames': 0, 'n_event_messages': 2, 'lost_messages': 3,
        'encodings': {'mono': 2}, 'malformed': {'truncated': 1}, 'time_jumps_back': 0,
        'topics': [{'name': '/cam/events', 'type': PACKET, 'count': 3}], 'notes': []}
    assert {key: found[key] for key in expected} == expected
    assert found['duration_s'] == pytest.approx(4e-6)
    assert found['rate_mev_s'] == pytest.approx(5e-6 / 4e-6)


def test_text_says_the_same_for_people(bag, capsys):
    """Without a terminal there is no progress bar on stderr."""
    code, out, err = info(capsys, bag)
    assert code == 0 and err == ''
    assert '5 (60.0% on)' in out and '346x260' in out and 'truncated: 1' in out


def test_time_that_runs_back_is_counted(tmp_path, capsys):
    """A looped recording, recorded."""
    with BagWriter(tmp_path / 'b') as writer:
        for k, dt in enumerate((5000, 7000, 100)):
            writer.write('/e', PACKET, BASE_NS + k, packet([(0, 0, dt, 1)], k))
    assert info_json(capsys, tmp_path / 'b')['time_jumps_back'] == 1


def test_unknown_encoding_is_counted_not_fatal(tmp_path, capsys):
    """evt2 has no decoder anywhere."""
    with BagWriter(tmp_path / 'b') as writer:
        writer.write('/e', PACKET, BASE_NS, packet([(0, 0, 0, 1)], 0, 'evt2'))
    found = info_json(capsys, tmp_path / 'b')
    assert found['malformed'] == {'unknown_encoding': 1} and found['encodings'] == {'evt2': 1}
    assert found['n_events'] == 0 and found['t_first_ns'] is None


def test_several_event_topics_show_the_first_and_say_so(tmp_path, capsys):
    """Each can be asked for."""
    with BagWriter(tmp_path / 'b') as writer:
        writer.write('/left/events', PACKET, BASE_NS, packet([(0, 0, 0, 1)], 0))
        writer.write('/right/events', PACKET, BASE_NS, packet([(0, 0, 0, 1)] * 2, 0))
    found = info_json(capsys, tmp_path / 'b')
    assert found['n_events'] == 1 and 'this is /left/events' in found['notes'][0]
    assert info_json(capsys, tmp_path / 'b', '--events-topic', '/right/events')['n_events'] == 2


def test_failure_is_one_sentence_and_code_1(tmp_path, capsys):
    """No traceback, unless it is asked for."""
    code, out, err = info(capsys, tmp_path / 'missing')
    assert code == 1 and out == ''
    assert err == f'depthanyevent info: there is no recording {tmp_path / "missing"}\n'
    with pytest.raises(Exception, match='no recording'):
        main(['info', '--debug', str(tmp_path / 'missing')])


@pytest.mark.parametrize('arguments, code', [
    ([], 2), (['nonsense'], 2), (['info'], 2), (['info', 'x', '--nonsense'], 2),
    (['--help'], 0), (['info', '--help'], 0)])
def test_usage_errors_are_code_2_and_help_is_0(arguments, code, capsys):
    """As shells and scripts expect."""
    assert main(arguments) == code
    assert 'usage: depthanyevent' in ''.join(capsys.readouterr())


def test_ros_arguments_are_told_from_ours():
    """They end with -- or with the line."""
    assert split_ros_args(['a', '--ros-args', '-r', 'x:=y', '--', '--loop', '2']) == (
        ['a', '--loop', '2'], ['--ros-args', '-r', 'x:=y'])
    assert split_ros_args(['a']) == (['a'], [])


def test_info_needs_neither_ros_nor_torch():
    """It is the first thing that a user tries."""
    code = ('import sys; from depthanyevent_ros.__main__ import main; main(["info", "--help"]); '
            'sys.exit(bool({"rclpy", "torch", "openvino", "cv2.dnn"} & set(sys.modules)))')
    assert subprocess.run([sys.executable, '-c', code], timeout=60,
                          stdout=subprocess.DEVNULL).returncode == 0


@pytest.mark.parametrize('name, n_messages, n_events', [
    ('libcaer_rollover', 201, (334_331, 181_908)),
    ('evt3', 517, (343_474, None)),
])
def test_real_event_camera_bags(shared, capsys, name, n_messages, n_events):
    """Message counts are those of their metadata.yaml."""
    found = info_json(capsys, shared / 'data' / 'event_camera_bags' / name)
    assert found['n_event_messages'] == n_messages and found['lost_messages'] == 0
    assert (found['width'], found['height'], found['malformed']) == (640, 480, {})
    assert found['time_jumps_back'] == 0
    assert found['skipped'] == ({'trigger': 4157} if name == 'evt3' else {})
    # n_on of libcaer: the sum of polarities of the codecs' own test on this recording.
    assert found['n_events'] == n_events[0] and n_events[1] in (None, found['n_on'])
    assert 1.9 < found['duration_s'] < 2.1


def test_mvsec_data_bag_agrees_with_the_description_of_the_fixture(shared, capsys):
    """13,560 events, 6,767 on, 9 images with calibration."""
    found = info_json(capsys, shared / 'fixtures' / 'mini_mvsec_data.bag')
    assert (found['n_events'], found['n_on']) == (13_560, 6_767)
    assert found['t_first_ns'] == 1505000000123457000
    assert found['t_last_ns'] == 1505000000523313000
    assert (found['n_frames'], found['n_camera_infos']) == (9, 9)
    assert (found['width'], found['height']) == (346, 260)


def test_mvsec_data_bag_agrees_with_an_independent_reader(shared, capsys):
    """rosbags deserialises every event into an object."""
    path = shared / 'fixtures' / 'mini_mvsec_data.bag'
    n_events = n_on = 0
    with AnyReader([path]) as reader:
        connections = [c for c in reader.connections if c.msgtype.endswith('EventArray')]
        for connection, _, data in reader.messages(connections):
            events = reader.deserialize(data, connection.msgtype).events
            n_events += len(events)
            n_on += sum(event.polarity for event in events)
    found = info_json(capsys, path)
    assert (found['n_events'], found['n_on']) == (n_events, n_on)


def test_mvsec_ground_truth_bag_has_pictures_only(shared, capsys):
    """No events is no failure."""
    found = info_json(capsys, shared / 'fixtures' / 'mini_mvsec_gt.bag')
    assert found['n_events'] == 0 and found['n_camera_infos'] == 2
    assert {t['name']: t['count'] for t in found['topics']}['/davis/left/depth_image_rect'] == 2
    chosen = info_json(capsys, shared / 'fixtures' / 'mini_mvsec_gt.bag',
                       '--frames-topic', '/davis/left/depth_image_rect')
    assert chosen['n_frames'] == 2 and chosen['malformed'] == {}


def test_converted_bag_with_the_field_names_of_ros1_reads_the_same(shared, tmp_path, capsys):
    """rosbags-convert keeps D K R P unless told otherwise: the bytes are the same."""
    command = [sys.executable, '-m', 'rosbags.convert', '--dst-storage', 'mcap',
               '--src', str(shared / 'fixtures' / 'mini_mvsec_data.bag'),
               '--dst', str(tmp_path / 'b')]
    assert subprocess.run(command, capture_output=True, timeout=120).returncode == 0
    found = info_json(capsys, tmp_path / 'b')
    assert (found['n_events'], found['n_frames'], found['n_camera_infos']) == (13_560, 9, 9)
    assert found['malformed'] == {}


def test_davis_recording_agrees_with_two_independent_readers(newtons_cradle, capsys):
    """dv-processing and aedat count 319,512 events and 13 frames; 0.511 s."""
    found = info_json(capsys, newtons_cradle)
    assert (found['n_events'], found['n_frames']) == (319_512, 13)
    assert (found['width'], found['height']) == (346, 260)
    assert found['duration_s'] == pytest.approx(0.511, abs=0.001)
    packets = [p['events'] for p in aedat.Decoder(str(newtons_cradle)) if 'events' in p]
    assert found['n_on'] == sum(int(p['on'].sum()) for p in packets)
    assert found['t_first_ns'] == int(packets[0]['t'][0]) * 1000
    assert found['t_last_ns'] == int(packets[-1]['t'][-1]) * 1000


def test_small_aedat4_agrees_with_the_description_of_the_fixture(shared, capsys):
    """3,668 events, 1,845 on, 3 frames, in packets of at most 1 ms."""
    found = info_json(capsys, shared / 'fixtures' / 'mini_davis.aedat4')
    assert (found['n_events'], found['n_on'], found['n_frames']) == (3668, 1845, 3)
    assert found['t_first_ns'] == 1505000000123461000
    assert found['t_last_ns'] == 1505000000272644000
    assert found['encodings']['mono'] >= 100 and found['time_jumps_back'] == 0
