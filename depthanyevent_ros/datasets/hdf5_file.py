# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Opening HDF5 files so that what is wrong with them is said in one sentence."""

from pathlib import Path

from depthanyevent_ros.errors import RecordingError

#: Registered number of the Blosc filter.
BLOSC = 32001


def open_hdf5(path: Path):
    """
    Open an HDF5 file for reading.

    :raises RecordingError: if h5py is missing, or the file is damaged.
    """
    try:
        import h5py
    except ImportError:
        raise RecordingError(f'{path} is an HDF5 file: install h5py to read it') from None
    try:
        return h5py.File(path, 'r')
    except OSError as error:
        raise RecordingError(f'{path} is no readable HDF5 file: {error}') from None


def dataset_in(file, name: str):
    """
    Return a data set of a file.

    :raises RecordingError: if it is not there, or is a group.
    """
    if name not in file:
        raise RecordingError(f'{file.filename} holds no {name}')
    if not hasattr(file[name], 'shape'):
        raise RecordingError(f'{file.filename} holds a group {name}, not a data set')
    return file[name]


def read_from(dataset, selection):
    """
    Return a part of a data set.

    :param selection: an index or slice, or a tuple of them.
    :raises RecordingError: if it is damaged there.
    """
    try:
        return dataset[selection]
    except OSError as error:
        raise RecordingError(f'{dataset.file.filename} is damaged in {dataset.name}: '
                             f'{error}') from None


def need_blosc(file, name: str) -> None:
    """
    Make sure that a data set can be decompressed.

    :raises RecordingError: if it needs Blosc (as DSEC's do) and there is no such filter.
    """
    import h5py
    plist = dataset_in(file, name).id.get_create_plist()
    filters = {plist.get_filter(i)[0] for i in range(plist.get_nfilters())}
    if BLOSC not in filters:
        return
    try:
        import hdf5plugin  # noqa: F401 - registers its filters
    except ImportError:
        pass
    if not h5py.h5z.filter_avail(BLOSC):
        raise RecordingError(f'{file.filename} is compressed with Blosc: install hdf5plugin to '
                             'read it')
