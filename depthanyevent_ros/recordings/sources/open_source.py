# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""From a path to the source of its raw messages, healthy or damaged."""

from pathlib import Path
import re

from rosbags.rosbag1 import Reader as Ros1Reader
from rosbags.rosbag2 import Reader as Ros2Reader

from depthanyevent_ros.errors import RecordingError
from depthanyevent_ros.recordings.sources.damaged_mcap import DamagedMcap
from depthanyevent_ros.recordings.sources.damaged_ros1 import DamagedRos1Bag
from depthanyevent_ros.recordings.sources.damaged_sqlite import DamagedSqlite
from depthanyevent_ros.recordings.sources.protocol import RawSource
from depthanyevent_ros.recordings.sources.rosbags_source import ChainedSource, RosbagsSource

_KINDS = {'.mcap': 'rosbag2 (mcap)', '.db3': 'rosbag2 (sqlite3)'}
_DAMAGED = {'.mcap': DamagedMcap, '.db3': DamagedSqlite}


def open_ros1(path: Path) -> RawSource:
    """Open a ROS 1 bag; one without a readable index is read up to its damage."""
    try:
        return RosbagsSource(Ros1Reader(path), 'ROS 1 bag', 'ros1')
    except Exception as error:  # noqa: B902 - a damaged index fails in many ways
        return DamagedRos1Bag(path, _reason(error))


def open_ros2_file(path: Path) -> RawSource:
    """Open one storage file; one without a readable index is read up to its damage."""
    if path.suffix not in _KINDS:
        raise RecordingError(f'{path} is a rosbag2 storage file, but is not called .mcap or .db3')
    try:
        return RosbagsSource(Ros2Reader(path), _KINDS[path.suffix], 'ros2')
    except Exception as error:  # noqa: B902 - a damaged index fails in many ways
        return _DAMAGED[path.suffix](path, _reason(error))


def open_ros2_folder(path: Path) -> RawSource:
    """Open a rosbag2 folder by its metadata.yaml, or else by the storage files that it holds."""
    if not (path / 'metadata.yaml').exists():
        return _open_files(path, 'metadata.yaml is missing')
    try:
        reader = Ros2Reader(path)
        source = RosbagsSource(reader, '', 'ros2')
    except Exception as error:  # noqa: B902 - damaged metadata fails in many ways
        return _open_files(path, f'metadata.yaml cannot be used ({_reason(error)})')
    suffixes = {Path(name).suffix for name in _files_of(path)}
    source.kind = ' and '.join(_KINDS[s] for s in sorted(suffixes)) or 'rosbag2'
    return source


def _open_files(folder, note):
    files = _files_of(folder)
    if not files:
        packed = sorted(p.name for p in folder.glob('*.zstd'))
        more = f'; unpack {packed[0]} with zstd first' if packed else ''
        raise RecordingError(f'{folder} is no recording: {note} and it holds no .mcap or .db3 '
                             f'file{more}')
    parts, errors = [], []
    for file in files:
        try:
            parts.append(open_ros2_file(file))
        except RecordingError as error:
            errors.append(str(error))
    if not parts:
        raise RecordingError(errors[0])
    source = ChainedSource(parts)
    source.notes = [f'{note}: the files in the folder are read', *errors, *source.notes]
    return source


def _files_of(folder):
    """Return the storage files of a folder, bag_2 before bag_10."""
    files = [p for p in folder.iterdir() if p.suffix in _KINDS]
    return sorted(files, key=lambda p: [int(part) if part.isdigit() else part
                                        for part in re.split(r'(\d+)', p.name)])


def _reason(error):
    return (str(error) or type(error).__name__).rstrip('.')
