# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The video keeps the times of the pictures, in a codec that browsers play."""

import av
import numpy as np
import pytest

from depthanyevent_ros.errors import DepthAnyEventError
from depthanyevent_ros.report.video import available_codec, Codec, CODECS, write_video


def pictures(stamps):
    for k, stamp_s in enumerate(stamps):
        yield stamp_s, np.full((48, 64, 3), 20 * k, np.uint8)


def read(path):
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        frames = [(float(f.time), f.to_ndarray(format='bgr24').mean())
                  for f in container.decode(video=0)]
        return stream.codec_context.name, stream.codec_context.pix_fmt, frames


@pytest.mark.parametrize('codec', CODECS, ids=lambda codec: codec.encoder)
def test_each_picture_is_shown_at_its_own_time(tmp_path, codec):
    """Uneven stamps come back as they were, counted from the first; so do the pictures."""
    if codec is not available_codec([codec] + list(CODECS)):
        pytest.skip(f'this FFmpeg has no {codec.encoder}')
    stamps = [5.0, 5.05, 5.1, 5.3, 5.35]
    video = write_video(tmp_path / 'v', pictures(stamps), codec)
    _, pixel_format, frames = read(video.path)
    assert [time for time, _ in frames] == pytest.approx([0, .05, .1, .3, .35], abs=1.5e-3)
    assert [mean for _, mean in frames] == pytest.approx([0, 20, 40, 60, 80], abs=4)
    assert pixel_format == 'yuv420p'
    assert video.n_frames == 5 and video.duration_s == pytest.approx(0.4)
    assert (video.width, video.height) == (64, 48)


def test_the_last_picture_lasts_as_long_as_the_one_before(tmp_path):
    """Three pictures 100 ms apart make 300 ms."""
    video = write_video(tmp_path / 'v', pictures([0, 0.1, 0.2]))
    with av.open(str(video.path)) as container:
        assert container.duration / av.time_base == pytest.approx(0.3, abs=5e-3)


def test_a_single_picture_is_a_video(tmp_path):
    """It lasts 50 ms."""
    video = write_video(tmp_path / 'v', pictures([3.0]))
    assert len(read(video.path)[2]) == 1 and video.duration_s == pytest.approx(0.05)


def test_equal_and_falling_stamps_still_give_a_video(tmp_path):
    """Each picture is shown for at least 1 ms."""
    video = write_video(tmp_path / 'v', pictures([1.0, 1.0, 0.5, 1.1]))
    times = [time for time, _ in read(video.path)[2]]
    assert len(times) == 4 and times == sorted(times)


def test_the_index_of_an_mp4_stands_first(tmp_path):
    """A browser can play it before all of it is there."""
    if available_codec().suffix != '.mp4':
        pytest.skip('this FFmpeg writes no H.264')
    data = write_video(tmp_path / 'v', pictures([0, 0.1])).path.read_bytes()
    assert 0 < data.find(b'moov') < data.find(b'mdat')


def test_no_picture_is_an_error(tmp_path):
    """The error names the file."""
    with pytest.raises(DepthAnyEventError, match='there is no picture'):
        write_video(tmp_path / 'v', iter(()))


def test_the_first_codec_at_hand_is_taken():
    """An encoder that this FFmpeg lacks is passed over; with none left it is said."""
    missing = Codec('no_such_encoder', '.x', 'video/x', {}, {})
    assert available_codec([missing, *CODECS]) in CODECS
    with pytest.raises(DepthAnyEventError, match='has none of no_such_encoder'):
        available_codec([missing])
