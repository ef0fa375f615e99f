# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""One drive with one teaching: the weights that were in use over time, and how good they were."""

from dataclasses import dataclass
import json
from pathlib import Path
import resource
from tempfile import TemporaryDirectory
from typing import Any, Callable, Dict, List, Tuple

from experiments.online_distillation.domain import jobs, Plan
from experiments.online_distillation.drive import Moment, Robot, stretches
from experiments.online_distillation.scoring import Scorer
from experiments.online_distillation.teachings import make_teaching

from depthanyevent_ros.distillation.assembly import make_plan, make_scenes
from depthanyevent_ros.distillation.distiller import Distiller
from depthanyevent_ros.distillation.plan import DistillPlan
from depthanyevent_ros.distillation.promotion.store import FACTORY, WeightsStore
from depthanyevent_ros.distillation.student.threads import use_threads
from depthanyevent_ros.network.weights import find_weights
from depthanyevent_ros.parameters import load_spec, make_settings, parse_changes, Settings
from depthanyevent_ros.simulation.optics import davis346
from depthanyevent_ros.training.windows_file import WindowsFile

STUDENT, TEACHER = 'default', 'efflite0-frames'
#: Versions are scored after the drive, so all are kept.
KEPT_VERSIONS = 1000


@dataclass(frozen=True)
class Run:
    """What is run; ``changes`` are parameters of the teacher node, NAME=VALUE."""

    teaching: str
    plan: Plan
    data: Path
    result: Path
    changes: Tuple[str, ...] = ()


def settings_of(changes: Tuple[str, ...]) -> Settings:
    """Return the teacher node's parameters with changes, NAME=VALUE."""
    spec = load_spec('teacher')
    return make_settings(spec, parse_changes(spec, changes))


def files_of(plan: Plan, data: Path) -> List[List[WindowsFile]]:
    """Return the files of the drive, of the test in its domain, and of that in the factory's."""
    return [[WindowsFile(job.path) for job in part] for part in jobs(data, plan)]


def run(job: Run) -> Dict[str, Any]:
    """Drive, learn, score; the result is written as JSON and returned."""
    use_threads(1)
    drive, there, factory = files_of(job.plan, job.data)
    settings = settings_of(job.changes)
    plan = make_plan(settings)
    with TemporaryDirectory() as folder:
        moments, robot = drive_with(job, settings, plan, drive, Path(folder))
    scorers = {'there': Scorer(STUDENT, there, plan.learner),
               'factory': Scorer(STUDENT, factory, plan.learner)}
    distiller = robot.distiller
    result = {
        'teaching': job.teaching, 'domain': job.plan.domain, 'changes': job.changes,
        'minutes': job.plan.minutes,
        'n_steps': distiller.learner.n_steps, 'n_lessons': distiller.memory.counts['lessons'],
        'n_missed': robot.n_missed, 'busy_s': robot.busy_s, 'counts': dict(distiller.counts),
        'peak_mb': resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3,
        'moments': [{'t_s': moment.t_s, 'version': moment.version, 'state': moment.state,
                     'n_steps': moment.n_steps,
                     **{name: scorer.score(moment.tensors) for name, scorer in scorers.items()}}
                    for moment in moments]}
    job.result.parent.mkdir(parents=True, exist_ok=True)
    job.result.write_text(json.dumps(result, indent=1))
    return result


def drive_with(job: Run, settings: Settings, plan: DistillPlan, drive: List[WindowsFile],
               folder: Path) -> Tuple[List[Moment], Robot]:
    """Go through the drive once; return what was in use, the first weights first."""
    moments: List[Moment] = []
    robot = make_robot(settings, plan, job.teaching, WeightsStore(folder, KEPT_VERSIONS),
                       moments.append)
    distiller = robot.distiller
    moments.append(Moment(0.0, FACTORY, 'factory', 0, distiller.in_use.factory))
    for t_s in robot.drive(stretches(drive, job.plan.kept, settings.pairs.n_windows,
                                     job.plan.period_s)):
        print(f'{job.plan.domain}, {job.teaching}: {t_s:.0f} s, '
              f'{distiller.learner.n_steps} steps, {distiller.state}', flush=True)
    return moments, robot


def make_robot(settings: Settings, plan: DistillPlan, teaching: str, store: WeightsStore,
               on_moment: Callable[[Moment], None], **clock: Any) -> Robot:
    """Return a robot with a DAVIS346 that has the shipped student and a teaching, by name."""
    camera = davis346()
    size = camera.height, camera.width
    scenes = make_scenes(settings, *size, print)
    teacher = make_teaching(teaching, *size, plan.learner.n_warm)
    distiller = Distiller(find_weights(STUDENT), *size, plan, store, teacher.name, scenes.true,
                          scenes.exam)
    return Robot(distiller, teacher, on_moment, **clock)


def score_fixed(plan: Plan, data: Path) -> Dict[str, Any]:
    """Return the scores of the teacher alone, on the frames of both domains."""
    use_threads(1)
    _, there, factory = files_of(plan, data)
    return {name: Scorer(TEACHER, files).score()
            for name, files in (('there', there), ('factory', factory))}
