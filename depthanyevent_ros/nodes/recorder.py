# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Records topics into a rosbag2 folder, byte for byte, from inside a node.

rosbag2 itself is not everywhere (it has no wheel); this records what a demo or a test publishes.
"""

from collections import Counter, deque
import threading
from typing import Collection

from rclpy.qos import DurabilityPolicy, HistoryPolicy, QoSProfile, ReliabilityPolicy

from depthanyevent_ros.errors import ConfigError, RecordingError
from depthanyevent_ros.nodes.message_class import message_class
from depthanyevent_ros.recordings.message_types import ros2_types
from depthanyevent_ros.recordings.qos import offered_qos
from depthanyevent_ros.recordings.writer import BagWriter

#: How often it is looked whether a topic has a publisher by now.
LOOK_PERIOD_S = 0.1
DEPTH = 1000

#: What may wait for the disk; what comes on top of that is dropped and counted.
MAX_WAITING_BYTES = 256 * 2**20


class Recorder:
    """
    Subscribes to topics as soon as somebody publishes them, and writes what arrives.

    The type and the QoS are those of the publishers. Use it as a context manager around the time
    to be recorded, while an executor spins the node. ``counts`` are the messages taken and
    ``dropped`` those that came while the disk was too slow, both by topic.
    """

    def __init__(self, node, path, topics: Collection[str], overwrite: bool = False,
                 max_waiting_bytes: int = MAX_WAITING_BYTES):
        """
        Begin to record.

        :param topics: names, relative ones in the namespace of the node.
        :raises RecordingError: if the folder cannot be made.
        """
        self.counts, self.dropped = Counter(), Counter()
        self._node = node
        self._missing = [node.resolve_topic_name(topic) for topic in topics]
        self._subscriptions = []
        self._queue = _BoundedQueue(max_waiting_bytes)
        self._writer = BagWriter(path, overwrite)
        self._error = None
        self._thread = threading.Thread(target=self._write, name='recorder')
        self._thread.start()
        self._timer = node.create_timer(LOOK_PERIOD_S, self._look)

    def close(self):
        """
        Write what is waiting and finish the recording.

        Subscriptions stay until the node goes, as an executor may be at one of them just now.

        :raises RecordingError: if something could not be written.
        """
        if self._thread is None:
            return
        self._timer.cancel()
        self._queue.close()
        self._thread.join()
        self._thread = None
        if self._error is not None:
            self._writer.discard()
            raise self._error
        self._writer.close()

    def __enter__(self):
        """Return the recorder."""
        return self

    def __exit__(self, *_):
        """Finish the recording, also after an exception: what was recorded stays."""
        self.close()

    def _look(self):
        for topic in list(self._missing):
            publishers = self._node.get_publishers_info_by_topic(topic)
            if publishers:
                self._missing.remove(topic)
                self._subscribe(topic, publishers)

    def _subscribe(self, topic, publishers):
        msgtype, qos = publishers[0].topic_type, _matching(publishers)
        try:
            if msgtype not in ros2_types().fielddefs:
                raise ConfigError(f'the definition of {msgtype} is not at hand')
            made = message_class(msgtype)
        except ConfigError as error:
            self._node.get_logger().error(f'{topic} is not recorded: {error}')
            return
        reliable = qos.reliability == ReliabilityPolicy.RELIABLE
        self._queue.put((topic, msgtype, offered_qos(reliable), None), 0)
        self._subscriptions.append(self._node.create_subscription(
            made, topic, lambda data, info: self._take(topic, msgtype, data, info), qos,
            raw=True))

    def _take(self, topic, msgtype, data, info):
        received_ns = info['received_timestamp'] or self._node.get_clock().now().nanoseconds
        if self._queue.put((topic, msgtype, received_ns, data), len(data)):
            self.counts[topic] += 1
        else:
            self.dropped[topic] += 1

    def _write(self):
        for topic, msgtype, what, data in self._queue:
            if self._error is not None:
                continue
            try:
                if data is None:
                    self._writer.add_topic(topic, msgtype, what)
                else:
                    self._writer.write(topic, msgtype, what, data)
            except RecordingError as error:
                # Told at close; until then what arrives is taken and forgotten.
                self._error = error


class _BoundedQueue:
    """First in, first out; what does not fit any more is refused."""

    def __init__(self, max_bytes):
        self._max_bytes = max_bytes
        self._items, self._n_bytes, self._closed = deque(), 0, False
        self._changed = threading.Condition()

    def put(self, item, n_bytes) -> bool:
        with self._changed:
            if self._closed or self._n_bytes + n_bytes > self._max_bytes:
                return False
            self._items.append((item, n_bytes))
            self._n_bytes += n_bytes
            self._changed.notify()
            return True

    def close(self):
        with self._changed:
            self._closed = True
            self._changed.notify()

    def __iter__(self):
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._items or self._closed)
                if not self._items:
                    return
                item, n_bytes = self._items.popleft()
                self._n_bytes -= n_bytes
            yield item


def _matching(publishers) -> QoSProfile:
    """Return the best QoS that all of these publishers offer."""
    offers = [publisher.qos_profile for publisher in publishers]
    reliable = all(o.reliability == ReliabilityPolicy.RELIABLE for o in offers)
    latched = all(o.durability == DurabilityPolicy.TRANSIENT_LOCAL for o in offers)
    return QoSProfile(
        history=HistoryPolicy.KEEP_LAST, depth=DEPTH,
        reliability=ReliabilityPolicy.RELIABLE if reliable else ReliabilityPolicy.BEST_EFFORT,
        durability=DurabilityPolicy.TRANSIENT_LOCAL if latched else DurabilityPolicy.VOLATILE)
