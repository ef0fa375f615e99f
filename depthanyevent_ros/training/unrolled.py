# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
The network over chunks of windows: from pictures of the sensor's size to depth of that size.

Preprocessing is that of ``network/preprocess.py``. Only the recurrent blocks go window by window;
encoder, first layers of the head and its fusion take all windows of a chunk at once, which is
the same computation in larger pieces.
"""

from typing import Callable, Dict, Optional, Tuple

import torch
from torch import nn, Tensor
from torch.nn import functional

from depthanyevent_ros.errors import ConfigError
from depthanyevent_ros.network.depth_anyevent import DepthAnyEvent, INVERSIONS
from depthanyevent_ros.network.dpt_head import State
from depthanyevent_ros.network.input_size import network_size
from depthanyevent_ros.network.preprocess import bicubic_matrix, IMAGENET_MEAN, IMAGENET_STD
from depthanyevent_ros.training.batches import Batch

#: Of the published networks and part of no computation: data-parallel training waits for them.
UNUSED = ('pretrained.mask_token', 'depth_head.scratch.refinenet4.resConfUnit1')


class UnrolledNetwork(nn.Module):
    """A network and a sensor's size; ``forward`` takes chunks [T, B, 3, H, W]."""

    def __init__(self, network: DepthAnyEvent, height: int, width: int):
        super().__init__()
        # Channels last: convolutions are a fifth faster on a CPU, more on a GPU with bf16.
        self.network = network.to(memory_format=torch.channels_last)
        self.size = height, width
        config = network.config
        self.input_size = network_size(height, width, config.input_size_height,
                                       config.input_size_width, config.stride)
        constants = {'mean': torch.tensor(IMAGENET_MEAN).view(3, 1, 1),
                     'std': torch.tensor(IMAGENET_STD).view(3, 1, 1),
                     'rows': bicubic_matrix(height, self.input_size[0]),
                     'columns': bicubic_matrix(width, self.input_size[1]).T.contiguous()}
        for name, value in constants.items():
            self.register_buffer(name, value, persistent=False)
        for name, parameter in network.named_parameters():
            if name.startswith(UNUSED):
                parameter.requires_grad_(False)

    def zero_state(self, batch: int) -> State:
        """Return the state before the first window of ``batch`` lanes."""
        return tuple((hidden.to(self.mean), cell.to(self.mean)) for hidden, cell
                     in self.network.zero_state(batch, *self.input_size))

    def forward(self, image: Tensor, state: State) -> Tuple[Tensor, State]:
        """
        Return depth [T, B, H, W] in float32 and the state after the last window.

        :param image: float32 [T, B, 3, H, W] in 0..1, Tencode or frames.
        """
        steps, lanes = image.shape[:2]
        network, head = self.network, self.network.depth_head
        x = (self.rows @ (image.flatten(0, 1) @ self.columns) - self.mean) / self.std
        position = network.pretrained.position(*self.input_size)
        x = x.contiguous(memory_format=torch.channels_last)
        maps = head.levels(network.pretrained(x, position))
        if network.config.recurrent:
            maps, state = remember(head, [m.unflatten(0, (steps, lanes)) for m in maps], state)
        raw = head.fuse(maps, self.input_size).float()
        if network.config.inv_prediction:
            raw = INVERSIONS[network.config.activation](raw)
        depth = functional.interpolate(raw * network.config.scale_factor, size=self.size,
                                       mode='bilinear', align_corners=False)
        return depth[:, 0].unflatten(0, (steps, lanes)), state


def remember(head: nn.Module, maps: list, state: State) -> Tuple[list, State]:
    """Run the recurrent blocks over maps [T, B, F, h, w], finest first; return [TB, F, h, w]."""
    outputs = [[] for _ in maps]
    for t in range(len(maps[0])):
        state = tuple(getattr(head, f'gru_layer_{level}')(maps[level - 1][t], old)
                      for level, old in zip((4, 3, 2, 1), state))
        for output, (hidden, _) in zip(outputs, reversed(state)):
            output.append(hidden)
    return [torch.cat(output) for output in outputs], state


def next_state(state: State, first: Tensor, noise: float = 0.0,
               random: Optional[torch.Generator] = None) -> State:
    """
    Return the state a chunk begins with: cut off from the past's gradient, zero for new clips.

    :param first: bool [B], true where a clip begins.
    :param noise: standard deviation of what is added to it, relative to the level's own.
    """
    keep = (~first).float().view(-1, 1, 1, 1)

    def begin(tensor: Tensor) -> Tensor:
        tensor = tensor.detach().float()
        if noise:
            tensor = tensor + noise * tensor.std() * torch.randn(
                tensor.shape, generator=random, device=tensor.device)
        return tensor * keep
    return tuple((begin(hidden), begin(cell)) for hidden, cell in state)


def events_input(batch: Batch) -> Tensor:
    """Return Tencode images, float32 [T, B, 3, H, W]."""
    return batch.tencode()


def frames_input(batch: Batch) -> Tensor:
    """Return grey frames as three equal channels, float32 [T, B, 3, H, W] in 0..1."""
    if batch.frame is None:
        raise ConfigError('a network for frames needs window files with frames')
    return grey_to_rgb(batch.frame)


def grey_to_rgb(frame: Tensor) -> Tensor:
    """Return uint8 [T, B, H, W] as float32 [T, B, 3, H, W] in 0..1."""
    return (frame.float() / 255).unsqueeze(2).expand(-1, -1, 3, -1, -1)


#: What a network sees, by ``input_type`` of its configuration.
INPUTS: Dict[str, Callable[[Batch], Tensor]] = {
    'events': events_input, 'frames': frames_input, 'rgb': frames_input}


class FrameTeacher:
    """A network for frames that labels them: uint8 [T, B, H, W] to depth of that shape."""

    def __init__(self, unrolled: UnrolledNetwork):
        self.unrolled = unrolled.eval().requires_grad_(False)

    def __call__(self, frame: Tensor) -> Tensor:
        """Return depth; a recurrent teacher starts from the zero state."""
        return self.unrolled(grey_to_rgb(frame), self.unrolled.zero_state(frame.shape[1]))[0]
