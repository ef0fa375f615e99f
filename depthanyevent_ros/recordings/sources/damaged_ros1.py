# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
ROS 1 bags without an index: a recorder that was killed, a copy that broke off.

The file is a chain of records `u32 n, n bytes of header, u32 m, m bytes of data`, a header a
chain of `u32 k, k bytes of name=value` (ROS bag format 2.0). Chunks hold such a chain again.
"""

import bz2
from io import BytesIO
import struct

import lz4.frame

from depthanyevent_ros.recordings.sources.protocol import RawMessage
from depthanyevent_ros.recordings.sources.scanned import RECORD_LIMIT_BYTES, ScannedFile

_MESSAGE, _CHUNK, _CONNECTION = 2, 5, 7
_DECOMPRESS = {b'none': bytes, b'bz2': bz2.decompress, b'lz4': lz4.frame.decompress}


class DamagedRos1Bag(ScannedFile):
    """Reads a ROS 1 bag record by record from its start, in the order of the file."""

    kind = 'ROS 1 bag'
    dialect = 'ros1'

    def _scan(self):
        connections = {}
        with open(self._path, 'rb') as stream:
            stream.readline()
            for header, data in _records(stream):
                if header[b'op'][0] == _CHUNK:
                    inner = BytesIO(_DECOMPRESS[header[b'compression']](data))
                    for inner_header, inner_data in _records(inner):
                        yield from _message(inner_header, inner_data, connections)
                else:
                    yield from _message(header, data, connections)


def _message(header, data, connections):
    """Yield the message of a record if it is one; remember a connection if it is one."""
    op = header[b'op'][0]
    if op == _CONNECTION:
        package, _, name = _fields(data)[b'type'].decode().partition('/')
        connections[header[b'conn']] = (header[b'topic'].decode(), f'{package}/msg/{name}')
    elif op == _MESSAGE:
        seconds, nanoseconds = struct.unpack('<II', header[b'time'])
        topic, msgtype = connections[header[b'conn']]
        yield RawMessage(topic, msgtype, seconds * 10**9 + nanoseconds, data)


def _records(stream):
    while True:
        length = stream.read(4)
        if not length:
            return
        header = _fields(_exactly(stream, struct.unpack('<I', length)[0]))
        size = struct.unpack('<I', _exactly(stream, 4))[0]
        # Of a chunk that was cut the messages before the cut are whole, unless it is compressed.
        is_open = (header[b'op'][0] == _CHUNK and header[b'compression'] == b'none'
                   and size <= RECORD_LIMIT_BYTES)
        yield header, stream.read(size) if is_open else _exactly(stream, size)


def _fields(data):
    fields, position = {}, 0
    while position < len(data):
        size = struct.unpack_from('<I', data, position)[0]
        name, _, value = data[position + 4:position + 4 + size].partition(b'=')
        fields[name] = value
        position += 4 + size
    return fields


def _exactly(stream, size):
    if size > RECORD_LIMIT_BYTES:
        raise EOFError(f'a record of {size} bytes')
    data = stream.read(size)
    if len(data) != size:
        raise EOFError(f'{len(data)} of {size} bytes are left')
    return data
