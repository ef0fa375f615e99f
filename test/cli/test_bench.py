# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The verb bench: what it prints, what it exits with, and what it refuses."""

import json

import pytest

from depthanyevent_ros.__main__ import main
from depthanyevent_ros.cli import bench
from depthanyevent_ros.errors import DepthAnyEventError


def test_json_is_one_object_with_the_machine_and_the_rows(capsys):
    """Nothing else on stdout, so that a program can read it."""
    assert main(['bench', '--json', '--quick', '--only', 'close,accumulate']) == 0
    out, err = capsys.readouterr()
    result = json.loads(out)
    assert result['machine']['cores'] >= 1 and result['machine']['processor']
    assert 'load_average_before' in result['machine'] and result['failed'] == []
    assert {row['part'] for row in result['rows']} == {'close', 'accumulate'}
    assert all(row['ratio'] > 0 for row in result['rows'])
    assert 'close 1280x720' in err              # progress, as lines where there is no terminal


def test_tables_name_the_machine(capsys):
    """A figure without its machine says nothing."""
    assert main(['bench', '--quick', '--only', 'accumulate']) == 0
    out = capsys.readouterr().out
    assert out.startswith('processor ') and 'cores ' in out.splitlines()[0]
    assert '## Accumulate' in out and '| accumulate: NumPy' in out


def measured(monkeypatch, **parts):
    """Let parts return these rows, or raise."""
    def make(outcome):
        def measure(args, say):
            if isinstance(outcome, Exception):
                raise outcome
            return outcome
        return measure
    for part, outcome in parts.items():
        monkeypatch.setitem(bench.MEASURE, part, make(outcome))


def test_a_part_that_cannot_be_measured_is_code_1_and_the_others_are_measured(
        monkeypatch, capsys):
    """For example where ROS is not installed."""
    measured(monkeypatch, node=DepthAnyEventError('ROS 2 is not installed here'))
    assert main(['bench', '--quick', '--only', 'node,accumulate']) == 1
    out, err = capsys.readouterr()
    assert '## Accumulate' in out and 'node: ROS 2 is not installed here' in err


SLOW = {'part': 'decode', 'name': 'dvs', 'mev_s': 90.0, 'us': None, 'ratio': 9.0,
        'goal_mev_s': 100}
SOAK = {'part': 'soak', 'name': '10 min', 'n_lost': 1, 'growth_mb': 0.0, 'max_growth_mb': 16.0}


@pytest.mark.parametrize('row, arguments, code', [
    (SLOW, [], 0), (SLOW, ['--strict'], 1), ({**SLOW, 'mev_s': 101.0}, ['--strict'], 0),
    ({**SOAK, 'passed': False}, [], 1), ({**SOAK, 'passed': True}, [], 0)])
def test_a_missed_goal_is_said_and_fails_only_when_asked_but_a_soak_always(
        monkeypatch, capsys, row, arguments, code):
    """Another machine may be slower; a soak is a test."""
    measured(monkeypatch, **{row['part']: [row]})
    assert main(['bench', '--only', row['part'], *arguments]) == code
    missed = row.get('mev_s') == 90.0 or row.get('passed') is False
    assert ('goal missed' in capsys.readouterr().err) == missed


@pytest.mark.parametrize('arguments', [
    ['--only', 'decode,everything'], ['--minutes', '0'], ['--rate', 'fast']])
def test_what_means_nothing_is_code_2(arguments, capsys):
    """Named in the usage message."""
    assert main(['bench', *arguments]) == 2
    assert arguments[0] in capsys.readouterr().err


def test_help_names_the_parts(capsys):
    """And where to read on."""
    assert main(['bench', '--help']) == 0
    out = capsys.readouterr().out
    assert 'docs/performance.md' in out and 'soak' in out
