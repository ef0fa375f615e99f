# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
A publisher of synthetic events at a fixed rate, for the bench: it never waits for a reader.

It says SENDING when it begins; its last line is JSON: what was sent, how long it took, and how
late a message was at worst.
"""

import argparse
import json
import signal
import sys
import threading
import time

import rclpy
from rclpy.qos import HistoryPolicy, QoSProfile, ReliabilityPolicy
from rclpy.signals import SignalHandlerOptions

from depthanyevent_ros.bench.load import EventLoad
from depthanyevent_ros.errors import DepthAnyEventError
from depthanyevent_ros.nodes.depth.event_subscription import EVENT_TYPES
from depthanyevent_ros.nodes.message_class import message_class
from depthanyevent_ros.nodes.play_publishers import EVENTS_DEPTH

#: What drivers of event cameras publish with.
DRIVER_QOS = QoSProfile(history=HistoryPolicy.KEEP_LAST, depth=EVENTS_DEPTH,
                        reliability=ReliabilityPolicy.BEST_EFFORT)
SENDING = 'sending'
#: Both sides must know each other before the first message; the reader's view is not ours.
SETTLE_S = 2.0
WAIT_S = 60.0


def main(argv=None) -> int:
    """Publish for some seconds, or until SIGINT, once there is a reader."""
    args = _parser().parse_args(argv)
    stop = threading.Event()
    rclpy.init(args=[], signal_handler_options=SignalHandlerOptions.NO)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    node = rclpy.create_node('load')
    try:
        load = EventLoad(args.encoding, args.rate, args.message_ms, args.width, args.height)
        package, name, _ = EVENT_TYPES[load.event_type]
        publisher = node.create_publisher(
            message_class(f'{package}/msg/{name}'), 'events', DRIVER_QOS)
        _wait_for_reader(publisher, stop)
        print(SENDING, flush=True)
        print(json.dumps(send(load, publisher.publish, args.seconds, stop)), flush=True)
        time.sleep(SETTLE_S)                    # what was sent last may still be on its way
    except DepthAnyEventError as error:
        print(f'[ERROR] {error}', flush=True)
        return 1
    finally:
        node.destroy_node()
        rclpy.try_shutdown()
    return 0


def send(load: EventLoad, publish, seconds: float, stop: threading.Event) -> dict:
    """
    Publish messages when they are due: message k at the end of its events.

    Sensor time is the host's time. A late publisher sends what is due at once.

    :returns: ``n_events``, ``n_messages``, ``n_bytes``, ``took_s``, ``late_ms`` (the worst).
    """
    first_ns = time.time_ns() // 1000 * 1000
    n_messages = n_bytes = late_ns = 0
    began_s = time.monotonic()
    for k in range(int(seconds * 1e9 / load.message_ns)):
        due_ns = first_ns + (k + 1) * load.message_ns
        time.sleep(max(due_ns - time.time_ns(), 0) * 1e-9)
        if stop.is_set():
            break
        now_ns = time.time_ns()
        late_ns = max(late_ns, now_ns - due_ns)
        data = load.message(k, due_ns - load.message_ns, now_ns)
        publish(data)
        n_messages, n_bytes = n_messages + 1, n_bytes + len(data)
    return {'n_events': n_messages * load.n_events, 'n_messages': n_messages, 'n_bytes': n_bytes,
            'took_s': time.monotonic() - began_s, 'late_ms': late_ns * 1e-6}


def _wait_for_reader(publisher, stop: threading.Event) -> None:
    deadline_s = time.monotonic() + WAIT_S
    while not publisher.get_subscription_count() and not stop.is_set():
        if time.monotonic() > deadline_s:
            raise DepthAnyEventError(f'nobody subscribed {publisher.topic_name} for {WAIT_S} s')
        time.sleep(0.05)
    stop.wait(SETTLE_S)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--encoding', default='mono')
    parser.add_argument('--rate', type=float, default=12.0, metavar='MEV_S')
    parser.add_argument('--message-ms', type=float, default=0.0)
    parser.add_argument('--seconds', type=float, default=10.0)
    parser.add_argument('--width', type=int, default=346)
    parser.add_argument('--height', type=int, default=260)
    return parser


if __name__ == '__main__':
    sys.exit(main())
