# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""When each record of a recording is due: rate, loops, a part of it, and the clock's ticks."""

from dataclasses import dataclass, replace
import math
import time
from typing import Iterator, Optional

from depthanyevent_ros.errors import ConfigError, RecordingError
from depthanyevent_ros.recordings.records import Record

#: Between the last record of a pass and the first of the next.
LOOP_GAP_NS = 1_000_000


@dataclass(frozen=True)
class PlayOptions:
    """
    What is played and how fast.

    ``rate`` is recording time per real time, inf for as fast as possible; ``loops`` is the number
    of passes, inf for no end; ``monotone`` shifts later passes so that time never runs back.
    """

    rate: float = 1.0
    loops: float = 1
    start_s: float = 0.0
    duration_s: float = math.inf
    monotone: bool = False

    def __post_init__(self):
        """Check the values."""
        if not self.rate > 0:
            raise ConfigError(f'rate is {self.rate:g}: it must be above 0')
        if not self.loops >= 1:
            raise ConfigError(f'loop is {self.loops:g}: it must be 1 or more')
        if self.start_s < 0 or not self.duration_s > 0:
            raise ConfigError(f'start {self.start_s:g} s, duration {self.duration_s:g} s: the '
                              'start must not be below 0, the duration must be above 0')


@dataclass(frozen=True)
class Cue:
    """
    What happens at ``due_ns`` after the start of playing (0 throughout at an infinite rate).

    ``clock_ns`` is the recording's time then. ``record`` is None for a tick of the clock.
    ``shift_ns`` is to be added to every stamp (monotone loops).
    """

    due_ns: int
    clock_ns: int
    record: Optional[Record]
    loop: int = 0
    shift_ns: int = 0


def timeline(recording, options: PlayOptions) -> Iterator[Cue]:
    """
    Yield the records with the time at which each is due.

    A record whose time runs back within a pass is due at once, not in the past.

    :raises RecordingError: if there is nothing to play.
    """
    start_ns = _first_record_ns(recording) + int(options.start_s * 1e9)
    from_ns = start_ns if options.start_s else None
    elapsed_ns, loop = 0, 0
    while loop < options.loops:
        newest_ns = None
        for record in recording.messages(from_ns):
            since_ns = record.record_ns - start_ns
            if since_ns > options.duration_s * 1e9:
                break
            newest_ns = max(since_ns, newest_ns or 0)
            shift_ns = elapsed_ns if options.monotone else 0
            yield Cue(int((elapsed_ns + newest_ns) / options.rate), record.record_ns + shift_ns,
                      record, loop, shift_ns)
        if newest_ns is None:
            raise RecordingError(f'{recording.path} holds nothing to play from '
                                 f'{options.start_s:g} s on')
        elapsed_ns += newest_ns + LOOP_GAP_NS
        loop += 1


def _first_record_ns(recording):
    first = next(iter(recording.messages()), None)
    if first is None:
        raise RecordingError(f'{recording.path} holds neither events nor frames to play')
    return first.record_ns


def with_clock_ticks(cues: Iterator[Cue], period_ns: int) -> Iterator[Cue]:
    """
    Put ticks of the clock between the records.

    One comes before the first record of each pass (where time may jump), then one whenever the
    recording's time has moved on by period_ns, also through gaps without records.
    """
    previous, next_ns = None, 0
    for cue in cues:
        if previous is None or cue.loop != previous.loop or cue.clock_ns < previous.clock_ns:
            next_ns = cue.clock_ns
        else:
            span_ns = max(cue.clock_ns - previous.clock_ns, 1)
            slope = (cue.due_ns - previous.due_ns) / span_ns
        while next_ns <= cue.clock_ns:
            behind_ns = cue.clock_ns - next_ns
            due_ns = cue.due_ns if not behind_ns else int(cue.due_ns - behind_ns * slope)
            yield replace(cue, due_ns=due_ns, clock_ns=next_ns, record=None)
            next_ns += period_ns
        previous = cue
        yield cue


class Pacer:
    """
    Waits until cues are due, on the steady clock; ``stop`` ends every wait.

    ``stop`` has is_set() and wait(seconds), as a threading.Event has.

    Late cues are not skipped: they follow at once. ``latest_ns`` is how late the latest was.
    """

    #: A wait ends up to about 0.1 ms late: shorter ones are not worth it.
    SHORTEST_WAIT_NS = 50_000

    def __init__(self, stop, now_ns=time.monotonic_ns):
        """Start the clock at the first wait."""
        self._stop = stop
        self._now_ns = now_ns
        self._start_ns = None
        self.latest_ns = 0

    def wait(self, due_ns: int) -> bool:
        """Wait until due_ns after the first call; return whether playing goes on."""
        if self._start_ns is None:
            self._start_ns = self._now_ns() - due_ns
        ahead_ns = self._start_ns + due_ns - self._now_ns()
        if ahead_ns > self.SHORTEST_WAIT_NS:
            self._stop.wait(ahead_ns * 1e-9)
        else:
            self.latest_ns = max(self.latest_ns, -ahead_ns)
        return not self._stop.is_set()

    def pause(self, waited_ns: int):
        """Shift what is to come by a time that was waited for something else."""
        self._start_ns += waited_ns
