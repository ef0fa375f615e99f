# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The parts that a recipe names: the network with its first weights, and the targets."""

from pathlib import Path
from typing import Tuple

import torch

from depthanyevent_ros.errors import WeightsError
from depthanyevent_ros.network.checkpoint import load_checkpoint
from depthanyevent_ros.network.conv_lstm import ConvLSTM
from depthanyevent_ros.network.depth_anyevent import build_network, DepthAnyEvent
from depthanyevent_ros.network.imagenet import load_imagenet
from depthanyevent_ros.network.seeded import seeded_state_dict
from depthanyevent_ros.network.weights import find_weights, is_path
from depthanyevent_ros.training.recipe import Recipe
from depthanyevent_ros.training.targets import MixedDepth, TargetSource, TeacherDepth, TrueDepth
from depthanyevent_ros.training.unrolled import FrameTeacher, UnrolledNetwork

IMAGENET = 'imagenet'


def make_network(recipe: Recipe, fresh: bool) -> DepthAnyEvent:
    """
    Return the recipe's network.

    :param fresh: whether it gets its first weights; else they are loaded by the caller.
    """
    network = build_network(recipe.model)
    if fresh:
        if recipe.start in ('', IMAGENET):
            tensors = seeded_state_dict(recipe.model, recipe.seed)
        else:
            tensors = load_checkpoint(file_of(recipe.start), recipe.model)[0]
        network.load_state_dict(tensors, strict=True)
        if recipe.start == IMAGENET:
            load_imagenet(network.pretrained)
        if recipe.forget_bias:
            set_forget_bias(network, recipe.forget_bias)
    return network


def set_forget_bias(network: DepthAnyEvent, bias: float) -> None:
    """
    Make the recurrent blocks remember from the beginning, not forget half in every window.

    Jozefowicz et al., "An empirical exploration of recurrent network architectures" (2015): with
    a bias of 0 what lies some steps back counts for so little that to keep it is hardly learnt.
    """
    for block in network.modules():
        if isinstance(block, ConvLSTM):
            block.forget_bias.data.fill_(bias)


def file_of(start: str) -> Path:
    """
    Return the file of a checkpoint's path or of a name in the manifest.

    :raises WeightsError: if there is none.
    """
    path = Path(start) if is_path(start) else find_weights(start).path
    if path is None:
        raise WeightsError(f'{start} is a seeded initialisation, not trained weights to begin '
                           'with')
    return path


def make_targets(recipe: Recipe, size: Tuple[int, int], device: torch.device) -> TargetSource:
    """Return where the targets come from: the files, a teacher, or both."""
    true = TrueDepth(recipe.far_m)
    if recipe.target == 'true':
        return true
    weights = find_weights(recipe.teacher)
    if weights.config.input_type == 'events':
        raise WeightsError(f'the teacher {weights.name} looks at events; it must be a network for '
                           'frames')
    taught = TeacherDepth(FrameTeacher(UnrolledNetwork(weights.network(), *size).to(device)))
    return taught if recipe.target == 'teacher' else MixedDepth(true, taught, recipe.true_share)
