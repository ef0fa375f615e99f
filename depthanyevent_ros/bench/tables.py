# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Rows of the bench as Markdown tables, and the goals that were missed."""

from typing import Any, Callable, Dict, List, Mapping, Sequence, Tuple

Row = Mapping[str, Any]
Column = Tuple[str, Callable[[Row], str]]


def _number(key: str, form: str, unit: str = '', scale: int = 1) -> Callable[[Row], str]:
    """Return a formatter of a number; a row without it gives an empty cell."""
    def text(row: Row) -> str:
        value = row.get(key)
        return '' if value is None else f'{value * scale:{form}}{unit}'
    return text


def _name(row: Row) -> str:
    return str(row['name'])


def _ratio(row: Row) -> str:
    return '' if row.get('ratio') is None else f'{row["ratio"]:.3g}x'


def _goal(value_key: str, goal_key: str) -> Callable[[Row], str]:
    def text(row: Row) -> str:
        goal = row.get(goal_key)
        if goal is None:
            return ''
        return f'{goal:g} {"met" if row[value_key] >= goal else "MISSED"}'
    return text


def _lost(row: Row) -> str:
    if 'n_lost' not in row:
        return ''
    missed = ' MISSED' if row.get('goal_lost') is not None and row['n_lost'] > 0 else ''
    return f'{row["n_lost"]:,}{missed}'


def _latency(row: Row) -> str:
    if row.get('latency_p50_ms') is None:
        return ''
    return ' / '.join(f'{row[f"latency_p{p}_ms"]:.0f}' for p in (50, 95, 99))


def _engine(row: Row) -> str:
    return f'{row["engine"]} {row["precision"]}, {row["threads"]} thr' if 'engine' in row else ''


EVENT_COLUMNS: List[Column] = [
    ('', _name), ('Mev/s', _number('mev_s', '.3g')), ('us', _number('us', '.0f')),
    ('ratio', _ratio), ('goal, Mev/s', _goal('mev_s', 'goal_mev_s'))]
ENGINE_COLUMNS: List[Column] = [
    ('', lambda row: f'{row["engine"]} {row["precision"]} {row["input"][0]}x{row["input"][1]}'),
    ('weights', lambda row: row.get('weights', '')),
    ('threads', _number('threads', 'd')), ('ms, least', _number('min_ms', '.1f')),
    ('ms, median', _number('median_ms', '.1f')), ('Hz', _number('hz', '.1f')), ('ratio', _ratio),
    ('goal, Hz', _goal('hz', 'goal_hz')), ('load s', _number('load_s', '.2f')),
    ('mean error', _number('depth_mean', '.1e')), ('', lambda row: row.get('skipped', ''))]
GPU_COLUMNS: List[Column] = [
    ('', lambda row: f'{row["engine"]} {row["precision"]} {row["input"][0]}x{row["input"][1]}'),
    ('ms, p50', _number('p50_ms', '.2f')), ('p99', _number('p99_ms', '.2f')),
    ('without graphs', _number('piecewise_ms', '.2f')),
    ('on the device', _number('device_ms', '.2f')), ('in', _number('in_ms', '.3f')),
    ('out', _number('out_ms', '.3f')), ('Hz', _number('hz', '.0f')),
    ('graphs', lambda row: row.get('graphs', '')), ('MB there', _number('device_mb', '.0f')),
    ('GFLOP', _number('gflop', '.1f')), ('ms', _number('compute_ms', '.3f')),
    ('MB moved', _number('mbyte', '.1f')), ('ms', _number('memory_ms', '.3f')),
    ('times floor', _number('over_floor', '.1f')),
    ('goal, ms', lambda row: '' if row.get('goal_ms') is None else f'{row["goal_ms"]:g} ' + (
        'met' if row['p50_ms'] <= row['goal_ms'] else 'MISSED')),
    ('', lambda row: row.get('skipped', ''))]
NODE_COLUMNS: List[Column] = [
    ('', _name), ('sent', _number('n_sent', ',')), ('lost', _lost),
    ('windows', _number('n_windows', 'd')), ('engine', _engine),
    ('step ms', _number('step_p50_ms', '.0f')),
    ('depth Hz', _number('depth_hz', '.1f')),
    ('latency ms', _latency), ('input thread', _number('input_share', '.0f', ' %', 100)),
    ('waits', _number('wait_share', '.0f', ' %', 100)),
    ('node', _number('node_share', '.0f', ' %', 100)),
    ('ms per Mev', _number('cpu_ms_per_mev', '.1f')), ('ratio', _ratio)]
SIMULATE_COLUMNS: List[Column] = [
    ('', _name), ('s in a second', _number('speed', '.2f')),
    ('slowest', _number('slowest', '.2f')), ('Mev/s', _number('rate_mev_s', '.2f')),
    ('ratio', _ratio), ('goal', _goal('speed', 'goal_speed'))]
SOAK_COLUMNS: List[Column] = [
    ('', _name), ('resident MB', _number('rss_mb', '.0f')), ('own MB', _number('own_mb', '.0f')),
    ('events', lambda row: f'{row.get("n_received", row.get("n_events", 0)):,}'),
    ('lost', lambda row: f'{row.get("n_lost", row.get("messages_lost", 0)):,}'),
    ('depth maps', _number('n_depth', 'd')), ('growth MB', _number('growth_mb', '.1f')),
    ('', lambda row: {True: 'passed', False: 'FAILED'}.get(row.get('passed'), ''))]

#: What may have a goal, and its unit.
UNITS = {'mev_s': 'Mev/s', 'hz': 'Hz', 'speed': 's in a second'}

#: Part -> its heading, its columns, and what they mean.
TABLES: Dict[str, Tuple[str, List[Column], str]] = {
    'decode': ('Decode and accumulate', EVENT_COLUMNS,
               'One core, processor time. Ratio: to NumPy on the same bytes.'),
    'accumulate': ('Accumulate', EVENT_COLUMNS, 'One core, decoded events.'),
    'close': ('Close a window', EVENT_COLUMNS,
              'Ratio: to drawing 200,000 events when the window is over.'),
    'engines': ('Engine step', ENGINE_COLUMNS,
                'Ratio: to PyTorch f32. Mean error: of depth, relative, to PyTorch.'),
    'gpu': ('Engine step on a GPU', GPU_COLUMNS,
            'p50, p99: as the caller sees it, with graphs. In, out: the copies alone. Floor: the '
            'larger of the operations at the rate of a large product and the bytes that must '
            'move at that of a large copy, both measured in the same run.'),
    'node': ('Node, end to end over DDS', NODE_COLUMNS,
             'Publisher, node and subscriber are processes. Lost: events sent and not read. '
             'Step: of the engine, median. '
             'Latency: from the end of a window to its depth at the subscriber, p50 / p95 / p99. '
             'Input thread, node: share of a core; waits: share of the time for which the input '
             'thread had no core. Ratio: of input processor time per event, the usual node over '
             'ours.'),
    'convert': ('Convert', EVENT_COLUMNS,
                'Processor time, reading and writing included. Ratio: to a message object for '
                'each event.'),
    'simulate': ('Simulate', SIMULATE_COLUMNS,
                 'Simulated seconds in a second of real time: events, frames and depth, 346x260, '
                 'all cores. Mev/s: of the scene. Ratio: to one core.'),
    'soak': ('Soak', SOAK_COLUMNS,
             'Own: memory but for files and shared segments. Lost: messages while it runs, '
             'events in the last row.'),
}


def table(part: str, rows: Sequence[Row]) -> str:
    """Return the table of a part in Markdown, columns aligned; empty columns are left out."""
    heading, columns, meaning = TABLES[part]
    cells = [[title] + [form(row) for row in rows] for title, form in columns]
    cells = [column for column in cells if any(column[1:])]
    widths = [max(map(len, column)) for column in cells]
    lines = ['| ' + ' | '.join(text.ljust(width) for text, width in zip(line, widths)) + ' |'
             for line in zip(*cells)]
    lines.insert(1, '|' + '|'.join('-' * (width + 2) for width in widths) + '|')
    return '\n'.join([f'## {heading}', '', meaning, '', *lines])


def missed_goals(rows: Sequence[Row]) -> List[str]:
    """Return a sentence for each goal that was not met."""
    said = []
    for row in rows:
        for key, unit in UNITS.items():
            goal = row.get(f'goal_{key}')
            if goal is not None and row[key] < goal:
                name = row.get('name') or ENGINE_COLUMNS[0][1](row)
                said.append(f'{name}: {row[key]:.3g} of {goal:g} {unit}')
        if row.get('goal_ms') is not None and row['p50_ms'] > row['goal_ms']:
            said.append(f'{GPU_COLUMNS[0][1](row)}: {row["p50_ms"]:.3g} of {row["goal_ms"]:g} ms')
        if row.get('goal_lost') is not None and row['n_lost'] > 0:
            said.append(f'{row["name"]}: {row["n_lost"]:,} events lost')
        if row.get('passed') is False:
            said.append(f'{row["name"]}: {row["n_lost"]:,} events lost, memory grew by '
                        f'{row["growth_mb"]:.1f} MB (bound {row["max_growth_mb"]:g})')
    return said
