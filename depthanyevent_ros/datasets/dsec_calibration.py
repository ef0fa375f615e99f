# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
The calibration of a DSEC sequence: calibration/cam_to_cam.yaml.

Gehrig et al., DSEC: A Stereo Event Camera Dataset for Driving Scenarios, RA-L 2021,
arXiv:2103.06011. Cameras 0 and 3 are the event cameras, 1 and 2 the frame cameras; T_XY takes
points of camera Y into camera X.
"""

from pathlib import Path

import numpy as np
import yaml

from depthanyevent_ros.depth.camera import CameraModel
from depthanyevent_ros.errors import ConfigError, RecordingError

#: Side -> numbers of its event camera and of the frame camera beside it.
_CAMERAS = {'left': (0, 1), 'right': (3, 2)}


class DsecCalibration:
    """
    The cameras of one side.

    ``camera`` is the event camera; ``focal_baseline`` is f * b in px * m, of which the depth is
    focal_baseline / disparity; ``frame_from_event`` [3, 3] takes rectified event pixels to
    rectified frame pixels at infinite depth.
    """

    def __init__(self, path: Path, side: str = 'left'):
        """
        Read cam_to_cam.yaml.

        :raises RecordingError: if it cannot be read.
        """
        try:
            tree = yaml.safe_load(Path(path).read_text(encoding='utf-8'))
            event, frame = _CAMERAS[side]
            self.camera = _camera(tree, event)
            # DSEC issue 25: K_r1 R_rect1 R_10 R_rect0^T K_r0^-1.
            rotation = (_rotation(tree, f'R_rect{frame}') @ _frame_from_event(tree, side)
                        @ self.camera.r.T)
            self.frame_from_event = (_matrix(tree, f'camRect{frame}') @ rotation
                                     @ np.linalg.inv(self.camera.p[:, :3]))
            q = np.array(tree['disparity_to_depth']['cams_03'], float)
            self.focal_baseline = abs(q[2, 3] / q[3, 2])
        except (OSError, yaml.YAMLError, KeyError, TypeError, ValueError, ConfigError,
                ArithmeticError, np.linalg.LinAlgError) as error:
            raise RecordingError(f'{path} is no calibration of DSEC: {error!r}') from error


def _camera(tree, number):
    entry = tree['intrinsics'][f'cam{number}']
    width, height = entry['resolution']
    k = _matrix(tree, f'cam{number}')
    p = np.hstack([_matrix(tree, f'camRect{number}'), np.zeros((3, 1))])
    return CameraModel.from_values(width, height, k, entry['distortion_coeffs'], 'plumb_bob',
                                   _rotation(tree, f'R_rect{number}'), p)


def _matrix(tree, name):
    fx, fy, cx, cy = tree['intrinsics'][name]['camera_matrix']
    return np.array([[fx, 0, cx], [0, fy, cy], [0, 0, 1]], float)


def _rotation(tree, name):
    return np.array(tree['extrinsics'][name], float)[:3, :3]


def _frame_from_event(tree, side):
    """Return the rotation from the event camera into the frame camera of a side."""
    return _rotation(tree, 'T_10') if side == 'left' else _rotation(tree, 'T_32').T
