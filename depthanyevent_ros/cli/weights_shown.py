# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Learned weights as tables and texts for a terminal."""

from datetime import datetime
from typing import Any, Collection, Dict, List, Mapping, Optional, Sequence

from depthanyevent_ros.cli.weights_found import factory_name
from depthanyevent_ros.distillation.promotion.store import FACTORY, Version
from depthanyevent_ros.evaluation.tables import number, Table

#: Of a Score: key -> what it is called.
SCORES = {'held_out': 'disagreement on held-out lessons',
          'aligned': 'AbsRel of the factory set, aligned',
          'metres': 'AbsRel of the factory set, in metres',
          'spread': 'spread of log depth'}
#: Of a version: key of its scores -> whose they are.
WHOSE = {'candidate': 'this version', 'present': 'in use before', 'factory': 'factory'}
LEGEND = ('before, after: disagreement with the teacher on the held-out lessons of that time, of '
          'the weights\nthat were in use and of this version; AbsRel: on the factory set. Smaller '
          'is better.')
IN_USE, DAMAGED = '*', '!'


def list_table(versions: Mapping[int, Version], in_use: int, damaged: Collection[int]) -> Table:
    """Return a row for the factory and one for each version; an AbsRel nobody has is left out."""
    factory = newest_factory(versions.values())
    marks = {**dict.fromkeys(damaged, DAMAGED), in_use: IN_USE}
    rows = [['', 'number', 'parent', 'created', 'steps', 'teacher', 'before', 'after',
             'AbsRel aligned', 'AbsRel in metres'],
            [marks.get(FACTORY, ''), '0', *'------', number(factory.get('aligned')),
             number(factory.get('metres'))]]
    for version in versions.values():
        mine = score(version, 'candidate')
        rows.append([
            marks.get(version.number, ''), str(version.number), str(version.parent),
            local_time(version.created_ns), str(version.n_steps), one_line(version.teacher),
            number(score(version, 'present').get('held_out')), number(mine.get('held_out')),
            number(mine.get('aligned')), number(mine.get('metres'))])
    unknown = [title.startswith('AbsRel') and all(row[k] == '-' for row in rows[1:])
               for k, title in enumerate(rows[0])]
    return [[cell for cell, skip in zip(row, unknown) if not skip] for row in rows]


def scores_table(version: Version) -> Table:
    """Return the scores of the examination that a version passed, beside those of others."""
    return [['', *WHOSE.values()]] + [
        [title, *(number(score(version, who).get(key)) for who in WHOSE)]
        for key, title in SCORES.items()]


def comparison_table(numbers: Sequence[int], versions: Mapping[int, Version]) -> Table:
    """Return a column of stored scores for each version; FACTORY as the newest was held to it."""
    factory = newest_factory(versions[n] for n in numbers if n != FACTORY)
    mine = {n: factory if n == FACTORY else score(versions[n], 'candidate') for n in numbers}
    before = {n: None if n == FACTORY else score(versions[n], 'present').get('held_out')
              for n in numbers}
    gains = {n: gain(before[n], mine[n].get('held_out')) for n in numbers}
    held_out, *others = SCORES
    return [['', *('factory' if n == FACTORY else str(n) for n in numbers)],
            [f'{SCORES[held_out]}: before', *(number(before[n]) for n in numbers)],
            [f'{SCORES[held_out]}: after', *(number(mine[n].get(held_out)) for n in numbers)],
            ['gain on them, %', *gains.values()],
            *([SCORES[key], *(number(mine[n].get(key)) for n in numbers)] for key in others)]


def comparison_notes(versions: Sequence[Version]) -> List[str]:
    """Return what must be known to read the comparison."""
    notes = ['Held-out lessons are those of the time of a promotion: compare before with after, '
             'not columns.']
    held_to = {(version.factory_sha256, *(number(score(version, 'factory').get(key))
                                          for key in ('aligned', 'metres')))
               for version in versions}
    if len(held_to) > 1:
        notes.append('These versions were held against different factory weights or factory sets: '
                     'their AbsRel cannot be\ncompared by these figures; --windows scores them on '
                     'the same ones.')
    return notes


def facts_text(version: Version, facts: Mapping[str, Any], versions: Mapping[int, Version],
               in_use: bool, path) -> str:
    """Return all that is known of a version but for its scores, a line each."""
    model = facts['model']
    lines = {'version': f'{version.number}{", in use" if in_use else ""}',
             'lineage': lineage(version, versions),
             'created': local_time(version.created_ns), 'steps': version.n_steps,
             'teacher': one_line(version.teacher), 'source': facts['source'],
             'licence': facts['licence'], 'depth': facts['output_kind'],
             'network': f'{model["model_type"]}, {model["encoder"]}, input '
                        f'{model["input_size_width"]}x{model["input_size_height"]}',
             'sha256': version.sha256, 'file': path}
    return '\n'.join(f'{name}: {value}' for name, value in lines.items())


def factory_facts(versions: Collection[Version], in_use: bool) -> str:
    """Return what is known of the weights that versions come from."""
    scores = newest_factory(versions)
    return '\n'.join([
        f'factory: {factories_text(versions)}{", in use" if in_use else ""}',
        *(f'{title}: {number(scores[key])}' for key, title in SCORES.items()
          if scores.get(key) is not None)])


def factories_text(versions: Collection[Version]) -> str:
    """Return how the weights are called that versions come from; as a rule these are one."""
    shas = dict.fromkeys(version.factory_sha256 for version in versions)
    return ', '.join(map(factory_text, shas)) or 'not known'


def lineage(version: Version, versions: Mapping[int, Version]) -> str:
    """Return the parents of a version, as far as they are still there."""
    said, at = [str(version.number)], version
    while at is not None and at.parent != FACTORY:
        number_before, at = at.parent, versions.get(at.parent)
        said.append(f'{number_before}' + (' (no longer there)' if at is None else ''))
    if at is not None:
        said.append('the factory')
    return ' from '.join(said) + f'; factory: {factory_text(version.factory_sha256)}'


def factory_text(sha256: str) -> str:
    """Return how weights of the factory are called, and the beginning of their sha256."""
    return f'{factory_name(sha256) or "not in the manifest"} ({sha256[:12]})'


def newest_factory(versions) -> Dict[str, Any]:
    """Return the scores of the factory's weights as the newest of some versions was held to."""
    newest = max(versions, key=lambda version: version.number, default=None)
    return {} if newest is None else score(newest, 'factory')


def score(version: Version, who: str) -> Dict[str, Any]:
    """Return one of a version's scores; {} if it has none."""
    return dict(version.scores.get(who, {}))


def gain(before: Optional[float], after: Optional[float]) -> str:
    """Return by how many per cent the disagreement became smaller."""
    if not before or after is None or after != after or before != before:
        return '-'
    return f'{100 * (1 - after / before):.1f}'


def local_time(stamp_ns: int) -> str:
    """Return a time of the wall clock in ISO's form, to the second, with its zone."""
    try:
        return datetime.fromtimestamp(stamp_ns // 10 ** 9).astimezone().isoformat()
    except (ValueError, OverflowError, OSError):
        return '-'                              # of no calendar


def one_line(text: str) -> str:
    """Return a text without what would break a table."""
    return ''.join(c if c.isprintable() else ' ' for c in text).strip() or '-'
