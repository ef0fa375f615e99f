# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Batches of chunks, read and augmented in processes of their own, in the order of a schedule."""

from dataclasses import dataclass, replace
from itertools import islice
from typing import Callable, Iterable, Iterator, List, Optional, Sequence

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from depthanyevent_ros.errors import DepthAnyEventError, MalformedInput
from depthanyevent_ros.training.augment import augment, AugmentPlan
from depthanyevent_ros.training.schedule import Chunk, schedule, SchedulePlan
from depthanyevent_ros.training.tencode_parts import BRIGHTER, DARKER
from depthanyevent_ros.training.windows_file import WindowsFile

LOT_BITS = 62


@dataclass(frozen=True)
class Batch:
    """Chunks of T windows for B lanes."""

    age: Tensor                         # uint8 [T, B, H, W]
    polarity: Tensor                    # uint8 [T, B, H, W]
    depth_m: Tensor                     # float16 [T, B, H, W], NaN unknown, +inf sky
    frame: Optional[Tensor]             # uint8 [T, B, H, W]
    first: Tensor                       # bool [B]: the lane begins a clip, its state is zero
    lot: Tensor                         # float32 [B] in 0..1, constant over a clip

    def to(self, device) -> 'Batch':
        """Return the batch on a device."""
        return self._each(lambda tensor: tensor.to(device, non_blocking=True))

    def pin_memory(self) -> 'Batch':
        """Return the batch in memory that a GPU copies from by itself; the loader calls this."""
        return self._each(torch.Tensor.pin_memory)

    def _each(self, change: Callable[[Tensor], Tensor]) -> 'Batch':
        return replace(self, **{name: change(value) for name, value in vars(self).items()
                                if value is not None})

    def tencode(self) -> Tensor:
        """Return the Tencode images, float32 [T, B, 3, H, W] in 0..1."""
        return torch.stack([(self.polarity == BRIGHTER).float(), self.age.float() / 255,
                            (self.polarity == DARKER).float()], 2)


class Chunks(Dataset):
    """Reads and augments a chunk; its index is the chunk itself."""

    def __init__(self, files: Sequence[WindowsFile], unroll: int, plan: AugmentPlan,
                 with_frames: bool):
        self.files, self.unroll, self.plan = files, unroll, plan
        self.with_frames = with_frames

    def __getitem__(self, chunk: Chunk) -> dict:
        """Return the augmented datasets of a chunk, with ``first`` and ``lot``."""
        try:
            stored = self.files[chunk.clip.file].read_stored(chunk.start, self.unroll)
        except MalformedInput as error:         # of one argument: it has to cross processes
            raise DepthAnyEventError(str(error)) from error
        if not self.with_frames:
            stored.pop('frame', None)
        number = (chunk.start - chunk.clip.start) // self.unroll
        arrays = augment(stored, self.plan, chunk.clip.lot, number)
        return {**arrays, 'first': chunk.first, 'lot': chunk.clip.lot / 2 ** LOT_BITS}


def collate(items: List[dict]) -> Batch:
    """Stack the lanes of a step."""
    def stacked(name):
        return torch.from_numpy(np.stack([item[name] for item in items], 1))
    return Batch(
        stacked('tencode_age'), stacked('polarity'), stacked('depth_m'),
        stacked('frame') if 'frame' in items[0] else None,
        torch.tensor([item['first'] for item in items]),
        torch.tensor([item['lot'] for item in items], dtype=torch.float32))


def training_batches(files: Sequence[WindowsFile], plan: SchedulePlan, augmentation: AugmentPlan,
                     lanes: int, *, with_frames: bool = False, workers: int = 0, skip: int = 0,
                     rank: int = 0, world: int = 1) -> Iterator[Batch]:
    """
    Yield batches without end.

    :param lanes: clips side by side in one process; :param workers: loading processes, 0 for none.
    :param skip: steps that are done already.
    :param rank, world: this process among those of the training; it takes lanes of its own.
    """
    steps = schedule([file.kind for file in files], [len(file) for file in files], plan,
                     lanes * world)
    mine = (step[rank * lanes:(rank + 1) * lanes] for step in islice(steps, skip, None))
    chunks = Chunks(files, plan.unroll, augmentation, with_frames)
    return in_a_sentence(DataLoader(
        chunks, batch_sampler=mine, collate_fn=collate, num_workers=workers,
        prefetch_factor=2 if workers else None, pin_memory=torch.cuda.is_available()))


def in_a_sentence(batches: Iterable[Batch]) -> Iterator[Batch]:
    """Yield the batches; an error of a loading process is raised without its traceback."""
    try:
        yield from batches
    except DepthAnyEventError as error:
        last = str(error).strip().splitlines()[-1]
        raise DepthAnyEventError(last.split('DepthAnyEventError: ')[-1]) from error
