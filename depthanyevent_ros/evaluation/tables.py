# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Results as tables: aligned text for a terminal, Markdown for a page."""

from typing import Dict, List, Sequence

from depthanyevent_ros.evaluation.prepared import FAR_M
from depthanyevent_ros.evaluation.published import published_table
from depthanyevent_ros.evaluation.results import Results

#: Metrics that the tables show: name -> title.
COLUMNS = {'abs_rel': 'AbsRel', 'sq_rel': 'SqRel', 'rmse': 'RMSE', 'rmse_log': 'RMSElog',
           'silog': 'SILog', 'delta1': 'd1', 'delta2': 'd2', 'delta3': 'd3',
           'scale_change': 'scale change', 'flicker': 'flicker'}
FURTHER = {'mean_depth_error': 'mean error, m', 'mean_depth_error_10m': 'to 10 m',
           'mean_depth_error_20m': 'to 20 m', 'mean_depth_error_30m': 'to 30 m',
           'coverage': 'coverage'}

Table = List[List[str]]


def number(value) -> str:
    """Return three digits behind the point; a dash for what is not known."""
    return '-' if value is None or value != value else f'{value:.3f}'


def main_table(results: Results, protocol: str) -> Table:
    """Return one row for each group and method, by one protocol."""
    rows = {(group, method): table[protocol][group]
            for group in results.groups for method, table in results.means.items()
            if table.get(protocol, {}).get(group)}
    shown = {name: title for name, title in {**COLUMNS, **FURTHER}.items()
             if any(name in row for row in rows.values())}
    return [['group', 'method', *shown.values()]] + [
        [group, method, *(number(row.get(name)) for name in shown)]
        for (group, method), row in rows.items()]


def distance_table(results: Results, protocol: str) -> Table:
    """Return AbsRel and delta1 by true distance, of all sequences; [] if there are none."""
    rows = {method: table[protocol]['all'] for method, table in results.means.items()
            if table.get(protocol, {}).get('all')}
    names = [name for name in next(iter(rows.values()), {}) if name.startswith('abs_rel_')]
    if not names:
        return []
    titles = [name.removeprefix('abs_rel_').replace('_', '-').replace('m', ' m')
              for name in names]
    return [['AbsRel / d1', *titles]] + [
        [method, *(f'{number(row.get(name))} / '
                   f'{number(row.get(name.replace("abs_rel", "delta1")))}' for name in names)]
        for method, row in rows.items()]


def as_text(table: Sequence[Sequence[str]]) -> str:
    """Return a table with aligned columns; numbers to the right."""
    widths = [max(map(len, column)) for column in zip(*table)]
    return '\n'.join('  '.join(
        cell.ljust(width) if any(c.isalpha() for c in row[k]) and k < 2 else cell.rjust(width)
        for k, (cell, width) in enumerate(zip(row, widths))).rstrip() for row in table)


def as_markdown(table: Sequence[Sequence[str]]) -> str:
    """Return a table in Markdown."""
    lines = ['| ' + ' | '.join(row) + ' |' for row in table]
    return '\n'.join([lines[0], '|' + '---|' * len(table[0]), *lines[1:]])


def sections(results: Results) -> Dict[str, Table]:
    """Return every table with its heading."""
    found = {}
    for protocol, note in results.notes.items():
        found[f'{protocol}: {note}'] = main_table(results, protocol)
        distances = distance_table(results, protocol)
        if distances:
            found[f'{protocol}, by true distance (up to {FAR_M:g} m), all'] = distances
    return found


def text_report(results: Results, published: str) -> str:
    """
    Return the report for a terminal.

    :param published: whose published rows go with it: MVSEC, DSEC or '' for none.
    """
    parts = [facts_text(results)]
    parts += [f'{title}\n{as_text(table)}' for title, table in sections(results).items()]
    if published:
        note, table = published_table(published)
        parts.append(f'Published for {published}. {note}\n{as_text(table)}')
    return '\n\n'.join(parts)


def markdown_report(results: Results, published: str) -> str:
    """Return the report as Markdown; as :func:`text_report`."""
    parts = ['# Evaluation', facts_text(results, '- ')]
    parts += [f'## {title}\n\n{as_markdown(table)}' for title, table in sections(results).items()]
    if published:
        note, table = published_table(published)
        parts.append(f'## Published for {published}\n\n{note}\n\n{as_markdown(table)}')
    return '\n\n'.join(parts) + '\n'


def facts_text(results: Results, mark: str = '') -> str:
    """Return what was run, one line each, and the sizes of the groups."""
    sizes = '; '.join(f'{name}: {size["sequences"]} sequences, {size["maps"]} maps'
                      for name, size in results.groups.items())
    return '\n'.join([*(f'{mark}{name}: {value}' for name, value in results.facts.items()),
                      f'{mark}groups: {sizes}'])
