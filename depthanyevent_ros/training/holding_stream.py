# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A file that HDF5 can write to without crashing when the disk is full."""

import os
from typing import Optional


class HoldingStream:
    """
    A file for HDF5 that holds on to the first error instead of raising it.

    HDF5 cannot close a file that it cannot write, tries again when the process ends, and crashes:
    after an error it is told that all is well, and whoever writes looks at ``error``.
    """

    def __init__(self, handle: int):
        self._file = os.fdopen(handle, 'r+b', buffering=0)
        self.error: Optional[OSError] = None
        for name in ('seek', 'tell', 'readinto', 'read'):
            setattr(self, name, getattr(self._file, name))

    def write(self, data) -> int:
        """Write all of it, or remember why not."""
        view = memoryview(data).cast('B')
        done = 0
        try:
            while self.error is None and done < len(view):
                done += self._file.write(view[done:])
        except OSError as error:
            self.error = error
        return len(view)

    def truncate(self, size=None) -> int:
        """Set the length, or remember why not."""
        try:
            return self._file.truncate(size) if self.error is None else size or 0
        except OSError as error:
            self.error = error
            return size or 0

    def flush(self) -> None:
        """Do nothing: nothing is buffered."""

    def close(self) -> None:
        """Close the file."""
        try:
            self._file.close()
        except OSError as error:
            self.error = self.error or error
