# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What the decoders of 16-bit word streams share: words in, events and a state out."""

from abc import ABC, abstractmethod
from collections import Counter
from typing import Iterator

from numba import from_dtype, types
import numpy as np

from depthanyevent_ros.events.decoders.base import BLOCK_EVENTS, whole_records
from depthanyevent_ros.events.types import EVENT_DTYPE, EventMessage

#: A word: 4 bits of code above 12 bits of data. A record, since payloads need not be aligned.
WORD_DTYPE = np.dtype([('word', '<u2')])


def state_type(dtype: np.dtype):
    """Return the numba type of a state: an array of one record of this dtype."""
    return types.Array(from_dtype(dtype), 1, 'C')


class WordDecoder(ABC):
    """Base of the decoders of word streams, which keep a state from word to word."""

    encoding = ''
    state_dtype = np.dtype([('at', '<i8')])     #: 'at' and the counters below, and more
    counted = ()                                #: state fields that count what was skipped

    def __init__(self):
        self.counts: Counter = Counter()
        self._buffer = np.zeros(BLOCK_EVENTS, EVENT_DTYPE)
        self._state = np.zeros(1, self.state_dtype)

    def blocks(self, message: EventMessage) -> Iterator[np.ndarray]:
        """Yield the events block by block, see :class:`Decoder`."""
        words = whole_records(message.payload, WORD_DTYPE, self.encoding)
        self._begin(message)
        self._state['at'] = 0
        while self._state['at'][0] < len(words):
            n_events = self._decode(words, message)
            self._count()
            if n_events:
                yield self._buffer[:n_events]

    def reset(self):
        """Forget everything about earlier packets."""
        self._state[:] = np.zeros(1, self.state_dtype)

    def _count(self):
        for cause in self.counted:
            if self._state[cause][0]:
                self.counts[cause] += int(self._state[cause][0])
                self._state[cause] = 0

    def _begin(self, message: EventMessage):
        """Prepare for a new packet."""

    @abstractmethod
    def _decode(self, words: np.ndarray, message: EventMessage) -> int:
        """Decode words from ``at`` of the state on until the buffer is full; return how many."""
