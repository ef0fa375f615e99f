# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The experiment's plots, as SVG."""

from pathlib import Path
from typing import Any, Dict, Sequence, Tuple

from experiments.online_distillation.domain import DOMAINS, NIGHT
from experiments.online_distillation.tables import drives, in_time, read
from experiments.online_distillation.teachings import BAD, GOOD
import matplotlib
matplotlib.use('Agg')
matplotlib.rcParams.update({'svg.hashsalt': 'the same file for the same figures',
                            'svg.fonttype': 'none'})
from matplotlib import pyplot    # noqa: E402

Result = Dict[str, Any]
COLOURS = {'stand-in': 'tab:blue', 'truth': 'tab:green', 'inverted': 'tab:red',
           'constant': 'tab:orange', 'noise': 'tab:purple', 'misaligned': 'tab:brown'}
NAMES = {'stand-in': 'distilled from frames', 'truth': 'perfect teacher (bound)',
         'inverted': 'inverted teacher', 'constant': 'constant teacher',
         'noise': 'teacher of noise', 'misaligned': 'labels 200 ms late'}


def draw_all(folder: Path) -> None:
    """Draw what there are results for."""
    for domain in DOMAINS:
        good, teacher = drives(folder, domain, GOOD), folder / f'{domain}_teacher.json'
        if good and teacher.exists():
            draw_shift(good, read(teacher), folder / f'shift_{domain}.svg')
    bad = drives(folder, NIGHT, BAD)
    if bad:
        draw_bad(bad, folder / 'bad_teachers.svg')
    if (folder / 'long.json').exists():
        draw_long(read(folder / 'long.json'), folder / 'long_run.svg')


def steps_of(result: Result, domain: str, score: str) -> Tuple[Sequence[float], Sequence[float]]:
    """Return minutes and a score of the weights in use, to the end of the drive."""
    moments = in_time(result)
    times = [moment['t_s'] / 60 for moment in moments] + [result['minutes']]
    values = [moment[domain][score] for moment in moments]
    return times, [*values, values[-1]]


def draw_shift(results: Dict[str, Result], teacher: Dict[str, Any], path: Path) -> None:
    """Draw AbsRel over the minutes of the drive, there and in the domain of the factory."""
    figure, (there, factory) = pyplot.subplots(1, 2, figsize=(9, 3.6), layout='constrained')
    frozen = next(iter(results.values()))['moments'][0]
    for axes, domain, title in ((there, 'there', 'in the other domain'),
                                (factory, 'factory', "in the factory's domain")):
        for name, result in results.items():
            axes.step(*steps_of(result, domain, 'scaled'), where='post', label=NAMES[name],
                      color=COLOURS[name])
        axes.axhline(frozen[domain]['scaled'], color='grey', label='frozen student')
        axes.set(title=title, xlabel='minutes of driving', ylabel='AbsRel after scale')
    there.axhline(teacher['there']['scaled'], color='black', ls=':',
                  label='teacher alone (frames)')
    factory.axhline(1.05 * frozen['factory']['scaled'], color='grey', ls='--', label='5 % worse')
    for axes in (there, factory):
        axes.legend(fontsize='small', loc='lower left')
        axes.set_ylim(0, 1.15 * frozen['there']['scaled'])
    save(figure, path)


def draw_bad(results: Dict[str, Result], path: Path) -> None:
    """Draw AbsRel under bad teachers, relative to the frozen student."""
    figure, axes = pyplot.subplots(figsize=(6, 3.4), layout='constrained')
    for name, result in results.items():
        times, values = steps_of(result, 'there', 'scaled')
        axes.step(times, [100 * (value / values[0] - 1) for value in values], where='post',
                  label=NAMES[name], color=COLOURS[name])
    axes.axhline(2, color='grey', ls='--', label='2 %')
    axes.set(xlabel='minutes of driving', ylabel='AbsRel, % above the frozen student')
    axes.legend(fontsize='small')
    save(figure, path)


def draw_long(result: Result, path: Path) -> None:
    """Draw error, spread and memory over the steps."""
    looks = result['looks']
    steps = [look['n_steps'] for look in looks]
    figure, (error, spread, memory) = pyplot.subplots(1, 3, figsize=(11, 3.2),
                                                      layout='constrained')
    for domain, name, colour in (('there', 'other domain', 'tab:blue'),
                                 ('factory', "factory's domain", 'tab:green')):
        error.plot(steps, [look[domain]['scaled'] for look in looks], color=colour, label=name)
        spread.plot(steps, [look[domain]['spread'] for look in looks], color=colour, label=name)
    memory.plot(steps, [look['rss_mb'] for look in looks], color='black', label='process')
    memory.plot(steps, [look['lessons_mb'] for look in looks], color='grey', label='lessons kept')
    for axes, label in ((error, 'AbsRel after scale'), (spread, 'deviation of log depth in a map'),
                        (memory, 'MB')):
        axes.set(xlabel='steps of the learner', ylabel=label)
        axes.legend(fontsize='small')
        axes.set_ylim(0, 1.1 * axes.get_ylim()[1])
    save(figure, path)


def save(figure, path: Path) -> None:
    """Write a figure."""
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, metadata={'Date': None})
    pyplot.close(figure)
