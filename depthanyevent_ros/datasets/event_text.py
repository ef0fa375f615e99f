# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Events as lines of text, "t x y p" with t in s, read in pieces of bounded size."""

from pathlib import Path

from numba import from_dtype, int64, njit, types, uint8
import numpy as np

from depthanyevent_ros.errors import RecordingError
from depthanyevent_ros.events.types import EVENT_DTYPE

#: Text read at a time: some 50,000 events.
PIECE_BYTES = 2**20
#: The shortest line, "0 0 0 0" and its end.
SHORTEST_LINE = 8

TAB, NEWLINE, RETURN, SPACE, HASH, COMMA, MINUS, POINT, ZERO, NINE = b'\t\n\r #,-.09'
#: Numbers are read as multiples of 1e-9: seconds become ns.
UNIT = 10**9
LIMIT_S = 9 * 10**8
LIMIT_PIXEL = 2**16 * UNIT

_TEXT = types.Array(uint8, 1, 'C', readonly=True)
_EVENTS = types.Array(from_dtype(EVENT_DTYPE), 1, 'C')


class EventText:
    """
    Index of a text of events: where pieces of whole lines begin, and how many events each has.

    Times are read digit by digit to ns: no float rounds them. Lines that begin with # are
    comments.
    """

    def __init__(self, path: Path):
        """
        Read the text once.

        :raises RecordingError: if a line cannot be read.
        """
        self._path = path
        self._offsets, self.counts, self.last_ns = [0], [], []
        out = np.empty(PIECE_BYTES // SHORTEST_LINE + 1, EVENT_DTYPE)
        size = path.stat().st_size
        while self._offsets[-1] < size:
            text = self._whole_lines(self._offsets[-1])
            n = self._parse(text, out)
            self.counts.append(n)
            self.last_ns.append(int(out[n - 1]['t_ns']) if n else 0)
            self._offsets.append(self._offsets[-1] + len(text))

    def load(self, k: int) -> np.ndarray:
        """Return the events of a piece, (counts[k],) of EVENT_DTYPE."""
        out = np.zeros(self.counts[k], EVENT_DTYPE)
        with open(self._path, 'rb') as stream:
            stream.seek(self._offsets[k])
            text = stream.read(self._offsets[k + 1] - self._offsets[k])
        self._parse(np.frombuffer(text, np.uint8), out)
        return out

    def _whole_lines(self, offset):
        with open(self._path, 'rb') as stream:
            stream.seek(offset)
            text = stream.read(PIECE_BYTES)
        end = text.rfind(b'\n') + 1
        if not end and len(text) == PIECE_BYTES:
            raise RecordingError(f'{self._path} is no text of events: a line has no end')
        return np.frombuffer(text[:end] if end else text, np.uint8)

    def _parse(self, text, out):
        n = parse_events(text, out)
        if n < 0:
            line = bytes(text[-n - 1:-n + 59]).split(b'\n')[0].decode(errors='replace')
            raise RecordingError(f'{self._path} is not made of lines of t x y p: {line!r}')
        return n


@njit(types.UniTuple(int64, 2)(_TEXT, int64), cache=True, nogil=True)
def _number(text, i):
    """Return the number at i in units of 1e-9 and where it ends, -1 if there is none."""
    while i < len(text) and (text[i] == SPACE or text[i] == TAB or text[i] == COMMA):
        i += 1
    sign = 1
    if i < len(text) and text[i] == MINUS:
        sign, i = -1, i + 1
    whole, digits = int64(0), 0
    while i < len(text) and ZERO <= text[i] <= NINE and whole < LIMIT_S:
        whole = whole * 10 + (text[i] - ZERO)
        i, digits = i + 1, digits + 1
    value, unit = whole * UNIT, UNIT
    if i < len(text) and text[i] == POINT:
        i += 1
        while i < len(text) and ZERO <= text[i] <= NINE:
            unit //= 10                             # 0 below 1e-9: the rest is left out
            value += (text[i] - ZERO) * unit
            i, digits = i + 1, digits + 1
    return sign * value, (i if digits else -1)


@njit(int64(_TEXT, _EVENTS), cache=True, nogil=True)
def parse_events(text, out):
    """
    Parse lines of "t x y p" into out and return their number.

    :returns: -1 - the position of the first line that cannot be read, if there is one.
    """
    n, i = 0, 0
    while i < len(text):
        start = i
        if text[i] == NEWLINE or text[i] == RETURN:
            i += 1
            continue
        if text[i] == HASH:
            while i < len(text) and text[i] != NEWLINE:
                i += 1
            continue
        t_ns, i = _number(text, i)
        x, i = _number(text, i) if i >= 0 else (0, i)
        y, i = _number(text, i) if i >= 0 else (0, i)
        p, i = _number(text, i) if i >= 0 else (0, i)
        if i < 0 or not (0 <= x < LIMIT_PIXEL and 0 <= y < LIMIT_PIXEL) or n >= len(out):
            return -1 - start
        while i < len(text) and (text[i] == SPACE or text[i] == RETURN):
            i += 1
        if i < len(text) and text[i] != NEWLINE:
            return -1 - start
        out[n].t_ns, out[n].x, out[n].y, out[n].p = t_ns, x // UNIT, y // UNIT, p > 0
        n += 1
    return n
