# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Running one node until it is told to stop, and leaving cleanly."""

import signal
import threading

import rclpy
from rclpy.executors import SingleThreadedExecutor
from rclpy.signals import SignalHandlerOptions

#: How often the wish to stop is looked at.
POLL_S = 0.1


def run_node(make_node, args=None) -> int:
    """
    Make a node, spin it in this thread until SIGINT or SIGTERM, and take everything down.

    rclpy's own signal handlers shut the context down while callbacks run (they race into
    "context is not valid"); ours only set a flag, so that the order below holds. The events
    executor is not used: it does not run callbacks on every distribution.

    :param make_node: called without arguments; its result has, besides a node's own methods,
        ``interrupt()``, which ends whatever a callback may wait for (called by the signal handler,
        perhaps in the middle of that callback), and ``close()``.
    :returns: the exit code.
    """
    stop = threading.Event()
    rclpy.init(args=args, signal_handler_options=SignalHandlerOptions.NO)
    node = None

    def on_signal(*_) -> None:
        stop.set()
        if node is not None:
            node.interrupt()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, on_signal)
    executor = SingleThreadedExecutor()
    try:
        node = make_node()
        executor.add_node(node)
        while not stop.is_set() and rclpy.ok():
            executor.spin_once(timeout_sec=POLL_S)
    finally:
        if node is not None:
            node.close()
        rclpy.try_shutdown()
        executor.shutdown()
        if node is not None:
            node.destroy_node()
    return 0
