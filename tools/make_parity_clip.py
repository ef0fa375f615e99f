# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Write depthanyevent_ros/data/clip/windows.npz: Tencode windows of the bundled recording.

Engines are compared with PyTorch on it after each build (depthanyevent_ros/engines/clip.py). It is
small because most pixels of a window have no event.
"""

from itertools import islice
from pathlib import Path

import numpy as np

from depthanyevent_ros.parameters import load_spec, make_settings
from depthanyevent_ros.pipeline.front import EventFront
from depthanyevent_ros.recordings import EventsRecord, open_recording

DATA = Path(__file__).resolve().parents[1] / 'depthanyevent_ros' / 'data'

#: The camera walks and comes to rest in the middle of these.
FIRST, N_WINDOWS = 20, 24


def tencode_windows(path: Path):
    """Yield the windows of a recording, uint8 [3, H, W]."""
    front = None
    with open_recording(path) as recording:
        for record in recording.messages():
            if isinstance(record, EventsRecord):
                message = record.message
                front = front or EventFront(
                    make_settings(load_spec('depth')), message.width, message.height)
                for window in front.feed(message):
                    yield np.rint(window.image * 255).astype(np.uint8)


def main() -> None:
    """Write the file."""
    windows = np.stack(list(islice(tencode_windows(DATA / 'demo'), FIRST, FIRST + N_WINDOWS)))
    (DATA / 'clip').mkdir(exist_ok=True)
    np.savez_compressed(DATA / 'clip' / 'windows.npz', windows=windows)
    print(windows.shape, (DATA / 'clip' / 'windows.npz').stat().st_size)


if __name__ == '__main__':
    main()
