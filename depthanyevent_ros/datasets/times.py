# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Stamps of data sets to int64 ns, and where in a long file a time is."""

from typing import Callable

import numpy as np

NS_PER_US = 1000

#: Stamps read at a time when a time is looked for: 0.5 MB.
BLOCK = 65_536


def seconds_to_ns(seconds) -> np.ndarray:
    """
    Return float64 seconds as int64 ns, rounded to whole microseconds.

    Epoch seconds in float64 lie on a grid of 238 ns: microseconds survive, nanoseconds do not.
    Truncation would be 1 us off for about 1 % of stamps that count from 0.
    """
    return np.rint(np.asarray(seconds, np.float64) * 1e6).astype(np.int64) * NS_PER_US


def without_gaps(seconds: np.ndarray) -> np.ndarray:
    """Return times in which each that is no number is the one before it; at the start the first.

    The order of the others, by which times are looked for, stays what it is.
    """
    known = np.isfinite(seconds)
    if known.all() or not known.any():
        return np.where(known, seconds, 0.0)
    last = np.maximum.accumulate(np.where(known, np.arange(len(seconds)), -1))
    return seconds[np.where(last < 0, np.argmax(known), last)]


class TimeIndex:
    """
    Finds times in stamps that lie in a file and ascend, with reads of bounded size.

    :param read_ns: (start, stop) -> int64 (N,) ns of the events start..stop - 1.
    :param n: how many there are.
    """

    def __init__(self, read_ns: Callable[[int, int], np.ndarray], n: int):
        self._read_ns = read_ns
        self._n = n
        self._first_ns = {}     # of a block: few entries, as a search touches log2(blocks)

    def first_at(self, t_ns: int) -> int:
        """Return the index of the first event at or after t_ns; n if there is none."""
        low, high = 0, -(-self._n // BLOCK)
        while low < high:       # the first block that begins at or after t_ns
            middle = (low + high) // 2
            if self._block_ns(middle) < t_ns:
                low = middle + 1
            else:
                high = middle
        if low == 0:
            return 0
        start = (low - 1) * BLOCK
        stop = min(start + BLOCK, self._n)
        return start + int(np.searchsorted(self._read_ns(start, stop), t_ns, 'left'))

    def _block_ns(self, block: int) -> int:
        if block not in self._first_ns:
            self._first_ns[block] = int(self._read_ns(block * BLOCK, block * BLOCK + 1)[0])
        return self._first_ns[block]
