# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Recipes, and the folder of data that they are cooked with."""

from pathlib import Path

import pytest
import torch

from depthanyevent_ros.errors import ConfigError, MalformedInput
from depthanyevent_ros.training.ema import WeightAverage
from depthanyevent_ros.training.folder import open_folder
from depthanyevent_ros.training.optimiser import OptimiserPlan, rate_at
from depthanyevent_ros.training.recipe import read_recipe, recipe_of

FOLDER = Path(__file__).resolve().parents[2] / 'config' / 'train'
RECIPES = sorted(FOLDER.glob('*.yaml'))
METRIC = FOLDER / 'metric_efflite0.yaml'


@pytest.mark.parametrize('path', RECIPES, ids=lambda path: path.stem)
def test_the_recipes_that_come_with_the_package_are_recipes(path):
    """And come back from what a checkpoint keeps of them."""
    recipe = read_recipe(path)
    assert recipe_of(recipe.as_dict()) == recipe


def test_changes_replace_what_the_file_says():
    """At the top and in a section, with the types of YAML."""
    recipe = read_recipe(METRIC, ['steps=7', 'clips.unroll=2', 'optimiser.learning_rate=1e-4',
                                  'bf16=true', 'start='])
    assert (recipe.steps, recipe.clips.unroll, recipe.bf16) == (7, 2, True)
    assert recipe.optimiser.learning_rate == 1e-4 and recipe.start == ''


@pytest.mark.parametrize('change, sentence', [
    ('stepz=7', 'not known: stepz'), ('clips.unrol=2', 'not known: clips.unrol'),
    ('steps=many', 'steps is .many.; it must be of type int'), ('steps', 'not key=value'),
    ('model.encoder=vitz', 'model.encoder'), ('steps=0', 'steps is 0; it must be from 1'),
    ('target=teacher', 'needs a teacher'), ('loss={name: l3}', 'loss.name'),
    ('loss={name: silog, alpha: 1}', 'loss.alpha'), ('clips=3', 'clips'),
    ('steps.foo=1', 'steps is no section'), ('steps=[1', 'is no value'), ('seed=-1', 'seed is -1'),
    ('ema=.nan', 'ema is nan'), ('ema=5', 'ema is 5'), ('true_share=7', 'true_share is 7'),
    ('clips.seed=-1', 'clips.seed is -1'), ('optimiser.learning_rate=.inf', 'learning_rate'),
    ('loss={name: silog, lambda_: -5}', 'loss.lambda_ is -5'), ('loss={name: [1]}', 'loss.name'),
    ('loss={name: metric, scales: 2.5}', 'loss.scales is 2.5')])
def test_mistakes_are_named(change, sentence):
    """In a sentence that names the key."""
    with pytest.raises(ConfigError, match=sentence):
        read_recipe(METRIC, [change])


def test_a_folder_says_what_validates(windows):
    """By its folders, or by the seeds of the scenes."""
    data = open_folder(windows)
    assert [file.path.name for file in data.training] == ['1.h5', '2.h5', '3.h5']
    assert [file.path.name for file in data.validation] == ['v.h5'] and data.has_frames
    assert data.size == (70, 98)


def test_a_folder_without_order_holds_scenes_back(windows, tmp_path):
    """A seed that is a multiple of 20 validates; files that grow are not touched."""
    for number, path in enumerate(windows.rglob('*.h5')):
        (tmp_path / f'{number}.h5').hardlink_to(path)
    (tmp_path / '.growing.h5').write_bytes(b'')
    data = open_folder(tmp_path)
    assert sorted(file.seed for file in data.training) == [1, 2, 3]
    assert [file.seed for file in data.validation] == [20]


def test_a_folder_that_cannot_be_used_is_refused(windows, tmp_path):
    """Empty, or with a damaged file, which is named."""
    with pytest.raises(ConfigError, match='no window files'):
        open_folder(tmp_path)
    (tmp_path / 'a.h5').write_bytes((windows / 'train' / '1.h5').read_bytes()[:5000])
    with pytest.raises(MalformedInput, match='a.h5'):
        open_folder(tmp_path)


def test_the_learning_rate_rises_and_falls():
    """Linear, then half a cosine to the last share."""
    plan = OptimiserPlan(warm_up=10, last=0.1)
    rates = [rate_at(step, 110, plan) for step in (0, 4, 9, 10, 60, 110, 200)]
    assert rates == pytest.approx([0.1, 0.5, 1.0, 1.0, 0.55, 0.1, 0.1])


def test_the_average_of_the_weights_by_hand():
    """Decay min(0.5, 2/11), then min(0.5, 3/12): it begins by following."""
    network = torch.nn.Linear(1, 1, bias=False)
    torch.nn.init.zeros_(network.weight)
    average = WeightAverage(network, 0.5)
    expected = 0.0
    for n in (1, 2):
        torch.nn.init.constant_(network.weight, float(n))
        average.update(network)
        decay = (1 + n) / (10 + n)
        expected = decay * expected + (1 - decay) * n
    assert average.tensors['weight'].item() == pytest.approx(expected)
