# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
What a training writes: weights in the official layout, and the file it is resumed from.

The weights are a dictionary of ``state_dict`` and ``config`` (sections ``trainer`` and ``model``),
which ``network/checkpoint.py`` reads like a published one. Each file is replaced as a whole.
"""

import os
from pathlib import Path
import pickle
from typing import Any, Dict, Mapping, Optional

import torch
from torch import Tensor

from depthanyevent_ros.errors import DepthAnyEventError, WeightsError
from depthanyevent_ros.parameters.trees import flat
from depthanyevent_ros.training.recipe import Recipe, recipe_of
from depthanyevent_ros.training.run_plan import LAST

VERSION = 1
#: What the file to resume from holds, beside its version.
KEPT = ('recipe', 'step', 'best', 'scores', 'network', 'optimiser', 'rates', 'average', 'state')


def save_weights(path: Path, tensors: Mapping[str, Tensor], recipe: Recipe,
                 facts: Mapping[str, Any]) -> None:
    """
    Write weights with their configuration.

    :param facts: plain values about the training (step, validation): kept in ``trainer``.
    """
    config = {
        'trainer': {'use_logdepth': False, 'use_scaleshift': recipe.output_kind == 'relative',
                    'clip_distance': recipe.far_m, 'recipe': recipe.as_dict(), **facts},
        'model': recipe.model.as_dict(), 'output_kind': recipe.output_kind,
        'licence': 'Apache-2.0', 'source': 'trained with depthanyevent_ros', 'trained': True}
    plain = {name: tensor.detach().cpu().clone(memory_format=torch.contiguous_format)
             for name, tensor in tensors.items()}
    save_whole(path, {'config': config, 'state_dict': plain})


def save_whole(path: Path, content: Dict[str, Any]) -> None:
    """Write with torch.save beside the file, then put it in its place: never half a file."""
    growing = path.with_name(f'.{path.name}.{os.getpid()}')
    try:
        torch.save(content, growing)
        os.replace(growing, path)
    except (OSError, RuntimeError) as error:        # torch's own words for a full disk
        raise DepthAnyEventError(f'{path} cannot be written: {error}') from None
    finally:
        growing.unlink(missing_ok=True)


def load_resume(path: Path, recipe: Recipe, data: Mapping[str, Any]) -> Dict[str, Any]:
    """
    Read the file to resume from.

    :param data: the fingerprint of the folder that is trained on.
    :raises WeightsError: if it is not there, is damaged, or belongs to another recipe or data.
    """
    try:
        kept = torch.load(path, map_location='cpu', weights_only=True)
    except FileNotFoundError as error:
        raise WeightsError(f'there is nothing to resume: {path} does not exist') from error
    except (OSError, RuntimeError, EOFError, pickle.UnpicklingError) as error:
        raise WeightsError(f'{path} cannot be resumed from: it is damaged') from error
    if not isinstance(kept, dict) or kept.get('version') != VERSION:
        raise WeightsError(f'{path} was not written by this version of the trainer')
    missing = [name for name in KEPT if name not in kept]
    if missing:
        raise WeightsError(f'{path} cannot be resumed from: it holds no {missing[0]}')
    # A key that came with a later version is at its default in what an earlier one wrote.
    now, then = flat(recipe.as_dict()), flat(recipe_of(kept['recipe']).as_dict())
    differing = [name for name in now if name not in MAY_DIFFER and now[name] != then.get(name)]
    if differing:
        name = differing[0]
        raise WeightsError(f'{path} belongs to another recipe: {name} was {then.get(name)!r} and '
                           f'is {now[name]!r}')
    refuse_other_data(path, kept.get('data'), data)
    return kept


def refuse_other_data(path: Path, then: Optional[Mapping[str, Any]],
                      now: Mapping[str, Any]) -> None:
    """
    Make sure that a training goes on with the files that it began with.

    With others its schedule is another one, from the first step on.

    :param then: the fingerprint of the files, None from a version that did not keep it.
    :raises WeightsError: if they are others.
    """
    if then is None or then == now:
        return
    counts = f'{now["files"]} files with {now["windows"]} windows'
    others = (f'other files than those it began with, though as many ({counts})'
              if all(then[name] == now[name] for name in ('files', 'windows')) else
              f'{counts}, not the {then["files"]} with {then["windows"]} that it began with')
    raise WeightsError(f'{path} cannot be resumed: there are {others}; give it the same --data, '
                       f'or begin a new training with --set start={path.with_name(LAST)}')


#: What may be another in a slice of a training than it was before. With other ``steps`` the
#: learning rate falls to its end there, from where it is by the new count.
MAY_DIFFER = ('steps', 'lanes', 'validate_every', 'validation_files', 'bf16', 'teacher', 'start')
