# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""When a lesson was: two that share windows or frames are not told apart by who learned one."""

from dataclasses import dataclass

from depthanyevent_ros.distillation.protocol import Lesson


@dataclass(frozen=True)
class Span:
    """From the start of the first window to the end of the last, on the clock of ``origin``."""

    origin: str
    start_ns: int
    end_ns: int

    def meets(self, other: 'Span') -> bool:
        """Tell whether there is a time that belongs to both."""
        return (self.origin == other.origin and self.start_ns < other.end_ns
                and other.start_ns < self.end_ns)


def span_of(lesson: Lesson) -> Span:
    """Return the time of a lesson; of a single window its end is all that is known."""
    first, last = int(lesson.end_ns[0]), int(lesson.end_ns[-1])
    window_ns = int(lesson.end_ns[1]) - first if len(lesson.end_ns) > 1 else 1
    return Span(lesson.origin, first - window_ns, last)
