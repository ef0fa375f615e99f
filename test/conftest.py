# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What every test may use. Tests run without ../shared and do more where it is there."""

import json
import os
from pathlib import Path

import pytest

#: A process that a test starts and that is killed by a signal says where it was.
os.environ['PYTHONFAULTHANDLER'] = '1'

SHARED = Path(__file__).resolve().parents[2] / 'shared'


@pytest.fixture(scope='session')
def shared():
    """Return the folder of third-party recordings beside the checkout, or skip."""
    if not SHARED.is_dir():
        pytest.skip('no ../shared beside the checkout: real recordings are not at hand')
    return SHARED


@pytest.fixture(scope='session')
def newtons_cradle(shared):
    """Return the real DAVIS346 recording (346x260, 319,512 events, 13 frames)."""
    return shared / 'data' / 'davis346' / 'newtons_cradle.aedat4'


@pytest.fixture(scope='session')
def small_weights(tmp_path_factory):
    """Return a maker of checkpoints of the smallest recurrent network, one for each seed."""
    from safetensors.torch import save_file

    from depthanyevent_ros.network.config import ModelConfig
    from depthanyevent_ros.network.seeded import seeded_state_dict
    folder = tmp_path_factory.mktemp('weights')

    def make(seed=1):
        path = folder / f'small-{seed}.safetensors'
        if not path.exists():
            config = ModelConfig(encoder='vitt', input_size_width=98, input_size_height=70)
            settings = {'model': config.as_dict(), 'trained': False}
            save_file(seeded_state_dict(config, seed), str(path),
                      metadata={'config': json.dumps(settings)})
        return path
    return make


@pytest.fixture
def one_thread():
    """Take one thread of PyTorch, as a busy machine gives; sums depend on their number."""
    import torch
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)
