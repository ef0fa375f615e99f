# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A simulated sequence as the messages of a rosbag2, as libcaer_driver would have sent them."""

from typing import Iterator

import numpy as np

from depthanyevent_ros.events.cdr import serialize_event_packet
from depthanyevent_ros.events.encoders import encode_libcaer
from depthanyevent_ros.events.types import EventMessage
from depthanyevent_ros.recordings.conversion.outgoing import Outgoing
from depthanyevent_ros.recordings.cutting import cut
from depthanyevent_ros.recordings.reordering import in_time_order
from depthanyevent_ros.recordings.serialize import (
    CAMERA_INFO, IMAGE, POSE, serialize_camera_info, serialize_image, serialize_pose,
    serialize_transform, TRANSFORMS,
)
from depthanyevent_ros.simulation.simulator import Frame, Simulation, Truth

NAMESPACE = '/event_camera'
CAMERA_FRAME, WORLD_FRAME = 'davis346_optical_frame', 'world'
PACKET = 'event_camera_msgs/msg/EventPacket'
HOST_DELAY_NS = 700_000             # from the end of a packet or exposure to its arrival

#: Axes x right, y down, z forward -> x forward, y left, z up (REP 103).
_TO_ROS = np.array([[0, 0, 1], [-1, 0, 0], [0, -1, 0]], float)


class BagMessages:
    """
    Yields events (libcaer, packets of 1 ms), frames with their calibration, depth, pose and tf.

    Record times are arrival times, as a recorder on the robot would have them; stamps of frames,
    depth and poses are sensor time. Topics are those that the readers of this package look for.
    """

    def __init__(self, simulation: Simulation):
        """Take a simulation that has not begun."""
        self._simulation, self._seq = simulation, 0

    def messages(self) -> Iterator[Outgoing]:
        """Run the simulation and yield its messages in the order of their arrival."""
        return in_time_order(self._messages())

    def _messages(self):
        for item in self._simulation.items():
            if isinstance(item, Frame):
                yield from self._frame(item)
            elif isinstance(item, Truth):
                yield from self._truth(item)
            else:
                for events in cut(item):
                    yield self._packet(events)

    def _packet(self, events):
        camera, start_ns = self._simulation.camera, self._simulation.start_ns
        arrival_ns = int(events['t_ns'][-1]) + HOST_DELAY_NS
        message = EventMessage(arrival_ns, CAMERA_FRAME, camera.width, camera.height, 'libcaer',
                               encode_libcaer(events, start_ns), start_ns, self._seq)
        self._seq += 1
        return Outgoing(arrival_ns, f'{NAMESPACE}/events', PACKET,
                        serialize_event_packet(message), len(events))

    def _frame(self, frame):
        arrival_ns = frame.stamp_ns + frame.exposure_ns + HOST_DELAY_NS
        yield Outgoing(arrival_ns, f'{NAMESPACE}/image_raw', IMAGE,
                       serialize_image(frame.image, 'mono8', frame.stamp_ns, CAMERA_FRAME))
        yield Outgoing(arrival_ns, f'{NAMESPACE}/camera_info', CAMERA_INFO, serialize_camera_info(
            self._simulation.camera, frame.stamp_ns, CAMERA_FRAME))

    def _truth(self, truth):
        arrival_ns, stamp_ns = truth.stamp_ns + HOST_DELAY_NS, truth.stamp_ns
        pose = ros_pose(truth)
        yield Outgoing(arrival_ns, f'{NAMESPACE}/depth_image_raw', IMAGE,
                       serialize_image(truth.depth_m, '32FC1', stamp_ns, CAMERA_FRAME))
        yield Outgoing(arrival_ns, f'{NAMESPACE}/pose', POSE,
                       serialize_pose(pose, stamp_ns, WORLD_FRAME))
        yield Outgoing(arrival_ns, '/tf', TRANSFORMS,
                       serialize_transform(pose, stamp_ns, WORLD_FRAME, CAMERA_FRAME))


def ros_pose(truth: Truth) -> np.ndarray:
    """Return the pose of the optical frame, float64 [4, 4], in a world with z up (REP 103)."""
    pose = np.eye(4)
    pose[:3, :3], pose[:3, 3] = _TO_ROS @ truth.rotation, _TO_ROS @ truth.position
    return pose
