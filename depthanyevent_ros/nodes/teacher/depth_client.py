# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The depth node as the teacher node sees it: who takes new weights over."""

from dataclasses import dataclass
from pathlib import Path
import threading
import time
from typing import Callable, Optional, Tuple

from diagnostic_msgs.msg import DiagnosticArray
from rcl_interfaces.msg import Parameter, ParameterType, ParameterValue
from rcl_interfaces.srv import SetParameters
from rclpy.clock import Clock, ClockType
from std_srvs.srv import Trigger

PERIOD_S = 0.2
#: After a refusal (an engine is being prepared already) it is tried again: so often soon, then
#: seldom, and never given up.
SOON, SOON_S, SELDOM_S = 60, 2.0, 10.0
#: An answer that has not come by then never will: the depth node has ended.
ANSWER_S = 10.0
#: Before the first wish its diagnostics are waited for; after one an engine may take its time.
HEARING_S, BUILD_S = 3.0, 600.0


@dataclass(frozen=True)
class Wish:
    """Weights that the depth node should run on: a name in the manifest, or a path."""

    weights: str
    sha256: str
    since_s: float


class DepthClient:
    """
    Lets a depth node run on weights, without waiting for it.

    Only the latest wish matters; it stays one until the depth node has taken it, and again when
    that was started anew. ``problem`` says what is in the way, ``waiting`` what is not taken yet.

    :param name: of the depth node; :param seconds: a clock that never goes back.
    """

    def __init__(self, node, name: str, seconds: Callable[[], float] = time.monotonic):
        self.problem: Optional[str] = None
        self.n_loaded = 0
        self.running: Optional[str] = None              # sha256, by the diagnostics
        self._name, self._node, self._seconds = name, node, seconds
        self._part = node.resolve_service_name(name).lstrip('/') + ': engine'
        self._set = node.create_client(SetParameters, f'{name}/set_parameters')
        self._load = node.create_client(Trigger, f'{name}/load_weights')
        self._lock = threading.Lock()                   # of wish and taken
        self._wish: Optional[Wish] = None
        self._taken = False
        self._call: Optional[Tuple[object, object, Callable, float]] = None
        self._next_s, self._refusals, self._asked = 0.0, 0, False
        self._diagnostics = node.create_subscription(
            DiagnosticArray, '/diagnostics', self._on_diagnostics, 20)
        self._timer = node.create_timer(PERIOD_S, self._turn,
                                        clock=Clock(clock_type=ClockType.STEADY_TIME))

    @property
    def waiting(self) -> Optional[str]:
        """The weights that the depth node has not taken yet, None if it has."""
        with self._lock:
            return self._wish.weights if self._wish and not self._taken else None

    def load(self, weights: str, sha256: str) -> None:
        """Wish for weights; may be called from any thread. The same wish again changes nothing."""
        weights = str(Path(weights)) if '/' in weights else weights
        with self._lock:
            if self._wish is None or self._wish.weights != weights:
                self._wish, self._taken = Wish(weights, sha256, self._seconds()), False
                self._refusals, self._next_s = 0, 0.0

    def destroy(self) -> None:
        """Take clients, subscription and timer down."""
        self._node.destroy_timer(self._timer)
        self._node.destroy_subscription(self._diagnostics)
        for client in (self._set, self._load):
            self._node.destroy_client(client)

    # --- in the executor's thread ---------------------------------------------------------------

    def _on_diagnostics(self, message: DiagnosticArray) -> None:
        for status in message.status:
            if status.name == self._part:
                for value in status.values:
                    if value.key == 'weights_sha256':
                        self.running = value.value

    def _turn(self) -> None:
        """Go one step on."""
        if self._call is not None:
            self._wait()
            return
        wish, taken, now_s = self._wish, self._taken, self._seconds()
        if wish is None:
            return
        if not (self._set.service_is_ready() and self._load.service_is_ready()):
            self.problem = f'there is no depth node {self._name} to take {wish.weights}'
            self._taken = False                         # it must be told when it is back
        elif taken:
            self._compare(wish, now_s)
        elif now_s >= self._next_s and not self._runs_already(wish, now_s):
            self._asked = True
            request = SetParameters.Request(parameters=[Parameter(name='weights', value=(
                ParameterValue(type=ParameterType.PARAMETER_STRING, string_value=wish.weights)))])
            self._ask(self._set, request, lambda answer: self._on_set(wish, answer))

    def _runs_already(self, wish: Wish, now_s: float) -> bool:
        """Before anything was asked for: whether there is nothing to ask, or not known yet."""
        if self._asked:
            return False
        if self.running == wish.sha256:
            self._take(wish)
            return True
        return self.running is None and now_s < wish.since_s + HEARING_S

    def _ask(self, client, request, then: Callable) -> None:
        self._call = client, client.call_async(request), then, self._seconds() + ANSWER_S

    def _wait(self) -> None:
        client, future, then, late_s = self._call
        if future.done():
            self._call = None
            then(future.result())
        elif self._seconds() > late_s:
            self._call = None
            client.remove_pending_request(future)
            then(None)

    def _on_set(self, wish: Wish, answer) -> None:
        if answer is None or not answer.results[0].successful:
            self._refused(wish, 'no answer' if answer is None else answer.results[0].reason)
            return
        self._ask(self._load, Trigger.Request(), lambda loaded: self._on_load(wish, loaded))

    def _on_load(self, wish: Wish, answer) -> None:
        if answer is None or not answer.success:
            self._refused(wish, 'no answer' if answer is None else answer.message)
            return
        self.n_loaded += 1
        self._take(wish)

    def _take(self, wish: Wish) -> None:
        self.problem = None
        with self._lock:
            if self._wish == wish:
                self._taken = True

    def _refused(self, wish: Wish, why: str) -> None:
        self.problem = f'the depth node {self._name} does not take {wish.weights}: {why}'
        self._refusals += 1
        self._next_s = self._seconds() + (SOON_S if self._refusals <= SOON else SELDOM_S)

    def _compare(self, wish: Wish, now_s: float) -> None:
        """Say so if it runs on others in the end: its engine failed, or someone else chose."""
        if self.running in (None, wish.sha256):
            self.problem = None
        elif now_s > wish.since_s + BUILD_S:
            self.problem = (f'the depth node {self._name} runs on other weights than '
                            f'{wish.weights}, which it took: see its diagnostics')
