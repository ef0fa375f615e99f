# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""From a path to the reader of a data set, by what lies there."""

from pathlib import Path
from typing import Callable, Optional

HDF5_MAGIC = b'\x89HDF\r\n\x1a\n'


def find_reader(path: Path) -> Optional[Callable]:
    """
    Return the reader for a file or folder, None if it is of no data set.

    :returns: (path, side='left') -> EventSequence; raises RecordingError if it cannot be read.
    """
    if path.is_dir():
        return next((reader for file, reader in _FOLDERS.items() if (path / file).exists()), None)
    with open(path, 'rb') as stream:
        is_hdf5 = stream.read(len(HDF5_MAGIC)) == HDF5_MAGIC
    return _hdf5 if is_hdf5 else None


def _hdf5(path, side='left'):
    if path.name == 'events.h5' and path.parent.parent.name == 'events':
        # Part of a DSEC folder: events/<side>/events.h5.
        return _dsec(path.parents[2], path.parent.name)
    if path.stem.endswith('_gt'):
        data = path.with_name(f'{path.stem[:-len("_gt")]}_data{path.suffix}')
        path = data if data.is_file() else path
    from depthanyevent_ros.datasets.mvsec import MvsecSequence
    return MvsecSequence(path, side)


def _dsec(path, side='left'):
    from depthanyevent_ros.datasets.dsec import DsecSequence
    if side == 'left' and not (path / 'events/left/events.h5').exists():
        side = 'right'                          # the only one that was downloaded
    return DsecSequence(path, side)


def _e2depth(path, side='left'):
    from depthanyevent_ros.datasets.e2depth import E2DepthSequence
    return E2DepthSequence(path)


def _eventscape(path, side='left'):
    from depthanyevent_ros.datasets.eventscape import EventScapeSequence
    return EventScapeSequence(path)


def _ecd(path, side='left'):
    from depthanyevent_ros.datasets.ecd import EcdSequence
    return EcdSequence(path)


#: What a folder must hold -> its reader.
_FOLDERS = {
    'events/left/events.h5': _dsec,
    'events/right/events.h5': _dsec,
    'events/voxels': _e2depth,
    'events/data': _eventscape,
    'events.txt': _ecd,
}
