# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Which clock the stamps of frames are of: the sensor's, as the times of events, or the host's.

Some drivers stamp frames with the sensor's time, some with the host's, and a replay may mix both.
A frame arrives within a second or so of the events around it, so whichever reading of its stamp
is near the newest event is the right one; where neither is, the frame cannot be used. Where both
are, the clocks differ by little, and what matters is to read all stamps alike: how late they then
are is found by comparing frames with events (stamp_offset.py).
"""

from collections import Counter
from typing import Optional

SENSOR, HOST = 'sensor time', 'host time'
#: Farther than this from the newest event a stamp is of another clock.
NEAR_NS = 2_000_000_000


class FrameClock:
    """Reads stamps; ``source`` is whose clock the last one was of, ``counts`` how many were."""

    def __init__(self):
        self.counts: Counter = Counter()
        self.source: Optional[str] = None
        self.problem: Optional[str] = None      # of the last frame, a sentence

    def to_sensor_ns(self, stamp_ns: int, newest_ns: int, offset_ns: int) -> Optional[int]:
        """
        Return the sensor time of a frame; None, counted, if its stamp is of no known clock.

        :param newest_ns: sensor time of the newest event.
        :param offset_ns: host time less sensor time, as far as it is known.
        """
        readings = {SENSOR: stamp_ns, HOST: stamp_ns - offset_ns}
        near = [name for name in readings if abs(readings[name] - newest_ns) <= NEAR_NS]
        source = self.source if self.source in near else min(
            near or readings, key=lambda name: abs(readings[name] - newest_ns))
        away_ns = readings[source] - newest_ns
        if abs(away_ns) > NEAR_NS:
            self.counts['another_clock'] += 1
            self.problem = (f'the stamp of a frame is {abs(away_ns) * 1e-9:.1f} s '
                            f'{"after" if away_ns > 0 else "before"} the events around it: it is '
                            'neither sensor time nor the time of their arrival')
            return None
        self.source, self.problem = source, None
        self.counts[source] += 1
        return readings[source]
