# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
A real recording with another teacher: agreement with the teacher before and after.

Nobody knows the true depth there, so nothing is claimed of it. Agreement is that on all of the
recording, part of which was learned from, and in the learner's own examinations on the rest.
"""

from pathlib import Path
from typing import Any, Dict, List

from experiments.online_distillation.runs import settings_of, STUDENT

from depthanyevent_ros.distillation.assembly import (
    make_examined_teacher, make_lesson_maker, make_plan, make_scenes,
)
from depthanyevent_ros.distillation.lessons.recorded_lessons import lessons_of_sequence
from depthanyevent_ros.distillation.offline import OfflineDistillation
from depthanyevent_ros.distillation.protocol import Lesson
from depthanyevent_ros.distillation.student.exam import Examiner
from depthanyevent_ros.distillation.teachers.confidence import careful
from depthanyevent_ros.network.weights import find_weights
from depthanyevent_ros.paths import share_dir
from depthanyevent_ros.recordings.open_sequence import open_sequence

#: It lasts half a second and has 13 frames: every one is used, again and again, few lessons are
#: enough, and they are short, or none could be held out that shares no time with the others.
PASSES, EVERY_S = 6, 0.0
CHANGES = ('pairs.n_windows=4', 'plan.min_lessons=4', 'plan.examine_every=20',
           'gate.min_held_out=2', 'cadence.agreed=0.0')
DESCRIPTION = 'config/teacher/fastdepth_nyu.yaml'


def describe_teacher(model: Path, folder: Path) -> Path:
    """Write the shipped description with the path of the model, and return its path."""
    text = (share_dir() / DESCRIPTION).read_text()
    path = folder / Path(DESCRIPTION).name
    path.write_text(text.replace('model: fastdepth_nyu.onnx', f'model: {model.resolve()}'))
    return path


def learn_from(recording: Path, model: Path, folder: Path) -> Dict[str, Any]:
    """
    Learn from a recording and return what came of it; the versions are in ``folder``.

    :raises DepthAnyEventError: if recording or model cannot be read, or the teacher is refused.
    """
    folder.mkdir(parents=True, exist_ok=True)
    settings = settings_of((f'teacher.name={describe_teacher(model, folder)}', *CHANGES))
    learning = OfflineDistillation(settings, folder / 'versions', print)
    for _ in range(PASSES):
        for _ in learning.learn(recording, EVERY_S):
            pass
    learning.end()
    distiller = learning.distiller
    lessons = lessons_of(recording, settings)
    examiner = Examiner(find_weights(STUDENT).config, *lessons[0].age.shape[1:],
                        make_plan(settings).learner.n_warm)
    return {
        'recording': recording.name, 'teacher': distiller.teacher, 'passes': PASSES,
        'n_lessons': distiller.memory.counts['lessons'], 'n_steps': distiller.learner.n_steps,
        'n_compared': len(lessons), 'counts': dict(distiller.counts + learning.counts),
        'events': [f'{event.state}: {event.why}' for event in learning.events],
        'scores': distiller.scores,
        'version': distiller.version,
        **{name: examiner.held_out(tensors, lessons) for name, tensors in (
            ('before', distiller.in_use.factory), ('after', distiller.in_use.tensors),
            ('student', distiller.learner.candidate()))}}


def lessons_of(recording: Path, settings) -> List[Lesson]:
    """Return all lessons of a recording."""
    with open_sequence(recording) as sequence:
        scenes = make_scenes(settings, sequence.height, sequence.width, print)
        teacher = make_examined_teacher(settings, sequence.height, sequence.width, scenes, print)
        maker = make_lesson_maker(settings, sequence.height, sequence.width, teacher.kind)
        see = careful(teacher, maker.counts)
        found = list(lessons_of_sequence(sequence, maker, see))
        teacher.close()
    return found
