# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A recording and the outputs of a run become video, stills and report."""

import re

import av
import cv2
import pytest

from depthanyevent_ros.recordings import open_recording
from depthanyevent_ros.report.build import build_report, queue_notes, RunConditions
from depthanyevent_ros.report.timeline import read_timeline

CONDITIONS = RunConditions('Played by a test.', 0.05, '50 ms, no overlap', notes=('a remark',))


def build(recording_path, outputs, folder, **arguments):
    with open_recording(recording_path) as recording:
        return build_report(recording, read_timeline(recording), outputs, folder, CONDITIONS,
                            **arguments)


def frame_value(still):
    """Return the grey value in the middle of the frame that a still shows."""
    picture = cv2.imread(str(still))
    return int(picture[picture.shape[0] // 2, picture.shape[1] * 5 // 6, 0])


@pytest.fixture(scope='module')
def leavings(run_files, tmp_path_factory):
    """Return what the small run left."""
    return build(run_files[0].recording, run_files[0].outputs, tmp_path_factory.mktemp('left'))


def test_the_summary_has_the_figures_of_the_run(leavings):
    """Counts by hand; the windows are those that the node counted."""
    summary = leavings.summary
    assert (summary.recording.n_events, summary.recording.n_frames) == (2100, 3)
    assert (summary.windows.n_windows, summary.windows.n_depth) == (5, 4)
    assert summary.n_events_received == 2100 and not summary.weights.is_trained
    assert summary.recording.rate_mev_s == pytest.approx(0.01, rel=1e-3)
    assert summary.notes == ('a remark', 'the weights are untrained')


def test_the_video_shows_every_depth_in_recorded_time(leavings):
    """Four pictures, 50 ms each."""
    with av.open(str(leavings.video.path)) as container:
        times = [float(frame.time) for frame in container.decode(video=0)]
    assert times == pytest.approx([0, 0.05, 0.1, 0.15], abs=2e-3)
    assert leavings.video.duration_s == pytest.approx(0.2)


def test_frames_are_paired_by_sensor_time(leavings, run_files):
    """
    Frames at 30, 90, 150 ms of sensor time; windows end at 50, 100, 150 (the host's clock aside).

    The stills are of windows 1, 2 and 3 and show the frames of 90 (twice no: 90, 150, 150) ms.
    """
    assert [frame_value(still) for still in leavings.stills] == [90, 150, 150]


def test_frames_are_paired_by_the_clock_of_the_node_if_it_told_of_it(run_files, tmp_path):
    """The first two windows have no depth (the engine was busy): the others still find theirs."""
    files, module = run_files
    said = {'events_total': '2100', 'clock.offset_s': '1699999995.000000'}
    outputs = module.write_outputs(tmp_path / 'outputs', first=2, parts=(
        *module.PARTS, (0, 'depth: input', 'ok', '', said)))
    left = build(files.recording, outputs, tmp_path)
    assert [frame_value(still) for still in left.stills] == [150, 150]
    assert 't = 0.150 s' in left.report.read_text(encoding='utf-8')


def test_the_report_is_complete(leavings):
    """Video, three rows of stills, the remark."""
    page = leavings.report.read_text(encoding='utf-8')
    assert 'data-video-state="waiting"' in page and page.count('<figure class="still">') == 3
    for words in ('Played by a test.', 'a remark', 'relative depth: no unit', '2,100'):
        assert words in page, words


def test_stills_of_an_earlier_run_are_replaced(run_files, tmp_path):
    """Pictures of another recording beside the new ones would be taken for its own."""
    (tmp_path / 'stills').mkdir()
    old, own = tmp_path / 'stills' / '00099.png', tmp_path / 'stills' / 'mine.png'
    old.write_bytes(b'old')
    own.write_bytes(b'of the user')
    left = build(run_files[0].recording, run_files[0].outputs, tmp_path)
    assert not old.exists() and own.exists()
    assert sorted(left.stills) == sorted((tmp_path / 'stills').glob('[0-9]*.png'))


def test_progress_is_told(run_files, tmp_path):
    """Once per picture, up to all of them."""
    told = []
    build(run_files[0].recording, run_files[0].outputs, tmp_path,
          on_picture=lambda *done: told.append(done))
    assert told == [(1, 4), (2, 4), (3, 4), (4, 4)]


def test_a_run_without_depth_leaves_a_report_without_video(run_files, tmp_path):
    """The report says so; nothing fails."""
    left = build(run_files[0].recording, run_files[0].recording, tmp_path)
    assert left.video is None and list(left.stills) == []
    page = left.report.read_text(encoding='utf-8')
    assert 'There is no video' in page and re.search(r'>0 <small>of 0 windows', page)


def test_a_queue_is_explained():
    """Steps of 80 ms for windows of 50 ms: windows wait, and the report says why."""
    note, = queue_notes({'wait': (300, 500, 600), 'step': (80, 90, 99)}, 0.05)
    assert 'took 80 ms for each window of 50 ms' in note and 'waited 300 ms' in note
    assert queue_notes({'wait': (2, 5, 6), 'step': (30, 31, 32)}, 0.05) == ()
    assert queue_notes({}, 0.05) == ()
