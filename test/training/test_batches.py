# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Batches of chunks."""

from itertools import islice

import numpy as np
import pytest
import torch

from depthanyevent_ros.errors import DepthAnyEventError
from depthanyevent_ros.training.augment import AugmentPlan
from depthanyevent_ros.training.batches import training_batches
from depthanyevent_ros.training.folder import open_folder
from depthanyevent_ros.training.schedule import SchedulePlan
from depthanyevent_ros.training.windows_file import WindowsFile

PLAN = SchedulePlan(unroll=3, shortest=3, longest=6)
AS_IT_IS = AugmentPlan(flip=0)
NOISY = AugmentPlan(noise=0.1, drop=0.3)


def first(files, n, plan=NOISY, lanes=2, **options):
    """Return the first n batches."""
    return list(islice(training_batches(files, PLAN, plan, lanes, **options), n))


def equal(one, two):
    """Tell whether two batches are the same."""
    return all(a is b is None or torch.equal(a, b)
               for a, b in zip(vars(one).values(), vars(two).values()))


def test_a_batch_is_what_the_files_have(windows):
    """The windows of a lane follow each other, as they are in one of the files."""
    files = open_folder(windows).training
    batch = first(files, 1, AS_IT_IS, with_frames=True)[0]
    assert batch.age.shape == (3, 2, 70, 98) and batch.first.all()
    clips = [file.read(start, 3) for file in files for start in range(10)]
    for lane in range(2):
        image = batch.tencode()[:, lane].numpy()
        found = [clip for clip in clips if np.allclose(clip.tencode, image)]
        assert any(np.array_equal(clip.depth_m, batch.depth_m[:, lane].float()) and
                   np.array_equal(clip.frame, batch.frame[:, lane]) for clip in found)


def test_loading_processes_change_nothing(windows):
    """The same batches in the same order; nor does it matter where a training was resumed."""
    files = open_folder(windows).training
    here, there, later = first(files, 4), first(files, 4, workers=2), first(files, 2, skip=2)
    assert all(map(equal, here, there)) and all(map(equal, here[2:], later))


def test_processes_share_the_lanes(windows):
    """Two with one lane each have the lanes of one with two."""
    files = open_folder(windows).training
    both = first(files, 3)
    parts = [first(files, 3, lanes=1, rank=rank, world=2) for rank in range(2)]
    for k, batch in enumerate(both):
        for rank in range(2):
            assert torch.equal(parts[rank][k].age[:, 0], batch.age[:, rank])


@pytest.mark.parametrize('workers', [0, 1])
def test_a_file_that_is_damaged_later_is_named(windows, tmp_path, workers):
    """In a sentence, also from a loading process."""
    path = tmp_path / 'a.h5'
    path.write_bytes((windows / 'train' / '1.h5').read_bytes())
    file = WindowsFile(path)
    path.write_bytes(path.read_bytes()[:6000])
    with pytest.raises(DepthAnyEventError, match='^[^\n]*a.h5[^\n]*$'):
        first([file], 1, workers=workers)
