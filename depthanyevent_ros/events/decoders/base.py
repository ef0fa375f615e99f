# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What all decoders share: the protocol, the block buffer, numba types, length checks."""

from abc import ABC, abstractmethod
from collections import Counter
from typing import Iterator, Protocol

from numba import from_dtype, types
import numpy as np

from depthanyevent_ros.errors import MalformedInput
from depthanyevent_ros.events.types import EVENT_DTYPE, EventMessage

#: Events in a block: 256 KiB, so that what was decoded is still in the L2 cache when it is used.
BLOCK_EVENTS = 16_384
#: Times are kept below 2^62 ns (the year 2116), so that no difference of two overflows.
TIME_LIMIT_NS = 2**62

OUT_TYPE = types.Array(from_dtype(EVENT_DTYPE), 1, 'C')


def input_type(dtype: np.dtype):
    """
    Return the numba type of a read-only array of any stride of this dtype.

    Kernels are compiled for it explicitly: other layouts are cast to it, so that no message,
    however it lies in memory, starts a compilation while events wait.
    """
    return types.Array(from_dtype(dtype), 1, 'A', readonly=True)


class Decoder(Protocol):
    """Turns the payloads of one encoding into events."""

    encoding: str
    counts: Counter                 #: what was skipped inside payloads, by cause

    def blocks(self, message: EventMessage) -> Iterator[np.ndarray]:
        """
        Yield blocks of EVENT_DTYPE, at most BLOCK_EVENTS long, in the order of the payload.

        A block is a view into one buffer: it is overwritten when the next one is asked for.
        :raises MalformedInput: before the first block.
        """

    def resync(self):
        """Packets were lost: skip events until they can be placed for certain again."""

    def reset(self):
        """Forget everything about earlier packets."""


def whole_records(payload: np.ndarray, dtype: np.dtype, encoding: str) -> np.ndarray:
    """Return the payload as an array of records; its length must be a multiple of theirs."""
    if len(payload) % dtype.itemsize:
        raise MalformedInput('bad_length', f'{encoding} payload of {len(payload)} bytes is not '
                                           f'made of {dtype.itemsize}-byte records')
    return payload.view(dtype)


def check_time_base(message: EventMessage):
    """Refuse a packet whose time_base cannot be a time in ns."""
    if message.time_base_ns >= TIME_LIMIT_NS:
        raise MalformedInput('bad_time_base', f'time_base {message.time_base_ns} ns of a '
                                              f'{message.encoding} packet is out of range')


class StatelessDecoder:
    """Base of the decoders for which no packet depends on another."""

    encoding = ''

    def __init__(self):
        self.counts: Counter = Counter()
        self._buffer = np.zeros(BLOCK_EVENTS, EVENT_DTYPE)

    def resync(self):
        """Nothing to do: packets do not depend on each other."""

    def reset(self):
        """Nothing to do: packets do not depend on each other."""


class RecordDecoder(StatelessDecoder, ABC):
    """Base of the decoders of fixed-size records."""

    def blocks(self, message: EventMessage) -> Iterator[np.ndarray]:
        """Yield the events block by block, see :class:`Decoder`."""
        records = self._records(message)
        for start in range(0, len(records), BLOCK_EVENTS):
            n_events = self._decode(records[start:start + BLOCK_EVENTS], message)
            yield self._buffer[:n_events]

    @abstractmethod
    def _records(self, message: EventMessage) -> np.ndarray:
        """Return the payload as records; MalformedInput if it is not made of them."""

    @abstractmethod
    def _decode(self, records: np.ndarray, message: EventMessage) -> int:
        """Write the events of at most BLOCK_EVENTS records into the buffer; return how many."""
