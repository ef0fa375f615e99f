# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A path that is no recording gets one sentence that says why."""

import pytest

from depthanyevent_ros.errors import RecordingError
from depthanyevent_ros.recordings import open_recording


def refusal(path):
    """Return the sentence with which a path is refused."""
    with pytest.raises(RecordingError) as error:
        open_recording(path)
    return str(error.value)


def test_missing_path_is_named(tmp_path):
    """The first typing error that everybody makes."""
    assert refusal(tmp_path / 'no.bag') == f'there is no recording {tmp_path / "no.bag"}'


@pytest.mark.parametrize('content, word', [
    (b'', 'is empty'),
    (b'hello', 'no recording of a known format'),
    (b'\x89HDF\r\n\x1a\n' + bytes(100), 'no readable HDF5 file'),
    (b'#!AER-DAT4.0\r\n', 'no readable aedat4 file'),
    (b'SQLite format 3\x00' + bytes(200), 'not called .mcap or .db3'),
])
def test_file_that_cannot_be_read_is_refused_with_the_reason(tmp_path, content, word):
    """By its first bytes, whatever its name."""
    path = tmp_path / 'file.xyz'
    path.write_bytes(content)
    assert word in refusal(path)


def test_database_of_something_else_is_refused(tmp_path):
    """Not every .db3 is a bag."""
    import sqlite3
    database = sqlite3.connect(tmp_path / 'x.db3')
    database.execute('CREATE TABLE other (id INTEGER)')
    database.commit()
    database.close()
    assert 'damaged before its first message' in refusal(tmp_path / 'x.db3')


def test_folder_without_a_recording_is_refused(tmp_path):
    """An empty folder, and one with a packed storage file."""
    assert 'without a rosbag2 recording' in refusal(tmp_path)
    (tmp_path / 'b.mcap.zstd').write_bytes(b'x')
    assert 'unpack b.mcap.zstd' in refusal(tmp_path)


def test_hdf5_of_something_else_is_refused_by_what_is_missing(tmp_path):
    """MVSEC's layout is asked for."""
    h5py = pytest.importorskip('h5py')
    with h5py.File(tmp_path / 'x.hdf5', 'w') as file:
        file['numbers'] = [1, 2]
    assert 'holds no davis/left/events' in refusal(tmp_path / 'x.hdf5')
