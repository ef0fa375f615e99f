# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Is the network worth its computation, and is its memory?

For each group: its AbsRel beside that of the best prior there (whichever it is), beside that of
the mean depth image of the scene's kind, which is told more than the network is, and beside that
of the same network with its state reset before every window.
"""

from typing import Dict, List, Optional

from depthanyevent_ros.evaluation.results import Results
from depthanyevent_ros.evaluation.scores import Row

METRIC = 'abs_rel'
#: What the name of a network whose state is reset ends in.
FORGETFUL = ', state reset every window'
#: The baseline that is told the kind of the scene.
TOLD = "mean depth image of the scene's kind"


def comparison_table(results: Results, protocol: str) -> List[List[str]]:
    """
    Return a row for each group and network that is no baseline; [] if there are no baselines.

    A ratio below 1 is a win of the network.
    """
    networks = [name for name in results.means
                if name not in results.baselines and not name.endswith(FORGETFUL)]
    rows = [row for group in results.groups for name in networks
            for row in compared(results, protocol, group, name)]
    return rows and [['group', 'method', 'AbsRel', 'best prior', 'its AbsRel', 'ratio',
                      'told the kind', 'ratio', 'state reset', 'ratio'], *rows]


def compared(results: Results, protocol: str, group: str, name: str) -> List[List[str]]:
    """Return the row of a network in a group; [] if it or the priors were not scored there."""
    row, best = row_of(results, name, protocol, group), best_prior(results, protocol, group)
    if not row or best is None:
        return []
    others = [row_of(results, other, protocol, group) for other in (best, TOLD, name + FORGETFUL)]
    return [[group, name, f'{row[METRIC]:.3f}', best,
             *(cell for other in others for cell in against(row, other))]]


def best_prior(results: Results, protocol: str, group: str) -> Optional[str]:
    """Return the prior with the least AbsRel, None if none was scored."""
    found: Dict[str, Row] = {name: row_of(results, name, protocol, group)
                             for name in results.baselines if name != TOLD}
    known = [name for name, row in found.items() if row and row[METRIC] == row[METRIC]]
    return min(known, key=lambda name: found[name][METRIC], default=None)


def row_of(results: Results, method: str, protocol: str, group: str) -> Row:
    """Return the metrics of a method, {} if it was not scored there."""
    return results.means.get(method, {}).get(protocol, {}).get(group, {})


def against(row: Row, other: Row) -> List[str]:
    """Return the AbsRel of another method and the ratio to it; an exact one has no ratio."""
    if not other:
        return ['-', '-']
    ratio = f'{row[METRIC] / other[METRIC]:.2f}' if other[METRIC] else '-'
    return [f'{other[METRIC]:.3f}', ratio]
