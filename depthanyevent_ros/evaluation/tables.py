# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Results as tables: aligned text for a terminal, Markdown for a page."""

from typing import Dict, List, Mapping, Sequence

from depthanyevent_ros.evaluation.comparison import comparison_table
from depthanyevent_ros.evaluation.prepared import FAR_M
from depthanyevent_ros.evaluation.published import published_table
from depthanyevent_ros.evaluation.results import Results

#: Metrics that a terminal shows: name -> title.
COLUMNS = {'abs_rel': 'AbsRel', 'sq_rel': 'SqRel', 'rmse': 'RMSE', 'rmse_log': 'RMSElog',
           'delta1': 'd1', 'delta2': 'd2', 'delta3': 'd3', 'scale_change': 'scale change',
           'flicker': 'flicker'}
#: And a page.
ALL_COLUMNS = {**COLUMNS, 'silog': 'SILog', 'mean_depth_error': 'mean error, m',
               'mean_depth_error_10m': 'to 10 m', 'mean_depth_error_20m': 'to 20 m',
               'mean_depth_error_30m': 'to 30 m', 'coverage': 'coverage'}

Table = List[List[str]]


def number(value) -> str:
    """Return three digits behind the point; a dash for what is not known."""
    return '-' if value is None or value != value else f'{value:.3f}'


def main_table(results: Results, protocol: str, columns: Mapping[str, str]) -> Table:
    """
    Return one row for each group and method, by one protocol.

    :param columns: names of metrics and their titles; those that nobody has are left out.
    """
    rows = {(group, method): table[protocol][group]
            for group in results.groups for method, table in results.means.items()
            if table.get(protocol, {}).get(group)}
    shown = {name: title for name, title in columns.items()
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
    """Return a table with aligned columns: words to the left, numbers to the right."""
    columns = list(zip(*table))
    widths = [max(map(len, column)) for column in columns]
    align = [str.ljust if any(c.isalpha() for cell in column[1:] for c in cell) else str.rjust
             for column in columns]
    return '\n'.join('  '.join(
        put(cell, width) for put, cell, width in zip(align, row, widths)).rstrip()
        for row in table)


def as_markdown(table: Sequence[Sequence[str]]) -> str:
    """Return a table in Markdown."""
    lines = ['| ' + ' | '.join(row) + ' |' for row in table]
    return '\n'.join([lines[0], '|' + '---|' * len(table[0]), *lines[1:]])


def sections(results: Results, columns: Mapping[str, str]) -> Dict[str, Table]:
    """Return every table with its heading."""
    found = {}
    for protocol, note in results.notes.items():
        found[f'{protocol}: {note}'] = main_table(results, protocol, columns)
        compared = comparison_table(results, protocol)
        if compared:
            found[f'{protocol}, AbsRel against the best prior and without memory'] = compared
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
    parts += [f'{title}\n{as_text(table)}'
              for title, table in sections(results, COLUMNS).items()]
    if published:
        note, table = published_table(published)
        parts.append(f'Published for {published}. {note}\n{as_text(table)}')
    return '\n\n'.join(parts)


def markdown_report(results: Results, published: str) -> str:
    """Return the report as Markdown; as :func:`text_report`."""
    parts = ['# Evaluation', facts_text(results, '- ')]
    parts += [f'## {title}\n\n{as_markdown(table)}'
              for title, table in sections(results, ALL_COLUMNS).items()]
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
