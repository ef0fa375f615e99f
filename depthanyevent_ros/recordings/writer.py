# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Recordings out: rosbag2 (mcap, sqlite3), as `ros2 bag` and other readers expect it."""

import os
from pathlib import Path
import secrets
import shutil
import sqlite3
from typing import Optional

from rosbags.interfaces import Qos
from rosbags.rosbag2 import CompressionFormat, CompressionMode, StoragePlugin, Writer

from depthanyevent_ros.errors import RecordingError
from depthanyevent_ros.recordings.message_types import ros2_types
from depthanyevent_ros.recordings.qos import offered_qos


def is_bag_folder(path: Path) -> bool:
    """Tell whether a folder holds a rosbag2 and nothing else, or nothing at all."""
    if path.is_symlink() or not path.is_dir():
        return False
    names = [entry.name for entry in path.iterdir()]
    return not names or 'metadata.yaml' in names and all(
        name == 'metadata.yaml' or name.endswith(BAG_SUFFIXES) for name in names)


#: Of the files of a rosbag2 folder, but for its metadata.yaml.
BAG_SUFFIXES = ('.mcap', '.db3', '.db3-shm', '.db3-wal', '.mcap.zstd', '.db3.zstd')


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
        :param overwrite: whether a rosbag2 folder of that name is replaced (at close); anything
            else that is there is never touched.
        :param compress: whether chunks are compressed with zstd (mcap only).
        :param storage: 'mcap' or 'sqlite3'.
        :raises RecordingError: if the folder exists already, or cannot be made.
        """
        self.path = Path(os.path.abspath(path))     # '.' has no name
        self._overwrite = overwrite
        self.n_messages = 0
        if self.path.exists() and not overwrite:
            raise RecordingError(f'{self.path} exists already: remove it or choose another name')
        if self.path.exists() and not is_bag_folder(self.path):
            raise RecordingError(f'{self.path} is not replaced: it is no rosbag2 folder, or holds '
                                 'other things too')
        # Named before it is there, so that whatever ends this leaves nothing behind.
        self._growing = self.path.with_name(f'.{self.path.name}.{secrets.token_hex(4)}')
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._growing.mkdir()
            self._writer = Writer(self._growing / self.path.name, version=9,
                                  storage_plugin=StoragePlugin[storage.upper()])
            if compress:
                self._writer.set_compression(CompressionMode.STORAGE, CompressionFormat.ZSTD)
            self._writer.open()
        except BaseException as error:          # Ctrl-C too
            shutil.rmtree(self._growing, ignore_errors=True)
            if isinstance(error, (OSError, sqlite3.Error)):
                raise RecordingError(f'{self.path} cannot be written: {error}') from None
            raise
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
        :raises RecordingError: if it cannot be written (the disk is full), or its time cannot be.
        """
        if not 0 <= record_ns < 2**63:
            raise RecordingError(f'a message on {topic} has the time {record_ns} ns, which no '
                                 'bag can hold')
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
