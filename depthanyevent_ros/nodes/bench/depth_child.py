# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The depth node as a child process: whether it lives, and when it is ready."""

import time
from typing import Callable

from depthanyevent_ros.errors import DepthAnyEventError
from depthanyevent_ros.nodes.child_process import ChildProcess
from depthanyevent_ros.nodes.depth_watch import DepthWatch

MODULE = 'depthanyevent_ros.nodes.depth_node'
#: Without a sign of life from a new node for so long, something is wrong.
SILENCE_S = 60.0
POLL_S = 0.1


def wait_until_ready(depth: ChildProcess, watch: DepthWatch, tell: Callable[[str], None]) -> None:
    """
    Wait until the node has an engine in use.

    :param tell: called again and again with what the node is preparing.
    :raises DepthAnyEventError: if it will not come to that, in the node's words.
    """
    started_s = time.monotonic()
    while not watch.is_ready:
        check_alive(depth)
        if watch.engine_problem is not None:
            raise DepthAnyEventError(f'the depth node has no engine: {watch.engine_problem}')
        if watch.lifecycle_state() == 'unconfigured':   # it configures itself before it answers
            raise DepthAnyEventError(f'the depth node could not start: {depth.last_words()}')
        if not watch.n_heard and time.monotonic() - started_s > SILENCE_S:
            raise DepthAnyEventError(
                f'the depth node says nothing after {SILENCE_S:.0f} s; its last words in '
                f'{depth.log}: {depth.last_words()}')
        tell(watch.doing)
        time.sleep(POLL_S)


def check_alive(depth: ChildProcess) -> None:
    """Raise DepthAnyEventError if the node has ended."""
    if depth.returncode is not None:
        raise DepthAnyEventError(f'the depth node ended before its work was done (code '
                                 f'{depth.returncode}): {depth.last_words()}')
