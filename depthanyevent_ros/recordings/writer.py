# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Recordings out: rosbag2 (mcap, sqlite3), as `ros2 bag` and other readers expect it."""

from pathlib import Path
import shutil
import sqlite3
import tempfile
from typing import Optional

from rosbags.interfaces import (
    Qos, QosDurability, QosHistory, QosLiveliness, QosReliability, QosTime,
)
from rosbags.rosbag2 import CompressionFormat, CompressionMode, StoragePlugin, Writer

from depthanyevent_ros.errors import RecordingError
from depthanyevent_ros.recordings.message_types import ros2_types

#: What rclpy and rosbag2 write for "no limit".
_FOREVER = QosTime(9223372036, 854775807)


def offered_qos(reliable=True, depth=10, transient_local=False) -> Qos:
    """Return the QoS that a topic was offered with; `ros2 bag play` offers it again."""
    return Qos(
        QosHistory.KEEP_LAST, depth,
        QosReliability.RELIABLE if reliable else QosReliability.BEST_EFFORT,
        QosDurability.TRANSIENT_LOCAL if transient_local else QosDurability.VOLATILE,
        _FOREVER, _FOREVER, QosLiveliness.AUTOMATIC, _FOREVER, False)


class BagWriter:
    """
    Writes serialised messages into a rosbag2 folder.

    The folder appears under its name when it is complete, at ``close()``; until then it grows
    beside it under a hidden name. Leaving the ``with`` block by an exception discards it.
    """

    def __init__(self, path, overwrite: bool = False, compress: bool = False,
                 storage: str = 'mcap'):
        """
        Begin a recording.

        :param path: the folder to be; its parents are made.
        :param overwrite: whether a recording of that name is replaced (at close).
        :param compress: whether chunks are compressed with zstd (mcap only).
        :param storage: 'mcap' or 'sqlite3'.
        :raises RecordingError: if the folder exists already, or cannot be made.
        """
        self.path = Path(path)
        self._overwrite = overwrite
        self.n_messages = 0
        if self.path.exists() and not overwrite:
            raise RecordingError(f'{self.path} exists already: remove it or choose another name')
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._growing = Path(tempfile.mkdtemp(prefix=f'.{self.path.name}.',
                                                  dir=self.path.parent))
            self._writer = Writer(self._growing / self.path.name, version=9,
                                  storage_plugin=StoragePlugin[storage.upper()])
            if compress:
                self._writer.set_compression(CompressionMode.STORAGE, CompressionFormat.ZSTD)
            self._writer.open()
        except (OSError, sqlite3.Error) as error:
            raise RecordingError(f'{self.path} cannot be written: {error}') from None
        self._connections = {}

    def add_topic(self, topic: str, msgtype: str, qos: Optional[Qos] = None):
        """
        Announce a topic; ``write`` does it by itself with the default QoS.

        :raises RecordingError: if the message type is not known, or not the one announced before.
        """
        known = self._connections.get(topic)
        if known is not None:
            if known.msgtype != msgtype:
                raise RecordingError(f'topic {topic} holds {known.msgtype}, not {msgtype}')
            return known
        if msgtype not in ros2_types().fielddefs:
            raise RecordingError(f'topic {topic} has the type {msgtype}, which is not known here')
        connection = self._writer.add_connection(
            topic, msgtype, typestore=ros2_types(), offered_qos_profiles=[qos or offered_qos()])
        self._connections[topic] = connection
        return connection

    def write(self, topic: str, msgtype: str, record_ns: int, data):
        """
        Write one serialised message.

        :param data: bytes-like, CDR with its encapsulation header.
        :raises RecordingError: if it cannot be written (the disk is full).
        """
        connection = self._connections.get(topic)
        if connection is None or connection.msgtype != msgtype:
            connection = self.add_topic(topic, msgtype)
        try:
            self._writer.write(connection, record_ns, data)
        except (OSError, sqlite3.Error) as error:
            raise RecordingError(f'{self.path} cannot be written: {error}') from None
        self.n_messages += 1

    def close(self):
        """Finish the recording and give it its name."""
        if self._writer is None:
            return
        writer, self._writer = self._writer, None
        try:
            writer.close()
            self._move_into_place()
        except (OSError, sqlite3.Error) as error:
            raise RecordingError(f'{self.path} cannot be finished: {error}') from None
        finally:
            shutil.rmtree(self._growing, ignore_errors=True)

    def discard(self):
        """Drop what was written."""
        if self._writer is None:
            return
        writer, self._writer = self._writer, None
        writer.abort()
        shutil.rmtree(self._growing, ignore_errors=True)

    def __enter__(self):
        """Return the open writer."""
        return self

    def __exit__(self, error_type, *_):
        """Finish the recording, or discard it after an exception."""
        if error_type is None:
            self.close()
        else:
            self.discard()

    def _move_into_place(self):
        if self.path.exists():
            if not self._overwrite:
                raise RecordingError(f'{self.path} appeared while it was being recorded: '
                                     f'the recording is lost')
            # Out of the way first, so that there is no moment with half of either.
            self.path.rename(self._growing / 'replaced')
        (self._growing / self.path.name).rename(self.path)
