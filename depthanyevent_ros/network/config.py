# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What a checkpoint says about its network: the ``model`` section of its configuration."""

from dataclasses import asdict, dataclass
from typing import Any, Dict, Mapping, Tuple, Union

from depthanyevent_ros.errors import ConfigError

Four = Tuple[int, int, int, int]                # one number for each level of the head, 1 to 4

#: Pixels on a side of a patch of the vision transformers.
PATCH = 14


@dataclass(frozen=True)
class TransformerSizes:
    """Sizes of one vision transformer and of the head that reads it."""

    dim: int                                    # channels of a token
    depth: int                                  # transformer blocks
    heads: int                                  # attention heads
    taps: Four                                  # blocks whose output the head reads
    features: int                               # channels of the head (F)
    out_channels: Four                          # channels of the four projections

    stride = PATCH                              # the input is a multiple of it
    map_strides = (PATCH,) * 4                  # pixels per sample of the maps that it gives
    resizes = (4, 2, 1, 0.5)                    # samples of a level per sample of its map
    padding = 0                                 # of the recurrent blocks' first convolution

    @property
    def channels(self) -> Four:
        """Return the channels of the four maps."""
        return (self.dim,) * 4


@dataclass(frozen=True)
class ConvolutionSizes:
    """
    Sizes of one convolutional encoder and of the head that reads it.

    Its maps already are a pyramid. The recurrent blocks keep its size: a sample lost at the edge
    of a map of stride 32 is 32 pixels by which the levels would no longer lie on each other.
    """

    channels: Four                              # of the maps of the strides 4, 8, 16, 32
    features: int                               # channels of the head (F)
    out_channels: Four                          # channels of the four projections

    stride = 32
    map_strides = (4, 8, 16, 32)
    resizes = (1, 1, 1, 1)
    padding = 1


Sizes = Union[TransformerSizes, ConvolutionSizes]

#: vits, vitb, vitl are Depth Anything V2's; vitt (a transformer) and efflite0 (EfficientNet-Lite0,
#: Tan & Le, arXiv 1905.11946) are small ones of our own for small computers.
ENCODERS = {
    'vitt': TransformerSizes(192, 12, 3, (2, 5, 8, 11), 32, (24, 48, 96, 192)),
    'vits': TransformerSizes(384, 12, 6, (2, 5, 8, 11), 64, (48, 96, 192, 384)),
    'vitb': TransformerSizes(768, 12, 12, (2, 5, 8, 11), 128, (96, 192, 384, 768)),
    'vitl': TransformerSizes(1024, 24, 16, (4, 11, 17, 23), 256, (256, 512, 1024, 1024)),
    'efflite0': ConvolutionSizes((24, 40, 112, 320), 32, (24, 48, 96, 192)),
}

CHOICES = {
    'model_type': ('DAv2', 'RecDAv2', 'StockDAv2'),    # the last: Depth Anything V2 itself
    'encoder': tuple(ENCODERS),
    'activation': ('relu', 'sigmoid', 'softplus'),
    'recurrent_block_type': ('convlstm',),
    'input_channels': (3,),
    'input_type': ('events', 'frames', 'rgb'),     # rgb: what official files call frames
}

#: Keys of the official ``model`` section that do not change what the network computes.
IGNORED = ('freeze_encoder', 'nopretrain', 'checkpoint_path')


@dataclass(frozen=True)
class ModelConfig:
    """
    The network that a set of weights belongs to.

    ``activation`` closes the head. ``inv_prediction`` turns its output into depth (relu:
    1 / (raw + 1e-6), sigmoid: 1 - raw, softplus: unchanged), ``scale_factor`` multiplies it.
    ``input_size_width`` and ``input_size_height`` are the lower bounds of the resize.
    """

    model_type: str = 'RecDAv2'
    encoder: str = 'vits'
    activation: str = 'relu'
    inv_prediction: bool = True
    scale_factor: float = 1.0
    input_size_width: int = 350
    input_size_height: int = 266
    input_channels: int = 3
    recurrent_block_type: str = 'convlstm'
    input_type: str = 'events'

    def __post_init__(self):
        for key, allowed in CHOICES.items():
            if getattr(self, key) not in allowed:
                raise ConfigError(f'model.{key} is {getattr(self, key)!r}; this package knows '
                                  f'{", ".join(map(str, allowed))}')
        if not isinstance(self.inv_prediction, bool):
            raise ConfigError(f'model.inv_prediction is {self.inv_prediction!r}; it must be true '
                              'or false')
        for key in ('input_size_width', 'input_size_height'):
            value = getattr(self, key)
            if type(value) is not int or not 14 <= value <= 4096:
                raise ConfigError(f'model.{key} is {value!r}; it must be a whole number of pixels '
                                  'from 14 to 4096')
        factor = self.scale_factor
        if isinstance(factor, bool) or not isinstance(factor, (int, float)) \
                or not 0 < factor < float('inf'):
            raise ConfigError(f'model.scale_factor is {factor!r}; it must be a positive number')

    @property
    def recurrent(self) -> bool:
        """Tell whether the network carries a state from window to window."""
        return self.model_type == 'RecDAv2'

    @property
    def sizes(self) -> Sizes:
        """Return the sizes of the encoder and its head."""
        return ENCODERS[self.encoder]

    @property
    def stride(self) -> int:
        """Return the pixels that height and width of the network's input are a multiple of."""
        return self.sizes.stride

    def as_dict(self) -> Dict[str, Any]:
        """Return the fields as a dictionary of plain values."""
        return asdict(self)

    @classmethod
    def from_dict(cls, section: Mapping[str, Any]) -> 'ModelConfig':
        """
        Read the ``model`` section of a checkpoint's configuration.

        :param section: at least ``model_type``, ``encoder``, ``activation``, ``inv_prediction``.
        :raises ConfigError: naming the key that is missing, unknown or has an unknown value.
        """
        if not isinstance(section, Mapping):
            raise ConfigError('the configuration has no model section')
        for key in ('model_type', 'encoder', 'activation', 'inv_prediction'):
            if key not in section:
                raise ConfigError(f'the model section has no {key}')
        fields = {key: value for key, value in section.items() if key not in IGNORED}
        unknown = sorted(set(map(str, fields)) - set(cls.__dataclass_fields__))
        if unknown:
            raise ConfigError(f'the model section has a key that this package does not know: '
                              f'{unknown[0]}')
        return cls(**fields)
