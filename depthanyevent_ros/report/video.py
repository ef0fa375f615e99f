# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A video that browsers play, shown in the time in which it happened."""

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Iterable, Tuple

import av
import numpy as np

from depthanyevent_ros.errors import DepthAnyEventError

#: Times inside the file are whole multiples of this.
TICK_S = Fraction(1, 1000)
#: What the last picture lasts, if there is no earlier one to go by, s.
SINGLE_S = 0.05


@dataclass(frozen=True)
class Codec:
    """An encoder of FFmpeg and the file that carries what it makes."""

    encoder: str
    suffix: str
    mime: str
    options: dict
    container_options: dict


#: In the order of preference: every browser plays the first, all but some old ones the second.
CODECS = (
    Codec('libx264', '.mp4', 'video/mp4', {'preset': 'veryfast', 'crf': '26', 'bf': '0'},
          {'movflags': '+faststart'}),
    Codec('libvpx-vp9', '.webm', 'video/webm',
          {'deadline': 'realtime', 'cpu-used': '6', 'crf': '32', 'b': '0'}, {}),
)


@dataclass(frozen=True)
class Video:
    """A video that was written."""

    path: Path
    mime: str
    n_frames: int
    duration_s: float
    width: int
    height: int


def available_codec(codecs=CODECS) -> Codec:
    """Return the first codec that this FFmpeg can encode; DepthAnyEventError if it has none."""
    for codec in codecs:
        try:
            av.codec.Codec(codec.encoder, 'w')
            return codec
        except (av.codec.codec.UnknownCodecError, ValueError):
            continue
    names = ', '.join(codec.encoder for codec in codecs)
    raise DepthAnyEventError(f'no video can be written: PyAV here has none of {names}')


def write_video(stem: Path, pictures: Iterable[Tuple[float, np.ndarray]],
                codec: Codec = None) -> Video:
    """
    Write pictures as a video in real time: each is shown from its stamp to the next one's.

    :param stem: path without suffix; the codec gives the suffix.
    :param pictures: (stamp in s, bgr8 [H, W, 3]) in the order of stamps; all of one size with
        even sides. They are taken one by one, so that any number fits into memory.
    :raises DepthAnyEventError: if there is no picture, or no codec.
    """
    codec = codec or available_codec()
    path = Path(stem).with_suffix(codec.suffix)
    pictures = iter(pictures)
    first = next(pictures, None)
    if first is None:
        raise DepthAnyEventError(f'no video can be written to {path}: there is no picture')
    with av.open(str(path), 'w', options=codec.container_options) as container:
        encoder = _Encoder(container, codec, first[1])
        n_frames, end = _encode(encoder, first, pictures)
    height, width = first[1].shape[:2]
    return Video(path, codec.mime, n_frames, float(end * TICK_S), width, height)


class _Encoder:
    """One video stream; each picture lasts as long as it is told."""

    def __init__(self, container, codec, picture):
        self._container = container
        self._lasts = {}                       # by start, for packets that come out later
        stream = container.add_stream(codec.encoder, rate=30, options=codec.options)
        stream.height, stream.width = picture.shape[:2]
        stream.pix_fmt = 'yuv420p'
        stream.time_base = stream.codec_context.time_base = TICK_S
        self._stream = stream

    def write(self, picture, tick, lasts):
        """Encode a picture."""
        frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format='bgr24')
        frame.pts, frame.time_base = tick, TICK_S
        self._lasts[tick] = lasts
        self._mux(self._stream.encode(frame))

    def finish(self):
        """Write what the encoder still holds back."""
        self._mux(self._stream.encode(None))

    def _mux(self, packets):
        for packet in packets:
            packet.duration = self._lasts.pop(packet.pts, packet.duration)
            self._container.mux(packet)


def _encode(encoder, first, rest):
    """Encode all; a picture is written when the next one says how long it lasts."""
    start_s, picture = first
    n_frames, tick, lasts = 1, 0, round(SINGLE_S / TICK_S)
    for stamp_s, following in rest:
        later = max(round((stamp_s - start_s) / TICK_S), tick + 1)
        lasts = later - tick
        encoder.write(picture, tick, lasts)
        picture, tick = following, later
        n_frames += 1
    encoder.write(picture, tick, lasts)
    encoder.finish()
    return n_frames, tick + lasts
