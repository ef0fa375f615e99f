# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The engine of a GPU on one that is made of NumPy: buffers, graphs, errors, by hand."""

import threading

import numpy as np
import pytest

from depthanyevent_ros.engines.cuda import engine as engine_module
from depthanyevent_ros.engines.cuda.engine import CudaEngine
from depthanyevent_ros.engines.protocol import EngineSpec
from depthanyevent_ros.engines.tensorrt.session import TensorRTSession
from depthanyevent_ros.errors import EngineLost, EngineUnavailable, NoDeviceMemory
from depthanyevent_ros.network.weights import find_weights

SPEC = EngineSpec(4, 6, weights='untrained-vits-r')


@pytest.fixture
def gpu(fakes):
    """Return a GPU."""
    return fakes.FakeGpu()


@pytest.fixture
def plan(fakes):
    """Return a plan whose recurrence is state' = state / 2 + mean byte, depth = state'."""
    return fakes.DecayPlan()


@pytest.fixture
def make_engine(fakes, gpu, plan):
    """Return a function that loads the plan."""
    def make(content=None):
        trt = fakes.fake_tensorrt(gpu)
        return CudaEngine('tensorrt', SPEC, find_weights(SPEC.weights), 'f16', gpu,
                          lambda: TensorRTSession(gpu, trt, content or plan.serialize(), None))
    return make


@pytest.fixture
def engine(make_engine):
    """Return the engine of the plan."""
    return make_engine()


def image(byte: int) -> np.ndarray:
    """Return a picture whose bytes all are this."""
    return np.full((3, 4, 6), byte / 255, np.float32)


def run(engine, *bytes_):
    """Return the first pixel's depth after each window, and the last state."""
    depths, state = [], None
    for byte in bytes_:
        depth, state = engine.step(image(byte), state)
        depths.append(float(depth[0, 0]))
    return depths, state


def test_the_state_is_carried_from_window_to_window(engine):
    """16, 16 + 8, 16 + 12, 0 + 14, 7: by hand."""
    assert run(engine, 16, 16, 16, 0, 0)[0] == [16, 24, 28, 14, 7]


def test_no_state_is_the_zero_state_whatever_was_in_memory(engine):
    """Fresh memory is full of rubbish, used memory of old states."""
    assert run(engine, 0)[0] == [0]
    run(engine, 200, 200)
    assert run(engine, 0)[0] == [0]


def test_the_image_is_rounded_to_bytes(engine):
    """0.5 / 255 up and down; 1 is 255."""
    near = np.full((3, 4, 6), 7.4 / 255, np.float32)
    assert engine.step(near, None)[0][0, 0] == 7
    assert engine.step(image(255), None)[0][0, 0] == 255


def test_two_sets_of_buffers_are_used_in_turn(engine):
    """One stream of windows needs no more, however long it is."""
    run(engine, *range(20))
    assert engine.describe()['state_sets'] == 2


def test_each_direction_is_captured_after_its_first_run_and_launched_from_then_on(engine, gpu):
    """A to B, B to A; two graphs, and no piece of work is enqueued by itself any more."""
    gpu.calls.clear()
    run(engine, 1, 2, 3, 4, 5, 6)
    assert gpu.calls.count('capture') == 2 and gpu.calls.count('launch') == 4
    assert gpu.calls.count('execute') == 4          # two real first runs, two while capturing
    assert engine.describe()['graphs'] == 2


def test_a_steady_step_allocates_nothing_and_waits_once(engine, gpu):
    """One launch, one wait: copies and network are in the graph."""
    _, state = run(engine, 1, 2, 3)
    gpu.calls.clear()
    engine.step(image(4), state)
    assert gpu.calls == ['launch', 'synchronize']


def test_a_graph_computes_what_the_pieces_compute(make_engine, gpu):
    """With and without capture the depths are the same."""
    bytes_ = (3, 9, 27, 81, 243, 0, 1)
    with_graphs, _ = run(make_engine(), *bytes_)
    gpu.can_capture = False
    without = make_engine()
    assert run(without, *bytes_)[0] == with_graphs
    assert 'CUDA_ERROR_NOT_SUPPORTED' in without.describe()['graphs']


def test_nothing_is_captured_while_another_thread_is_busy_with_the_device(engine, gpu):
    """That would spoil it; the step itself goes on, and a later one captures."""
    with gpu.quiet:
        assert run(engine, 16, 16, 16)[0] == [16, 24, 28]
    assert 'capture' not in gpu.calls and engine.describe()['graphs'] == 0
    run(engine, 16, 16)
    assert engine.describe()['graphs'] == 2


def test_twenty_five_overlapping_windows_have_a_memory_each(engine):
    """50 ms every 2 ms: nothing is lost, and each chain counts for itself."""
    states = [None] * 25
    for turn in range(3):
        for chain in range(25):
            depth, states[chain] = engine.step(image(16), states[chain])
            assert depth[0, 0] == [16, 24, 28][turn]


def test_capture_is_given_up_where_it_is_not_possible(engine, gpu):
    """It would fail again, in every window; another thread's doing may fail it once."""
    gpu.can_capture = False
    run(engine, 1, 2, 3, 4, 5, 6)
    assert gpu.calls.count('capture') == 3


def test_graphs_can_be_given_up(engine, gpu):
    """As the bench does; what is computed stays the same, and nothing is captured again."""
    _, state = run(engine, 16, 16, 16)
    engine.do_without_graphs('for comparison')
    assert gpu.calls.count('close graph') == 2 and len(engine.describe()['graphs']) > 2
    gpu.calls.clear()
    assert float(engine.step(image(0), state)[0][0, 0]) == 14
    assert 'launch' not in gpu.calls and 'capture' not in gpu.calls


def test_what_it_takes_of_the_device_is_told(engine, gpu):
    """All memory of this GPU is the engine's: two states, image, depth, check."""
    assert engine.device_bytes() == sum(memory.nbytes for memory in gpu.memories.values()) > 0
    assert engine.copies_ms() == (1.5, 1.5)


def test_chains_in_turn_have_states_of_their_own(engine):
    """Three interleaved streams give what each gives alone."""
    alone = [run(engine, *([byte] * 4))[0] for byte in (10, 20, 40)]
    states = [None] * 3
    for turn in range(4):
        for chain, byte in enumerate((10, 20, 40)):
            depth, states[chain] = engine.step(image(byte), states[chain])
            assert depth[0, 0] == alone[chain][turn]
    assert engine.describe()['state_sets'] == 4


def test_a_state_that_is_dropped_gives_its_buffers_back(engine):
    """A node resets its recurrence by forgetting the state."""
    for _ in range(50):
        run(engine, 1)
    assert engine.describe()['state_sets'] == 2


def test_more_states_than_may_be_alive_are_refused(engine):
    """Memory on the device is bounded."""
    engine._pool._limit = 16                    # of 1024
    held = []
    with pytest.raises(ValueError, match='16 states of this engine are alive'):
        for _ in range(40):
            held.append(engine.step(image(1), None)[1])
    assert len(held) < 17
    held.clear()
    assert run(engine, 16, 16)[0] == [16, 24]


def test_graphs_are_bounded(engine, monkeypatch):
    """Beyond the limit steps go piece by piece."""
    monkeypatch.setattr(engine_module, 'MAX_GRAPHS', 1)
    assert run(engine, 16, 16, 16)[0] == [16, 24, 28]
    assert engine.describe()['graphs'] == 1


def test_a_state_goes_through_arrays_and_back(engine):
    """float32 outside, float16 inside."""
    _, state = run(engine, 16, 16)
    array, = engine.state_to_arrays(state)
    assert array.dtype == np.float32 and (array == 24).all()
    depth, _ = engine.step(image(0), engine.state_from_arrays([array / 3]))
    assert depth[0, 0] == 4


def test_a_value_beyond_float16_is_not_finite_here(engine):
    """Another engine's float32 state may hold what this one cannot keep."""
    array = np.full((1, 1, 2, 3), 7e4, np.float32)
    assert not engine.is_finite(engine.state_from_arrays([array]))


def test_a_state_that_overflows_on_the_device_is_noticed_without_copying_it(engine, gpu):
    """The graph adds it up; a second look costs no call."""
    state = engine.state_from_arrays([np.full((1, 1, 2, 3), 65504, np.float32)])
    for byte in (255, 255, 255, 255):
        depth, state = engine.step(image(byte), state)
    assert engine.is_finite(state) and np.isfinite(depth).all()
    poisoned = engine.state_from_arrays([np.full((1, 1, 2, 3), np.inf, np.float32)])
    _, state = engine.step(image(1), poisoned)
    gpu.calls.clear()
    assert not engine.is_finite(state) and not gpu.calls
    assert not engine.is_finite(engine.copy_state(state))


def test_two_threads_may_use_it_one_after_the_other(engine):
    """The context is pushed in the thread that calls, and popped again."""
    found = []
    thread = threading.Thread(target=lambda: found.append(run(engine, 16, 16)[0]))
    thread.start()
    thread.join()
    assert found == [run(engine, 16, 16)[0]] == [[16, 24]]


@pytest.mark.parametrize('call', ['execute', 'copy_in', 'synchronize', 'clear', 'launch'])
def test_a_lost_gpu_is_said_and_nothing_of_it_is_touched_again(engine, gpu, monkeypatch, call):
    """The caller goes on with another engine in the same process, which destructors would end."""
    monkeypatch.setattr(engine_module, 'BURIED', [])
    gpu.lost_at = call
    with pytest.raises(EngineLost, match='an illegal memory access'):
        run(engine, 1, 2, 3)
    gpu.calls.clear()
    engine.close()
    assert not gpu.calls and len(engine_module.BURIED) == 1
    with pytest.raises(EngineLost, match='an illegal memory access'):
        engine.step(image(1), None)


def test_a_failure_that_the_device_survives_frees_everything(engine, gpu, plan):
    """Such as a run that TensorRT refuses."""
    plan.fails = True
    with pytest.raises(EngineLost):
        run(engine, 1)
    engine.close()
    assert gpu.n_used == 0


def test_a_device_without_memory_for_another_state_is_no_engine_any_more(
        engine, gpu, monkeypatch):
    """The windows go to the processor's engine instead of failing one by one."""
    _, held = run(engine, 1)
    _, also_held = run(engine, 1)

    def refuse(nbytes):
        raise NoDeviceMemory('Fake GPU has no memory left')
    monkeypatch.setattr(gpu, 'allocate', refuse)
    with pytest.raises(EngineLost, match='no memory left'):
        run(engine, 1)


def test_a_run_that_tensorrt_refuses_is_an_engine_that_is_lost(engine, plan):
    """It returns False instead of raising."""
    plan.fails = True
    with pytest.raises(EngineLost, match='TensorRT could not run the network'):
        run(engine, 1)


def test_a_foreign_plan_is_refused(make_engine):
    """Of another version or another GPU."""
    with pytest.raises(EngineUnavailable, match='built by another version or for another GPU'):
        make_engine(b'foreign')


def test_a_plan_that_does_not_fit_is_refused(make_engine, plan):
    """The runtime returns None."""
    plan.is_too_large = True
    with pytest.raises(EngineUnavailable, match='no memory left'):
        make_engine()


def test_closing_frees_all_memory_and_all_graphs(engine, gpu):
    """States that are still held do not keep it."""
    _, state = run(engine, 1, 2, 3)
    engine.close()
    assert gpu.n_used == 0 and gpu.calls.count('close graph') == 2
    assert state is not None


def test_it_describes_itself(engine):
    """The device, its own clock, what is kept on it."""
    run(engine, 1, 2)
    facts = engine.describe()
    assert facts['device'] == 'Fake GPU' and facts['version'] == '11.4.0.106'
    assert facts['step_ms'] == 1.5 and facts['precision'] == 'f16'
    assert facts['state_bytes'] == 2 * 12


def test_a_network_without_memory_has_no_states(fakes, gpu):
    """DepthAnyEvent: an image in, depth out."""
    plan = fakes.DecayPlan()
    plan.ports = {name: port for name, port in plan.ports.items() if 'state' not in name}
    plan.run = lambda inputs: {
        'depth': np.full((4, 6), inputs['image'].mean(), np.float32), 'check': np.float32([0])}
    trt = fakes.fake_tensorrt(gpu)
    engine = CudaEngine('tensorrt', SPEC, find_weights('untrained-vits'), 'f16', gpu,
                        lambda: TensorRTSession(gpu, trt, plan.serialize(), None))
    depths, state = run(engine, 5, 6, 7)
    assert depths == [5, 6, 7] and engine.state_to_arrays(state) == []
