# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""From messages to blocks of events: what is wrong is named, counted and left behind."""

from collections import Counter
from typing import Callable, Iterator, Optional, Tuple

import numpy as np

from depthanyevent_ros.errors import MalformedInput
from depthanyevent_ros.events.decoders import Decoder, make_decoder
from depthanyevent_ros.events.types import EventMessage

#: Larger than any event sensor; a size beyond it is damage, and would ask for much memory.
MAX_SIDE_PIXELS = 4096
#: A gap in seq above this is a renumbering, not a number of lost packets.
MAX_LOST_PACKETS = 1_000_000


class EventInput:
    """
    The input of one event topic.

    Rules: the size is that of the first message (or the one given) and stays: a message of
    another size is refused ('size_change'), since network and buffers are built for one size. A
    change of encoding makes a new decoder and a reset ('encoding_change'). A jump of ``seq`` is
    counted ('lost_packets', or 'seq_back' if it runs back) and the decoder resynchronised;
    publishers that do not count (seq stays the same) are taken as they are. A refused message is
    counted under its cause, and the decoder goes on as after a lost one.
    """

    def __init__(self, on_reset: Callable[[str], None] = lambda reason: None,
                 width: int = 0, height: int = 0):
        """
        Prepare for a sensor of this size, or of the first message's if it is 0.

        :param on_reset: called with the reason, before the first event that it applies to.
        """
        self.counts: Counter = Counter()
        self.n_messages = self.n_events = self.n_bytes = 0
        self.size: Optional[Tuple[int, int]] = (width, height) if width and height else None
        self.encoding = ''
        #: Sensor times of the first and last event of the newest message, None if it had none.
        self.first_event_ns: Optional[int] = None
        self.last_event_ns: Optional[int] = None
        self._on_reset = on_reset
        self._decoder: Optional[Decoder] = None
        self._seq: Optional[int] = None

    def blocks(self, message: EventMessage) -> Iterator[np.ndarray]:
        """
        Yield the events of a message in blocks of EVENT_DTYPE, each valid until the next.

        :raises MalformedInput: before the first block; already counted. One that is thrown in by
            whoever uses the blocks is counted likewise, and ends the message.
        """
        self.first_event_ns = self.last_event_ns = None
        try:
            self._check_seq(message.seq)
            self._check_size(message)
            for block in self._decoder_for(message.encoding).blocks(message):
                if len(block):
                    self.n_events += len(block)
                    if self.first_event_ns is None:
                        self.first_event_ns = int(block['t_ns'][0])
                    self.last_event_ns = int(block['t_ns'][-1])
                    yield block
        except MalformedInput as error:
            self.counts[error.cause] += 1
            self._resync_decoder()
            raise
        self.n_messages += 1
        self.n_bytes += len(message.payload)

    def all_counts(self) -> Counter:
        """Return all counts by cause, those of the decoder included."""
        return self.counts + (self._decoder.counts if self._decoder is not None else Counter())

    def resync(self):
        """Forget seq and what the decoder kept from packet to packet: after a pause or a reset."""
        self._seq = None
        if self._decoder is not None:
            self._decoder.reset()

    def _check_size(self, message: EventMessage):
        size = (message.width, message.height)
        if self.size is None:
            if not all(0 < side <= MAX_SIDE_PIXELS for side in size):
                raise MalformedInput('bad_size', f'message of {size[0]}x{size[1]} pixels; from 1 '
                                                 f'to {MAX_SIDE_PIXELS} a side are taken')
            self.size = size
        elif size != self.size and size != (0, 0):
            raise MalformedInput('size_change', f'message of {size[0]}x{size[1]} pixels on a '
                                                f'topic of {self.size[0]}x{self.size[1]}')

    def _decoder_for(self, encoding: str) -> Decoder:
        if encoding != self.encoding or self._decoder is None:
            decoder = make_decoder(encoding)
            if self._decoder is not None:
                self.counts += self._decoder.counts
                self._on_reset('encoding_change')
            self._decoder, self.encoding = decoder, encoding
        return self._decoder

    def _check_seq(self, seq: Optional[int]):
        before, self._seq = self._seq, seq
        if seq is None or before is None or seq in (before, before + 1):
            return
        lost = seq - before - 1
        if lost < 0:
            self.counts['seq_back'] += 1
        elif lost > MAX_LOST_PACKETS:
            self.counts['seq_jump'] += 1
        else:
            self.counts['lost_packets'] += lost
        self._resync_decoder()

    def _resync_decoder(self):
        if self._decoder is not None:
            self._decoder.resync()
