# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
The main job, live: a recording through the real depth node over real topics, outputs recorded.

Three processes: the depth node, the player, and this one, which records and watches.
"""

from dataclasses import dataclass
from pathlib import Path
import threading
import time
from typing import Callable, Sequence

import rclpy
from rclpy.executors import SingleThreadedExecutor
from rclpy.signals import SignalHandlerOptions
from rosgraph_msgs.msg import Clock

from depthanyevent_ros.errors import DepthAnyEventError
from depthanyevent_ros.nodes.child_process import ChildProcess
from depthanyevent_ros.nodes.depth_watch import DepthWatch
from depthanyevent_ros.nodes.recorder import Recorder

OUTPUTS = ('depth/image_raw', 'depth/image_rect', 'depth/camera_info', 'depth/points',
           'depth/image_color', 'depth/tencode', '/diagnostics', '/clock')
#: Without a sign of life from a new node for so long, something is wrong.
SILENCE_S = 60.0
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
    rclpy.init(signal_handler_options=SignalHandlerOptions.NO)
    node = rclpy.create_node('demo')
    executor = SingleThreadedExecutor()
    executor.add_node(node)
    done = threading.Event()
    spinning = threading.Thread(target=_spin, args=(executor, done), name='demo spin')
    spinning.start()
    try:
        watch = DepthWatch(node)
        # The recorder subscribes to what is published: so it is there at the player's first tick.
        node.create_publisher(Clock, '/clock', 10)
        with Recorder(node, plan.bag, OUTPUTS, overwrite=True):
            return _run(plan, watch, progress)
    finally:
        # In this order nothing is used after it has gone.
        done.set()
        spinning.join()
        rclpy.try_shutdown()
        executor.shutdown()
        node.destroy_node()


def _run(plan: DemoPlan, watch: DepthWatch, progress: DemoProgress) -> int:
    with ChildProcess('depthanyevent_ros.nodes.depth_node', _node_arguments(plan),
                      plan.folder / 'depth_node.log') as depth:
        _wait_until_ready(depth, watch, progress.preparing)
        with ChildProcess('depthanyevent_ros', _play_arguments(plan),
                          plan.folder / 'play.log') as player:
            _wait_until_done(plan, depth, player, watch, progress.playing)
            player.stop()
            player.check()
        depth.stop()
        depth.check()
    return watch.n_depth


def _wait_until_ready(depth: ChildProcess, watch: DepthWatch,
                      tell: Callable[[str], None]) -> None:
    started_s = time.monotonic()
    while not watch.is_ready:
        _check_alive(depth)
        if watch.engine_problem is not None:
            raise DepthAnyEventError(f'the depth node has no engine: {watch.engine_problem}')
        if watch.lifecycle_state() == 'unconfigured':   # it configures itself before it answers
            raise DepthAnyEventError(f'the depth node could not start: {depth.last_words()}')
        if not watch.n_heard and time.monotonic() - started_s > SILENCE_S:
            raise DepthAnyEventError(
                f'the depth node says nothing after {SILENCE_S:.0f} s; its last words in '
                f'{depth.log}: {depth.last_words()}')
        tell(watch.doing)
        time.sleep(PERIOD_S / 2)


def _wait_until_done(plan: DemoPlan, depth: ChildProcess, player: ChildProcess,
                     watch: DepthWatch, tell: Callable[[int, int], None]) -> None:
    """Wait until all was played and every window that closed is accounted for."""
    while True:
        _check_alive(depth)
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


def _check_alive(depth: ChildProcess) -> None:
    if depth.returncode is not None:
        raise DepthAnyEventError(f'the depth node ended before its work was done (code '
                                 f'{depth.returncode}): {depth.last_words()}')


def _spin(executor, done: threading.Event) -> None:
    while not done.is_set():
        executor.spin_once(timeout_sec=0.1)


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
