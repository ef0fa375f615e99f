# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The experiment's results as tables in Markdown."""

import json
from pathlib import Path
from typing import Any, Dict, Iterable, List, Sequence

from experiments.online_distillation.domain import DOMAINS, NIGHT
from experiments.online_distillation.teachings import BAD, GOOD

Result = Dict[str, Any]
SCORES = ('scaled', 'aligned', 'metres')
#: Of a run of thousands of steps these looks are shown.
LOOKS = 6


def read(path: Path) -> Any:
    """Return what a file of JSON says."""
    return json.loads(path.read_text())


def drives(folder: Path, domain: str, teachings: Iterable[str]) -> Dict[str, Result]:
    """Return the results of drives in a domain that there are, by teaching."""
    paths = {name: folder / f'{domain}_{name}.json' for name in teachings}
    return {name: read(path) for name, path in paths.items() if path.exists()}


def report(folder: Path) -> str:
    """Return the tables of all results in a folder."""
    parts = []
    for domain in DOMAINS:
        good, teacher = drives(folder, domain, GOOD), folder / f'{domain}_teacher.json'
        if good:
            parts += [f'{domain}:',
                      shift_table(good, read(teacher) if teacher.exists() else None),
                      *gap_lines(good), kinds_table(good)]
    bad = drives(folder, NIGHT, BAD)
    if bad:
        verdicts = folder / 'verdicts.json'
        parts.append(bad_table(bad, read(verdicts) if verdicts.exists() else {}))
    adapted = [read(path) for path in sorted(folder.glob('adapts_*.json'))]
    if adapted:
        parts.append(adapts_table(adapted))
    if (folder / 'long.json').exists():
        parts.append(long_table(read(folder / 'long.json')))
    latencies = [read(path) for path in sorted(folder.glob('latency_*.json'))]
    if latencies:
        parts.append(latency_table(latencies))
    if (folder / 'real.json').exists():
        parts.append(real_line(read(folder / 'real.json')))
    return '\n\n'.join(parts) + '\n'


def table(head: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    """Return a table; numbers with three digits behind the point."""
    def cell(value):
        return f'{value:.3f}' if isinstance(value, float) else str(value)
    lines = [head, ['---'] * len(head), *rows]
    return '\n'.join('| ' + ' | '.join(cell(value) for value in line) + ' |' for line in lines)


def row(name: str, scores: Result) -> List[Any]:
    """Return the scores of both domains."""
    return [name, *(scores[domain][each] for domain in ('there', 'factory') for each in SCORES)]


def shift_table(good: Dict[str, Result], teacher: Result = None) -> str:
    """Return AbsRel in both domains of what was in use at the end, and of what frames give."""
    head = ['', *(f'{domain}: {score}' for domain in ('other', 'factory') for score in SCORES)]
    first = next(iter(good.values()))
    rows = [row('frozen student', first['moments'][0])]
    rows += [row(f'distilled, {name} {result["minutes"]:g} min',
                 in_time(result)[-1]) for name, result in good.items()]
    if teacher:
        rows.append(row('teacher alone, on frames', teacher))
    return table(head, rows)


def gap_lines(good: Dict[str, Result]) -> List[str]:
    """Return how much of the gap was closed, in sentences."""
    if set(good) != set(GOOD):
        return []
    taught, best = in_time(good['stand-in']), in_time(good['truth'])[-1]
    frozen, distilled, bound = (moment['there']['scaled'] for moment in (*ends(taught), best))
    first, last = (moment['factory']['scaled'] for moment in ends(taught))
    closed = (frozen - distilled) / (frozen - bound)
    return [f'Of the gap between the frozen student ({frozen:.3f}) and the same student with a '
            f'perfect teacher ({bound:.3f}), {100 * closed:.0f} % are closed ({distilled:.3f}); '
            f'the factory domain loses {100 * (last / first - 1):.1f} %.']


def in_time(result: Result) -> List[Result]:
    """Return what was in use before the drive was over: the last examination ends after it."""
    return [moment for moment in result['moments'] if moment['t_s'] <= 60 * result['minutes']]


def ends(moments: Sequence[Result]) -> Sequence[Result]:
    """Return the first and the last."""
    return moments[0], moments[-1]


def kinds_table(good: Dict[str, Result]) -> str:
    """Return AbsRel after scale by kind of scene, before and after."""
    first = next(iter(good.values()))['moments'][0]['there']['kinds']
    rows = [['frozen student', *(scores['scaled'] for scores in first.values())]]
    rows += [[f'distilled, {name}', *(in_time(result)[-1]['there']['kinds'][kind]['scaled']
                                      for kind in first)] for name, result in good.items()]
    return table(['', *first], rows)


def bad_table(bad: Dict[str, Result], verdicts: Dict[str, str]) -> str:
    """Return what bad teachers did, each with its exam's verdict."""
    rows = []
    for name, result in bad.items():
        frozen = result['moments'][0]['there']['scaled']
        found = [moment['there']['scaled'] / frozen - 1 for moment in result['moments']]
        counts = result['counts']
        rows.append([name, verdicts.get(name, 'its frames are right: it passes'),
                     counts.get('examinations', 0), counts.get('promoted', 0),
                     counts.get('rolled_back', 0), f'{100 * max(found):+.1f} %',
                     f'{100 * found[-1]:+.1f} %'])
    return table(['teacher', 'its exam', 'examinations of the student', 'promoted',
                  'rolled back', 'AbsRel to frozen: worst', 'at the end'], rows)


def adapts_table(results: Sequence[Result]) -> str:
    """Return what became of the student when some part of it learned, at some rate."""
    first = results[0]['moments'][0]
    rows = [['nothing (frozen)', 0, 0, *(first[domain][score] for domain in (
        'there', 'factory') for score in ('scaled', 'aligned'))]]
    for result in results:
        last = in_time(result)[-1]
        rows.append([', '.join(change.partition('=')[2] for change in result['changes']),
                     result['n_steps'], result['counts'].get('promoted', 0),
                     *(last[domain][score] for domain in ('there', 'factory')
                       for score in ('scaled', 'aligned'))])
    return table(['what learns, rate', 'steps', 'promoted', 'other: scaled', 'aligned',
                  'factory: scaled', 'aligned'], rows)


def long_table(result: Result) -> str:
    """Return some of the looks at a long run."""
    looks = result['looks']
    step = max(1, (len(looks) - 1) // (LOOKS - 1))
    rows = [[look['n_steps'], look['there']['scaled'], look['there']['spread'],
             look['factory']['scaled'], look['factory']['spread'], f'{look["rss_mb"]:.0f}',
             f'{look["lessons_mb"]:.0f}'] for look in [*looks[:-1:step], looks[-1]]]
    return table(['steps', 'AbsRel, other domain', 'spread', 'AbsRel, factory domain', 'spread',
                  'process, MB', 'lessons, MB'], rows)


def latency_table(results: Sequence[Result]) -> str:
    """Return the ages of depth maps under each setting."""
    rows = [[result['name'], f'{result["hz"]:.1f}',
             *(f'{result[name]:.1f}' for name in ('p50_ms', 'p95_ms', 'p99_ms', 'max_ms')),
             result['dropped'], result['steps'], result['taken']] for result in results]
    return table(['setting', 'maps/s', 'p50, ms', 'p95, ms', 'p99, ms', 'largest, ms',
                  'windows dropped', 'steps of the learner', 'new weights'], rows)


def real_line(result: Result) -> str:
    """Return what came of the real recording."""
    before, after, student = (result[who] for who in ('before', 'after', 'student'))
    return (f'{result["recording"]}, teacher {result["teacher"]}: {result["n_lessons"]} lessons, '
            f'{result["n_steps"]} steps, {result["counts"].get("promoted", 0)} versions. '
            f'Disagreement with the teacher on {result["n_compared"]} stretches: before '
            f'{before["held_out"]:.3f} (correlation {before["correlation"]:.2f}), in use after '
            f'{after["held_out"]:.3f} ({after["correlation"]:.2f}), the student that learns '
            f'{student["held_out"]:.3f} ({student["correlation"]:.2f}).')
