# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
An exam for teachers: simulated frames whose true depth is known.

It finds what a teacher cannot find out about itself: a map that is inverted, constant or made up.
Two scores, means over frames. **AbsRel** after the best scale (METRIC) or the best scale and shift
of the inverse (INVERSE), beside that of a constant map. **Rank correlation** (Spearman) of depth
and true depth: its sign knows near from far, which the free sign of a fitted scale does not.
"""

from dataclasses import dataclass
from typing import Optional, Tuple

import numpy as np

from depthanyevent_ros.distillation.protocol import INVERSE, METRIC, Teacher
from depthanyevent_ros.distillation.teachers.frames import is_meant
from depthanyevent_ros.errors import ConfigError
from depthanyevent_ros.evaluation.alignment import fit_scale_and_shift

#: Metres: true depth nearer or farther (the sky) is not asked for.
NEAR_M, FAR_M = 0.05, 80.0
#: Every so many pixels of a row and of a column are asked for.
STEP = 4

#: Bounds. Measured on 144 frames of 24 simulated sequences in corridors, rooms, streets and
#: warehouses, rank correlation: efflite0-frames .83 (in the kind of scene it is worst in: .76),
#: FastDepth .55 (.35), a plane that is nearer below .29, constant and noise within .02 of 0, the
#: frame's brightness -.07, an inverted teacher -.83. Of 5000 draws of 16 frames none was judged
#: otherwise; FastDepth, in rooms alone, fails in 1 of 130 draws of 16 and in none of 24.
LEAST_RANK_CORRELATION = 0.2
#: AbsRel relative to a constant map's: efflite0-frames .46, FastDepth .77 (rooms .96), brightness
#: 1.4, noise 1.5, an inverted teacher 2.3.
MOST_ABS_REL = 1.1
#: Of the pixels asked for; a teacher that leaves out more has not taken the exam.
LEAST_KNOWN = 0.1


@dataclass(frozen=True)
class Exam:
    """What came of it; means over the frames."""

    teacher: str
    n_frames: int
    abs_rel: float                      # aligned; NaN if the teacher knew nothing
    abs_rel_constant: float             # of a constant map, aligned, on the same pixels
    rank_correlation: float             # -1..1, of depth, whatever the teacher's kind
    known: float                        # 0..1: pixels that the teacher gave a value for

    def refusal(self) -> Optional[str]:
        """Return why this teacher must not teach, in one sentence, or None."""
        found = None
        if self.known < LEAST_KNOWN:
            found = f'it knows the depth of {self.known:.0%} of the pixels only'
        elif self.rank_correlation < -LEAST_RANK_CORRELATION:
            found = (f'it takes near for far (rank correlation with the true depth '
                     f'{self.rank_correlation:.2f}): its kind may not be what is said of it')
        elif not self.rank_correlation >= LEAST_RANK_CORRELATION:
            found = ('what it gives has little to do with the true depth (rank correlation '
                     f'{self.rank_correlation:.2f}, at least {LEAST_RANK_CORRELATION} is needed)')
        elif not self.abs_rel <= MOST_ABS_REL * self.abs_rel_constant:
            found = (f'its AbsRel is {self.abs_rel:.3f}, that of a constant map '
                     f'{self.abs_rel_constant:.3f}')
        return found and (f'the teacher {self.teacher} is refused after {self.n_frames} simulated '
                          f'frames: {found}')


def examine(teacher: Teacher, frames: np.ndarray, depth_m: np.ndarray) -> Exam:
    """
    Return how a teacher does on frames of known depth.

    :param frames: uint8 [N, H, W]; the more scenes, the better: 16 frames or more of different
        sequences and kinds.
    :param depth_m: [N, H, W], metres along Z, NaN unknown, +inf sky.
    :raises ConfigError: if there is no frame with a known depth.
    :raises MalformedInput: if the teacher takes no such frames.
    """
    if np.shape(frames) != np.shape(depth_m):
        raise ConfigError(f'an exam needs a depth map for each frame: they have the shapes '
                          f'{np.shape(frames)} and {np.shape(depth_m)}')
    scores = [score for frame, true in zip(frames, depth_m)
              if (score := examine_frame(teacher, frame, true)) is not None]
    if not scores:
        raise ConfigError('an exam needs frames with true depth: there are none among '
                          f'{len(frames)}')
    abs_rel, constant, correlation, known = np.array(scores).T
    return Exam(teacher.name, len(scores),
                mean_of_known(abs_rel), mean_of_known(constant), float(correlation.mean()),
                float(known.mean()))


def examine_frame(teacher: Teacher, frame: np.ndarray, depth_m: np.ndarray
                  ) -> Optional[Tuple[float, float, float, float]]:
    """Return AbsRel, that of a constant, rank correlation and share known; None: no truth."""
    true = np.asarray(depth_m, np.float64)[::STEP, ::STEP]
    asked = (true > NEAR_M) & (true <= FAR_M)           # false for NaN
    if not asked.any():
        return None
    label = teacher.label(frame)
    depth = label.depth[::STEP, ::STEP]
    known = asked & is_meant(depth, teacher.kind) & (label.confidence[::STEP, ::STEP] > 0)
    true, depth = true[known], depth[known].astype(np.float64)
    if not len(true):
        return float('nan'), float('nan'), 0.0, 0.0
    aligned = ALIGNED[teacher.kind](depth, true)
    sign = -1 if teacher.kind == INVERSE else 1
    return (np.mean(np.abs(aligned - true) / true),
            np.mean(np.abs(np.median(true) - true) / true),
            rank_correlation(sign * depth, true), known.sum() / asked.sum())


def mean_of_known(values: np.ndarray) -> float:
    """Return the mean of what is not NaN, NaN if all is."""
    known = values[np.isfinite(values)]
    return float(known.mean()) if len(known) else float('nan')


def aligned_depth(depth: np.ndarray, true: np.ndarray) -> np.ndarray:
    """Return depth [N] in the scale of the truth [N]: the median ratio is 1."""
    return depth * np.exp(np.median(np.log(true / depth)))


def aligned_inverse(inverse: np.ndarray, true: np.ndarray) -> np.ndarray:
    """Return the depth [N] of inverse depth [N] with the scale and shift that fit best."""
    scale, shift = fit_scale_and_shift(inverse, 1 / true)
    return 1 / np.clip(scale * inverse + shift, 1 / FAR_M, 1 / NEAR_M)


ALIGNED = {METRIC: aligned_depth, INVERSE: aligned_inverse}


def rank_correlation(a: np.ndarray, b: np.ndarray) -> float:
    """Return Spearman's correlation of two vectors, 0 if one is constant."""
    a, b = (rank - rank.mean() for rank in (ranks(a), ranks(b)))
    size = np.sqrt((a @ a) * (b @ b))
    return float(a @ b / size) if size else 0.0


def ranks(values: np.ndarray) -> np.ndarray:
    """Return the rank of each value, from 1; equal ones share the mean of theirs."""
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    return (np.cumsum(counts) - (counts - 1) / 2)[place]
