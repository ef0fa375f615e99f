# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""From what the node said of itself to the facts of a report."""

from ast import literal_eval
from bisect import bisect_right
from typing import Dict, Mapping, Tuple

import numpy as np

from depthanyevent_ros.report.output_bag import NodeStory
from depthanyevent_ros.report.summary import Percentiles, Series, WeightsFacts

#: In the order in which a window passes through them; others follow.
STAGES = ('wait', 'step', 'publish', 'total')
#: A latency above this (an hour) is none: stamps of another time, and no clock to tell.
IMPOSSIBLE_MS = 3.6e6
_NOT_ENGINE = ('weights', 'doing', 'trained', 'output_kind')
#: Counts of the node that are losses, and counts that are resets, by part and prefix.
_DROPS = (('input', 'not_used.'), ('input', 'input.'), ('windows', 'events.'),
          ('inference', 'windows.'), ('inference', 'failed.'))
#: What the input passes over without losing an event: external triggers.
_NO_LOSS = ('trigger',)
_RESETS = (('windows', 'reset.'), ('inference', 'state_reset.'))
#: Each run begins with this one, which tells of nothing that was interrupted.
_BEGINNING = 'activated'


def weights_facts(story: NodeStory) -> WeightsFacts:
    """Return the weights; weights of which nothing was said count as untrained."""
    engine = story.parts.get('engine', {})
    details = {key[len('weights_'):]: value for key, value in engine.items()
               if key.startswith('weights_') and key != 'weights_trained'}
    return WeightsFacts(engine.get('weights', 'not known'),
                        engine.get('weights_trained') == 'True', details)


def engine_facts(story: NodeStory) -> Dict[str, object]:
    """Return what the engine said of itself; sizes as width x height, as for the sensor."""
    found = {key: plain_value(value) for key, value in story.parts.get('engine', {}).items()
             if not key.startswith(_NOT_ENGINE)}
    for key, value in found.items():
        if key.endswith('_size') and isinstance(value, tuple) and len(value) == 2:
            found[key] = f'{value[1]} × {value[0]}'
    return found


def plain_value(text: str) -> object:
    """Return the value that Python wrote as this text; a text that is none stays as it is."""
    if text[:1] not in '([{' and text not in ('None', 'True', 'False'):
        return text
    try:
        return literal_eval(text)
    except (ValueError, SyntaxError):
        return text


def latency_facts(story: NodeStory) -> Dict[str, Percentiles]:
    """Return (p50, p95, p99) in ms by stage."""
    values = story.parts.get('inference', {})
    stages = [key[len('latency_'):-len('_p50_ms')] for key in values
              if key.startswith('latency_') and key.endswith('_p50_ms')]
    stages.sort(key=lambda s: STAGES.index(s) if s in STAGES else len(STAGES))
    return {stage: tuple(float(values[f'latency_{stage}_{q}_ms']) for q in ('p50', 'p95', 'p99'))
            for stage in stages}


def drop_facts(story: NodeStory) -> Dict[str, int]:
    """Return what was not used, by cause."""
    drops = {cause: n for cause, n in _counts(story.parts, _DROPS).items()
             if cause not in _NO_LOSS}
    lost = int(story.parts.get('input', {}).get('messages_lost_by_middleware', 0))
    if lost:
        drops['messages_lost_by_middleware'] = lost
    return drops


def reset_facts(story: NodeStory) -> Dict[str, int]:
    """Return the resets, by reason, without the one with which every run begins."""
    resets = _counts(story.parts, _RESETS)
    if resets.get(_BEGINNING, 0) > 1:
        resets[_BEGINNING] -= 1
    else:
        resets.pop(_BEGINNING, None)
    return resets


def total(story: NodeStory, part: str, key: str) -> int:
    """Return a count of a part, 0 if the part said nothing of it."""
    return int(float(story.parts.get(part, {}).get(key, 0)))


def sensor_times(story: NodeStory) -> Dict[int, int]:
    """
    Return the sensor time of the end of each depth's window by its stamp, ns.

    It is the stamp less what the node had last said of its clock; empty if it never did.
    """
    if not story.offsets:
        return {}
    said_ns, offsets_ns = zip(*story.offsets)
    return {stamp_ns: stamp_ns - offsets_ns[max(bisect_right(said_ns, record_ns) - 1, 0)]
            for stamp_ns, record_ns in story.arrivals}


def arrival_latency(story: NodeStory) -> Series:
    """
    Return how long after the end of its window each depth was recorded, ms.

    The end of a window is a time of the recording where that was played with its own clock: then
    what counts is when the player got there, which the recorded ticks of the clock tell. A bag
    whose record times are the stamps was not made live: it holds no latency.
    """
    if not story.arrivals:
        return Series((), ())
    stamps, records = np.array(story.arrivals, np.int64).T
    latency_ms = (records - _reached(story, stamps)) * 1e-6
    if np.abs(latency_ms).max() > IMPOSSIBLE_MS or not latency_ms.any():
        return Series((), ())
    return Series(((stamps - stamps[0]) * 1e-9).tolist(), latency_ms.tolist())


def _reached(story: NodeStory, stamps: np.ndarray) -> np.ndarray:
    """Return when the player was at these times, ns; before and after its ticks at their pace."""
    if not story.clock:
        return stamps
    played, wall = np.array(story.clock, np.int64).T
    # Differences, as a float has not enough digits for times since 1970.
    inside = np.interp(stamps - played[0], played - played[0], wall - wall[0])
    before = np.minimum(stamps - played[0], 0)
    after = np.maximum(stamps - played[-1], 0)
    return wall[0] + inside + before + after


def _counts(parts: Mapping[str, Mapping[str, str]],
            prefixes: Tuple[Tuple[str, str], ...]) -> Dict[str, int]:
    found: Dict[str, int] = {}
    for part, prefix in prefixes:
        for key, value in parts.get(part, {}).items():
            if key.startswith(prefix):
                cause = key[len(prefix):]
                found[cause] = found.get(cause, 0) + int(value)
    return found
