# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
How late depth is while the teacher node learns on the same machine.

The real nodes, each a process: the depth node at 20 Hz, the player with the bundled recording over
and over in real time, and the teacher node, or none. The age of a map is the host's time less the
end of its window, as a subscriber finds it.
"""

from contextlib import ExitStack
from dataclasses import dataclass
import os
from pathlib import Path
import time
from typing import Any, Dict, Tuple

from diagnostic_msgs.msg import DiagnosticStatus
from experiments.online_distillation.exchanges import Exchanges, NoExchanges
from experiments.online_distillation.runs import STUDENT
import numpy as np
from rclpy.qos import DurabilityPolicy, QoSProfile

from depthanyevent_ros.errors import DepthAnyEventError
from depthanyevent_ros.nodes.bench.bystander import Bystander
from depthanyevent_ros.nodes.bench.depth_arrivals import DepthArrivals
from depthanyevent_ros.nodes.bench.depth_child import MODULE, wait_until_ready
from depthanyevent_ros.nodes.child_process import ChildProcess
from depthanyevent_ros.nodes.depth_watch import DepthWatch
from depthanyevent_ros.paths import share_dir

TEACHER = 'depthanyevent_ros.nodes.teacher_node'
#: So long the teacher node may take until it learns: it simulates scenes once.
PATIENCE_S = 400.0
POLL_S = 0.2


@dataclass(frozen=True)
class Setting:
    """A depth node and what learns beside it; ``teacher`` None: nothing."""

    name: str
    depth: Tuple[str, ...] = ()             # parameters, NAME:=VALUE
    teacher: Any = None                     # the same, a tuple
    exchanges: bool = False                 # the depth node gets new weights all the time


SETTINGS = (
    Setting('alone'),
    Setting('teacher node as it is', (), ()),
    Setting('as it is, depth on 1 thread', ('engine.threads:=1',), ()),
    Setting('merely nice', (), ('spare_time:=false',)),
    Setting('merely nice, depth on 1 thread', ('engine.threads:=1',), ('spare_time:=false',)),
    Setting('alone, one engine built after the other', exchanges=True),
    Setting('the same, depth on 1 thread', ('engine.threads:=1',), exchanges=True),
)


def measure(setting: Setting, recording: Path, seconds: float, folder: Path) -> Dict[str, Any]:
    """
    Return the ages of the depth maps of so many seconds, in percentiles.

    :param folder: for logs and versions.
    :raises DepthAnyEventError: if a process fails, or nothing is learned.
    """
    folder.mkdir(parents=True, exist_ok=True)
    config = share_dir() / 'config'
    with Bystander('latency') as node, ExitStack() as stack:
        watch, arrivals, status = DepthWatch(node), DepthArrivals(node), {}
        node.create_subscription(
            DiagnosticStatus, 'teacher/status',
            lambda message: status.update({value.key: value.value for value in message.values}),
            QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL))
        depth = stack.enter_context(ChildProcess(MODULE, with_parameters(
            config / 'davis346.yaml', setting.depth), folder / 'depth.log'))
        wait_until_ready(depth, watch, lambda doing: None)
        stack.enter_context(ChildProcess('depthanyevent_ros', [
            'play', str(recording), '--loop', 'inf', '--monotone', '--stamps', 'now',
            '--wait-for-subscribers', '1'], folder / 'play.log'))
        n_steps = 0
        if setting.teacher is not None:
            teacher = stack.enter_context(ChildProcess(TEACHER, with_parameters(
                config / 'teacher_davis346.yaml', ('adapt:=true', f'robot:=latency_{os.getpid()}',
                                                   *setting.teacher)), folder / 'teacher.log'))
            wait_until_learning(teacher, status)
            n_steps = int(status['steps'])
        while not arrivals.late_ms:             # the player takes a moment
            time.sleep(POLL_S)
        arrivals.late_ms.clear()
        n_dropped = watch.count('inference', 'windows.dropped')
        exchanges = Exchanges(node, folder / 'versions', STUDENT) if setting.exchanges \
            else NoExchanges()
        end_s = time.monotonic() + seconds
        while time.monotonic() < end_s:
            exchanges.go_on()
            time.sleep(POLL_S)
        late_ms = list(arrivals.late_ms)
        p50, p95, p99 = np.percentile(late_ms, (50, 95, 99))
        return {'name': setting.name, 'seconds': seconds, 'n_maps': len(late_ms),
                'hz': len(late_ms) / seconds, 'p50_ms': p50, 'p95_ms': p95, 'p99_ms': p99,
                'max_ms': max(late_ms),
                'dropped': watch.count('inference', 'windows.dropped') - n_dropped,
                'steps': int(status.get('steps', 0)) - n_steps,
                'taken': int(status.get('taken_by_depth_node', 0)) + exchanges.n_taken}


def with_parameters(path: Path, changes: Tuple[str, ...]):
    """Return the command line of a node with a file of parameters and changes."""
    return ['--ros-args', '--params-file', str(path), '-r', 'image:=image_raw',
            *(word for change in changes for word in ('-p', change))]


def wait_until_learning(teacher: ChildProcess, status: Dict[str, str]) -> None:
    """Wait until the first step was taken."""
    deadline_s = time.monotonic() + PATIENCE_S
    while int(status.get('steps', 0)) == 0:
        teacher.check()
        if time.monotonic() > deadline_s:
            raise DepthAnyEventError(f'the teacher node does not learn: {status}')
        time.sleep(POLL_S)
