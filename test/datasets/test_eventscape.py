# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""EventScape folders, whatever the unit of their times."""

import numpy as np
import pytest

from depthanyevent_ros.datasets.eventscape import EventScapeSequence
from depthanyevent_ros.errors import RecordingError

TIMES_NS = [0, 20_000_000, 39_000_000, 40_000_000, 60_000_000, 79_000_000]


@pytest.mark.parametrize('unit_per_s', [10**9, 10**6, 10**3])
@pytest.mark.parametrize('start_s', [0.0, 1000.0])
def test_unit_and_start_are_found_from_the_stamps(files, tmp_path, unit_per_s, start_s):
    """Events k end at frame k; the unit is not documented."""
    folder = files.eventscape(tmp_path / 'sequence_0', unit_per_s, start_s)
    with EventScapeSequence(folder) as sequence:
        events = sequence.events_by_index(0, 6)
        shift_ns = 0 if not start_s else 1_000_000      # the last event is put at the stamp
        np.testing.assert_array_equal(events['t_ns'], np.array(TIMES_NS) + shift_ns)
        assert events['x'].tolist() == [0, 511, 0, 0, 511, 1]
        assert events['p'].tolist() == [1, 0, 1, 1, 0, 1]
        assert len(sequence.events_between(40_000_000 + shift_ns, 80_000_000 + shift_ns)) == 3


def test_pictures_and_depth_have_their_stamps(files, tmp_path):
    """Metres as float32, the sky at 1000 m as stored."""
    with EventScapeSequence(files.eventscape(tmp_path / 's')) as sequence:
        assert sequence.depths.stamps_ns.tolist() == [40_000_000, 80_000_000]
        assert sequence.depths.read(1).dtype == np.float32
        assert sequence.depths.read(1)[0, 0] == 4.5
        assert sequence.frames.read(1).shape == (256, 512, 3)
        assert sequence.camera is None


def test_empty_file_of_events_is_no_error(files, tmp_path):
    """A frame without motion."""
    folder = files.eventscape(tmp_path / 's')
    nothing = np.zeros(0, np.uint16)
    np.savez(folder / 'events' / 'data' / '05_000_0000_events.npz', x=nothing, y=nothing,
             t=nothing, p=nothing)
    with EventScapeSequence(folder) as sequence:
        assert sequence.n_events == 3 and sequence.t_first_ns == 40_000_000


def test_a_folder_without_events_is_refused(files, tmp_path):
    """An empty bag would be no help."""
    folder = files.eventscape(tmp_path / 's')
    for file in (folder / 'events' / 'data').glob('*.npz'):
        file.unlink()
    with pytest.raises(RecordingError, match='holds no .*events.npz'):
        EventScapeSequence(folder)


def test_damaged_and_missing_files_are_named(files, tmp_path):
    """In one sentence."""
    folder = files.eventscape(tmp_path / 's')
    (folder / 'events' / 'data' / '05_000_0001_events.npz').write_bytes(b'PK nonsense')
    with pytest.raises(RecordingError, match='0001_events.npz is no file of events'):
        EventScapeSequence(folder)
    (folder / 'events' / 'data' / 'timestamps.txt').write_text('0 0.04\n')
    with pytest.raises(RecordingError, match='2 files .* but 1 stamps'):
        EventScapeSequence(folder)
    (folder / 'events' / 'data' / 'timestamps.txt').unlink()
    with pytest.raises(RecordingError, match='timestamps.txt is missing'):
        EventScapeSequence(folder)
