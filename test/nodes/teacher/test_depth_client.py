# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Handing weights over, with a depth node that ends, refuses and comes back as the test says."""

from types import SimpleNamespace

from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus, KeyValue
import pytest

from depthanyevent_ros.nodes.teacher import depth_client
from depthanyevent_ros.nodes.teacher.depth_client import DepthClient

OLD, NEW = ('default', 'a' * 64), ('/v1.safetensors', 'b' * 64)
NEWER = ('/v2.safetensors', 'c' * 64)


class Future:
    """An answer that comes when the test gives it."""

    def __init__(self):
        self.answer, self.came = None, False

    def done(self):
        """Tell whether it came."""
        return self.came

    def result(self):
        """Return it."""
        return self.answer

    def give(self, answer):
        """Let it come."""
        self.answer, self.came = answer, True


class Client:
    """A client of a service that is there or not."""

    def __init__(self, depth):
        self._depth, self.calls, self.removed = depth, [], []

    def service_is_ready(self):
        """Tell whether the depth node runs."""
        return self._depth.is_there

    def call_async(self, request):
        """Ask."""
        self.calls.append((request, Future()))
        return self.calls[-1][1]

    def remove_pending_request(self, future):
        """Wait no longer."""
        self.removed.append(future)


class Depth:
    """The node that the client is made on, and the depth node it speaks to; a clock."""

    def __init__(self):
        self.is_there, self.now_s, self.clients = True, 0.0, {}

    def create_client(self, kind, name):
        """Return a client that the test sees."""
        return self.clients.setdefault(name, Client(self))

    def create_subscription(self, kind, topic, callback, depth):
        """Remember who listens."""
        self.hear = callback

    def create_timer(self, period_s, turn, clock):
        """Remember what is done each period."""
        self.turn = turn

    def resolve_service_name(self, name):
        """Return the name with its namespace."""
        return f'/front/{name}'

    def say(self, sha256, name='front/depth: engine'):
        """Publish diagnostics."""
        self.hear(DiagnosticArray(status=[DiagnosticStatus(
            name=name, values=[KeyValue(key='weights_sha256', value=sha256)])]))

    def wait(self, seconds):
        """Let time pass."""
        for _ in range(round(seconds / depth_client.PERIOD_S)):
            self.now_s += depth_client.PERIOD_S
            self.turn()

    @property
    def asked(self):
        """The weights that were asked for, one after the other."""
        return [request.parameters[0].value.string_value
                for request, _ in self.clients['depth/set_parameters'].calls]

    def accept(self, loads=True):
        """Answer both calls."""
        self.clients['depth/set_parameters'].calls[-1][1].give(
            SimpleNamespace(results=[SimpleNamespace(successful=True, reason='')]))
        self.wait(0.2)
        self.clients['depth/load_weights'].calls[-1][1].give(
            SimpleNamespace(success=loads, message='one is prepared already'))
        self.wait(0.2)


@pytest.fixture
def depth():
    """Return the other side."""
    return Depth()


@pytest.fixture
def client(depth):
    """Return a client that has heard the depth node on its first weights."""
    made = DepthClient(depth, 'depth', lambda: depth.now_s)
    depth.say(OLD[1])
    return made


def test_weights_are_set_then_loaded(client, depth):
    """And waited for until the depth node has said yes to both."""
    client.load(*NEW)
    depth.wait(0.2)
    assert depth.asked == [NEW[0]] and client.waiting == NEW[0]
    depth.accept()
    assert client.waiting is None and client.problem is None and client.n_loaded == 1
    depth.wait(60)
    assert len(depth.asked) == 1


def test_what_runs_already_is_not_loaded_again(client, depth):
    """At the start both nodes have the weights of the factory."""
    client.load(*OLD)
    depth.wait(5)
    assert not depth.asked and client.waiting is None


def test_a_depth_node_on_other_weights_than_the_learner_gets_those_of_the_learner(client, depth):
    """A teacher that was started anew beside a depth node that runs on what was learned before."""
    depth.say(NEW[1])
    client.load(*OLD)
    depth.wait(0.2)
    assert depth.asked == [OLD[0]]


def test_a_depth_node_that_says_nothing_is_asked_after_a_while(depth):
    """Its diagnostics may be off, or come from another node."""
    silent = DepthClient(depth, 'depth', lambda: depth.now_s)
    depth.say(OLD[1], 'rear/depth: engine')
    silent.load(*OLD)
    depth.wait(2)
    assert not depth.asked
    depth.wait(2)
    assert depth.asked == [OLD[0]]


def test_an_answer_that_never_comes_is_not_waited_for(client, depth):
    """The depth node ended in between; its successor is asked."""
    client.load(*NEW)
    depth.wait(0.2)
    depth.wait(depth_client.ANSWER_S + 0.4)
    assert 'no answer' in client.problem
    assert len(depth.clients['depth/set_parameters'].removed) == 1
    depth.wait(depth_client.SOON_S)
    assert depth.asked == [NEW[0], NEW[0]]
    depth.accept()
    assert client.waiting is None and client.problem is None


def test_a_refusal_is_tried_again_and_never_given_up(client, depth):
    """A first engine for a GPU may take many minutes."""
    client.load(*NEW)
    depth.wait(0.2)
    for _ in range(100):
        depth.accept(loads=False)
        assert client.waiting == NEW[0] and 'one is prepared already' in client.problem
        depth.wait(depth_client.SELDOM_S)
    depth.accept()
    assert client.waiting is None and client.n_loaded == 1


def test_only_the_latest_wish_matters(client, depth):
    """A rollback while the version before is still being handed over."""
    client.load(*NEW)
    depth.wait(0.2)
    client.load(*NEWER)
    depth.accept()
    assert client.waiting == NEWER[0]
    depth.wait(0.2)
    depth.accept()
    assert depth.asked == [NEW[0], NEWER[0]] and client.waiting is None


def test_a_depth_node_that_was_started_anew_is_told_again(client, depth):
    """It began with the weights of the factory."""
    client.load(*NEW)
    depth.wait(0.2)
    depth.accept()
    depth.is_there = False
    depth.wait(1)
    assert 'there is no depth node' in client.problem
    depth.is_there = True
    depth.wait(0.2)
    assert depth.asked == [NEW[0], NEW[0]]
    depth.accept()
    assert client.problem is None


def test_a_depth_node_that_took_weights_and_runs_on_others_is_a_problem(client, depth):
    """Its engine failed, or someone went back there; a build has its time before that is said."""
    client.load(*NEW)
    depth.wait(0.2)
    depth.accept()
    depth.wait(60)
    assert client.problem is None
    depth.wait(depth_client.BUILD_S)
    assert 'runs on other weights' in client.problem and len(depth.asked) == 1
    depth.say(NEW[1])
    depth.wait(0.2)
    assert client.problem is None
