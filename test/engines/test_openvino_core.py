# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A process that exchanged its engines still answers signals: Ctrl-C, or a launch that ends."""

from dataclasses import asdict
from pathlib import Path
import subprocess
import sys

import depthanyevent_ros
from depthanyevent_ros.engines.factory import make_engine
from depthanyevent_ros.engines.openvino_core import openvino_core

#: A second engine is made before the first one goes, as it is when weights are exchanged.
EXCHANGE_THEN_SIGNAL = """
import os, signal, sys
from pathlib import Path
from depthanyevent_ros.engines.cache import EngineCache
from depthanyevent_ros.engines.factory import make_engine
from depthanyevent_ros.engines.protocol import EngineSpec

spec, cache = EngineSpec(**{spec}), EngineCache(Path({cache!r}))
first = make_engine(spec, cache=cache)
second = make_engine(spec, cache=cache)
del first
del second
signal.signal(signal.SIGINT, lambda *_: print('told to stop'))
os.kill(os.getpid(), signal.SIGINT)
"""


def test_a_signal_is_heard_after_engines_were_exchanged_and_freed(make_spec, cache):
    """In a process of its own: with a core for each engine it died of this signal."""
    spec = make_spec('openvino')
    make_engine(spec, cache=cache)              # built here once; there it is only read
    code = EXCHANGE_THEN_SIGNAL.format(spec=asdict(spec), cache=str(cache.root))
    done = subprocess.run([sys.executable, '-c', code], stdout=subprocess.PIPE, text=True,
                          check=False, timeout=300,
                          cwd=Path(depthanyevent_ros.__file__).parents[1])
    assert (done.returncode, done.stdout) == (0, 'told to stop\n')


def test_there_is_one_core():
    """Whoever asks gets the same one, and nothing else in the package makes another."""
    assert openvino_core() is openvino_core()
    package = Path(depthanyevent_ros.__file__).parent
    makers = [path.name for path in package.rglob('*.py')
              if 'openvino.Core(' in path.read_text()]
    assert makers == ['openvino_core.py']
