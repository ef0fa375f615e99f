# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The tables: what is measured is shown, and a missed goal says so."""

from depthanyevent_ros.bench.tables import missed_goals, table

FAST = {'part': 'decode', 'name': 'mono', 'mev_s': 150.4, 'us': None, 'ratio': 9.0,
        'goal_mev_s': 100}
SLOW = {**FAST, 'name': 'dvs', 'mev_s': 90.0}
BASELINE = {**FAST, 'name': 'NumPy', 'mev_s': 16.7, 'ratio': 1.0, 'goal_mev_s': None}


def cells(text):
    """Return the cells of a Markdown table, line by line, without heading and rule."""
    lines = [line for line in text.splitlines() if line.startswith('| ')]
    return [[cell.strip() for cell in line.strip('|').split('|')] for line in lines]


def test_a_table_has_a_line_for_each_row_and_only_the_columns_that_are_used():
    """No row has microseconds: there is no such column."""
    text = table('decode', [FAST, BASELINE])
    assert text.startswith('## Decode and accumulate')
    assert cells(text) == [['', 'Mev/s', 'ratio', 'goal, Mev/s'],
                           ['mono', '150', '9x', '100 met'], ['NumPy', '16.7', '1x', '']]


def test_a_missed_goal_is_marked_and_listed():
    """For people in the table, for programs in the list."""
    assert cells(table('decode', [SLOW]))[1][-1] == '100 MISSED'
    assert missed_goals([FAST, SLOW, BASELINE]) == ['dvs: 90 of 100 Mev/s']


def test_an_engine_that_cannot_run_says_why():
    """Its other cells stay empty."""
    row = {'part': 'engines', 'engine': 'openvino', 'precision': 'bf16', 'input': (154, 210),
           'skipped': 'no bf16 here'}
    assert cells(table('engines', [row]))[1] == ['openvino bf16 154x210', 'no bf16 here']
    assert not missed_goals([row])


def test_lost_events_are_a_missed_goal_only_up_to_the_rate_that_is_promised():
    """Above it, where events begin to be lost is what was asked."""
    lost = {'part': 'node', 'name': 'mono 12 Mev/s', 'n_lost': 12_000, 'goal_lost': 0}
    beyond = {**lost, 'name': 'mono 40 Mev/s', 'goal_lost': None}
    assert [row[1] for row in cells(table('node', [lost, beyond]))[1:]] == [
        '12,000 MISSED', '12,000']
    assert missed_goals([lost, beyond]) == ['mono 12 Mev/s: 12,000 events lost']


def test_a_soak_that_failed_says_what_grew():
    """And by how much."""
    row = {'part': 'soak', 'name': '10 min at 5 Mev/s', 'n_lost': 0, 'growth_mb': 20.25,
           'max_growth_mb': 16.0, 'passed': False, 'n_received': 3}
    assert cells(table('soak', [row]))[1] == ['10 min at 5 Mev/s', '3', '0', '20.2', 'FAILED']
    assert missed_goals([row]) == [
        '10 min at 5 Mev/s: 0 events lost, memory grew by 20.2 MB (bound 16)']
