# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
The bundled recording: a plain moving scene as a DAVIS346 would record it, made from a seed.

`python -m depthanyevent_ros.recordings.synthetic FOLDER` writes it: events in packets of 1 ms as
libcaer_driver sends them, APS frames at 25 Hz, the calibration. It shows the pipeline at work; it
is no measure of depth quality.
"""

import argparse
import sys
from typing import Iterator

import cv2
import numpy as np
from tqdm import tqdm

from depthanyevent_ros.depth.camera import CameraModel
from depthanyevent_ros.events.cdr import serialize_event_packet
from depthanyevent_ros.events.encoders import encode_libcaer
from depthanyevent_ros.events.types import EventMessage
from depthanyevent_ros.recordings.cutting import cut
from depthanyevent_ros.recordings.records import (
    CameraInfoRecord, EventsRecord, FrameRecord, Record,
)
from depthanyevent_ros.recordings.reordering import in_time_order
from depthanyevent_ros.recordings.serialize import (
    CAMERA_INFO, IMAGE, serialize_camera_info, serialize_image,
)
from depthanyevent_ros.recordings.synthetic_scene import make_scene, render
from depthanyevent_ros.recordings.synthetic_sensor import EventSensor
from depthanyevent_ros.recordings.writer import BagWriter, offered_qos

SEED = 346
DURATION_S = 2.5
START_NS = 1_767_225_600_000_000_000        # the sensor's clock at the first picture
STEP_NS = 2_000_000                         # between renderings: at most about 0.5 px of motion
FRAME_PERIOD_NS = 40_000_000
EXPOSURE_NS = 8_000_000
HOST_DELAY_NS = 700_000                     # from the end of a packet to its arrival
SUBPIXELS = 2
FRAME_ID = 'davis346_optical_frame'
PACKET = 'event_camera_msgs/msg/EventPacket'


def davis346() -> CameraModel:
    """Return a plausible calibration: a 4.5 mm lens on 18.5 um pixels, barrel distortion."""
    return CameraModel.from_values(
        346, 260, [252.0, 0, 174.2, 0, 252.3, 131.1, 0, 0, 1],
        [-0.32, 0.11, 0.0004, -0.0006, 0.0], 'plumb_bob')


def make_records(seed: int = SEED, duration_s: float = DURATION_S) -> Iterator[Record]:
    """
    Yield the recording in recorded order; a shorter one is the beginning of a longer one.

    :param seed: of the textures, the thresholds and the noise.
    """
    return in_time_order(_records(seed, duration_s))


def write_recording(path, seed: int = SEED, duration_s: float = DURATION_S):
    """Write the recording as a rosbag2 folder (mcap, compressed)."""
    with BagWriter(path, compress=True) as writer, \
            tqdm(total=duration_s, unit='s', disable=not sys.stderr.isatty()) as bar:
        writer.add_topic('/event_camera/events', PACKET, offered_qos(depth=1000))
        for record in make_records(seed, duration_s):
            _write(writer, record)
            bar.update((record.record_ns - START_NS) * 1e-9 - bar.n)


def _records(seed, duration_s):
    camera, scene = davis346(), make_scene(seed)
    sensor = EventSensor(camera.width, camera.height, seed + 1)
    rays = _rays(camera)
    exposed, seq = [], 0
    for k in range(int(duration_s * 1e9) // STEP_NS + 1):
        since_ns = k * STEP_NS
        brightness = _look(scene, rays, camera, since_ns * 1e-9)
        for events in cut(sensor.look(brightness.ravel(), START_NS + since_ns)):
            yield _events_record(events, camera, seq)
            seq += 1
        if since_ns % FRAME_PERIOD_NS < EXPOSURE_NS:
            exposed.append(brightness)
            if len(exposed) == EXPOSURE_NS // STEP_NS:
                stamp_ns = START_NS + since_ns // FRAME_PERIOD_NS * FRAME_PERIOD_NS
                yield from _frame_records(np.mean(exposed, 0), stamp_ns, camera)
                exposed = []


def _events_record(events, camera, seq):
    arrival_ns = int(events['t_ns'][-1]) + HOST_DELAY_NS
    message = EventMessage(
        stamp_ns=arrival_ns, frame_id=FRAME_ID, width=camera.width, height=camera.height,
        encoding='libcaer', payload=encode_libcaer(events, START_NS), time_base_ns=START_NS,
        seq=seq)
    return EventsRecord(arrival_ns, message)


def _frame_records(brightness, stamp_ns, camera):
    image = np.clip(np.round(brightness * 255), 0, 255).astype(np.uint8)
    arrival_ns = stamp_ns + EXPOSURE_NS + HOST_DELAY_NS
    yield FrameRecord(arrival_ns, stamp_ns, FRAME_ID, image, 'mono8', EXPOSURE_NS)
    yield CameraInfoRecord(arrival_ns, stamp_ns, FRAME_ID, camera)


def _rays(camera):
    """Return the undistorted rays of all subpixels, float64 [M, 3]."""
    columns, rows = ((np.arange(n * SUBPIXELS) + 0.5) / SUBPIXELS - 0.5
                     for n in (camera.width, camera.height))
    pixels = np.stack(np.meshgrid(columns, rows), axis=-1).reshape(-1, 1, 2)
    points = cv2.undistortPoints(pixels, camera.k.copy(), camera.d.copy()).reshape(-1, 2)
    return np.hstack([points, np.ones((len(points), 1))])


def _look(scene, rays, camera, t_s):
    """Return the mean brightness of each pixel's subpixels, float64 [H, W]."""
    brightness, _ = render(scene, rays, t_s)
    return brightness.reshape(camera.height, SUBPIXELS, camera.width, SUBPIXELS).mean((1, 3))


def _write(writer, record):
    if isinstance(record, EventsRecord):
        writer.write('/event_camera/events', PACKET, record.record_ns,
                     serialize_event_packet(record.message))
    elif isinstance(record, FrameRecord):
        writer.write('/event_camera/image_raw', IMAGE, record.record_ns, serialize_image(
            record.image, record.encoding, record.stamp_ns, record.frame_id))
    else:
        writer.write('/event_camera/camera_info', CAMERA_INFO, record.record_ns,
                     serialize_camera_info(record.camera, record.stamp_ns, record.frame_id))


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
