# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A node that looks on: spun in a thread of its own, beside what its program does."""

import threading

import rclpy
from rclpy.executors import SingleThreadedExecutor
from rclpy.signals import SignalHandlerOptions

POLL_S = 0.1


class Bystander:
    """Use it as a context manager: the node is there inside, and everything is down after it."""

    def __init__(self, name: str):
        """Nothing happens before it is entered."""
        self._name = name
        self._done = threading.Event()

    def __enter__(self):
        """Return the node."""
        # ctrl-C ends the program in its own order, not rclpy's.
        rclpy.init(args=[], signal_handler_options=SignalHandlerOptions.NO)
        self._node = rclpy.create_node(self._name)
        self._executor = SingleThreadedExecutor()
        self._executor.add_node(self._node)
        self._thread = threading.Thread(target=self._spin, name=f'{self._name} spin')
        self._thread.start()
        return self._node

    def __exit__(self, *_):
        """Leave in this order: nothing is used after it has gone."""
        self._done.set()
        self._thread.join()
        rclpy.try_shutdown()
        self._executor.shutdown()
        self._node.destroy_node()

    def _spin(self) -> None:
        while not self._done.is_set():
            self._executor.spin_once(timeout_sec=POLL_S)
