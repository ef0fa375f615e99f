# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Serialised messages without ROS: what `run` and the recording tools write into bags."""

from typing import Sequence

import numpy as np

from depthanyevent_ros.datasets.rotations import quaternion_of
from depthanyevent_ros.depth.camera import CameraModel
from depthanyevent_ros.recordings.message_types import ros2_types
from depthanyevent_ros.recordings.pictures import ENCODINGS

IMAGE = 'sensor_msgs/msg/Image'
CAMERA_INFO = 'sensor_msgs/msg/CameraInfo'
POINT_CLOUD = 'sensor_msgs/msg/PointCloud2'
DIAGNOSTICS = 'diagnostic_msgs/msg/DiagnosticArray'
IMU = 'sensor_msgs/msg/Imu'
POSE = 'geometry_msgs/msg/PoseStamped'
TRANSFORMS = 'tf2_msgs/msg/TFMessage'


def serialize_image(image: np.ndarray, encoding: str, stamp_ns: int, frame_id: str) -> bytes:
    """
    Return a sensor_msgs/Image.

    :param image: [H, W] or [H, W, C] in the type of the encoding.
    :raises ValueError: if the array is not of that encoding.
    """
    name, channels = ENCODINGS[encoding]
    found = 1 if image.ndim == 2 else image.shape[2]
    if image.dtype != np.dtype(name) or found != channels:
        raise ValueError(f'{encoding} is {channels} x {name}, not {found} x {image.dtype}')
    data = np.ascontiguousarray(image, image.dtype.newbyteorder('<'))
    height, width = image.shape[:2]
    return _serialize(IMAGE, header=_header(stamp_ns, frame_id), height=height, width=width,
                      encoding=encoding, is_bigendian=0,
                      step=width * channels * image.dtype.itemsize,
                      data=data.view(np.uint8).reshape(-1))


def serialize_camera_info(camera: CameraModel, stamp_ns: int, frame_id: str) -> bytes:
    """Return a sensor_msgs/CameraInfo."""
    roi = _message('sensor_msgs/msg/RegionOfInterest', x_offset=0, y_offset=0, height=0, width=0,
                   do_rectify=False)
    return _serialize(CAMERA_INFO, header=_header(stamp_ns, frame_id), height=camera.height,
                      width=camera.width, distortion_model=camera.distortion_model,
                      d=np.array(camera.d, float), k=np.array(camera.k, float).ravel(),
                      r=np.array(camera.r, float).ravel(), p=np.array(camera.p, float).ravel(),
                      binning_x=0, binning_y=0, roi=roi)


def serialize_point_cloud(points: np.ndarray, stamp_ns: int, frame_id: str) -> bytes:
    """
    Return an organised sensor_msgs/PointCloud2.

    :param points: float32 [H, W, 3], metres, NaN where there is no point.
    """
    height, width = points.shape[:2]
    fields = [_message('sensor_msgs/msg/PointField', name=name, offset=4 * i, datatype=7, count=1)
              for i, name in enumerate('xyz')]
    data = np.ascontiguousarray(points, '<f4').view(np.uint8).reshape(-1)
    return _serialize(POINT_CLOUD, header=_header(stamp_ns, frame_id), height=height, width=width,
                      fields=fields, is_bigendian=False, point_step=12, row_step=12 * width,
                      data=data, is_dense=False)


def serialize_diagnostics(statuses: Sequence, stamp_ns: int) -> bytes:
    """
    Return a diagnostic_msgs/DiagnosticArray.

    :param statuses: (level, name, message, hardware id, values) each, values a dict of texts.
    """
    array = []
    for level, name, message, hardware_id, values in statuses:
        pairs = [_message('diagnostic_msgs/msg/KeyValue', key=str(key), value=str(value))
                 for key, value in values.items()]
        array.append(_message('diagnostic_msgs/msg/DiagnosticStatus', level=int(level), name=name,
                              message=message, hardware_id=hardware_id, values=pairs))
    return _serialize(DIAGNOSTICS, header=_header(stamp_ns, ''), status=array)


def serialize_pose(pose: np.ndarray, stamp_ns: int, frame_id: str) -> bytes:
    """Return a geometry_msgs/PoseStamped of a float64 [4, 4], in frame_id."""
    pose_message = _message('geometry_msgs/msg/Pose', orientation=_quaternion(pose),
                            position=_xyz('geometry_msgs/msg/Point', pose))
    return _serialize(POSE, header=_header(stamp_ns, frame_id), pose=pose_message)


def serialize_imu(sample: np.ndarray, stamp_ns: int, frame_id: str) -> bytes:
    """
    Return a sensor_msgs/Imu without orientation; how exact the rest is is not known.

    :param sample: (6,), acceleration in m/s^2, angular velocity in rad/s.
    """
    acceleration, velocity = (_message('geometry_msgs/msg/Vector3', **dict(zip('xyz', part)))
                              for part in np.reshape(sample, (2, 3)).tolist())
    none, unknown = np.zeros(9), np.zeros(9)
    none[0] = -1
    return _serialize(IMU, header=_header(stamp_ns, frame_id), orientation=_message(
        'geometry_msgs/msg/Quaternion', x=0.0, y=0.0, z=0.0, w=1.0), orientation_covariance=none,
        angular_velocity=velocity, angular_velocity_covariance=unknown,
        linear_acceleration=acceleration, linear_acceleration_covariance=unknown)


def serialize_transform(pose: np.ndarray, stamp_ns: int, frame_id: str, child: str) -> bytes:
    """Return a tf2_msgs/TFMessage with the pose of the frame child in frame_id, [4, 4]."""
    transform = _message('geometry_msgs/msg/Transform', rotation=_quaternion(pose),
                         translation=_xyz('geometry_msgs/msg/Vector3', pose))
    return _serialize(TRANSFORMS, transforms=[_message(
        'geometry_msgs/msg/TransformStamped', header=_header(stamp_ns, frame_id),
        child_frame_id=child, transform=transform)])


def _xyz(msgtype, pose):
    return _message(msgtype, **dict(zip('xyz', pose[:3, 3].tolist())))


def _quaternion(pose):
    x, y, z, w = quaternion_of(pose[:3, :3])
    return _message('geometry_msgs/msg/Quaternion', x=x, y=y, z=z, w=w)


def _header(stamp_ns, frame_id):
    seconds, nanoseconds = divmod(int(stamp_ns), 10**9)
    stamp = _message('builtin_interfaces/msg/Time', sec=seconds, nanosec=nanoseconds)
    return _message('std_msgs/msg/Header', stamp=stamp, frame_id=frame_id)


def _message(msgtype, **fields):
    return ros2_types().types[msgtype](**fields)


def _serialize(msgtype, **fields):
    return bytes(ros2_types().serialize_cdr(_message(msgtype, **fields), msgtype))
