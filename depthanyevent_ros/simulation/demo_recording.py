# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
The bundled recording: a walk through a simulated room, as a DAVIS346 would record it.

`python -m depthanyevent_ros.simulation.demo_recording FOLDER` writes it: events in packets of 1 ms
as libcaer_driver sends them, APS frames, the calibration, poses and the true depth. So that it
stays below 4 MB, the sensor has high thresholds and little noise, frames and depth come at 12.5
and 5 Hz, and depth is rounded.
"""

import argparse
from dataclasses import replace
import sys
from typing import Iterator

import numpy as np
from tqdm import tqdm

from depthanyevent_ros.recordings.conversion.outgoing import Outgoing, write_all
from depthanyevent_ros.recordings.qos import offered_qos
from depthanyevent_ros.recordings.writer import BagWriter
from depthanyevent_ros.simulation.bag_messages import BagMessages, NAMESPACE, PACKET
from depthanyevent_ros.simulation.demo_world import demo_world
from depthanyevent_ros.simulation.pixels import PixelParameters
from depthanyevent_ros.simulation.simulator import Frame, Item, Simulation, Truth
from depthanyevent_ros.simulation.variety import Setup

SEED = 346
DURATION_S = 2.5
START_NS = 1_767_225_600_000_000_000        # of the sensor's clock
FRAME_PERIOD_NS = 80_000_000                # both whole multiples of the simulator's
DEPTH_PERIOD_NS = 200_000_000
DEPTH_STEP_M = 1 / 64                       # a power of two: zeros at the end of every float32
_SETUP = Setup(PixelParameters(0.4, 0.4, leak_hz=0.05, shot_hz=0.05, hot_share=2e-5),
               illumination=0.5, full_well=1e7)
#: Per step: as when the bundled recording was made.
_MOST_PIXELS = 0.7


class DemoSimulation(Simulation):
    """The simulation of the bundled recording; a shorter one is the beginning of a longer one."""

    def __init__(self, seed: int = SEED, duration_s: float = DURATION_S):
        """Make the room; :param seed: of the textures, the thresholds and the noise."""
        super().__init__('room', 'walking', seed, duration_s, _SETUP, START_NS,
                         most_pixels=_MOST_PIXELS, world=demo_world(seed))

    def items(self) -> Iterator[Item]:
        """Yield all events, some of the frames and some of the depths."""
        for item in super().items():
            if isinstance(item, Frame):
                if (item.stamp_ns - START_NS) % FRAME_PERIOD_NS == 0:
                    yield item
            elif isinstance(item, Truth):
                if (item.stamp_ns - START_NS) % DEPTH_PERIOD_NS == 0:
                    yield replace(item, depth_m=rounded(item.depth_m))
            else:
                yield item


def rounded(depth_m: np.ndarray) -> np.ndarray:
    """Return depth to the nearest step, float32."""
    return np.rint(depth_m / np.float32(DEPTH_STEP_M)) * np.float32(DEPTH_STEP_M)


def demo_messages(seed: int = SEED, duration_s: float = DURATION_S) -> Iterator[Outgoing]:
    """Yield the messages of the recording in recorded order."""
    return BagMessages(DemoSimulation(seed, duration_s)).messages()


def write_recording(path, seed: int = SEED, duration_s: float = DURATION_S) -> None:
    """Write the recording as a rosbag2 folder (mcap, compressed)."""
    with BagWriter(path, compress=True) as writer, \
            tqdm(total=duration_s, unit='s', disable=not sys.stderr.isatty()) as bar:
        writer.add_topic(f'{NAMESPACE}/events', PACKET, offered_qos(depth=1000))
        write_all(demo_messages(seed, duration_s), writer, lambda message: bar.update(
            (message.record_ns - START_NS) * 1e-9 - bar.n))


def main():
    """Write the recording into the folder that the command line names."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('folder')
    parser.add_argument('--seed', type=int, default=SEED)
    parser.add_argument('--duration', type=float, default=DURATION_S, metavar='SECONDS')
    args = parser.parse_args()
    write_recording(args.folder, args.seed, args.duration)


if __name__ == '__main__':
    main()
