# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The outcome of an evaluation as plain values: what goes to JSON and what the tables show."""

from dataclasses import dataclass
import json
import math
from typing import Any, Dict, List, Sequence

from depthanyevent_ros.evaluation.scores import groups_of, MethodScores, Row


@dataclass(frozen=True)
class Results:
    """
    Means by method, protocol and group.

    ``facts`` say what was run; ``notes`` explain the protocols by name; ``groups`` holds, for each
    group, how many sequences and maps of it were scored; ``means[method][protocol][group]`` and
    ``sequences[method][protocol][sequence]`` are rows of metrics; ``baselines`` names the methods
    that are no networks.
    """

    facts: Dict[str, Any]
    notes: Dict[str, str]
    groups: Dict[str, Dict[str, int]]
    means: Dict[str, Dict[str, Dict[str, Row]]]
    sequences: Dict[str, Dict[str, Dict[str, Row]]]
    baselines: Sequence[str] = ()

    @property
    def has_any(self) -> bool:
        """Tell whether there is a single number in it."""
        return any(math.isfinite(value) for method in self.means.values()
                   for protocol in method.values() for row in protocol.values()
                   for value in row.values())

    def as_json(self) -> str:
        """Return one JSON object; what is not known is null."""
        return json.dumps(without_nan(vars(self)), indent=1)


def results_of(methods: Sequence[MethodScores], facts: Dict[str, Any],
               baselines: Sequence[str] = ()) -> Results:
    """
    Return the means of all that was scored.

    :param baselines: names of the methods that are no networks.
    """
    notes, means, single = {}, {}, {}
    first: List = next((each for method in methods for each in method.by_protocol.values()), [])
    groups = groups_of(first)
    for method in methods:
        means[method.name], single[method.name] = {}, {}
        for name, sequences in method.by_protocol.items():
            notes[name] = sequences[0].protocol.note
            means[method.name][name] = {group.name: group.mean(sequences)
                                        for group in groups}
            single[method.name][name] = {each.name: each.mean() for each in sequences}
    counts = {group.name: sizes(group, first) for group in groups}
    return Results(facts, notes, counts, means, single, baselines)


def sizes(group, sequences) -> Dict[str, int]:
    """Return how many sequences and maps a group holds."""
    counts = [sum(n <= group.most_events for n in each.n_events)
              for each in sequences if group.holds(each)]
    return {'sequences': sum(n > 0 for n in counts), 'maps': sum(counts)}


def without_nan(value: Any) -> Any:
    """Return plain values with None for what is not a finite number: JSON has no NaN."""
    if isinstance(value, dict):
        return {str(key): without_nan(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [without_nan(each) for each in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value if isinstance(value, (str, int, float, type(None))) else str(value)
