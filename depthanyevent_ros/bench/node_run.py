# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Programs under a load of events, over DDS: the publisher is one process, the node another.

To be imported after the settings of the ROS graph are in the environment.
"""

from dataclasses import dataclass, field
import json
from pathlib import Path
import time
from typing import Any, Callable, Dict, List, Tuple

from depthanyevent_ros.bench.engines import WEIGHTS
from depthanyevent_ros.bench.processes import cpu_time, CpuTime
from depthanyevent_ros.errors import DepthAnyEventError
from depthanyevent_ros.nodes.bench.bystander import Bystander
from depthanyevent_ros.nodes.bench.depth_arrivals import DepthArrivals
from depthanyevent_ros.nodes.bench.depth_child import check_alive, MODULE, wait_until_ready
from depthanyevent_ros.nodes.bench.load_node import SENDING
from depthanyevent_ros.nodes.child_process import ChildProcess
from depthanyevent_ros.nodes.depth_watch import DepthWatch

WIDTH, HEIGHT = 346, 260
POLL_S = 0.05
#: The node's figures come so often; when they stand still for STILL_S there is nothing to come.
PERIOD_S, STILL_S = 0.5, 1.5

Say = Callable[[str], None]


@dataclass(frozen=True)
class LoadPlan:
    """What is published: see `bench/load.py`."""

    encoding: str
    rate_mev_s: float
    seconds: float
    message_ms: float = 0.0

    @property
    def event_type(self) -> str:
        """What the parameter event_type of a reader must be."""
        return 'dvs' if self.encoding == 'dvs' else 'packet'

    def arguments(self) -> List[str]:
        """Return the command line of the publisher."""
        values = {'encoding': self.encoding, 'rate': self.rate_mev_s, 'seconds': self.seconds,
                  'message-ms': self.message_ms, 'width': WIDTH, 'height': HEIGHT}
        return [word for key, value in values.items() for word in (f'--{key}', str(value))]


@dataclass(frozen=True)
class NodePlan:
    """The depth node: the size of its network's input, threads, further parameters, weights."""

    input_height: int = 154
    input_width: int = 210
    threads: int = 0
    parameters: Tuple[str, ...] = ()            # 'name:=value'
    weights: str = WEIGHTS

    def arguments(self, event_type: str) -> List[str]:
        """Return the command line of the node."""
        values = {'event_type': event_type, 'weights': self.weights, 'sensor.width': WIDTH,
                  'sensor.height': HEIGHT, 'engine.input_height': self.input_height,
                  'engine.input_width': self.input_width, 'engine.threads': self.threads,
                  'diagnostics.period_s': PERIOD_S}
        words = [f'{key}:={value}' for key, value in values.items()] + list(self.parameters)
        return ['--ros-args', *(word for pair in words for word in ('-p', pair))]


@dataclass
class DepthRun:
    """What was seen of a depth node under a load."""

    sent: Dict[str, Any]                        # what the publisher says: see load_node.send
    cpu: CpuTime                                # while it was sending
    late_ms: List[float]                        # age of each depth map on arrival
    depth_hz: float
    parts: Dict[str, Dict[str, str]] = field(default_factory=dict)     # last diagnostics

    def count(self, part: str, key: str) -> int:
        """Return a count of the diagnostics, 0 where there is none."""
        return int(float(self.parts[part].get(key, 0)))

    @property
    def n_lost(self) -> int:
        """Events that were sent and never read."""
        return self.sent['n_events'] - self.count('input', 'events_total')


def run_depth(load: LoadPlan, node: NodePlan, folder: Path, say: Say,
              look: Callable[[ChildProcess, DepthWatch], None] = lambda depth, watch: None,
              ) -> DepthRun:
    """
    Start a depth node, send it the load, and return what came of it.

    :param folder: for the logs; :param say: called with what is going on.
    :param look: called again and again while events are sent.
    :raises DepthAnyEventError: if the node or the publisher fails.
    """
    with Bystander('bench') as bystander:
        watch, arrivals = DepthWatch(bystander), DepthArrivals(bystander)
        with ChildProcess(MODULE, node.arguments(load.event_type),
                          folder / 'depth_node.log') as depth:
            wait_until_ready(depth, watch, lambda doing: say(f'depth node: {doing}'))
            say(f'{load.encoding} at {load.rate_mev_s:g} Mev/s')
            sent, cpu = send(load, depth, folder, lambda: look(depth, watch))
            while time.monotonic() - watch.changed_s < STILL_S:
                check_alive(depth)
                time.sleep(POLL_S)
            parts = {name: dict(watch.part(name).values)
                     for name in ('input', 'windows', 'engine', 'inference', 'output')}
    return DepthRun(sent, cpu, list(arrivals.late_ms), len(arrivals.late_ms) / sent['took_s'],
                    parts)


def run_usual(load: LoadPlan, folder: Path, say: Say) -> Tuple[int, CpuTime]:
    """Send the load to the usual node; return how many events it saw, and its time."""
    say(f'{load.encoding} at {load.rate_mev_s:g} Mev/s, the usual way')
    with ChildProcess('depthanyevent_ros.nodes.bench.usual_node', [load.event_type],
                      folder / 'usual_node.log') as usual:
        _, cpu = send(load, usual, folder, lambda: None)
        usual.stop()
        return int(usual.last_words()), cpu


def send(load: LoadPlan, reader: ChildProcess, folder: Path,
         look: Callable[[], None]) -> Tuple[Dict[str, Any], CpuTime]:
    """Publish the load to the end; return what the publisher says and the reader's time."""
    with ChildProcess('depthanyevent_ros.nodes.bench.load_node', load.arguments(),
                      folder / 'load_node.log') as publisher:
        while not _lines(publisher):
            _check(publisher, reader)
        before = cpu_time(reader.pid)
        while len(_lines(publisher)) < 2:
            look()
            _check(publisher, reader)
        after = cpu_time(reader.pid)
        while publisher.returncode is None:
            time.sleep(POLL_S)
        sent = json.loads(_lines(publisher)[1])
    return sent, CpuTime(*(b - a for a, b in zip(before, after)))


def _lines(publisher: ChildProcess) -> List[str]:
    """Return what the publisher has said since it began to send."""
    lines = publisher.log.read_text(encoding='utf-8', errors='replace').split('\n')[:-1]
    return lines[lines.index(SENDING):] if SENDING in lines else []


def _check(publisher: ChildProcess, reader: ChildProcess) -> None:
    publisher.check()
    if publisher.returncode == 0 and len(_lines(publisher)) < 2:
        raise DepthAnyEventError(f'{publisher.name} was stopped before it had sent its load')
    check_alive(reader)
    time.sleep(POLL_S)
