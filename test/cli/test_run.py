# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The verb run: a recording to depth without a ROS graph."""

from pathlib import Path
import subprocess
import sys

import numpy as np
import pytest
from rosbags.highlevel import AnyReader

from depthanyevent_ros.__main__ import main
from depthanyevent_ros.cli.node_settings import parameters_of_file
from depthanyevent_ros.datasets.open_dataset import find_reader
from depthanyevent_ros.depth.camera import CameraModel
from depthanyevent_ros.events.cdr import serialize_event_array
from depthanyevent_ros.events.types import make_events
from depthanyevent_ros.recordings.message_types import ros2_types
from depthanyevent_ros.recordings.serialize import CAMERA_INFO, serialize_camera_info
from depthanyevent_ros.recordings.writer import BagWriter

CONFIG = Path(__file__).resolve().parents[2] / 'config'
WIDTH, HEIGHT = 64, 48
MS = 1_000_000
START_NS = 1_505_000_000_000 * MS
ENGINE = ['-p', 'engine.name:=torch', '-p', 'engine.input_width:=98',
          '-p', 'engine.input_height:=70', '-p', 'engine.threads:=1']


@pytest.fixture(scope='module')
def recording(tmp_path_factory):
    """Return a bag of 105 ms of events in messages of 1 ms, with a calibration."""
    path = tmp_path_factory.mktemp('recording') / 'bag'
    random = np.random.default_rng(0)
    camera = CameraModel.from_values(
        WIDTH, HEIGHT, [50, 0, 32, 0, 50, 24, 0, 0, 1], [0.3, 0, 0, 0, 0], 'plumb_bob')
    with BagWriter(path) as writer:
        writer.write('/camera_info', CAMERA_INFO, START_NS,
                     serialize_camera_info(camera, START_NS, 'camera'))
        for k in range(105):
            t_ns = START_NS + k * MS + np.arange(50) * 20_000
            events = make_events(random.integers(0, WIDTH, 50), random.integers(0, HEIGHT, 50),
                                 t_ns, random.integers(0, 2, 50))
            writer.write('/events', 'dvs_msgs/msg/EventArray', START_NS + (k + 1) * MS,
                         serialize_event_array(events, START_NS + k * MS, 'camera',
                                               WIDTH, HEIGHT))
    return path


def messages(bag, ending):
    """Return the messages of a topic, read by rosbags."""
    with AnyReader([bag], default_typestore=ros2_types()) as reader:
        return [reader.deserialize(raw, connection.msgtype)
                for connection, _, raw in reader.messages()
                if connection.topic.endswith(ending)]


def run(recording, folder, weights, *arguments):
    """Run the verb; return its exit code."""
    return main(['run', str(recording), '--output', str(folder), '-p', f'weights:={weights}',
                 *ENGINE, *arguments])


def test_every_window_of_the_recording_becomes_depth(recording, tmp_path, small_weights):
    """105 ms in windows of 10 ms: ten are closed, each stamped with its end."""
    assert run(recording, tmp_path, small_weights(), '--no-report',
               '-p', 'window.duration_ms:=10') == 0
    depths = messages(tmp_path / 'outputs', 'depth/image_raw')
    stamps_ms = [(m.header.stamp.sec * 10**9 + m.header.stamp.nanosec - START_NS) / MS
                 for m in depths]
    assert stamps_ms == [10.0 * k for k in range(1, 11)]
    assert all(np.isfinite(m.data.view('<f4')).all() for m in depths)
    infos = messages(tmp_path / 'outputs', 'depth/camera_info')
    assert [i.header.stamp for i in infos] == [m.header.stamp for m in depths]
    (said,) = messages(tmp_path / 'outputs', '/diagnostics')
    values = {pair.key: pair.value for status in said.status for pair in status.values}
    assert (values['events_total'], values['windows_total'], values['depth_total']) == \
        ('5250', '10', '10')
    assert values['weights_trained'] == 'False'


def test_it_leaves_a_report_with_the_video_in_it(recording, tmp_path, small_weights, capsys):
    """The same report as the demo's."""
    assert run(recording, tmp_path, small_weights()) == 0
    text = (tmp_path / 'report.html').read_text()
    assert 'Offline' in text and 'untrained' in text
    said = capsys.readouterr().out
    assert '5,250 recorded' in said and '2 of 2 windows' in said


def test_rectified_depth_is_nan_outside_the_view_and_says_rect(recording, tmp_path,
                                                               small_weights):
    """The calibration comes from the recording."""
    assert run(recording, tmp_path, small_weights(), '--no-report', '-p', 'rectify:=true') == 0
    depth = messages(tmp_path / 'outputs', 'depth/image_rect')[0].data.view('<f4')
    assert np.isnan(depth).any() and np.isfinite(depth).any()
    assert not messages(tmp_path / 'outputs', 'depth/image_raw')
    assert np.count_nonzero(messages(tmp_path / 'outputs', 'depth/camera_info')[0].d) == 0


@pytest.mark.parametrize('rectify', ['false', 'true'])
def test_a_crop_is_what_depth_and_calibration_are_of(recording, tmp_path, small_weights, rectify):
    """The principal point of (32, 24) moves with the corner; the events outside are counted."""
    assert run(recording, tmp_path, small_weights(), '--no-report', '-p', f'rectify:={rectify}',
               '-p', 'crop.top:=8', '-p', 'crop.height:=30', '-p', 'crop.left:=4') == 0
    topic = 'depth/image_rect' if rectify == 'true' else 'depth/image_raw'
    depth, info = (messages(tmp_path / 'outputs', t)[0] for t in (topic, 'depth/camera_info'))
    assert (depth.width, depth.height) == (info.width, info.height) == (60, 30)
    assert (info.k[2], info.k[5], info.p[2], info.p[6]) == (28, 16, 28, 16)
    (said,) = messages(tmp_path / 'outputs', '/diagnostics')
    values = {pair.key: pair.value for status in said.status for pair in status.values}
    assert int(values['events.outside_view']) > 0


def test_parameters_of_a_file_are_used_and_the_command_line_wins(
        recording, tmp_path, small_weights):
    """The presets of config/ serve the node and this verb alike."""
    preset = tmp_path / 'preset.yaml'
    preset.write_text('/**:\n  ros__parameters:\n    window:\n      duration_ms: 50.0\n'
                      '    points: {allow_relative: true}\n')
    assert run(recording, tmp_path / 'out', small_weights(), '--no-report',
               '--params-file', str(preset), '-p', 'window.duration_ms:=20') == 0
    assert len(messages(tmp_path / 'out' / 'outputs', 'depth/points')) == 5


@pytest.mark.parametrize('name, size, n_depth', [
    ('mini_mvsec_data.hdf5', (346, 260), 7), ('mini_mvsec_data.bag', (346, 260), 7),
    ('mini_dsec/train/mini_city_00_a', (640, 480), 8), ('mini_ecd', (240, 180), 2),
    ('mini_eventscape/Town05/sequence_0', (512, 256), 1), ('mini_davis.aedat4', (346, 260), 2)])
def test_every_data_set_becomes_depth_as_it_lies(
        shared, tmp_path, small_weights, name, size, n_depth):
    """In windows of 50 ms; the last one is not closed by a later event."""
    assert run(shared / 'fixtures' / name, tmp_path, small_weights(), '--no-report') == 0
    depths = messages(tmp_path / 'outputs', 'depth/image_raw')
    assert {(m.width, m.height) for m in depths} == {size} and len(depths) == n_depth


def test_dsec_runs_as_in_the_paper(shared, tmp_path, small_weights):
    """The preset: rectified, rows 80 to 399, the principal point 80 rows higher."""
    path = shared / 'fixtures/mini_dsec/train/mini_city_00_a'
    assert run(path, tmp_path, small_weights(), '--no-report',
               '--params-file', str(CONFIG / 'dsec.yaml')) == 0
    depths = messages(tmp_path / 'outputs', 'depth/image_rect')
    infos = messages(tmp_path / 'outputs', 'depth/camera_info')
    assert {(m.width, m.height) for m in [*depths, *infos]} == {(640, 320)} and len(depths) == 8
    with find_reader(path)(path, 'left') as sequence:
        p = sequence.camera.p
    assert (infos[0].k[2], infos[0].k[5]) == (p[0, 2], p[1, 2] - 80)


def test_voxel_grids_are_not_run(shared, tmp_path, capsys):
    """The sentence says what they are for."""
    assert main(['run', str(shared / 'fixtures/mini_e2depth/test/mvsec_outdoor_day1'),
                 '--output', str(tmp_path)]) == 1
    assert 'voxel grids, not events: they are evaluated' in capsys.readouterr().err


@pytest.mark.parametrize('arguments, told', [
    (['-p', 'window.duration_ms=20'], 'NAME:=VALUE'),
    (['-p', 'no.such:=1'], 'no.such'),
    (['-p', 'window.duration_ms:=-1'], 'window.duration_ms'),
    (['--params-file', 'no/such.yaml'], 'no/such.yaml'),
    (['-p', 'weights:=no/such.pth'], 'no/such.pth'),
    (['-p', 'weights:=untrained-vits-r', '-p', 'depth.mode:=metric'], 'metric'),
    (['-p', 'crop.top:=40', '-p', 'crop.height:=20'], 'crop.top'),
])
def test_what_cannot_be_used_ends_with_a_sentence_and_code_1(
        recording, tmp_path, capsys, arguments, told):
    """No traceback for a mistake of the user."""
    assert main(['run', str(recording), '--output', str(tmp_path), *ENGINE, *arguments]) == 1
    said = capsys.readouterr().err
    assert told in said and 'Traceback' not in said


def test_a_file_that_is_no_parameter_file_is_named(tmp_path):
    """YAML of another kind."""
    path = tmp_path / 'x.yaml'
    path.write_text('- 1\n- 2\n')
    with pytest.raises(Exception, match='x.yaml is not a ROS parameter file'):
        parameters_of_file(path)


def test_it_needs_no_ros(recording, tmp_path, small_weights):
    """It runs where there is none: rclpy is not even imported."""
    code = (f'import sys; from depthanyevent_ros.__main__ import main; '
            f'code = main({["run", str(recording), "--output", str(tmp_path), "--no-report"]!r} + '
            f'["-p", "weights:={small_weights()}"] + {ENGINE!r}); '
            f'print(code, "rclpy" in sys.modules)')
    done = subprocess.run([sys.executable, '-c', code], capture_output=True, text=True,
                          timeout=120)
    assert done.stdout.split()[-2:] == ['0', 'False'], done.stderr
