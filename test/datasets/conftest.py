# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Tiny files in the formats of the data sets, made on the spot."""

from types import SimpleNamespace

import cv2
import h5py
import numpy as np
import pytest

EPOCH_S = 1_505_000_000
OFFSET_US = 49_599_300_523      # beyond 2^32, as DSEC's are
CAMCHAIN = """
cam0: &davis
  intrinsics: [223.0, 222.0, 174.5, 129.0]
  distortion_model: equidistant
  distortion_coeffs: [-0.02, -0.03, 0.007, 0.008]
  resolution: [346, 260]
  rectification_matrix: [[0.0, -1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]
  projection_matrix: [[199.5, 0.0, 177.5, 0.0], [0.0, 199.5, 127.0, 0.0], [0.0, 0.0, 1.0, 0.0]]
cam1: *davis
"""
EYE = '[[1, 0, 0], [0, 1, 0], [0, 0, 1]]'
EYE4 = '[[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]]'
CAM_TO_CAM = f"""
intrinsics:
  cam0: {{camera_matrix: [556, 555, 342, 215], distortion_coeffs: [-0.1, 0.2, 0, 0],
         resolution: [640, 480]}}
  camRect0: {{camera_matrix: [570, 570, 335, 221]}}
  camRect1: {{camera_matrix: [1140, 1140, 670, 442]}}
extrinsics: {{T_10: {EYE4}, R_rect0: {EYE}, R_rect1: {EYE}}}
disparity_to_depth:
  cams_03: [[1, 0, 0, -335], [0, 1, 0, -221], [0, 0, 0, 570], [0, 0, 1.6666666666666667, 0]]
"""


def stamps_s(us):
    """Return microseconds since EPOCH_S as float64 seconds since 1970, as MVSEC has them."""
    return EPOCH_S + np.asarray(us) * 1e-6


def random_events(n, seed=0, period_us=100_000, width=346, height=260):
    """Return columns x, y, t in us (ascending, some equal), p of 0 and 1."""
    rng = np.random.default_rng(seed)
    return (rng.integers(0, width, n), rng.integers(0, height, n),
            np.sort(rng.integers(0, period_us, n)), rng.integers(0, 2, n))


def write_mvsec(folder, n=500, calibration=True):
    """Write toy1_data.hdf5 with 3 images, toy1_gt.hdf5 with 2 depth maps, and a calibration."""
    x, y, t_us, p = random_events(n)
    images = np.arange(3, dtype=np.uint8)[:, None, None] * np.ones((1, 260, 346), np.uint8)
    with h5py.File(folder / 'toy1_data.hdf5', 'w') as file:
        left = file.create_group('davis/left')
        left['events'] = np.stack([x, y, stamps_s(t_us), 2.0 * p - 1], 1)
        left.create_dataset('image_raw', data=images, compression='lzf', chunks=(1, 260, 346))
        left['image_raw_ts'] = stamps_s([-5000, 30_000, 60_000])
        left['image_raw_event_inds'] = [-1, 150, 300]
        file['davis/right/events'] = np.stack([x, y, stamps_s(t_us), 2.0 * p - 1], 1)[:7]
    depth = np.full((2, 260, 346), 4, np.float32)
    depth[:, 0, 0], depth[1, 1, 1] = np.nan, 7.5
    with h5py.File(folder / 'toy1_gt.hdf5', 'w') as file:
        for view, scale in (('raw', 1), ('rect', 2)):
            name = f'davis/left/depth_image_{view}'
            file.create_dataset(name, data=depth * scale, compression='lzf')
            file[f'{name}_ts'] = stamps_s([20_000, 70_000])
        poses = np.tile(np.eye(4), (2, 1, 1))
        poses[1, :3, 3] = 1, 2, 3
        file['davis/left/pose'], file['davis/left/pose_ts'] = poses, stamps_s([0, 50_000])
    if calibration:
        (folder / 'toy_calib').mkdir()
        (folder / 'toy_calib' / 'camchain-imucam-toy.yaml').write_text(CAMCHAIN)
    return folder / 'toy1_data.hdf5'


def write_dsec(folder, n=800, **compression):
    """Write a sequence of 100.5 ms (its last ms is partial) with 3 disparities and 5 images."""
    x, y, _, p = random_events(n, width=640, height=480)
    t_us = np.sort(np.random.default_rng(1).integers(0, 100_500, n))
    (folder / 'events' / 'left').mkdir(parents=True)
    with h5py.File(folder / 'events' / 'left' / 'events.h5', 'w') as file:
        for name, column, dtype in (('p', p, 'u1'), ('t', t_us, 'u4'), ('x', x, 'u2'),
                                    ('y', y, 'u2')):
            file.create_dataset(f'events/{name}', data=column.astype(dtype), chunks=True,
                                **compression)
        file['ms_to_idx'] = np.searchsorted(t_us, np.arange(101) * 1000).astype(np.uint64)
        file['t_offset'] = np.int64(OFFSET_US)
    grid = np.stack(np.meshgrid(np.arange(640), np.arange(480)), 2).astype(np.float32)
    with h5py.File(folder / 'events' / 'left' / 'rectify_map.h5', 'w') as file:
        file['rectify_map'] = grid
    (folder / 'calibration').mkdir()
    (folder / 'calibration' / 'cam_to_cam.yaml').write_text(CAM_TO_CAM)
    (folder / 'disparity' / 'event').mkdir(parents=True)
    for k in range(3):
        disparity = np.zeros((480, 640), np.uint16)
        disparity[10, 20] = 256 * 10 * (k + 1)
        cv2.imwrite(str(folder / 'disparity' / 'event' / f'{2 * k:06d}.png'), disparity)
    _write_stamps(folder / 'disparity' / 'timestamps.txt', [0, 50_000, 100_000])
    (folder / 'images' / 'left' / 'rectified').mkdir(parents=True)
    for k in range(5):
        image = np.full((1080, 1440, 3), 10 * k, np.uint8)
        image[442:, 670:] = 200
        cv2.imwrite(str(folder / 'images' / 'left' / 'rectified' / f'{k:06d}.png'), image)
    _write_stamps(folder / 'images' / 'timestamps.txt', np.arange(5) * 25_000)
    return folder


def _write_stamps(path, us):
    path.write_text(''.join(f'{OFFSET_US + int(t)}\n' for t in us))


def write_ecd(folder):
    """Write five events, two images, a calibration and two poses."""
    folder.mkdir(exist_ok=True)
    (folder / 'images').mkdir()
    for k in range(2):
        cv2.imwrite(str(folder / 'images' / f'frame_{k:08d}.png'),
                    np.full((180, 240), k, np.uint8))
    (folder / 'events.txt').write_text(
        '0.000002 193 63 0\n0.003811000 96 133 1\n0.0100009 239 179 1\n1.5 0 0 0\n2 7 8 1')
    (folder / 'images.txt').write_text(
        '0.0 images/frame_00000000.png\n0.045 images/frame_00000001.png\n')
    (folder / 'calib.txt').write_text('335 336 130 99 -0.1 0.2 0.003 0.004 0.05\n')
    (folder / 'groundtruth.txt').write_text('0 1 2 3 0 0 0 1\n0.005 1 2 3 0 0 0.6 0.8\n')
    return folder


def write_eventscape(folder, unit_per_s=10**9, start_s=0.0):
    """Write two files of three events that end 1 ms before their stamps 0.04 and 0.08 s."""
    for name in ('events', 'depth', 'rgb'):
        (folder / name / 'data').mkdir(parents=True)
        (folder / name / 'data' / 'timestamps.txt').write_text('0 0.04\n1 0.08\n')
    for k in range(2):
        t_s = start_s + 0.04 * k + np.array([0.0, 0.02, 0.039])
        np.savez_compressed(folder / 'events' / 'data' / f'05_000_{k:04d}_events.npz',
                            x=np.array([0, 511, k], np.uint16), y=np.array([0, 255, k], np.uint16),
                            t=np.rint(t_s * unit_per_s).astype(np.int64),
                            p=np.array([True, False, True]))
        np.save(folder / 'depth' / 'data' / f'05_000_{k:04d}_depth.npy',
                np.full((256, 512), 3.5 + k))
        cv2.imwrite(str(folder / 'rgb' / 'data' / f'05_000_{k:04d}_image.png'),
                    np.full((256, 512, 3), k, np.uint8))
    return folder


def write_e2depth(folder):
    """Write three voxel grids, but depth and pictures for the last two alone."""
    for name, count, array in (('events/voxels', 3, (5, 260, 346)), ('depth/data', 2, (260, 346))):
        (folder / name).mkdir(parents=True)
        first = 3 - count
        stamps = ''.join(f'{k} {EPOCH_S + 0.05 * (k + first):.9f}\n' for k in range(count))
        (folder / name / 'timestamps.txt').write_text(stamps)
        prefix = 'event_tensor' if name == 'events/voxels' else 'depth'
        for k in range(count):
            np.save(folder / name / f'{prefix}_{k:010d}.npy',
                    np.full(array, k + first + 0.5, np.float32))
    return folder


@pytest.fixture(scope='session')
def files():
    """Return the writers above."""
    return SimpleNamespace(EPOCH_S=EPOCH_S, OFFSET_US=OFFSET_US, random_events=random_events,
                           mvsec=write_mvsec, dsec=write_dsec, ecd=write_ecd,
                           eventscape=write_eventscape, e2depth=write_e2depth)
