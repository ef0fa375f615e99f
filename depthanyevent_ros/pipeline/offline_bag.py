# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The outputs of an offline run as a rosbag2: the topics that the live node publishes."""

from typing import List, Tuple

from depthanyevent_ros.depth.colour import Colouriser
from depthanyevent_ros.depth.points import PointCloudMaker
from depthanyevent_ros.events.tencode import to_rgb8
from depthanyevent_ros.pipeline import status as part
from depthanyevent_ros.pipeline.depth_step import DepthFrame
from depthanyevent_ros.pipeline.offline import OfflineRun
from depthanyevent_ros.recordings.serialize import CAMERA_INFO, DIAGNOSTICS, IMAGE, POINT_CLOUD
from depthanyevent_ros.recordings.serialize import serialize_camera_info, serialize_diagnostics
from depthanyevent_ros.recordings.serialize import serialize_image, serialize_point_cloud
from depthanyevent_ros.recordings.writer import BagWriter


class OutputBag:
    """
    Writes each DepthFrame of a run; record times are the stamps.

    :param with_points: write the point cloud where there is a calibration.
    """

    def __init__(self, writer: BagWriter, run: OfflineRun, colouriser: Colouriser,
                 with_points: bool):
        self.n_depth = 0
        self._last_ns = 0
        self._writer = writer
        self._run = run
        self._colouriser = colouriser
        self._with_points = with_points
        self._cloud_maker = None
        self._depth_topic = '/depth/image_rect' if run.settings.rectify else '/depth/image_raw'

    def write(self, frame: DepthFrame) -> None:
        """Write the messages of one frame, all with the same stamp and frame."""
        self.n_depth += 1
        at = (self._run.front.clock.to_host_ns(frame.window.end_ns), self._run.frame_id)
        picture = to_rgb8(frame.window.image)
        self._put(self._depth_topic, IMAGE, serialize_image(frame.depth, '32FC1', *at), at)
        self._put('/depth/image_color', IMAGE,
                  serialize_image(self._colouriser.colour(frame.depth), 'bgr8', *at), at)
        self._put('/depth/tencode', IMAGE, serialize_image(picture, 'rgb8', *at), at)
        camera = self._run.camera
        if camera is not None:
            self._put('/depth/camera_info', CAMERA_INFO, serialize_camera_info(camera, *at), at)
        if camera is not None and self._with_points:
            self._cloud_maker = self._cloud_maker or PointCloudMaker(camera)
            points = self._cloud_maker.points(frame.depth)
            self._put('/depth/points', POINT_CLOUD, serialize_point_cloud(points, *at), at)
        self._last_ns = at[0]

    def finish(self) -> None:
        """Write what the run says of itself, as the live node does on /diagnostics."""
        if self._run.front is None:
            return
        statuses = [(status.level, f'depth: {name}', status.message, 'event_camera',
                     status.texts()) for name, status in self._statuses()]
        at = (self._last_ns, '')
        self._put('/diagnostics', DIAGNOSTICS, serialize_diagnostics(statuses, at[0]), at)

    def _statuses(self) -> List[Tuple[str, part.Status]]:
        run = self._run
        statuses = {
            'input': part.input_status(run.front),
            'windows': part.window_status(run.front, run.settings.window.policy, run.n_windows),
            'engine': part.engine_status(run.step.engine, run.weights),
            'inference': part.inference_status(run.latencies, run.step),
            'output': part.output_status(run.step, self.n_depth, run.settings.rectify, run.crop),
        }
        statuses['input'].add_counts('not_used', run.counts)
        return list(statuses.items())

    def _put(self, topic: str, msgtype: str, data: bytes, at: Tuple[int, str]) -> None:
        self._writer.write(topic, msgtype, at[0], data)
