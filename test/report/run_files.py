# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A small recording and the recorded outputs of a run on it, with figures known by hand."""

from types import SimpleNamespace

import numpy as np

from depthanyevent_ros.events.cdr import serialize_event_array
from depthanyevent_ros.events.types import make_events
from depthanyevent_ros.recordings.serialize import (
    DIAGNOSTICS, IMAGE, serialize_diagnostics, serialize_image)
from depthanyevent_ros.recordings.writer import BagWriter

WIDTH, HEIGHT = 32, 24
MS = 1_000_000
#: Sensor time of the first event; the host's clock is far ahead of the sensor's.
SENSOR_NS, HOST_NS = 5_000 * MS, 1_700_000_000_000 * MS
N_WINDOWS = 4

PARTS = (
    (1, 'depth: engine', 'the weights are untrained', '', {
        'weights': 'seeded', 'weights_trained': 'False', 'weights_sha256': 'abc',
        'doing': 'nothing', 'engine': 'openvino', 'precision': 'bf16'}),
    (0, 'depth: inference', 'ok', '', {
        'latency_total_p50_ms': '51.5', 'latency_total_p95_ms': '60', 'latency_total_p99_ms': '70',
        'latency_wait_p50_ms': '1', 'latency_wait_p95_ms': '2', 'latency_wait_p99_ms': '3',
        'windows.dropped': '1', 'state_reset.not_finite': '2'}),
    (0, 'depth: windows', 'ok', '', {'windows_total': '5', 'events.late': '3',
                                     'reset.time_gap': '1'}),
    (0, 'depth: input', 'ok', '', {'events_total': '2100', 'messages_lost_by_middleware': '7'}),
    (0, 'depth: output', 'ok', '', {'depth_meaning': 'relative depth: no unit'}),
)


def write_recording(path):
    """210 ms of 10 events per ms in messages of 1 ms; a frame every 60 ms, 30 ms in."""
    with BagWriter(path) as writer:
        for k in range(210):
            t_ns = SENSOR_NS + k * MS + np.arange(10) * 100_000
            events = make_events(np.arange(10), np.arange(10), t_ns, np.arange(10) % 2)
            writer.write('/events', 'dvs_msgs/msg/EventArray', HOST_NS + (k + 1) * MS,
                         serialize_event_array(events, HOST_NS + (k + 1) * MS, 'camera',
                                               WIDTH, HEIGHT))
            if k % 60 == 30:
                frame = np.full((HEIGHT, WIDTH), k, np.uint8)
                writer.write('/image_raw', IMAGE, HOST_NS + (k + 1) * MS,
                             serialize_image(frame, 'mono8', SENSOR_NS + k * MS, 'camera'))
    return path


def write_outputs(path, prefix='', n_windows=N_WINDOWS, with_tencode=True, first=0, parts=PARTS):
    """Depth, colours, Tencode for each window from ``first``; 40 ms late, and diagnostics once."""
    with BagWriter(path) as writer:
        for k in range(first, n_windows):
            stamp_ns = HOST_NS + (k + 1) * 50 * MS
            pictures = [('depth/image_raw', np.full((HEIGHT, WIDTH), 2.5, '<f4'), '32FC1'),
                        ('depth/image_color',
                         np.full((HEIGHT, WIDTH, 3), 40 * k % 256, 'u1'), 'bgr8')]
            if with_tencode:
                red = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
                red[..., 0] = 255
                pictures.append(('depth/tencode', red, 'rgb8'))
            for topic, picture, encoding in pictures:
                writer.write(f'{prefix}/{topic}', IMAGE, stamp_ns + 40 * MS,
                             serialize_image(picture, encoding, stamp_ns, 'camera'))
        writer.write('/diagnostics', DIAGNOSTICS, HOST_NS + 400 * MS,
                     serialize_diagnostics(parts, HOST_NS + 400 * MS))
    return path


def make_run(folder):
    """Write both; return their paths."""
    return SimpleNamespace(recording=write_recording(folder / 'recording'),
                           outputs=write_outputs(folder / 'outputs'))
