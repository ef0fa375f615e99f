# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""tools/pack_weights.py: from a training to a file that may be shipped."""

from pathlib import Path
import subprocess
import sys

import pytest
import torch
import yaml

from depthanyevent_ros.network.config import ModelConfig
from depthanyevent_ros.network.seeded import seeded_state_dict
from depthanyevent_ros.network.weights import find_weights
from depthanyevent_ros.training.checkpoints import save_weights
from depthanyevent_ros.training.recipe import Recipe

TOOL = Path(__file__).resolve().parents[1] / 'tools' / 'pack_weights.py'
CONFIG = ModelConfig(encoder='efflite0', input_size_width=64, input_size_height=64)


@pytest.fixture
def trained(tmp_path):
    """Return what a training left: tensors, and the file."""
    tensors = seeded_state_dict(CONFIG, 3)
    save_weights(tmp_path / 'best.pth', tensors, Recipe(CONFIG), {'step': 7})
    return tensors, tmp_path / 'best.pth'


def pack(source, packed):
    """Run the tool."""
    return subprocess.run([sys.executable, str(TOOL), str(source), str(packed)],
                          capture_output=True, text=True, timeout=120)


def test_packed_weights_are_found_by_the_printed_entry(trained, tmp_path):
    """Half the size, the same network, kernels within float16, the rest to the bit."""
    tensors, path = trained
    result = pack(path, tmp_path / 'small.safetensors')
    assert result.returncode == 0, result.stderr
    manifest = {'default': 'small', 'weights': yaml.safe_load(result.stdout)}
    (tmp_path / 'manifest.yaml').write_text(yaml.safe_dump(manifest))
    weights = find_weights('small', tmp_path)
    assert (weights.config, weights.output_kind, weights.trained) == (CONFIG, 'metric', True)
    for name, tensor in weights.state_dict().items():
        torch.testing.assert_close(tensor, tensors[name], rtol=5e-4, atol=1e-7)
        assert tensor.ndim > 1 or torch.equal(tensor, tensors[name])
    assert (tmp_path / 'small.safetensors').stat().st_size < 0.52 * path.stat().st_size


def test_weights_beyond_float16_are_not_packed(trained, tmp_path):
    """70,000 would become infinite."""
    tensors, path = trained
    tensors['depth_head.projects.0.weight'][0, 0] = 70_000
    save_weights(path, tensors, Recipe(CONFIG), {})
    result = pack(path, tmp_path / 'small.safetensors')
    assert result.returncode == 1 and 'does not fit float16' in result.stderr
    assert not (tmp_path / 'small.safetensors').exists()
