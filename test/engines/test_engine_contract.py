# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What every engine promises, held by each of them."""

import threading
import time

import numpy as np
import pytest

from depthanyevent_ros.engines.clip import moving_edges

SHAPES = [(1, 32, 1, 2)] * 2 + [(1, 32, 4, 6)] * 2 + [(1, 32, 10, 14)] * 2 + [(1, 32, 22, 30)] * 2


@pytest.fixture(scope='module')
def clip():
    """Return a few Tencode images."""
    return list(moving_edges(96, 128, 5))


def test_depth_has_the_sensors_size_and_is_the_callers_own(engine, clip):
    """float32 [H, W]; a later step does not write into it."""
    first, state = engine.step(clip[3], None)
    kept = first.copy()
    engine.step(clip[4], state)
    assert first.shape == (engine.height, engine.width) == (96, 128)
    assert first.dtype == np.float32 and first.flags.c_contiguous and first.flags.writeable
    np.testing.assert_array_equal(first, kept)


def test_there_is_no_hidden_state(engine, clip):
    """The same image and state give the same depth, whatever ran in between."""
    _, state = engine.step(clip[2], None)
    twin = engine.copy_state(state)
    first, _ = engine.step(clip[3], state)
    for image in clip:
        engine.step(image, None)
    again, _ = engine.step(clip[3], twin)
    np.testing.assert_array_equal(first, again)


def test_the_state_matters(engine, clip):
    """A window after others gives another depth than the same window alone."""
    state = None
    for image in clip:
        depth, state = engine.step(image, state)
    alone, _ = engine.step(clip[-1], None)
    assert np.abs(depth - alone).max() > 1e-3


def test_interleaved_chains_do_not_touch_each_other(engine, clip):
    """Two states in turn give what each gives alone."""
    alone, state = [], None
    for image in clip:
        depth, state = engine.step(image, state)
        alone.append(depth)
    left = right = None
    for image, expected in zip(clip, alone):
        depth, left = engine.step(image, left)
        np.testing.assert_array_equal(depth, expected)
        _, right = engine.step(1 - image, right)


def test_a_state_is_consumed_by_its_step(engine, clip):
    """Giving it a second time is an error, not a silent reuse."""
    _, state = engine.step(clip[0], None)
    engine.step(clip[1], state)
    for use in (lambda: engine.step(clip[2], state), lambda: engine.copy_state(state),
                lambda: engine.is_finite(state)):
        with pytest.raises(ValueError, match='consumed by an earlier step'):
            use()


def test_state_arrays_are_levels_4_to_1(engine, clip):
    """Hidden and cell of each level; they are copies and make an equal state."""
    _, state = engine.step(clip[3], None)
    arrays = engine.state_to_arrays(state)
    assert [array.shape for array in arrays] == SHAPES
    expected, _ = engine.step(clip[4], engine.state_from_arrays(arrays))
    arrays[0][...] = 0.5
    found, _ = engine.step(clip[4], state)
    np.testing.assert_array_equal(found, expected)


def test_a_state_of_the_wrong_shapes_is_refused(engine):
    """The shapes are named."""
    with pytest.raises(ValueError, match='a state of this engine has the shapes'):
        engine.state_from_arrays([np.zeros((1, 2, 3, 4), np.float32)])


def test_a_state_of_another_engine_is_refused(torch_engine, openvino_engine, clip):
    """The way from one engine to another is through arrays."""
    _, state = torch_engine.step(clip[0], None)
    with pytest.raises(ValueError, match='belongs to another engine'):
        openvino_engine.step(clip[1], state)
    carried = openvino_engine.state_from_arrays(torch_engine.state_to_arrays(state))
    moved, _ = openvino_engine.step(clip[1], carried)
    stayed, _ = torch_engine.step(clip[1], state)
    np.testing.assert_allclose(moved, stayed, rtol=1e-3)


@pytest.mark.parametrize('value', [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize('index', [0, 7])
def test_a_state_that_is_not_finite_is_noticed(engine, clip, value, index):
    """One value in the first or the last tensor is enough."""
    _, state = engine.step(clip[3], None)
    assert engine.is_finite(state)
    arrays = engine.state_to_arrays(state)
    arrays[index][0, 3, 0, 1] = value
    assert not engine.is_finite(engine.state_from_arrays(arrays))


@pytest.mark.parametrize('image', [
    np.zeros((3, 96, 127), np.float32), np.zeros((96, 128, 3), np.float32),
    np.zeros((3, 96, 128), np.float64), np.zeros((3, 96, 128), np.uint8)])
def test_another_image_is_refused(engine, image):
    """Another size, another layout, another type."""
    with pytest.raises(ValueError, match='the engine takes float32 .3, 96, 128.'):
        engine.step(image, None)


def test_an_image_may_be_a_view(engine, clip):
    """A picture that is not contiguous is read right."""
    flipped = np.ascontiguousarray(clip[3][:, :, ::-1])
    expected, _ = engine.step(clip[3], None)
    found, _ = engine.step(flipped[:, :, ::-1], None)
    np.testing.assert_array_equal(found, expected)


def test_an_engine_describes_itself(engine):
    """What the diagnostics and the report show."""
    facts = engine.describe()
    assert facts['engine'] == engine.name
    assert {'version', 'device', 'precision', 'threads', 'sensor_size', 'input_size', 'weights',
            'trained', 'output_kind', 'parity', 'notes'} <= set(facts)
    assert tuple(facts['input_size']) == (84, 112)
    assert facts['precision'] == 'f32' and facts['threads'] == 1


def test_an_empty_window_gives_finite_depth(engine):
    """No events: a black image."""
    depth, state = engine.step(np.zeros((3, 96, 128), np.float32), None)
    assert np.isfinite(depth).all() and engine.is_finite(state)


def test_a_step_lets_other_threads_run(engine, clip):
    """The GIL is released: another thread gets on while a step computes."""
    ticks, done = [], threading.Event()

    def tick():
        while not done.is_set():
            ticks.append(time.perf_counter())
            time.sleep(0.0005)

    thread = threading.Thread(target=tick)
    thread.start()
    inside, state = 0, None
    for image in clip * 4:
        started = time.perf_counter()
        _, state = engine.step(image, state)
        ended = time.perf_counter()
        inside += sum(started < at < ended for at in ticks)
    done.set()
    thread.join()
    assert inside > 0
