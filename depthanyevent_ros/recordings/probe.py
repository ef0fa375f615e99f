# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Opening a recording by what it is, not by what it is called."""

from pathlib import Path

from depthanyevent_ros.datasets.open_dataset import find_reader
from depthanyevent_ros.errors import DepthAnyEventError, RecordingError
from depthanyevent_ros.recordings.bag_recording import BagRecording
from depthanyevent_ros.recordings.sequence_recording import SequenceRecording
from depthanyevent_ros.recordings.sources.open_source import (
    open_ros1, open_ros2_file, open_ros2_folder,
)
from depthanyevent_ros.recordings.topics import Selection

_SUPPORTED = ('a rosbag2 folder, .mcap, .db3, a ROS 1 .bag, .aedat4, an .hdf5 of MVSEC, or a '
              'folder of DSEC, EventScape, ECD or E2Depth')


def open_recording(path, events_topic=None, frames_topic=None, camera_info_topic=None,
                   encoding=None):
    """
    Open a recording for streaming; use it as a context manager.

    :param path: a rosbag2 folder or file, a ROS 1 bag, an aedat4 file, or a data set.
    :param events_topic: which events (likewise frames, camera_info) where there are several.
    :param encoding: how the events of an aedat4 file or data set are packed ('mono' if None);
        bags keep their own.
    :returns: a Recording: ``messages(start_ns=None)`` yields its records in recorded order.
    :raises RecordingError: if there is nothing there that can be read, in one sentence.
    """
    path = Path(path).expanduser()
    if path.name == 'metadata.yaml':
        path = path.parent
    if not path.exists():
        raise RecordingError(f'there is no recording {path}')
    selection = Selection(events_topic, frames_topic, camera_info_topic)
    try:
        return _opener(path)(path, selection, encoding)
    except PermissionError:
        raise RecordingError(f'{path} may not be read by this user') from None


def _opener(path):
    if path.is_dir():
        if (path / 'metadata.yaml').exists() or any(
                p.name.endswith(suffix) for p in path.iterdir()
                for suffix in ('.mcap', '.db3', '.mcap.zstd', '.db3.zstd')):
            return _open_ros2_folder
        if find_reader(path) is not None:
            return _open_dataset
        raise RecordingError(f'{path} is a folder without a rosbag2 recording or data set in it '
                             f'(supported: {_SUPPORTED})')
    with open(path, 'rb') as stream:
        magic = stream.read(16)
    if not magic:
        raise RecordingError(f'{path} is empty')
    for start, opener in _PROBES:
        if magic.startswith(start):
            return opener
    raise RecordingError(f'{path} is no recording of a known format (supported: {_SUPPORTED})')


def _open_ros2_folder(path, selection, _):
    return _bag(path, open_ros2_folder(path), selection)


def _open_ros2_file(path, selection, _):
    return _bag(path, open_ros2_file(path), selection)


def _open_ros1(path, selection, _):
    return _bag(path, open_ros1(path), selection)


def _bag(path, source, selection):
    try:
        return BagRecording(path, source, selection)
    except RecordingError:
        source.close()
        raise


def _open_aedat4(path, selection, encoding):
    # The decoder is an optional package: only who reads such a file needs it.
    from depthanyevent_ros.recordings.aedat4_recording import Aedat4Recording
    return Aedat4Recording(path, selection, encoding or 'mono')


def _open_dataset(path, selection, encoding):
    side = 'right' if '/right/' in (selection.events or '') else 'left'
    sequence = find_reader(path)(path, side)
    try:
        return SequenceRecording(sequence, selection, encoding or 'mono')
    except DepthAnyEventError:
        sequence.close()
        raise


#: First bytes of a file -> how it is opened.
_PROBES = (
    (b'\x89MCAP0\r\n', _open_ros2_file),
    (b'SQLite format 3\x00', _open_ros2_file),
    (b'#ROSBAG V', _open_ros1),
    (b'#!AER-DAT4.0', _open_aedat4),
    (b'\x89HDF\r\n\x1a\n', _open_dataset),
)
