# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""One decoder per encoding, made by name."""

from importlib import import_module
from typing import List

import numpy as np

from depthanyevent_ros.errors import MalformedInput
from depthanyevent_ros.events.decoders.base import BLOCK_EVENTS, Decoder
from depthanyevent_ros.events.types import EVENT_DTYPE, EventMessage

__all__ = ['BLOCK_EVENTS', 'Decoder', 'ENCODINGS', 'decode_all', 'make_decoder']

#: Encoding -> module and class. A module is imported, and its kernel compiled, on first use.
ENCODINGS = {
    'dvs': ('dvs', 'DvsDecoder'),
    'dvs_ros1': ('dvs_ros1', 'DvsRos1Decoder'),
    'mono': ('mono', 'MonoDecoder'),
    'libcaer': ('libcaer', 'LibcaerDecoder'),
    'libcaer_cmp': ('libcaer_cmp', 'LibcaerCmpDecoder'),
    'evt3': ('evt3', 'Evt3Decoder'),
}
#: Those that an EventPacket may have; the others are the layouts of dvs_msgs/EventArray.
PACKET_ENCODINGS = tuple(name for name in ENCODINGS if not name.startswith('dvs'))


def make_decoder(encoding: str) -> Decoder:
    """
    Return a new decoder, compiled and ready.

    :raises MalformedInput: 'unknown_encoding'; the sentence lists the known ones.
    """
    if encoding not in ENCODINGS:
        raise MalformedInput('unknown_encoding', f'no decoder for the encoding {encoding[:40]!r}; '
                                                 f'known: {", ".join(PACKET_ENCODINGS)}')
    module, name = ENCODINGS[encoding]
    return getattr(import_module(f'{__name__}.{module}'), name)()


def decode_all(decoder: Decoder, message: EventMessage) -> np.ndarray:
    """Return a copy of all events of a message, (N,) of EVENT_DTYPE: for tools and tests."""
    blocks: List[np.ndarray] = [block.copy() for block in decoder.blocks(message)]
    return np.concatenate(blocks) if blocks else np.zeros(0, EVENT_DTYPE)
