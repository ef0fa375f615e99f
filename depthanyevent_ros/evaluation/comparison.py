# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Is the network worth its computation, and is its memory?

For each group: its AbsRel beside that of the best baseline there (whichever it is) and beside
that of the same network with its state reset before every window.
"""

from typing import Dict, List, Optional

from depthanyevent_ros.evaluation.results import Results
from depthanyevent_ros.evaluation.scores import Row

METRIC = 'abs_rel'
#: What the name of a network whose state is reset ends in.
FORGETFUL = ', state reset every window'


def comparison_table(results: Results, protocol: str) -> List[List[str]]:
    """
    Return a row for each group and network that is no baseline; [] if there are no baselines.

    A ratio below 1 is a win of the network.
    """
    if not results.baselines:
        return []
    rows = []
    for group in results.groups:
        best = best_baseline(results, protocol, group)
        for name in results.means:
            row = row_of(results, name, protocol, group)
            if name not in results.baselines and not name.endswith(FORGETFUL) and row and best:
                reset = row_of(results, name + FORGETFUL, protocol, group)
                rows.append([group, name, f'{row[METRIC]:.3f}', best,
                             *against(row, row_of(results, best, protocol, group)),
                             *(against(row, reset) if reset else ('-', '-'))])
    return rows and [['group', 'method', 'AbsRel', 'best baseline', 'its AbsRel', 'ratio',
                      'state reset', 'ratio'], *rows]


def best_baseline(results: Results, protocol: str, group: str) -> Optional[str]:
    """Return the baseline with the least AbsRel, None if none was scored."""
    found: Dict[str, Row] = {name: row_of(results, name, protocol, group)
                             for name in results.baselines}
    known = [name for name, row in found.items() if row and row[METRIC] == row[METRIC]]
    return min(known, key=lambda name: found[name][METRIC], default=None)


def row_of(results: Results, method: str, protocol: str, group: str) -> Row:
    """Return the metrics of a method, {} if it was not scored there."""
    return results.means.get(method, {}).get(protocol, {}).get(group, {})


def against(row: Row, other: Row) -> List[str]:
    """Return the AbsRel of another method and the ratio to it; an exact one has no ratio."""
    ratio = f'{row[METRIC] / other[METRIC]:.2f}' if other[METRIC] else '-'
    return [f'{other[METRIC]:.3f}', ratio]
