# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Thousands of steps of the whole learner, the drive over and over: does anything collapse or grow?

The student that learns is looked at, not only what the gate lets through: that is where a collapse
would begin. No clock counts here; the network sees smaller pictures than in use, so that it takes
half an hour.
"""

import gc
import itertools
import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Dict, List

from experiments.online_distillation.domain import Plan
from experiments.online_distillation.drive import stretches
from experiments.online_distillation.runs import files_of, make_robot, settings_of, STUDENT
from experiments.online_distillation.scoring import Scorer

from depthanyevent_ros.bench.processes import memory
from depthanyevent_ros.distillation.assembly import make_plan
from depthanyevent_ros.distillation.distiller import Distiller
from depthanyevent_ros.distillation.promotion.store import WeightsStore
from depthanyevent_ros.distillation.student.threads import use_threads

#: Pictures of 64x96 pixels, two lessons in a step; what agrees is learned from all the same, or
#: there would be too few lessons, and the learner never rests.
CHANGES = ('learner.input_height=64', 'learner.input_width=96', 'plan.batch=2', 'plan.rest=0',
           'plan.patience=1000', 'plan.steps_per_lesson=10', 'cadence.agreed=0.0')
#: Files of the test that are looked at, and steps from one look to the next.
LOOKED_AT, EVERY = 6, 250


def long_run(plan: Plan, data: Path, result: Path, n_steps: int) -> Dict[str, Any]:
    """Learn for so many steps; the result is written as JSON again and again, and returned."""
    use_threads(1)
    drive, there, factory = files_of(plan, data)
    settings = settings_of(CHANGES)
    learning = make_plan(settings)
    scorers = {'there': Scorer(STUDENT, there[:LOOKED_AT], learning.learner),
               'factory': Scorer(STUDENT, factory[:LOOKED_AT], learning.learner)}
    looks: List[Dict[str, Any]] = []
    with TemporaryDirectory() as folder:
        # Work takes no time on this clock: all of it is done before the next stretch.
        robot = make_robot(settings, learning, 'stand-in', WeightsStore(Path(folder), 3),
                           lambda moment: None, seconds=lambda: 0.0)
        distiller = robot.distiller
        for _ in itertools.count():
            for _ in robot.drive(stretches(drive, plan.kept, settings.pairs.n_windows,
                                           1.0)):
                if distiller.learner.n_steps >= EVERY * len(looks):
                    looks.append(look(distiller, scorers))
                    save(result, looks, distiller)
                if distiller.learner.n_steps >= n_steps:
                    return save(result, looks, distiller)
            robot.clock_s = 0.0


def look(distiller: Distiller, scorers: Dict[str, Scorer]) -> Dict[str, Any]:
    """Return how the student that learns is, and how much memory the process has."""
    gc.collect()
    found = {name: scorer.score(distiller.learner.candidate())
             for name, scorer in scorers.items()}
    shown = {'n_steps': distiller.learner.n_steps, 'version': distiller.version,
             'loss': distiller.learner.loss, 'lessons_mb': distiller.memory.nbytes / 1e6,
             'rss_mb': memory('self').rss_mb, **found}
    print(f'{shown["n_steps"]} steps: AbsRel {found["there"]["scaled"]:.3f}, spread '
          f'{found["there"]["spread"]:.3f}, {shown["rss_mb"]:.0f} MB', flush=True)
    return shown


def save(path: Path, looks: List[Dict[str, Any]], distiller: Distiller) -> Dict[str, Any]:
    """Write down what was seen so far."""
    result = {'n_steps': distiller.learner.n_steps, 'changes': CHANGES, 'looks': looks,
              'counts': dict(distiller.counts), 'learner': dict(distiller.learner.counts)}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(result, indent=1))
    return result
