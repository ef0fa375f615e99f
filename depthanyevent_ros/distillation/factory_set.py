# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
The factory set: simulated scenes of true depth, of the kinds that the shipped weights know.

One half is learned from beside the teacher's lessons, the other half examines candidates and
teachers. They are simulated once, which takes a minute, and kept in the cache.
"""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Callable, List, Tuple

import cv2
import numpy as np

from depthanyevent_ros.datasets.views import Size
from depthanyevent_ros.distillation.lessons.recorded_lessons import lessons_of_windows
from depthanyevent_ros.distillation.protocol import Lesson
from depthanyevent_ros.engines.cache import EngineCache
from depthanyevent_ros.engines.keys import sources_digest
from depthanyevent_ros.simulation.dataset import plan_sequences
from depthanyevent_ros.training.from_simulation import write_simulated
from depthanyevent_ros.training.windows_file import WindowsFile

#: Seed of the set: no training set of this package has it.
SET_NUMBER = 77
N_SEQUENCES, N_WINDOWS = 64, 8
#: Frames of each sequence that teachers are examined on.
EXAM_FRAMES = (7,)
SOURCES = ('simulation/simulator.py', 'simulation/dataset.py', 'simulation/pixels.py',
           'simulation/worlds.py', 'simulation/variety.py')

Say = Callable[[str], None]


@dataclass(frozen=True)
class FactorySet:
    """Lessons of kind TRUE in the size of the pictures, and frames with their depth."""

    true: List[Lesson]                  # to learn from
    exam: List[Lesson]                  # to be examined by
    frames: np.ndarray                  # uint8 [N, H, W], of the exam's sequences
    depth_m: np.ndarray                 # float32 [N, H, W]


def factory_set(height: int, width: int, n_windows: int, cache: EngineCache,
                say: Say = lambda sentence: None, between: Callable[[], None] = lambda: None
                ) -> FactorySet:
    """
    Return the set in pictures of this size, simulated if it is not in the cache.

    :param n_windows: of each lesson.
    :param between: called before each scene is simulated; what it raises ends that.
    """
    key = {'set': SET_NUMBER, 'sequences': N_SEQUENCES,
           'windows': max(N_WINDOWS, n_windows),
           'sources': sources_digest(SOURCES)}
    folder = cache.entry('scenes', key, lambda folder: simulate(
        folder, key['windows'], say, between), say)
    files = [WindowsFile(path) for path in sorted(folder.glob('*.h5'))]
    lessons: Tuple[List[Lesson], List[Lesson]] = ([], [])
    frames, depths = [], []
    for index, file in enumerate(files):
        lessons[index % 2].extend(resized(lesson, (height, width))
                                  for lesson in lessons_of_windows(file, n_windows))
        if index % 2:
            clip = file.read(0, len(file))
            frames.extend(cv2.resize(clip.frame[k], (width, height), interpolation=cv2.INTER_AREA)
                          for k in EXAM_FRAMES)
            depths.extend(resized_map(clip.depth_m[k], (height, width)) for k in EXAM_FRAMES)
    return FactorySet(*lessons, np.stack(frames), np.stack(depths))


def simulate(folder: Path, n_windows: int, say: Say, between: Callable[[], None]) -> None:
    """Write the sequences as files of so many windows."""
    for n_done, sequence in enumerate(plan_sequences(N_SEQUENCES, SET_NUMBER)):
        between()
        if n_done % 8 == 0:
            say(f'simulating scenes of known depth, once: {n_done} of {N_SEQUENCES}')
        write_simulated(folder / sequence.name, sequence, n_windows)


def resized(lesson: Lesson, size: Size) -> Lesson:
    """Return a lesson in another size; pixels are picked, not mixed."""
    if lesson.age.shape[1:] == size:
        return lesson
    return replace(lesson, **{
        name: np.stack([resized_map(picture, size) for picture in getattr(lesson, name)])
        for name in ('age', 'polarity', 'depth', 'confidence')})


def resized_map(values: np.ndarray, size: Size) -> np.ndarray:
    """Return a picture in another size by picking the nearest pixel of each."""
    rows, columns = (np.minimum(((np.arange(new) + 0.5) * old / new).astype(int), old - 1)
                     for new, old in zip(size, values.shape))
    return values[np.ix_(rows, columns)]
