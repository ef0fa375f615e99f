# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The depth node as the teacher node sees it: who takes new weights over."""

from collections import deque
from pathlib import Path
from typing import Callable, Deque, Optional, Tuple

from rcl_interfaces.msg import Parameter, ParameterType, ParameterValue
from rcl_interfaces.srv import SetParameters
from rclpy.clock import Clock, ClockType
from std_srvs.srv import Trigger

PERIOD_S = 0.2
#: After a refusal (an engine is being prepared already) it is tried again, so many times.
RETRIES, RETRY_S = 60, 2.0


class DepthClient:
    """
    Lets a depth node load weights, one after the other, without waiting for it.

    ``problem`` says why the last ones could not be handed over, ``waiting`` what is waited for.

    :param name: of the depth node.
    """

    def __init__(self, node, name: str):
        self.problem: Optional[str] = None
        self.n_loaded = 0
        self._name = name
        self._set = node.create_client(SetParameters, f'{name}/set_parameters')
        self._load = node.create_client(Trigger, f'{name}/load_weights')
        self._wanted: Deque[str] = deque(maxlen=1)      # only the latest matters
        self._call: Optional[Tuple[object, Callable]] = None
        self._rest, self._retries = 0, 0
        self._node = node
        self._timer = node.create_timer(PERIOD_S, self._turn,
                                        clock=Clock(clock_type=ClockType.STEADY_TIME))

    @property
    def waiting(self) -> Optional[str]:
        """The weights that the depth node has not taken yet, None if it has."""
        return self._wanted[0] if self._wanted else None

    def load(self, weights: str) -> None:
        """Ask for weights: a name in the manifest, or a path. May be called from any thread."""
        self._wanted.append(str(Path(weights)) if '/' in weights else weights)
        self._retries = 0

    def destroy(self) -> None:
        """Take clients and timer down."""
        self._node.destroy_timer(self._timer)
        for client in (self._set, self._load):
            self._node.destroy_client(client)

    def _turn(self) -> None:
        """Go one step on (executor thread)."""
        if self._call is not None:
            future, then = self._call
            if future.done():
                self._call = None
                then(future.result())
            return
        if self._rest > 0:
            self._rest -= 1
            return
        if self._wanted and self._set.service_is_ready() and self._load.service_is_ready():
            weights = self._wanted[0]
            request = SetParameters.Request(parameters=[Parameter(name='weights', value=(
                ParameterValue(type=ParameterType.PARAMETER_STRING, string_value=weights)))])
            self._call = self._set.call_async(request), lambda answer: self._on_set(
                weights, answer)
        elif self._wanted:
            self.problem = f'there is no depth node {self._name} to take {self._wanted[0]}'

    def _on_set(self, weights: str, answer) -> None:
        if answer is None or not answer.results[0].successful:
            self._refused(weights, 'no answer' if answer is None else answer.results[0].reason)
            return
        self._call = self._load.call_async(Trigger.Request()), lambda loaded: self._on_load(
            weights, loaded)

    def _on_load(self, weights: str, answer) -> None:
        if answer is None or not answer.success:
            self._refused(weights, 'no answer' if answer is None else answer.message)
            return
        self.problem, self.n_loaded = None, self.n_loaded + 1
        if self.waiting == weights:
            self._wanted.clear()

    def _refused(self, weights: str, why: str) -> None:
        self.problem = f'the depth node {self._name} does not take {weights}: {why}'
        self._retries += 1
        self._rest = round(RETRY_S / PERIOD_S)
        if self._retries > RETRIES and self.waiting == weights:
            self._wanted.clear()
