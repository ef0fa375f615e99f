# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The topics that the depth node publishes."""

from typing import Optional

from rclpy.qos import HistoryPolicy, QoSProfile, ReliabilityPolicy
from rclpy.qos_overriding_options import QoSOverridingOptions
from sensor_msgs.msg import CameraInfo, Image, PointCloud2

from depthanyevent_ros.depth.camera import CameraModel
from depthanyevent_ros.depth.colour import Colouriser
from depthanyevent_ros.depth.points import PointCloudMaker
from depthanyevent_ros.events.tencode import to_rgb8
from depthanyevent_ros.nodes.messages import to_camera_info, to_header, to_image, to_point_cloud
from depthanyevent_ros.pipeline.depth_step import DepthFrame


def output_qos() -> QoSProfile:
    """
    Return the QoS of an output: reliable, so that reliable and best-effort subscribers match.

    A new one for each topic: rclpy writes the overrides of a topic into the profile it is given.
    """
    return QoSProfile(history=HistoryPolicy.KEEP_LAST, depth=2,
                      reliability=ReliabilityPolicy.RELIABLE)


class DepthOutputs:
    """
    Publishes a DepthFrame on every topic that somebody listens to, and computes no other.

    ``camera`` is the camera of the published view and None as long as none is known: then there
    is neither camera_info nor a point cloud. ``colouriser``, ``cloud_allowed`` may be exchanged.
    """

    def __init__(self, node, rectified: bool, colouriser: Colouriser, cloud_allowed: bool):
        self.camera: Optional[CameraModel] = None
        self.colouriser = colouriser
        self.cloud_allowed = cloud_allowed
        self._cloud_maker: Optional[PointCloudMaker] = None
        self._node = node
        image_topic = 'depth/image_rect' if rectified else 'depth/image_raw'
        self._depth = self._publisher(Image, image_topic)
        self._camera_info = self._publisher(CameraInfo, 'depth/camera_info')
        self._points = self._publisher(PointCloud2, 'depth/points')
        self._colour = self._publisher(Image, 'depth/image_color')
        self._tencode = self._publisher(Image, 'depth/tencode')

    def publish(self, frame: DepthFrame, stamp_ns: int, frame_id: str) -> None:
        """Publish one frame; all messages carry the same stamp and frame."""
        header = to_header(stamp_ns, frame_id)
        if _wanted(self._camera_info) and self.camera is not None:
            self._camera_info.publish(to_camera_info(self.camera, header))
        if _wanted(self._depth):
            self._depth.publish(to_image(frame.depth, '32FC1', header))
        if _wanted(self._points) and self.cloud_allowed and self.camera is not None:
            points = self._maker().points(frame.depth)
            self._points.publish(to_point_cloud(points, header))
        if _wanted(self._colour):
            self._colour.publish(to_image(self.colouriser.colour(frame.depth), 'bgr8', header))
        if _wanted(self._tencode):
            self._tencode.publish(to_image(to_rgb8(frame.window.image), 'rgb8', header))

    def destroy(self) -> None:
        """Take the publishers down."""
        for publisher in (self._depth, self._camera_info, self._points, self._colour,
                          self._tencode):
            self._node.destroy_lifecycle_publisher(publisher)

    def _publisher(self, message_type, topic: str):
        return self._node.create_lifecycle_publisher(
            message_type, topic, output_qos(),
            qos_overriding_options=QoSOverridingOptions.with_default_policies())

    def _maker(self) -> PointCloudMaker:
        if self._cloud_maker is None or self._cloud_maker.camera != self.camera:
            self._cloud_maker = PointCloudMaker(self.camera)
        return self._cloud_maker


def _wanted(publisher) -> bool:
    return publisher.get_subscription_count() > 0
