# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The demo runs the real node over real topics and leaves what it promises."""

from importlib.util import find_spec
import os
import subprocess
import sys

import cv2
import numpy as np
import pytest
from rosbags.rosbag2 import Reader

from depthanyevent_ros.__main__ import main
from depthanyevent_ros.cli.demo import Progress
from depthanyevent_ros.events.cdr import serialize_event_array
from depthanyevent_ros.events.types import make_events
from depthanyevent_ros.recordings.serialize import IMAGE, serialize_image
from depthanyevent_ros.recordings.writer import BagWriter

needs_ros = pytest.mark.skipif(find_spec('rclpy') is None, reason='ROS 2 is not installed')
WIDTH, HEIGHT, MS = 64, 48, 1_000_000
START_NS = 1_700_000_000_000 * MS


def write_recording(path, n_ms=270):
    """40 events per ms of a dot that moves right, a frame every 50 ms."""
    rng = np.random.default_rng(0)
    with BagWriter(path) as writer:
        for k in range(n_ms):
            stamp_ns = START_NS + (k + 1) * MS
            t_ns = START_NS + k * MS + np.sort(rng.integers(0, MS, 40))
            events = make_events((k // 5 + rng.integers(0, 10, 40)) % WIDTH,
                                 rng.integers(15, 30, 40), t_ns, rng.integers(0, 2, 40))
            writer.write('/events', 'dvs_msgs/msg/EventArray', stamp_ns,
                         serialize_event_array(events, stamp_ns, 'camera', WIDTH, HEIGHT))
            if k % 50 == 0:
                frame = np.full((HEIGHT, WIDTH), 100 + k // 5, np.uint8)
                writer.write('/image_raw', IMAGE, stamp_ns,
                             serialize_image(frame, 'mono8', stamp_ns, 'camera'))
    return path


def demo(recording, folder, home, *arguments):
    """Run the demo with an untrained network at a small size on the reference engine."""
    return subprocess.run(
        [sys.executable, '-m', 'depthanyevent_ros', 'demo', str(recording),
         '--output', str(folder), '--engine', 'torch', '--input-size', '70x98',
         '--weights', 'untrained-vits-r', *arguments],
        capture_output=True, text=True, timeout=280, env={**os.environ, 'ROS_HOME': str(home)})


@pytest.fixture(scope='module')
def done(tmp_path_factory):
    """Return the result of a demo, and its folder."""
    base = tmp_path_factory.mktemp('demo')
    recording = write_recording(base / 'recording')
    return demo(recording, base / 'demo', base / 'home'), base / 'demo'


@needs_ros
@pytest.mark.ros
def test_every_event_arrives_and_every_window_has_a_depth(done):
    """270 ms of 40 events per ms: 10,800 events; 5 whole windows of 50 ms."""
    result, _ = done
    assert result.returncode == 0, result.stderr
    assert '10,800 recorded, 10,800 read by the node' in result.stdout
    assert '5 of 5 windows' in result.stdout and 'untrained' in result.stdout
    assert 'drops      none' in result.stdout


@needs_ros
@pytest.mark.ros
def test_the_folder_holds_what_was_promised(done):
    """Report, video, stills, the outputs as a bag, logs."""
    _, folder = done
    names = {path.name for path in folder.iterdir()}
    assert {'report.html', 'stills', 'outputs', 'depth_node.log', 'play.log'} <= names
    assert names & {'depth.mp4', 'depth.webm'}
    stills = sorted((folder / 'stills').iterdir())
    assert len(stills) == 3 and cv2.imread(str(stills[0])).ndim == 3


@needs_ros
@pytest.mark.ros
def test_the_outputs_are_recorded_as_published(done):
    """Five of each picture; diagnostics; the clock of the player; no cloud of relative depth."""
    _, folder = done
    with Reader(folder / 'outputs') as bag:
        counts = {topic: info.msgcount for topic, info in bag.topics.items()}
    for topic in ('/depth/image_raw', '/depth/image_color', '/depth/tencode'):
        assert counts[topic] == 5, counts
    assert counts['/diagnostics'] > 1 and counts['/clock'] > 10
    assert counts.get('/depth/points', 0) == 0


@needs_ros
@pytest.mark.ros
def test_the_report_tells_of_the_run(done):
    """The figures of this run, and latencies measured in it."""
    page = (done[1] / 'report.html').read_text(encoding='utf-8')
    for words in ('10,800', 'The weights are untrained.', 'torch', 'Lossless',
                  'data-video-state="waiting"', '64 × 48 pixels'):
        assert words in page, words
    assert 'Nothing was measured' not in page


@needs_ros
@pytest.mark.ros
def test_a_recording_that_is_not_there_is_named(tmp_path):
    """One sentence, exit code 1, nothing started."""
    result = demo('/no/such/recording', tmp_path / 'demo', tmp_path)
    assert result.returncode == 1
    assert result.stderr.strip() == 'depthanyevent demo: there is no recording /no/such/recording'


@pytest.mark.parametrize('arguments, told', [
    (['--rate', '0'], 'rate is 0'), (['--window-ms', '0'], 'window.duration_ms: 0.0'),
    (['--engine', 'abacus'], "'abacus' is not one of"),
    (['--ros-args', '-p', 'window.stride_ms:=-1.0'], 'window.stride_ms: -1.0')])
def test_what_cannot_be_used_is_told_before_anything_runs(tmp_path, capsys, arguments, told):
    """One sentence, exit code 1, no folder."""
    folder = tmp_path / 'demo'
    assert main(['demo', '/no/such/recording', '--output', str(folder), *arguments]) == 1
    assert told in capsys.readouterr().err and not folder.exists()


@needs_ros
@pytest.mark.ros
def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    """No traceback where there is a file already."""
    (tmp_path / 'file').touch()
    result = demo('/no/such/recording', tmp_path / 'file', tmp_path)
    assert result.returncode == 1
    assert result.stderr == f'depthanyevent demo: {tmp_path}/file: File exists\n'


def test_the_stages_of_the_node_are_told_once_each(capsys):
    """Where there is no terminal: not every second, and no 'nothing' at the end."""
    with Progress(10) as progress:
        for doing in ('building the engine for 1 s', 'building the engine for 12 s', 'nothing'):
            progress.preparing(doing)
    assert capsys.readouterr().err == 'depth node: building the engine\ndepth node: ready\n'


@needs_ros
@pytest.mark.ros
def test_weights_that_are_not_there_fail_with_the_words_of_the_node(tmp_path):
    """The node cannot be configured; its sentence reaches the user."""
    recording = write_recording(tmp_path / 'recording', n_ms=60)
    result = demo(recording, tmp_path / 'demo', tmp_path, '--weights', '/no/such/weights.pth')
    assert result.returncode == 1
    assert '/no/such/weights.pth' in result.stderr


@needs_ros
@pytest.mark.ros
@pytest.mark.slow
def test_every_event_of_a_real_recording_arrives(newtons_cradle, tmp_path):
    """319,512 events, 10 windows of 50 ms, a depth for each."""
    result = demo(newtons_cradle, tmp_path / 'demo', tmp_path)
    assert result.returncode == 0, result.stderr
    assert '319,512 recorded, 319,512 read by the node' in result.stdout
    assert '10 of 10 windows' in result.stdout
