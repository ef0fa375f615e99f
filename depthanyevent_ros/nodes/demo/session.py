# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
The main job, live: a recording through the real depth node over real topics, outputs recorded.

Three processes: the depth node, the player, and this one, which records and watches.
"""

from dataclasses import dataclass
from pathlib import Path
import time
from typing import Callable, Sequence

from rosgraph_msgs.msg import Clock

from depthanyevent_ros.nodes.bench.bystander import Bystander
from depthanyevent_ros.nodes.child_process import ChildProcess
from depthanyevent_ros.nodes.bench.depth_child import check_alive, MODULE, wait_until_ready
from depthanyevent_ros.nodes.depth_watch import DepthWatch
from depthanyevent_ros.nodes.recorder import Recorder

OUTPUTS = ('depth/image_raw', 'depth/image_rect', 'depth/camera_info', 'depth/points',
           'depth/image_color', 'depth/tencode', '/diagnostics', '/clock')
#: Without progress for so long, the rest will not come.
STALL_S = 60.0
#: The node's figures are asked for so often, and when nothing moved for SETTLED_S it is done.
PERIOD_S, SETTLED_S = 0.2, 2.0
#: Depth maps that a publisher keeps for a recorder that is late.
KEPT_OUTPUTS = 50


@dataclass(frozen=True)
class DemoPlan:
    """What is played to what; ``node_arguments`` follow --ros-args."""

    recording: Path
    topic_arguments: Sequence[str]
    n_events: int                               # that the recording holds
    lossless: bool
    rate: float
    node_arguments: Sequence[str]
    folder: Path

    @property
    def bag(self) -> Path:
        """Where the outputs are recorded."""
        return self.folder / 'outputs'


class DemoProgress:
    """What the demo tells while it works; this one is silent."""

    def preparing(self, doing: str) -> None:
        """Tell what the node is preparing."""

    def playing(self, n_events: int, n_depth: int) -> None:
        """Tell how far the node has got."""


def run_demo(plan: DemoPlan, progress: DemoProgress) -> int:
    """
    Play the recording through the node and record what it publishes into ``plan.bag``.

    :returns: the number of depth maps that the node published.
    :raises DepthAnyEventError: if the node or the player fails, in the words of either.
    """
    with Bystander('demo') as node:
        watch = DepthWatch(node)
        # The recorder subscribes to what is published: so it is there at the player's first tick.
        node.create_publisher(Clock, '/clock', 10)
        with Recorder(node, plan.bag, OUTPUTS, overwrite=True):
            return _run(plan, watch, progress)


def _run(plan: DemoPlan, watch: DepthWatch, progress: DemoProgress) -> int:
    with ChildProcess(MODULE, _node_arguments(plan),
                      plan.folder / 'depth_node.log') as depth:
        wait_until_ready(depth, watch, progress.preparing)
        with ChildProcess('depthanyevent_ros', _play_arguments(plan),
                          plan.folder / 'play.log') as player:
            _wait_until_done(plan, depth, player, watch, progress.playing)
            player.stop()
            player.check()
        depth.stop()
        depth.check()
    return watch.n_depth


def _wait_until_done(plan: DemoPlan, depth: ChildProcess, player: ChildProcess,
                     watch: DepthWatch, tell: Callable[[int, int], None]) -> None:
    """Wait until all was played and every window that closed is accounted for."""
    while True:
        check_alive(depth)
        player.check()
        tell(watch.n_events, watch.n_depth)
        played = player.returncode is not None
        settled = watch.n_settled >= watch.n_windows
        still_s = time.monotonic() - watch.changed_s
        if played and settled and (watch.n_events >= plan.n_events or still_s > SETTLED_S):
            return
        if played and still_s > STALL_S:
            return                              # the report shows what is missing
        time.sleep(PERIOD_S / 2)


def _node_arguments(plan: DemoPlan):
    arguments = ['--ros-args', '-p', f'diagnostics.period_s:={PERIOD_S}',
                 '-p', f'overload:={"lossless" if plan.lossless else "latest"}']
    for topic in ('image_raw', 'image_rect', 'camera_info', 'points', 'image_color', 'tencode'):
        arguments += ['-p', f'qos_overrides./depth/{topic}.publisher.depth:={KEPT_OUTPUTS}']
    return [*arguments, *plan.node_arguments]


def _play_arguments(plan: DemoPlan):
    arguments = ['play', str(plan.recording), '--rate', str(plan.rate),
                 '--wait-for-subscribers', '1', *plan.topic_arguments]
    return [*arguments, '--lossless', '--clock'] if plan.lossless else arguments
