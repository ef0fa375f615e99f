# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A browser, and small real pictures for reports."""

import importlib.util
import os
from pathlib import Path
import shutil
import subprocess

import numpy as np
import pytest

from depthanyevent_ros.depth.colour import make_colouriser
from depthanyevent_ros.report.panel import Moment

BROWSERS = ('chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable')
FLAGS = (
    '--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
    '--disable-background-networking', '--disable-component-update', '--disable-sync',
    '--host-resolver-rules=MAP * ~NOTFOUND', '--autoplay-policy=no-user-gesture-required',
    '--enable-logging=stderr', '--virtual-time-budget=4000')


@pytest.fixture(scope='session')
def browser():
    """Return a function that runs a headless browser on a page, or skip."""
    path = os.environ.get('CHROME') or next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        pytest.skip(f'no browser: none of {", ".join(BROWSERS)} is on PATH and CHROME is not set')

    def run(page, profile, *flags):
        return subprocess.run(
            [path, *FLAGS, f'--user-data-dir={profile}', *flags, page.as_uri()],
            capture_output=True, text=True, timeout=120, check=True)
    return run


@pytest.fixture(scope='session')
def moments():
    """Return eight moments 50 ms apart: a slanted plane seen by a small camera."""
    colouriser = make_colouriser('fixed', min_m=1, max_m=8)
    rows, columns = np.mgrid[:26, :34]
    rng = np.random.default_rng(0)
    made = []
    for k in range(8):
        depth = (2 + rows / 10 + (columns + k) % 34 / 20).astype(np.float32)
        events = np.where(rng.random((26, 34, 1)) < 0.1, 255, 0).astype(np.uint8)
        made.append(Moment(
            stamp_s=0.05 * (k + 1), events=np.repeat(events, 3, axis=2),
            depth=colouriser.colour(depth), frame=(depth * 30).astype(np.uint8) if k else None,
            n_events=88, rate_mev_s=0.0018, frame_age_s=0.01))
    return made


@pytest.fixture(scope='session')
def run_files(tmp_path_factory):
    """Return the paths of a small recording and of the recorded outputs of a run on it."""
    spec = importlib.util.spec_from_file_location(
        'run_files', Path(__file__).with_name('run_files.py'))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.make_run(tmp_path_factory.mktemp('run')), module
