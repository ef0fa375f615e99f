# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What folders of data sets have in common: pictures, and files with a stamp in each line."""

from pathlib import Path
import re
from typing import List, Tuple

import cv2
import numpy as np

from depthanyevent_ros.datasets.times import seconds_to_ns
from depthanyevent_ros.errors import RecordingError


def read_png(path: Path) -> np.ndarray:
    """
    Return a picture with the depth of its samples as stored, [H, W] or [H, W, 3] (BGR).

    :raises RecordingError: if it cannot be read.
    """
    # OpenCV prints a warning of its own about a file that is not there.
    image = cv2.imread(str(path), cv2.IMREAD_UNCHANGED) if path.is_file() else None
    if image is None:
        raise RecordingError(f'{path} is no readable picture')
    return image


def read_array(path: Path) -> np.ndarray:
    """
    Return an array file as float32: depth [H, W] or voxels [B, H, W].

    :raises RecordingError: if it cannot be read.
    """
    try:
        return np.load(path).astype(np.float32)
    except (OSError, ValueError, EOFError) as error:
        raise RecordingError(f'{path} is no readable array: {error}') from None


def read_lines(path: Path) -> List[str]:
    """
    Return the lines of a text file; empty ones and those that begin with # are left out.

    :raises RecordingError: if it is not there, may not be read, or is no text.
    """
    try:
        lines = path.read_text(encoding='utf-8').splitlines()
    except OSError as error:
        raise RecordingError(f'{path} cannot be read: {error.strerror}') from None
    except UnicodeDecodeError:
        raise RecordingError(f'{path} is no text') from None
    return [line for line in lines if line.strip() and not line.startswith('#')]


def read_columns(path: Path, names: Tuple[str, ...], dtype=np.float64) -> np.ndarray:
    """
    Return the numbers of a text file, (N, columns); lines that begin with # are left out.

    :param names: of the columns, for the sentence of the error; further columns are ignored.
    """
    rows = [line.replace(',', ' ').split()[:len(names)] for line in read_lines(path)]
    try:
        return np.array(rows, dtype).reshape(len(rows), len(names))
    except ValueError as error:
        raise RecordingError(f'{path} is not made of the columns {", ".join(names)}: '
                             f'{error}') from None


def stamped_files(folder: Path, pattern: str) -> Tuple[np.ndarray, List[Path]]:
    """
    Return the stamps (int64 ns) and files of a folder with a timestamps.txt of index and seconds.

    :raises RecordingError: if a file has no stamp.
    """
    files = sorted(folder.glob(pattern))
    if not files:
        return np.zeros(0, np.int64), []
    return stamps_of(files, *read_stamps(folder / 'timestamps.txt')), files


def read_stamps(path: Path) -> Tuple[np.ndarray, np.ndarray]:
    """
    Return the columns of a timestamps.txt: index, int (N,), and stamps, int64 ns (N,).

    :raises RecordingError: if it is missing, or has other columns.
    """
    if not path.is_file():
        raise RecordingError(f'{path} is missing')
    rows = read_columns(path, ('index', 'seconds'))
    return rows[:, 0].astype(int), seconds_to_ns(rows[:, 1])


def stamps_of(files: List[Path], index: np.ndarray, stamps_ns: np.ndarray) -> np.ndarray:
    """
    Return the stamps of the files of one folder, int64 ns (N,), all of which have one.

    Where their numbers differ, a file belongs to the stamp with the index that ends its name.

    :raises RecordingError: if a file has no stamp.
    """
    if len(files) == len(stamps_ns):
        return stamps_ns
    by_index = dict(zip(index.tolist(), stamps_ns.tolist()))
    try:
        found_ns = [by_index[int(re.findall(r'\d+', file.name)[-1])] for file in files]
    except (KeyError, IndexError):
        raise RecordingError(f'{files[0].parent} has {len(files)} files *{files[0].suffix}, but '
                             f'{len(stamps_ns)} stamps, which do not name them all') from None
    return np.array(found_ns, np.int64)
