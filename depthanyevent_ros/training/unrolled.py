# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
The network over chunks of windows: from pictures of the sensor's size to depth of that size.

Preprocessing is that of ``network/preprocess.py``. Only the recurrent blocks go window by window;
encoder, first layers of the head and its fusion take all windows of a chunk at once, which is
the same computation in larger pieces.
"""

from typing import Callable, Dict, List, Sequence, Tuple

import torch
from torch import nn, Tensor
from torch.nn import functional

from depthanyevent_ros.errors import ConfigError
from depthanyevent_ros.network.depth_anyevent import DepthAnyEvent
from depthanyevent_ros.network.dpt_head import State
from depthanyevent_ros.network.input_size import network_size
from depthanyevent_ros.network.preprocess import Preprocessing
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
        self.preprocessing = Preprocessing(height, width, self.input_size)
        for name, parameter in network.named_parameters():
            if name.startswith(UNUSED):
                parameter.requires_grad_(False)

    @property
    def device(self) -> torch.device:
        """Return where the computation runs."""
        return self.preprocessing.mean.device

    def zero_state(self, batch: int) -> State:
        """Return the state before the first window of ``batch`` lanes."""
        return tuple((hidden.to(self.device), cell.to(self.device)) for hidden, cell
                     in self.network.zero_state(batch, *self.input_size))

    def forward(self, image: Tensor, state: State) -> Tuple[Tensor, State]:
        """
        Return depth [T, B, H, W] in float32 and the state after the last window.

        :param image: float32 [T, B, 3, H, W] in 0..1, Tencode or frames.
        """
        steps, lanes = image.shape[:2]
        network, head = self.network, self.network.depth_head
        x = self.preprocessing(image.flatten(0, 1)).contiguous(memory_format=torch.channels_last)
        maps = head.levels(network.pretrained(x, network.pretrained.position(*self.input_size)))
        maps, state = remember(head, [m.unflatten(0, (steps, lanes)) for m in maps], state)
        depth = network.to_depth(head.fuse(maps, self.input_size).float())
        depth = functional.interpolate(depth, size=self.size, mode='bilinear',
                                       align_corners=network.corners_stay)
        return depth[:, 0].unflatten(0, (steps, lanes)), state


def remember(head: nn.Module, maps: Sequence[Tensor], state: State
             ) -> Tuple[List[Tensor], State]:
    """Let the head remember maps [T, B, F, h, w], finest first, one by one: [TB, F, h, w]."""
    outputs = []
    for now in zip(*maps):
        remembered, state = head.remember(now, state)
        outputs.append(remembered)
    return [torch.cat(level) for level in zip(*outputs)], state


def next_state(state: State, first: Tensor, noise: float = 0.0,
               random: Sequence[torch.Generator] = ()) -> State:
    """
    Return the state a chunk begins with: cut off from the past's gradient, zero for new clips.

    :param first: bool [B], true where a clip begins.
    :param noise: standard deviation of what is added to it, relative to that of the lane's level.
    :param random: where noise comes from, one for each lane.
    """
    keep = (~first).float().view(-1, 1, 1, 1)

    def begin(tensor: Tensor) -> Tensor:
        tensor = tensor.detach().float()
        if noise:
            tensor = torch.stack([lane + noise * lane.std() * torch.randn(
                lane.shape, generator=source, device=lane.device)
                for lane, source in zip(tensor, random)])
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
