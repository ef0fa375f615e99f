# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
The network as an engine holds it.

What depends on the weights alone is computed once: normalisations go into their convolutions, the
position embedding is resampled for the input size. The tensors that are left are those that an
engine takes when it gets other weights; ``tensor_sources`` tells which of the checkpoint's they
are made of.
"""

import copy
from typing import Collection, Dict, Iterable, Tuple

import torch
from torch import nn, Tensor
from torch.nn import functional

from depthanyevent_ros.engines.graph_weights import GraphTypes
from depthanyevent_ros.network.efficientnet import ConvNorm, FoldedConv
from depthanyevent_ros.network.preprocess import SensorModel

#: Of a checkpoint, but read by no computation of the network.
UNREAD = ('pretrained.mask_token', 'depth_head.scratch.refinenet4.resConfUnit1.conv1.weight',
          'depth_head.scratch.refinenet4.resConfUnit1.conv1.bias',
          'depth_head.scratch.refinenet4.resConfUnit1.conv2.weight',
          'depth_head.scratch.refinenet4.resConfUnit1.conv2.bias')
CELL = '_cell'                          # ends the names of the tensors of a state that add up
POSITION, POSITION_SOURCE = 'position', 'pretrained.pos_embed'
NORM_PARTS = ('weight', 'bias', 'running_mean', 'running_var')


class DeployedModel(nn.Module):
    """
    ``forward(image, *state) -> (depth, *state)``, as SensorModel's, in the types of an engine;
    with ``types.check`` one more output at the end.

    Cells stay in float32 whatever the rest is: in float16 their mean error grows with every window
    (docs/gpu.md). Resize and normalisation of the image, and everything behind the head's raw map,
    are computed in float32 too: the reciprocal of a small number is beyond float16 (1 / 1e-6
    is above 65504). ``sources`` are the tensors of the checkpoint that each of ``tensors()`` is
    made of.
    """

    def __init__(self, model: SensorModel, types: GraphTypes):
        super().__init__()
        inside = getattr(torch, types.inside)
        self.types = types
        self.model = copy.deepcopy(model).eval().requires_grad_(False)
        self.sources = tensor_sources(self.model.network.state_dict())
        fold_norms(self.model.network)
        self.model.network.to(inside)
        self.model.position = self.model.position.to(inside)

    @property
    def output_names(self) -> Tuple[str, ...]:
        """Return the names of what ``forward`` returns."""
        states = (f'state_out_{name}' for name in self.state_names)
        return ('depth', *states, *(['check'] if self.types.check else []))

    @property
    def state_names(self) -> Tuple[str, ...]:
        """Return the names of the state tensors."""
        return self.model.state_names

    def example(self) -> Tuple[Tensor, ...]:
        """Return an image and a state of the right shapes and types: zeros."""
        image = torch.zeros(3, self.model.height, self.model.width,
                            dtype=getattr(torch, self.types.image))
        inside = getattr(torch, self.types.inside)
        return (image, *(tensor if name.endswith(CELL) else tensor.to(inside)
                         for name, tensor in zip(self.state_names, self.model.zero_state())))

    def tensors(self) -> Dict[str, Tensor]:
        """Return what depends on the weights, by name: the checkpoint's, or POSITION."""
        tensors = dict(self.model.network.state_dict())
        if self.model.position.numel():
            tensors[POSITION] = self.model.position
        return {name: tensor for name, tensor in tensors.items()
                if name not in UNREAD and name != POSITION_SOURCE}

    def forward(self, image: Tensor, *flat: Tensor) -> Tuple[Tensor, ...]:
        """Return depth [H, W], float32, and the new flat state."""
        model, network = self.model, self.model.network
        if image.dtype == torch.uint8:
            image = image.float() / 255
        x = model.preprocessing(image).to(model.position.dtype).unsqueeze(0)
        maps = network.pretrained(x, model.position)
        state = tuple(zip(flat[0::2], flat[1::2]))
        raw, state = network.depth_head(maps, x.shape[-2:], state)
        depth = functional.interpolate(network.to_depth(raw.float()), mode='bilinear',
                                       size=(model.height, model.width),
                                       align_corners=network.corners_stay)
        outputs = (depth[0, 0], *(tensor for pair in state for tensor in pair))
        return (*outputs, check_sum(outputs)) if self.types.check else outputs


def check_sum(tensors: Iterable[Tensor]) -> Tensor:
    """
    Return [1], float32, finite if and only if all values are.

    Means cannot overflow where the values are finite: depth is at most 1e6 (1 / 1e-6), a hidden
    value at most 1, a cell value at most the number of steps.
    """
    return torch.stack([tensor.float().mean() for tensor in tensors]).sum().reshape(1)


def fold_norms(module: nn.Module) -> None:
    """Replace each convolution that has a frozen normalisation by the one that they are."""
    for name, child in module.named_children():
        if isinstance(child, ConvNorm):
            setattr(module, name, FoldedConv(child))
        else:
            fold_norms(child)


def tensor_sources(names: Collection[str]) -> Dict[str, Tuple[str, ...]]:
    """
    Return for each tensor of a DeployedModel the tensors of the checkpoint that it is made of.

    :param names: of the checkpoint's tensors.
    """
    end = '.norm.running_var'
    folded = {name.removesuffix(end) for name in names if name.endswith(end)}
    sources = {}
    for name in names:
        layer = name.rpartition('.')[0].rpartition('.')[0]
        if layer in folded:
            norm = tuple(f'{layer}.norm.{part}' for part in NORM_PARTS)
            sources[f'{layer}.conv.weight'] = (f'{layer}.conv.weight', *norm)
            sources[f'{layer}.conv.bias'] = norm
        elif name not in UNREAD:
            sources[POSITION if name == POSITION_SOURCE else name] = (name,)
    return sources
