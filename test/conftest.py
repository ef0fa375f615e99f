# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What every test may use. Tests run without ../shared and do more where it is there."""

from pathlib import Path

import pytest

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
