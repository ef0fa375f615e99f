# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
What one would write first, for the bench to compare with: events in, a picture every 50 ms.

Messages are deserialised by rclpy; the events of an EventArray are objects, those of an
EventPacket NumPy columns; the picture is drawn when its window is over. There is no network. Its
last line is the number of events that it saw.
"""

import argparse
import sys

import numpy as np
from rclpy.node import Node

from depthanyevent_ros.bench.event_baselines import draw_numpy, numpy_columns
from depthanyevent_ros.events.types import EventMessage
from depthanyevent_ros.nodes.bench.load_node import DRIVER_QOS
from depthanyevent_ros.nodes.depth.event_subscription import EVENT_TYPES
from depthanyevent_ros.nodes.message_class import message_class
from depthanyevent_ros.nodes.spin import run_node

WINDOW_NS = 50_000_000


class UsualNode(Node):
    """Subscribes ``events`` of one type."""

    def __init__(self, event_type: str):
        """Subscribe."""
        super().__init__('usual')
        self.n_events = 0
        self._kept, self._end_ns = [], None
        package, name, _ = EVENT_TYPES[event_type]
        columns = {'dvs': object_columns, 'packet': packet_columns}[event_type]
        self._subscription = self.create_subscription(
            message_class(f'{package}/msg/{name}'), 'events',
            lambda message: self._on_events(columns(message), message.height, message.width),
            DRIVER_QOS)

    def interrupt(self) -> None:
        """Do nothing: no callback waits."""

    def close(self) -> None:
        """Say how many events there were."""
        print(self.n_events, flush=True)

    def _on_events(self, columns, height: int, width: int) -> None:
        t_ns = columns[2]
        self.n_events += len(t_ns)
        self._kept.append(columns)
        self._end_ns = self._end_ns or int(t_ns[0]) + WINDOW_NS
        if t_ns[-1] >= self._end_ns:
            whole = tuple(map(np.concatenate, zip(*self._kept)))
            draw_numpy(whole, height, width)
            self._kept, self._end_ns = [], None


def object_columns(message):
    """Return x, y, t_ns, p of an EventArray."""
    return tuple(np.array(column) for column in zip(*(
        (event.x, event.y, event.ts.sec * 10**9 + event.ts.nanosec, event.polarity)
        for event in message.events)))


def packet_columns(message):
    """Return x, y, t_ns, p of an EventPacket."""
    return numpy_columns(EventMessage(
        0, '', message.width, message.height, message.encoding,
        np.frombuffer(message.events, np.uint8), message.time_base, message.seq))


def main(argv=None) -> int:
    """Run until SIGINT."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('event_type', choices=EVENT_TYPES)
    return run_node(lambda: UsualNode(parser.parse_args(argv).event_type), [])


if __name__ == '__main__':
    sys.exit(main())
