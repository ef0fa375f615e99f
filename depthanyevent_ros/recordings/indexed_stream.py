# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Things by index from a source that is read in order: cheap if they are asked for in order."""

from typing import Any, Callable, Iterator, Optional, Sequence

import numpy as np

#: So many things are rather skipped than sought.
SKIPPED = 64


class IndexedStream:
    """
    The i-th thing of a stream.

    :param open_at: from a record time (None: the start) to an iterator over what is there from
        that time on.
    :param record_ns: the record time of each thing, (N,).
    :param seekable: whether what is read depends on nothing that came before it.
    """

    def __init__(self, open_at: Callable[[Optional[int]], Iterator[Any]],
                 record_ns: Sequence[int], seekable: bool = True):
        self._open_at = open_at
        self._record_ns = np.asarray(record_ns, np.int64)
        self._seekable = seekable and bool(np.all(np.diff(self._record_ns) >= 0))
        self._stream, self._next = None, 0

    def read(self, i: int):
        """Return thing number i; None if the source ends before it."""
        ahead = i - self._next
        if self._stream is None or ahead < 0 or (ahead > SKIPPED and self._seekable):
            self._seek(i)
        while self._next < i:
            next(self._stream, None)
            self._next += 1
        self._next += 1
        return next(self._stream, None)

    def _seek(self, i):
        if self._seekable:
            start_ns = int(self._record_ns[i])
            self._next = int(np.searchsorted(self._record_ns, start_ns, 'left'))
        else:
            start_ns, self._next = None, 0
        self._stream = iter(self._open_at(start_ns))
