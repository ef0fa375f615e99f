# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Getting an engine ready in the background.

Building one (PyTorch to ONNX to the engine, then the parity check) takes half a minute of CPU and
a gigabyte of memory, and most of it holds the interpreter lock, so it runs in a process of its
own; this process only loads the result from the cache.
"""

from dataclasses import asdict
import json
import os
import subprocess
import sys
import threading
import time
from typing import Callable, Optional

from depthanyevent_ros.engines.cache import EngineCache
from depthanyevent_ros.engines.factory import make_engine
from depthanyevent_ros.engines.protocol import Engine, EngineSpec
from depthanyevent_ros.errors import DepthAnyEventError, EngineNotBuilt, EngineUnavailable

POLL_S = 0.1
LAST_WORDS_S = 3.0
#: Niceness of a build while windows are being processed: it gets a third of what others get. At
#: 10, a ninth, a build beside busy nodes was seen to take minutes.
BEHIND = 5
#: PyTorch's threads that wait for each other must sleep: awake they take the windows' cores.
ENVIRONMENT = {'OMP_WAIT_POLICY': 'PASSIVE'}
#: How a sentence of the child begins.
OWN = 'depthanyevent build_engine: '


class EngineLoader:
    """
    Builds and loads engines, one at a time, in a thread and a child process.

    :param on_ready: called in the loader's thread with the engine.
    :param on_failed: called in the loader's thread with the error.
    :param on_sentence: called with what is being done and why, in threads of the loader.
    :param on_build: called in the loader's thread when an engine must be built first.
    :param behind: whether a build comes after others, because an engine is in use.
    """

    def __init__(self, on_ready: Callable[[Engine], None],
                 on_failed: Callable[[Exception], None], on_sentence: Callable[[str], None],
                 on_build: Callable[[], None] = lambda: None,
                 behind: Callable[[], bool] = lambda: False):
        self.doing = 'nothing'                  # for diagnostics
        self._on_ready = on_ready
        self._on_failed = on_failed
        self._on_sentence = on_sentence
        self._on_build = on_build
        self._behind = behind
        self._stopping = threading.Event()
        self._thread: Optional[threading.Thread] = None

    @property
    def busy(self) -> bool:
        """Tell whether an engine is being prepared."""
        return self._thread is not None and self._thread.is_alive()

    def start(self, spec: EngineSpec) -> None:
        """Begin to prepare an engine; DepthAnyEventError if one is being prepared already."""
        if self.busy:
            raise DepthAnyEventError('an engine is being prepared already: wait until it is done')
        self._thread = threading.Thread(target=self._run, args=(spec,), name='engine loader')
        self._thread.start()

    def stop(self) -> None:
        """Give up what is being prepared, and wait until everything is down."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join()

    def _run(self, spec: EngineSpec) -> None:
        try:
            engine = self._prepare(spec)
        except Exception as error:  # whatever a framework may raise: it ends in the diagnostics
            self.doing = f'failed: {error}'
            self._on_failed(error)
            return
        self.doing = 'nothing'
        if engine is not None:
            self._on_ready(engine)

    def _prepare(self, spec: EngineSpec) -> Optional[Engine]:
        """Return the engine from the cache, built if it is not there; None if told to stop."""
        self.doing = 'loading the engine'
        try:
            return make_engine(spec, self._on_sentence, cache=EngineCache(may_build=False))
        except EngineNotBuilt:
            self._on_build()
            self._build(spec)
        if self._stopping.is_set():
            return None
        self.doing = 'loading the engine'
        return make_engine(spec, self._on_sentence)

    def _build(self, spec: EngineSpec) -> None:
        """Run the build in a child process, which stops at once when we do."""
        started_s = time.monotonic()
        command = [sys.executable, '-u', '-m', 'depthanyevent_ros', 'build_engine',
                   '--spec', json.dumps(asdict(spec))]
        with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True,
                              env={**ENVIRONMENT, **os.environ}) as child:
            if self._behind():
                stand_back(child)
            _Lines(child.stdout, self._on_sentence)
            said = _Lines(child.stderr)
            while child.poll() is None:
                self.doing = f'building the engine for {time.monotonic() - started_s:.0f} s'
                if self._stopping.wait(POLL_S):
                    end(child)
                    return
            if child.returncode != 0:
                raise EngineUnavailable(said.last() or f'the build ended with code '
                                        f'{child.returncode}')


def stand_back(child: subprocess.Popen) -> None:
    """Let a child come after others that want a processor."""
    try:
        os.setpriority(os.PRIO_PROCESS, child.pid, BEHIND)
    except OSError:                             # it has ended, or is behind already
        return


def end(child: subprocess.Popen) -> None:
    """End a child that may not listen: a library that computes hears no signal."""
    child.terminate()
    try:
        child.wait(LAST_WORDS_S)
    except subprocess.TimeoutExpired:
        child.kill()


class _Lines:
    """
    Reads a stream to its end, so that the child never waits for a reader; keeps the last.

    What the child says of itself counts more than what libraries say when it ends.
    """

    def __init__(self, stream, on_line: Callable[[str], None] = lambda line: None):
        self._line = ''
        self._on_line = on_line
        self._thread = threading.Thread(target=self._read, args=(stream,), daemon=True)
        self._thread.start()

    def last(self) -> str:
        self._thread.join(timeout=5)
        return self._line

    def _read(self, stream) -> None:
        for line in map(str.strip, stream):
            if line:
                self._on_line(line)
            if line and not (self._line.startswith(OWN) and not line.startswith(OWN)):
                self._line = line
