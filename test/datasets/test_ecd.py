# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Text folders of the Event Camera Dataset."""

import numpy as np
import pytest

from depthanyevent_ros.datasets.ecd import EcdSequence
from depthanyevent_ros.datasets.event_text import EventText, PIECE_BYTES
from depthanyevent_ros.errors import RecordingError


def test_folder_is_read(files, tmp_path):
    """Times digit by digit: 0.0100009 s is 10,000,900 ns."""
    with EcdSequence(files.ecd(tmp_path / 'toy')) as sequence:
        events = sequence.events_by_index(0, 99)
        assert events.tolist() == [(2000, 193, 63, 0), (3_811_000, 96, 133, 1),
                                   (10_000_900, 239, 179, 1), (1_500_000_000, 0, 0, 0),
                                   (2_000_000_000, 7, 8, 1)]
        assert sequence.events_between(3_811_000, 1_500_000_000)['x'].tolist() == [96, 239]
        assert (sequence.t_first_ns, sequence.t_last_ns) == (2000, 2_000_000_000)
        assert sequence.frames.stamps_ns.tolist() == [0, 45_000_000]
        assert sequence.frames.read(1).max() == 1
        camera = sequence.camera
        assert (camera.width, camera.height, camera.k[0, 0], camera.d[4]) == (240, 180, 335, 0.05)
        np.testing.assert_allclose(sequence.poses.read(1)[:2, :2], [[0.28, -0.96], [0.96, 0.28]])
        assert sequence.depths is None


def test_events_alone_will_do(files, tmp_path):
    """All else is optional."""
    (tmp_path / 'events.txt').write_text('0.1 1 2 1\n')
    with EcdSequence(tmp_path) as sequence:
        assert (sequence.n_events, sequence.camera, sequence.frames, sequence.poses) == (
            1, None, None, None)


def test_long_text_is_read_in_pieces(tmp_path):
    """Twice the length of a piece and more: no line is lost or read twice."""
    n = 130_000
    rng = np.random.default_rng(0)
    t_us = np.sort(rng.integers(0, 10**7, n))
    lines = [f'{t // 10**6}.{t % 10**6:06d} {k % 240} {k % 180} {k % 2}\n'
             for k, t in enumerate(t_us.tolist())]
    (tmp_path / 'events.txt').write_text(''.join(lines))
    assert (tmp_path / 'events.txt').stat().st_size > 2 * PIECE_BYTES
    with EcdSequence(tmp_path) as sequence:
        assert sequence.n_events == n
        events = sequence.events_by_index(0, n)
        np.testing.assert_array_equal(events['t_ns'], t_us * 1000)
        np.testing.assert_array_equal(events['x'], np.arange(n) % 240)
        window = sequence.events_between(4_000_000_000, 4_050_000_000)
        inside = (t_us >= 4_000_000) & (t_us < 4_050_000)
        np.testing.assert_array_equal(window, events[inside])


@pytest.mark.parametrize('text, expected', [
    ('', []), ('\n\n', []), ('# t x y p\n1 2 3 1\n', [(10**9, 2, 3, 1)]),
    ('1.5\t2\t3\t-1\r\n', [(1_500_000_000, 2, 3, 0)]), ('1,2,3,1', [(10**9, 2, 3, 1)]),
    ('0.1234567899 2 3 1 \n', [(123_456_789, 2, 3, 1)])])
def test_unusual_lines_are_read(tmp_path, text, expected):
    """Comments, tabs, commas, no end of line, polarity -1, digits below 1 ns."""
    (tmp_path / 'events.txt').write_text(text)
    text = EventText(tmp_path / 'events.txt')
    assert [event for k in range(len(text.counts)) for event in text.load(k).tolist()] == expected


@pytest.mark.parametrize('line', ['240 180', '1 2 3', '1 2 3 1 5', 'a b c d', '1 -2 3 1',
                                  '1 70000 3 1', '1e-3 2 3 1', '1505000000000000 2 3 1'])
def test_other_lines_are_refused_with_the_line(tmp_path, line):
    """The first line of other collections is the size; times in us are not seconds."""
    (tmp_path / 'events.txt').write_text(f'0 1 2 1\n{line}\n0 1 2 1\n')
    with pytest.raises(RecordingError, match=f"t x y p: '{line}'"):
        EcdSequence(tmp_path)


def test_bad_tables_are_refused(files, tmp_path):
    """By the names of their columns."""
    folder = files.ecd(tmp_path / 'toy')
    (folder / 'groundtruth.txt').write_text('0 1 2\n')
    with pytest.raises(RecordingError, match='columns t, px, py'):
        EcdSequence(folder)
    (folder / 'images.txt').write_text('0.1\n')
    with pytest.raises(RecordingError, match='stamps and names'):
        EcdSequence(folder)


@pytest.mark.parametrize('name, content, sentence', [
    ('calib.txt', b'', 'calib.txt is empty'),
    ('images.txt', b'\xff\xfe\x00', 'images.txt is no text'),
    ('groundtruth.txt', b'\xff\xfe\x00', 'groundtruth.txt is no text')])
def test_side_files_that_cannot_be_read_are_named(files, tmp_path, name, content, sentence):
    """Empty, or no text at all."""
    folder = files.ecd(tmp_path / 'toy')
    (folder / name).write_bytes(content)
    with pytest.raises(RecordingError, match=sentence):
        EcdSequence(folder)
