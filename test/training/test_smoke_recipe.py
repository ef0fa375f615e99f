# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""From nothing to scored weights by the recipe that ships for it, as a user calls the verbs."""

import csv
import json
import math

import pytest

from depthanyevent_ros.__main__ import main
from depthanyevent_ros.network.weights import find_weights
from depthanyevent_ros.paths import share_dir


@pytest.mark.slow
def test_the_smoke_recipe_trains_on_simulated_windows(tmp_path, capsys):
    """simulate, train (3 of its 60 steps, one of them after --resume) and evaluate."""
    recipe = share_dir() / 'config' / 'train' / 'smoke.yaml'
    data, out = tmp_path / 'data', tmp_path / 'out'
    for seed, use in enumerate(('train', 'validation'), 1):
        assert main(['simulate', '--dataset', str(data / use), '--seed', str(seed),
                     '--sequences', '1', '--windows', '4']) == 0
    train = ['train', str(recipe), '--data', str(data), '--out', str(out), '--workers', '0',
             '--threads', '1', '--device', 'cpu', '--set', 'validate_every=3']
    assert main([*train, '--set', 'steps=2']) == 0
    assert main([*train, '--set', 'steps=3', '--resume']) == 0
    assert '3 of 3 steps' in capsys.readouterr().out
    with open(out / 'train.csv', newline='') as file:
        losses = {row['step']: float(row['loss']) for row in csv.DictReader(file)}
    assert list(losses) == ['2', '3'] and all(map(math.isfinite, losses.values()))
    weights = find_weights(str(out / 'best.pth'))
    assert (weights.config.input_size_width, weights.output_kind) == (128, 'metric')
    assert main(['evaluate', str(data / 'validation'), '--weights', str(out / 'best.pth'),
                 '--json', str(tmp_path / 'scores.json')]) == 0
    scores = json.loads((tmp_path / 'scores.json').read_text())
    assert scores['groups']['all'] == {'sequences': 1, 'maps': 4}
