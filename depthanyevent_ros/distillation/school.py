# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Who teaches and who learns, for pictures of one size."""

from collections import Counter
from typing import Callable

from depthanyevent_ros.distillation.assembly import make_distiller, make_examined_teacher
from depthanyevent_ros.distillation.assembly import make_scenes, Say
from depthanyevent_ros.distillation.promotion.store import WeightsStore
from depthanyevent_ros.distillation.student.together import Alone, Team
from depthanyevent_ros.distillation.teachers.confidence import careful
from depthanyevent_ros.parameters import Settings


class School:
    """
    A ``teacher`` that has passed its exam, ``see`` (its careful labels), and a ``distiller``.

    :param height, width: of the pictures, pixels.
    :param counts: gets what the teacher was not sure of.
    :param begin: told what is being prepared; :param team: the processes that share a step.
    :param between: called again and again while it prepares or examines; what it raises ends that.
    :raises DepthAnyEventError: if teacher or student cannot be had; nothing stays open then.
    """

    def __init__(self, settings: Settings, height: int, width: int, store: WeightsStore,
                 counts: Counter, say: Say, begin: Callable[[str], None] = lambda what: None,
                 team: Team = Alone(), between: Callable[[], None] = lambda: None):
        begin('preparing simulated scenes')
        scenes = make_scenes(settings, height, width, say, between)
        begin('examining the teacher')
        self.teacher = make_examined_teacher(settings, height, width, scenes, say)
        self.see = careful(self.teacher, counts)
        begin('preparing the student')
        try:
            self.distiller = make_distiller(settings, height, width, scenes, self.teacher, store,
                                            say, team, between)
        except BaseException:                   # a wish to stop, too
            self.close()
            raise

    def close(self) -> None:
        """Let the teacher go."""
        self.teacher.close()
