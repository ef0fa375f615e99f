# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The calibration of MVSEC's cameras: camchain-imucam-<scene>.yaml of <scene>_calib.zip."""

from pathlib import Path
from typing import Optional

import numpy as np
import yaml

from depthanyevent_ros.depth.camera import CameraModel
from depthanyevent_ros.errors import ConfigError, RecordingError

_CAMERAS = {'left': 'cam0', 'right': 'cam1'}
_PREFIX = 'camchain-imucam-'

#: Kalibr's names of distortion models -> those of sensor_msgs.
_MODELS = {'equidistant': 'equidistant', 'radtan': 'plumb_bob', 'none': ''}


def find_calibration(data_path: Path) -> Optional[Path]:
    """
    Return the calibration that lies beside a data file, or in a folder *calib* beside it.

    Where there are several, the scene must begin the name of the data file (indoor_flying for
    indoor_flying1_data.hdf5). None if there is none that fits.
    """
    folder = Path(data_path).parent
    found = sorted([*folder.glob(f'{_PREFIX}*.yaml'), *folder.glob(f'*calib*/{_PREFIX}*.yaml')])
    fitting = [path for path in found if is_of_scene(path, data_path)]
    found = fitting or found
    return found[0] if len(found) == 1 else None


def is_of_scene(calibration: Path, data_path: Path) -> bool:
    """Tell whether a data file is named after the scene of a calibration."""
    return Path(data_path).name.startswith(calibration.stem[len(_PREFIX):])


def read_right_in_left(path: Path) -> Optional[np.ndarray]:
    """
    Return the pose of the right DAVIS in the left one's frame, [4, 4], None if it is not there.

    :raises RecordingError: if the file is not such a calibration.
    """
    try:
        tree = yaml.safe_load(Path(path).read_text(encoding='utf-8'))
        left_in_right = tree[_CAMERAS['right']].get('T_cn_cnm1')    # takes points of cam0 to cam1
        return None if left_in_right is None else np.linalg.inv(
            np.array(left_in_right, np.float64).reshape(4, 4))
    except (OSError, yaml.YAMLError, KeyError, TypeError, ValueError, AttributeError,
            np.linalg.LinAlgError) as error:
        raise RecordingError(f'{path} is no calibration of MVSEC: {error!r}') from error


def read_camera(path: Path, side: str = 'left') -> CameraModel:
    """
    Return the model of a DAVIS; r and p are those of the stereo rectification.

    :raises RecordingError: if the file is not such a calibration.
    """
    try:
        entry = yaml.safe_load(Path(path).read_text(encoding='utf-8'))[_CAMERAS[side]]
        fx, fy, cx, cy = entry['intrinsics']
        width, height = entry['resolution']
        return CameraModel.from_values(
            width, height, [fx, 0, cx, 0, fy, cy, 0, 0, 1], entry['distortion_coeffs'],
            _MODELS[entry['distortion_model']], entry.get('rectification_matrix'),
            entry.get('projection_matrix'))
    except (OSError, yaml.YAMLError, KeyError, TypeError, ValueError, ConfigError) as error:
        raise RecordingError(f'{path} is no calibration of MVSEC: {error!r}') from error
