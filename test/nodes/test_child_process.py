# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A child never outlives its parent's wish, and its last words are heard."""

import os
import time

import pytest

from depthanyevent_ros.errors import DepthAnyEventError
from depthanyevent_ros.nodes.child_process import ChildProcess


def wait(child):
    deadline = time.monotonic() + 60
    while child.returncode is None and time.monotonic() < deadline:
        time.sleep(0.01)


def test_a_child_that_ends_well_raises_nothing(tmp_path):
    """Its words are in its log."""
    with ChildProcess('calendar', ['2026', '11'], tmp_path / 'log') as child:
        wait(child)
        child.check()
    assert 'November' in (tmp_path / 'log').read_text()


def test_a_failure_is_told_in_the_childs_own_last_words(tmp_path):
    """The code and the last line."""
    with ChildProcess('depthanyevent_ros', ['info', '/no/such/file'], tmp_path / 'log') as child:
        wait(child)
        with pytest.raises(DepthAnyEventError, match='code 1: .*no recording /no/such/file'):
            child.check()


def test_a_running_child_is_stopped_when_the_block_ends(tmp_path):
    """A server would run for ever; afterwards it has an exit code."""
    with ChildProcess('http.server', ['--bind', '127.0.0.1', '0'], tmp_path / 'log') as child:
        while 'Serving' not in (tmp_path / 'log').read_text():
            time.sleep(0.02)
            assert child.returncode is None
    assert child.returncode is not None


def test_a_child_that_ignores_signals_is_killed(tmp_path, monkeypatch):
    """SIGINT and SIGTERM are ignored: SIGKILL is not."""
    (tmp_path / 'deaf.py').write_text(
        'import signal, time\n'
        'signal.signal(signal.SIGINT, signal.SIG_IGN)\n'
        'signal.signal(signal.SIGTERM, signal.SIG_IGN)\n'
        'print("cannot hear", flush=True)\n'
        'time.sleep(600)\n')
    monkeypatch.setenv('PYTHONPATH', str(tmp_path), prepend=os.pathsep)
    child = ChildProcess('deaf', [], tmp_path / 'log')
    while 'cannot hear' not in (tmp_path / 'log').read_text():
        time.sleep(0.02)
        assert child.returncode is None
    assert child.stop(timeout_s=0.2) == -9


def test_the_first_error_in_a_log_is_what_it_failed_by(tmp_path):
    """What rclpy puts before a message is left out; what follows the error is its consequence."""
    with ChildProcess('calendar', ['2026', '11'], tmp_path / 'log') as child:
        wait(child)
    (tmp_path / 'log').write_text(
        '[INFO] [12.5] [depth]: hello\n[ERROR] [12.6] [depth]: not configured: no file\n'
        '[ERROR] [12.7] [depth]: Unable to start transition 3\n\n')
    assert child.last_words() == 'not configured: no file'
    (tmp_path / 'log').write_text('\n\n')
    assert child.last_words() == 'it said nothing'
