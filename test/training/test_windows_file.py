# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The file of training windows."""

import subprocess
import sys

import numpy as np
import pytest

from depthanyevent_ros.errors import MalformedInput
from depthanyevent_ros.events.tencode import encode_tencode
from depthanyevent_ros.training.windows_file import WindowsFile, write_windows

H, W = 12, 16
FACTS = dict(kind='room', motion='walk', seed=7, fx=20.0, fy=21.0, cx=8.0, cy=6.0)


def window(k):
    """Return Tencode, depth and frame of window k of a small sequence."""
    random = np.random.default_rng(k)
    x, y = random.integers(0, W, 60), random.integers(0, H, 60)
    image = encode_tencode(x, y, np.arange(60), random.integers(0, 2, 60), H, W)
    depth_m = np.linspace(0.5, 60, H * W).reshape(H, W) + k
    depth_m[0, 0], depth_m[0, 1] = np.nan, np.inf
    return image, depth_m, random.integers(0, 256, (H, W)).astype(np.uint8)


def write(path, n, with_frames=True):
    """Write a file of n windows."""
    with write_windows(path, H, W, with_frames=with_frames, **FACTS) as writer:
        for k in range(n):
            image, depth_m, frame = window(k)
            writer.append(image, depth_m, (k + 1) * 50_000_000, 60 + k, frame)
    return path


def test_what_was_written_is_read(tmp_path):
    """Polarity exactly, age to half of 1/255, depth to the precision of float16."""
    file = WindowsFile(write(tmp_path / 'a.h5', 5))
    clip = file.read(1, 3)
    assert len(file) == 5 and len(clip) == 3
    for k in range(3):
        image, depth_m, frame = window(k + 1)
        np.testing.assert_array_equal(clip.tencode[k, ::2], image[::2])
        np.testing.assert_allclose(clip.tencode[k, 1], image[1], atol=0.5 / 255 + 1e-6)
        np.testing.assert_allclose(clip.depth_m[k], depth_m, rtol=2 ** -11)
        np.testing.assert_array_equal(clip.frame[k], frame)
    assert np.isnan(clip.depth_m[0, 0, 0]) and clip.depth_m[0, 0, 1] == np.inf
    assert clip.stamp_ns.tolist() == [100_000_000, 150_000_000, 200_000_000]
    assert clip.n_events.tolist() == [61, 62, 63]
    assert clip.tencode.dtype == clip.depth_m.dtype == np.float32


def test_a_file_says_what_it_is(tmp_path):
    """Scene, motion, seed, camera and sizes, without reading a picture."""
    file = WindowsFile(write(tmp_path / 'a.h5', 1, with_frames=False))
    assert (file.kind, file.motion, file.seed, file.window_us) == ('room', 'walk', 7, 50_000)
    assert file.intrinsics == (20.0, 21.0, 8.0, 6.0)
    assert (file.height, file.width, file.has_frames) == (H, W, False)
    assert file.read(0, 1).frame is None


def test_nothing_is_left_of_a_broken_run(tmp_path):
    """The file appears when it is whole; an exception leaves no trace."""
    with pytest.raises(RuntimeError):
        with write_windows(tmp_path / 'a.h5', H, W, **FACTS) as writer:
            writer.append(*window(0)[:2], 0, 0)
            assert not (tmp_path / 'a.h5').exists()
            raise RuntimeError
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize('part', [0, 100, 0.5, 0.95])
def test_a_truncated_file_is_refused_with_a_sentence(tmp_path, part):
    """Cut anywhere, it is refused when it is opened or read."""
    path = write(tmp_path / 'a.h5', 8)
    whole = path.read_bytes()
    path.write_bytes(whole[:part if part in (0, 100) else int(len(whole) * part)])
    with pytest.raises(MalformedInput, match='a.h5'):
        WindowsFile(path).read(0, 8)


FULL = """
import sys, signal, resource
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]),) * 2)
import numpy as np
from depthanyevent_ros.errors import RecordingError
from depthanyevent_ros.training.windows_file import write_windows
random = np.random.default_rng(0)
try:
    with write_windows(sys.argv[1], 64, 64, kind='a', motion='b', seed=1, fx=1, fy=1, cx=1,
                       cy=1) as writer:
        for k in range(40):
            image = np.zeros((3, 64, 64), np.float32)
            image[0], image[1] = 1, random.random((64, 64))
            writer.append(image, random.random((64, 64)), k, 1)
except RecordingError as error:
    print(error)
"""


@pytest.mark.parametrize('limit', [1000, 100_000, 400_000])
def test_a_full_disk_is_one_sentence_and_no_crash(tmp_path, limit):
    """In the head of the file, in the middle, and near its end; HDF5 would end the process."""
    result = subprocess.run([sys.executable, '-c', FULL, tmp_path / 'x.h5', str(limit)],
                            capture_output=True, text=True, timeout=120)
    assert (result.returncode, result.stderr) == (0, '')
    assert result.stdout == f'{tmp_path / "x.h5"} cannot be written: File too large\n'
    assert list(tmp_path.iterdir()) == []


def test_windows_that_are_not_there_are_refused(tmp_path):
    """No short clips in silence."""
    file = WindowsFile(write(tmp_path / 'a.h5', 3))
    with pytest.raises(MalformedInput, match='has 3 windows'):
        file.read(2, 2)
    with pytest.raises(MalformedInput, match='missing'):
        WindowsFile(tmp_path / 'b.h5')
