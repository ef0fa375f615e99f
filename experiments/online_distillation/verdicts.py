# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What the teachers' exam says of each teacher, before anything is learned."""

from typing import Dict

from experiments.online_distillation.runs import settings_of
from experiments.online_distillation.teachings import HARMS, teacher_of

from depthanyevent_ros.distillation.assembly import make_scenes
from depthanyevent_ros.distillation.teachers.examined import examine
from depthanyevent_ros.simulation.optics import davis346


def verdicts() -> Dict[str, str]:
    """Return a sentence for each teacher: why it is refused, or that it passes."""
    camera, found = davis346(), {}
    scenes = make_scenes(settings_of(()), camera.height, camera.width, print)
    for name in ('stand-in', *HARMS):
        teacher = teacher_of(name, camera.height, camera.width)
        exam = examine(teacher, scenes.frames, scenes.depth_m)
        found[name] = exam.refusal() or (f'passes: AbsRel {exam.abs_rel:.3f}, a constant map '
                                         f'{exam.abs_rel_constant:.3f}')
        teacher.close()
    return found
