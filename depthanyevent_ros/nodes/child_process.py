# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A program of this package as a child: its words go to a file, and it never outlives us."""

from pathlib import Path
import re
import signal
import subprocess
import sys
from typing import Optional, Sequence

from depthanyevent_ros.errors import DepthAnyEventError

#: A ROS process may take long to leave on a busy machine.
LEAVE_S = 60.0
#: What rclpy writes before each message: level, time and name.
LOG_PREFIX = re.compile(r'^(\[[^]]*\] )+\[[^]]*\]: ')


class ChildProcess:
    """`python -m MODULE ARGUMENTS`; use it as a context manager."""

    def __init__(self, module: str, arguments: Sequence[str], log: Path):
        """Start it."""
        self.name = module.rpartition('.')[2]
        self.log = Path(log)
        self._stream = open(self.log, 'wb')
        self._process = subprocess.Popen(
            [sys.executable, '-m', module, *arguments], stdin=subprocess.DEVNULL,
            stdout=self._stream, stderr=subprocess.STDOUT)

    @property
    def pid(self) -> int:
        """Return the number of the process."""
        return self._process.pid

    @property
    def returncode(self) -> Optional[int]:
        """Return the exit code, None while it runs."""
        return self._process.poll()

    def check(self) -> None:
        """Raise DepthAnyEventError, with its last words, if it has ended in failure."""
        if self.returncode:
            raise DepthAnyEventError(
                f'{self.name} ended with code {self.returncode}: {self.last_words()}')

    def stop(self, timeout_s: float = LEAVE_S) -> int:
        """Ask it to leave, as ctrl-C does; kill it if it does not. Return the exit code."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGKILL):
            if self.returncode is None:
                self._process.send_signal(number)
            try:
                return self._process.wait(timeout_s)
            except subprocess.TimeoutExpired:
                continue
        return self._process.wait()

    def last_words(self) -> str:
        """Return the first error in its log (others follow from it), or else its last line."""
        lines = [line.strip() for line in self._lines() if line.strip()]
        errors = [line for line in lines if line.startswith('[ERROR]')]
        words = errors[0] if errors else (lines or ['it said nothing'])[-1]
        return LOG_PREFIX.sub('', words)

    def _lines(self):
        return self.log.read_text(encoding='utf-8', errors='replace').splitlines()

    def __enter__(self):
        """Return the running child."""
        return self

    def __exit__(self, *_):
        """Stop it if it runs, and close its log."""
        self.stop()
        self._stream.close()
