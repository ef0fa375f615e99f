# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
The network on a GPU, its recurrent state kept there.

A step copies an 8-bit image to the device, runs the network from one set of state buffers to
another, and copies depth and a check of the new state back: one stream, one wait at the end. The
first step from a set to another is put into the stream piece by piece; then the same pieces are
captured as a graph, and every later one is a single launch.
"""

from contextlib import suppress
from typing import Any, Callable, Dict, List, Optional, Sequence, Tuple

import numpy as np

from depthanyevent_ros.engines.cuda.exchange import Exchange
from depthanyevent_ros.engines.cuda.protocol import CannotCapture, Gpu, Graph, Session
from depthanyevent_ros.engines.cuda.state_pool import Lease, StatePool
from depthanyevent_ros.engines.protocol import check_arrays, check_image, EngineSpec, State
from depthanyevent_ros.errors import EngineLost, NoDeviceMemory
from depthanyevent_ros.network.weights import Weights

STATE_IN, STATE_OUT = 'state_in_', 'state_out_'

#: Graphs that are kept: two for one stream of windows, n + 1 for n overlapping ones; where there
#: are more, the rest runs piece by piece.
MAX_GRAPHS = 64
#: Failed captures after which there are no more: what another thread does can spoil one.
MOST_FAILED_CAPTURES = 3

#: What was on a device that died: TensorRT's destructors would end the process there.
BURIED: List[Any] = []


class CudaEngine:
    """
    Runs a session whose network has an 8-bit image and a check of the state.

    :param name: of the engine; :param precision: of its arithmetic, f16 or f32.
    :param make_session: called once, with the GPU's context current.
    :raises EngineUnavailable: if the network cannot be used here.
    :raises EngineLost: if the GPU fails.
    """

    def __init__(self, name: str, spec: EngineSpec, weights: Weights, precision: str, gpu: Gpu,
                 make_session: Callable[[], Session]):
        self.name = name
        self.height, self.width = spec.sensor
        self.weights = weights
        self.facts: Dict[str, Any] = {}         # what the builder adds to describe()
        self.step_ms: Optional[float] = None    # of the last step, by the device's own clock
        self._gpu, self._precision = gpu, precision
        self._graphs: Dict[Tuple[int, int], Graph] = {}
        self._without_graphs: Optional[str] = None      # why, if it cannot have any
        self._n_failed_captures = 0
        with gpu.quiet, gpu.current():
            self._free_before, _ = gpu.free_bytes()
            self._session = make_session()
            ports = self._session.ports
            self._names = [name[len(STATE_IN):] for name in ports if name.startswith(STATE_IN)]
            self._state_ports = [ports[STATE_IN + name] for name in self._names]
            self._stream = gpu.stream()
            self._watch = gpu.stop_watch()
            self._pool = StatePool(gpu, [port.nbytes for port in self._state_ports])
            self._exchange = Exchange(gpu, self._session)
            self._states_host = [gpu.pinned(port.shape, port.dtype) for port in self._state_ports]

    def describe(self) -> Dict[str, Any]:
        """Return what runs here."""
        graphs = self._without_graphs or len(self._graphs)
        return {'engine': self.name, 'version': self._session.version, 'device': self._gpu.name,
                'precision': self._precision, 'threads': 1,
                'sensor_size': (self.height, self.width), 'weights': self.weights.name,
                'trained': self.weights.trained, 'output_kind': self.weights.output_kind,
                'step_ms': self.step_ms, 'graphs': graphs,
                'state_sets': len(self._pool), 'state_bytes': self._pool.nbytes, **self.facts}

    def step(self, image: np.ndarray, state: Optional[State]) -> Tuple[np.ndarray, State]:
        """
        Return depth and new state.

        :raises EngineLost: if the GPU fails; this engine is then of no further use.
        """
        check_image(image, self.height, self.width)
        self._exchange.put(image)
        with self._gpu.current():
            try:
                source = self._first() if state is None else state.take(self)
                target = self._pool.lease()
            except NoDeviceMemory as error:
                raise EngineLost(str(error)) from error
            self._watch.start(self._stream)
            self._run(source, target)
            self.step_ms = self._watch.read_ms()
        target.is_finite = self._exchange.is_finite()
        return self._exchange.depth(), State(self, target)

    def is_finite(self, state: State) -> bool:
        """Tell whether no value of the state is NaN or infinite; the step itself looked."""
        return state.look(self).is_finite

    def copy_state(self, state: State) -> State:
        """Return a state of its own with the same values."""
        source = state.look(self)
        with self._gpu.current():
            target = self._pool.lease()
            self._pool.copy(target, source, self._stream)
            self._stream.synchronize()
        return State(self, target)

    def state_to_arrays(self, state: State) -> List[np.ndarray]:
        """Return copies of the state's tensors, float32."""
        with self._gpu.current():
            for host, buffer in zip(self._states_host, state.look(self).buffers):
                self._gpu.copy_out(host, buffer, self._stream)
            self._stream.synchronize()
        return [host.astype(np.float32) for host in self._states_host]

    def state_from_arrays(self, arrays: Sequence[np.ndarray]) -> State:
        """Return a state with these values, rounded to what the engine keeps."""
        check_arrays(arrays, [port.shape for port in self._state_ports])
        with self._gpu.current():
            target = self._pool.lease()
            for host, array, buffer in zip(self._states_host, arrays, target.buffers):
                with np.errstate(over='ignore'):
                    host[...] = array
                self._gpu.copy_in(buffer, host, self._stream)
            self._stream.synchronize()
        target.is_finite = all(np.isfinite(host).all() for host in self._states_host)
        return State(self, target)

    def copies_ms(self) -> Tuple[float, float]:
        """Return how long the copies of a step take, to the device and from it."""
        with self._gpu.current():
            return self._exchange.copies_ms(self._stream, self._watch)

    def device_bytes(self) -> int:
        """Return how much less memory the device has free than before this engine was made."""
        with self._gpu.current():
            return self._free_before - self._gpu.free_bytes()[0]

    def do_without_graphs(self, why: str) -> None:
        """Put each step into the stream piece by piece from now on."""
        with self._gpu.current():
            self._drop_graphs()
        self._without_graphs = f'none: {why}'

    def close(self) -> None:
        """Free everything on the device; of a device that died nothing can be freed."""
        if self._gpu.lost:
            BURIED.append((self._session, self._graphs, self._pool, self._exchange,
                           self._states_host, self._stream, self._watch))
            return
        with suppress(EngineLost), self._gpu.quiet, self._gpu.current():
            self._drop_graphs()
            self._session.close()
            self._pool.free()
            self._exchange.free()
            # Their destructors need the context too.
            self._states_host, self._stream, self._watch = [], None, None

    def _first(self) -> Lease:
        """Return the zero state."""
        source = self._pool.lease()
        self._pool.clear(source, self._stream)
        return source

    def _drop_graphs(self) -> None:
        while self._graphs:
            self._graphs.popitem()[1].close()

    def _run(self, source: Lease, target: Lease) -> None:
        """Run the network between two sets of buffers and wait for the end."""
        pair = source.index, target.index
        graph = self._graphs.get(pair)
        if graph is not None:
            graph.launch(self._stream)
        else:
            self._enqueue(source, target)
        self._watch.stop(self._stream)
        self._stream.synchronize()
        if graph is None and self._without_graphs is None and len(self._graphs) < MAX_GRAPHS:
            self._capture(source, target)

    def _capture(self, source: Lease, target: Lease) -> None:
        """Make a graph, unless another thread is busy with the device: that would spoil it."""
        if not self._gpu.quiet.acquire(blocking=False):
            return
        try:
            self._graphs[source.index, target.index] = self._gpu.capture(
                lambda: self._enqueue(source, target), self._stream)
        except CannotCapture as error:
            self._n_failed_captures += 1
            if self._n_failed_captures == MOST_FAILED_CAPTURES:
                self._without_graphs = f'none: {error}'
        finally:
            self._gpu.quiet.release()

    def _enqueue(self, source: Lease, target: Lease) -> None:
        """Put copies and network into the stream."""
        session, stream = self._session, self._stream
        for name, read, written in zip(self._names, source.buffers, target.buffers):
            session.bind(STATE_IN + name, read)
            session.bind(STATE_OUT + name, written)
        self._exchange.copy_in(stream)
        session.enqueue(stream)
        self._exchange.copy_out(stream)
