# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""From settings to a teacher and a distiller: each choice is made here, once."""

from dataclasses import fields
from pathlib import Path
from typing import Any, Callable

from depthanyevent_ros.distillation.distiller import Distiller
from depthanyevent_ros.distillation.factory_set import factory_set, FactorySet
from depthanyevent_ros.distillation.lessons.cadence import CadencePlan
from depthanyevent_ros.distillation.lessons.lesson_maker import LessonMaker
from depthanyevent_ros.distillation.lessons.replay_memory import MemoryPlan
from depthanyevent_ros.distillation.plan import DistillPlan
from depthanyevent_ros.distillation.promotion.gate import GatePlan
from depthanyevent_ros.distillation.promotion.store import describe, FACTORY, WeightsStore
from depthanyevent_ros.distillation.promotion.watch import WatchPlan
from depthanyevent_ros.distillation.protocol import Teacher
from depthanyevent_ros.distillation.student.learner_plan import LearnerPlan
from depthanyevent_ros.distillation.student.threads import use_threads
from depthanyevent_ros.distillation.student.together import Alone, Team
from depthanyevent_ros.distillation.teachers.examined import examine
from depthanyevent_ros.distillation.teachers.factory import make_teacher
from depthanyevent_ros.engines.cache import EngineCache
from depthanyevent_ros.errors import ConfigError, WeightsError
from depthanyevent_ros.network.weights import find_weights
from depthanyevent_ros.parameters import Settings

Say = Callable[[str], None]

#: Groups of parameters -> the part of the plan whose fields they are.
PARTS = {'learner': LearnerPlan, 'memory': MemoryPlan, 'gate': GatePlan, 'watch': WatchPlan,
         'cadence': CadencePlan}


def make_plan(settings: Settings) -> DistillPlan:
    """Return the plan; ConfigError names a value that cannot be used."""
    parts = {name: part(**taken(getattr(settings, name), part)) for name, part in PARTS.items()}
    own = {field.name for field in fields(DistillPlan)} - set(PARTS)
    plan = DistillPlan(**parts, **{name: getattr(settings.plan, name) for name in own})
    if settings.pairs.n_windows <= plan.learner.n_warm:
        raise ConfigError(f'pairs.n_windows ({settings.pairs.n_windows}) must be more than '
                          f'learner.n_warm ({plan.learner.n_warm}): nothing were left to learn')
    return plan


def taken(group: Settings, part: type) -> dict:
    """Return the fields of a part of the plan from a group of parameters of the same names."""
    return {field.name: getattr(group, field.name) for field in fields(part)}


def make_examined_teacher(settings: Settings, height: int, width: int, scenes: FactorySet,
                          say: Say) -> Teacher:
    """
    Return the teacher, after an examination on simulated frames of known depth.

    It and what learns from it in this thread share the threads of the settings.

    :raises ConfigError: if it fails; WeightsError, EngineUnavailable if it cannot be had.
    """
    teacher = make_teacher(settings.teacher.name, height, width,
                           threads=use_threads(settings.threads),
                           engine=settings.teacher.engine,
                           least_side=settings.teacher.least_side or None, say=say)
    say(f'examining the teacher {teacher.name} (licence: {teacher.licence}; it goes with what is '
        'learned from it)')
    exam = examine(teacher, scenes.frames, scenes.depth_m)
    if exam.refusal():
        teacher.close()
        raise ConfigError(exam.refusal())
    say(f'the teacher {teacher.name} passes: AbsRel {exam.abs_rel:.3f} on {exam.n_frames} '
        f'simulated frames (a constant map: {exam.abs_rel_constant:.3f})')
    return teacher


def make_lesson_maker(settings: Settings, height: int, width: int, kind: str) -> LessonMaker:
    """Return what pairs windows and labels of a kind."""
    pairs = settings.pairs
    return LessonMaker(height, width, kind, round(pairs.window_ms * 1e6), pairs.n_windows,
                       round(pairs.tolerance_ms * 1e6), pairs.limit_events)


def make_distiller(settings: Settings, height: int, width: int, scenes: FactorySet,
                   teacher: Teacher, store: WeightsStore, say: Say,
                   team: Team = Alone(), between: Callable[[], None] = lambda: None) -> Distiller:
    """
    Return a distiller that is off; with ``resume`` it goes on with the version in use.

    :raises WeightsError: if the weights are not a student of events.
    :raises ConfigError: if the plan is not for them.
    """
    weights = find_weights(settings.weights)
    if weights.config.input_type != 'events':
        raise WeightsError(f'{weights.name} looks at {weights.config.input_type}: a student must '
                           'look at events')
    if settings.memory.simulated == 'true' and weights.output_kind != 'metric':
        raise ConfigError(f'memory.simulated is true, but {weights.name} gives relative depth: it '
                          'cannot be compared with metres, set memory.simulated to factory')
    distiller = Distiller(weights, height, width, make_plan(settings), store, teacher.name,
                          scenes.true, scenes.exam, team, teacher.licence, between)
    if settings.resume:
        resume(distiller, say)
    return distiller


def resume(distiller: Distiller, say: Say) -> None:
    """Go on with the version that was in use, if it descends from the distiller's weights."""
    in_use = distiller.in_use
    number = in_use.store.marked()
    if number == FACTORY:
        return
    try:
        version = in_use.store.get(number)
    except WeightsError as error:
        say(f'version {number} cannot be gone on with, beginning anew: {error}')
        return
    if version.factory_sha256 != in_use.weights.sha256:
        say(f'version {number} was learned from other weights than {in_use.weights.name}: '
            'beginning anew')
        return
    try:
        parent = in_use.store.get(version.parent) if version.parent != FACTORY else None
    except WeightsError:                        # forgotten: the way back is to the factory
        parent = None
    tensors, former = (find_weights(str(in_use.store.path(one.number))).state_dict()
                       if one else in_use.factory for one in (version, parent))
    distiller.resume(version, tensors, parent, former)
    say(f'going on with version {number}')


def make_scenes(settings: Settings, height: int, width: int, say: Say,
                between: Callable[[], None] = lambda: None) -> FactorySet:
    """Return the factory set in pictures of this size."""
    return factory_set(height, width, settings.pairs.n_windows, EngineCache(), say, between)


def make_store(settings: Settings, folder: Path) -> WeightsStore:
    """Return the store of a robot."""
    return WeightsStore(folder, settings.store.limit)


def status_of(distiller: Distiller) -> dict:
    """Return what is published of a distiller: plain values."""
    learner, memory = distiller.learner, distiller.memory
    found: dict[str, Any] = {
        'state': distiller.state, **describe(distiller.in_use.entry),
        'teacher': distiller.teacher, 'adapts': learner.plan.adapts,
        'lessons': len(memory), 'held_out': len(memory.held_out),
        'memory_mb': memory.nbytes / 1e6, 'steps': learner.n_steps,
        'loss': 'none yet' if learner.loss is None else learner.loss,
        'disagreement': 'none yet' if distiller.agreement is None else distiller.agreement,
        'label_every': distiller.cadence.every, 'licence': distiller.in_use.licence}
    for who, scores in distiller.scores.items():
        found.update({f'score.{who}.{name}': value for name, value in scores.items()
                      if value is not None})
    for prefix, counts in (('count', distiller.counts), ('learner', learner.counts),
                           ('memory', memory.counts)):
        found.update({f'{prefix}.{cause}': n for cause, n in sorted(counts.items())})
    return found
