# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""When an engine is prepared, what stands in for it, and what happens when there is none."""

import json

import pytest
from safetensors.torch import save_file

from depthanyevent_ros.errors import ConfigError, DepthAnyEventError, EngineLost
from depthanyevent_ros.errors import EngineUnavailable, WeightsError
from depthanyevent_ros.network.config import ModelConfig
from depthanyevent_ros.network.seeded import seeded_state_dict
from depthanyevent_ros.network.weights import find_weights
from depthanyevent_ros.parameters import load_spec, make_settings
from depthanyevent_ros.pipeline import engine_seat, stand_in
from depthanyevent_ros.pipeline.assembly import for_events, make_depth_scale, make_recurrence
from depthanyevent_ros.pipeline.depth_step import DepthStep
from depthanyevent_ros.pipeline.engine_seat import EngineSeat
from depthanyevent_ros.pipeline.handover import make_handover
from depthanyevent_ros.pipeline.worker import InferenceWorker


class PuppetLoader:
    """Does what the test says: ``on_ready(engine)``, ``on_failed(error)``, ``on_build()``."""

    made = []

    def __init__(self, on_ready, on_failed, on_sentence, on_build=None, behind=None):
        self.on_ready, self.on_failed, self.on_build = on_ready, on_failed, on_build
        self.behind = behind
        self.asked_for, self.doing, self.busy = [], 'nothing', False
        self.made.append(self)

    def start(self, spec):
        """Remember what was asked for."""
        self.asked_for.append(spec)

    def stop(self):
        """There is nothing to stop."""


@pytest.fixture
def make_seat(monkeypatch):
    """Return a function that makes a seat: ``.main`` and ``.stand_in`` are its loaders."""
    monkeypatch.setattr(PuppetLoader, 'made', [])
    for module in (engine_seat, stand_in):
        monkeypatch.setattr(module, 'EngineLoader', PuppetLoader)

    def make(**parameters):
        values = {key.replace('__', '.'): value for key, value in parameters.items()}
        settings = make_settings(load_spec('depth'), values)
        step = DepthStep(None, make_recurrence(settings), make_depth_scale(settings, 'relative'))
        worker = InferenceWorker(step, make_handover('latest'), None, None)
        seat = EngineSeat(settings, find_weights(settings.weights), worker,
                          lambda engine: seat.used.append(engine),
                          lambda why: seat.said.append(why),
                          lambda sentence: None)
        seat.used, seat.said = [], []
        seat.main, seat.second = PuppetLoader.made[-2:]
        return seat
    return make


@pytest.fixture
def seat(make_seat):
    """Return the seat of a node that was told to use TensorRT."""
    return make_seat(engine__name='tensorrt', engine__precision='f16')


@pytest.fixture
def engine(make_engine):
    """Return a maker of engines with the default weights."""
    return lambda name='sum': make_engine(weights=find_weights('default'), name=name)


def test_what_failed_is_not_tried_again_by_itself(make_seat):
    """Every camera_info asks for the engine; each build may take a minute."""
    seat = make_seat(engine__name='openvino')
    seat.begin(64, 48)
    seat.main.on_failed(EngineUnavailable('no engine runs here'))
    for _ in range(3):
        seat.begin(64, 48)
    assert len(seat.main.asked_for) == 1
    assert seat.said == ['no engine runs here'] and seat.problem == seat.said[0]


def test_builds_come_after_the_windows_once_there_is_an_engine(make_seat, engine):
    """The first one is waited for; the others must not make windows wait."""
    seat = make_seat(engine__name='openvino')
    seat.begin(64, 48)
    assert not seat.main.behind()
    seat.main.on_ready(engine())
    assert seat.main.behind()


def test_other_weights_may_be_tried_after_a_failure(make_seat):
    """That is what the user is told to do."""
    seat = make_seat(engine__name='openvino')
    seat.begin(64, 48)
    seat.main.on_failed(EngineUnavailable('no engine runs here'))
    seat.load('untrained-vits-r', 64, 48)
    assert [spec.weights for spec in seat.main.asked_for] == ['default', 'untrained-vits-r']


def test_while_a_gpus_engine_is_built_the_processors_stands_in(seat, engine):
    """Same weights and sizes, its own precision; the diagnostics say why."""
    seat.begin(64, 48)
    seat.main.on_build()
    spec, = seat.second.asked_for
    assert (spec.engine, spec.precision) == ('cpu', 'auto')
    assert (spec.sensor_width, spec.sensor_height, spec.weights) == (64, 48, 'default')
    assert seat.stands_in == 'the engine of the GPU is being built'
    seat.second.on_ready(engine())
    assert len(seat.used) == 1 and seat.problem is None


def test_the_gpus_engine_takes_over_when_it_is_there(seat, engine):
    """And nothing stands in any more."""
    seat.begin(64, 48)
    seat.main.on_build()
    seat.second.on_ready(engine('openvino'))
    seat.main.on_ready(engine('tensorrt'))
    assert [each.name for each in seat.used] == ['openvino', 'tensorrt']
    assert seat.stands_in is None


def test_a_stand_in_that_comes_too_late_is_closed(seat, engine):
    """It must not take the place of the GPU's."""
    seat.begin(64, 48)
    seat.main.on_build()
    seat.main.on_ready(engine('tensorrt'))
    late = engine('openvino')
    seat.second.on_ready(late)
    assert [each.name for each in seat.used] == ['tensorrt'] and late.closed


def test_where_there_is_no_gpu_the_processors_engine_gives_depth(seat, engine):
    """The sentence stays in the diagnostics, as a warning: that is no failure."""
    seat.begin(64, 48)
    seat.main.on_failed(EngineUnavailable('pycuda is not installed'))
    seat.second.on_ready(engine())
    assert seat.stands_in == 'pycuda is not installed'
    assert seat.problem is None and not seat.said and len(seat.used) == 1


def test_a_build_that_fails_leaves_the_stand_in_and_says_why(seat, engine):
    """Its own weights are those that were asked for: nothing is wrong with them."""
    seat.begin(64, 48)
    seat.main.on_build()
    seat.second.on_ready(engine())
    seat.main.on_failed(EngineUnavailable('TensorRT could not build the network'))
    assert seat.stands_in == 'TensorRT could not build the network'
    assert seat.problem is None and not seat.said
    assert len(seat.second.asked_for) == 1 and len(seat.used) == 1


def test_without_fallback_a_missing_gpu_is_a_problem(make_seat):
    """Who demands TensorRT alone gets it, or nothing."""
    seat = make_seat(engine__name='tensorrt', engine__fallback=False)
    seat.begin(64, 48)
    seat.main.on_build()
    seat.main.on_failed(EngineUnavailable('pycuda is not installed'))
    assert not seat.second.asked_for and seat.stands_in is None
    assert seat.said == ['pycuda is not installed']


def test_if_nothing_runs_both_reasons_are_given(seat):
    """The user may mend either."""
    seat.begin(64, 48)
    seat.main.on_failed(EngineUnavailable('pycuda is not installed'))
    seat.second.on_failed(EngineUnavailable('openvino is not installed'))
    assert seat.problem == ('pycuda is not installed; and in its place: openvino is not '
                            'installed')


def test_a_wrong_parameter_is_not_covered_up(seat):
    """Another engine would have it too."""
    seat.begin(64, 48)
    seat.main.on_failed(ConfigError('input_width is 7'))
    assert not seat.second.asked_for and seat.problem == 'input_width is 7'


def test_a_processors_engine_has_no_stand_in(make_seat):
    """It would be the same one."""
    seat = make_seat(engine__name='openvino')
    seat.begin(64, 48)
    seat.main.on_build()
    assert not seat.second.asked_for and seat.stands_in is None


def test_a_lost_gpu_is_replaced_and_comes_back_only_by_command(seat, engine):
    """The same process goes on with the processor's engine."""
    seat.begin(64, 48)
    lost = engine('tensorrt')
    seat.main.on_ready(lost)
    seat._worker._exchange_engine()
    seat.lose(EngineLost('an illegal memory access was encountered'))
    assert lost.closed and not seat.has_engine
    assert 'illegal memory access' in seat.stands_in
    seat.second.on_ready(engine('openvino'))
    seat.begin(64, 48)
    assert len(seat.main.asked_for) == 1
    seat.load('default', 64, 48)
    assert [spec.engine for spec in seat.main.asked_for] == ['tensorrt', 'tensorrt']
    seat.main.on_ready(engine('tensorrt'))
    assert seat.stands_in is None
    assert [each.name for each in seat.used] == ['tensorrt', 'openvino', 'tensorrt']


def test_new_weights_that_cannot_be_had_leave_the_gpus_engine_where_it_is(seat, engine):
    """Nothing stands in for what is there."""
    seat.begin(64, 48)
    seat.main.on_ready(engine('tensorrt'))
    seat.load('untrained-vits-r', 64, 48)
    seat.main.on_build()
    seat.main.on_failed(EngineUnavailable('TensorRT could not build the network'))
    assert not seat.second.asked_for and seat.stands_in is None
    assert seat.problem == 'TensorRT could not build the network'


@pytest.fixture
def other_engine(make_engine):
    """Return a maker of engines with other weights."""
    return lambda name='sum': make_engine(weights=find_weights('untrained-vits-r'), name=name)


def with_two_weights(seat, engine, other_engine):
    """Let a seat use one engine and then another with other weights; return both."""
    seat.begin(64, 48)
    first, second = engine('first'), other_engine('second')
    seat.main.on_ready(first)
    seat._worker._exchange_engine()
    seat.load('untrained-vits-r', 64, 48)
    seat.main.on_ready(second)
    seat._worker._exchange_engine()
    return first, second


def test_rolling_back_needs_no_build(make_seat, engine, other_engine):
    """The old engine was kept; and a second call undoes the first."""
    seat = make_seat(engine__name='openvino')
    first, second = with_two_weights(seat, engine, other_engine)
    assert not first.closed and seat.weights.name == 'untrained-vits-r'
    for expected, name in ((first, 'default'), (second, 'untrained-vits-r')):
        assert seat.roll_back() == name
        seat._worker._exchange_engine()
        assert seat._worker.step.engine is expected and not expected.closed
        assert seat.weights.sha256 == expected.weights.sha256 and seat.settings.weights == name
    assert len(seat.main.asked_for) == 2
    seat._worker.stop()
    assert first.closed and second.closed


def test_one_engine_is_kept_and_no_more(make_seat, engine, other_engine):
    """A third set of weights closes the first."""
    seat = make_seat(engine__name='openvino')
    first, second = with_two_weights(seat, engine, other_engine)
    seat.load('default', 64, 48)
    seat.main.on_ready(engine('third'))
    seat._worker._exchange_engine()
    assert first.closed and not second.closed


def test_there_is_no_way_back_from_the_first_weights(make_seat, engine):
    """A sentence, and nothing changes."""
    seat = make_seat(engine__name='openvino')
    seat.begin(64, 48)
    seat.main.on_ready(engine())
    with pytest.raises(DepthAnyEventError, match='nothing to go back to'):
        seat.roll_back()


def test_the_same_weights_on_another_device_are_no_step_to_go_back(seat, engine):
    """The stand-in is closed when the GPU's engine comes."""
    seat.begin(64, 48)
    seat.main.on_build()
    stand_in = engine('openvino')
    seat.second.on_ready(stand_in)
    seat._worker._exchange_engine()
    seat.main.on_ready(engine('tensorrt'))
    seat._worker._exchange_engine()
    assert stand_in.closed
    with pytest.raises(DepthAnyEventError, match='nothing to go back to'):
        seat.roll_back()


def test_after_a_loss_the_weights_before_are_loaded_from_the_cache(seat, engine, other_engine):
    """The kept engine was on the lost device too."""
    first, _ = with_two_weights(seat, engine, other_engine)
    seat.lose(EngineLost('an illegal memory access was encountered'))
    assert first.closed
    assert seat.roll_back() == 'default'
    assert [spec.weights for spec in seat.main.asked_for] == [
        'default', 'untrained-vits-r', 'default']


def test_what_stands_in_takes_over_new_weights_too(seat, engine):
    """Without a GPU the weights that were asked for are used, not the old ones."""
    seat.begin(64, 48)
    seat.main.on_failed(EngineUnavailable('pycuda is not installed'))
    seat.second.on_ready(engine())
    seat.load('untrained-vits-r', 64, 48)
    seat.main.on_failed(EngineUnavailable('pycuda is not installed'))
    assert [spec.weights for spec in seat.second.asked_for] == ['default', 'untrained-vits-r']
    seat.second.on_failed(WeightsError('untrained-vits-r has sha256 0000'))
    assert seat.stands_in == 'pycuda is not installed' and 'sha256 0000' in seat.problem


def test_weights_for_frames_are_refused(tmp_path):
    """A teacher's network would take a picture of events for a frame, and never say so."""
    path = tmp_path / 'teacher.safetensors'
    config = ModelConfig(encoder='vitt', model_type='DAv2', input_type='frames')
    save_file(seeded_state_dict(config, 1), str(path),
              metadata={'config': json.dumps({'model': config.as_dict()})})
    with pytest.raises(ConfigError, match='take frames, not events'):
        for_events(find_weights(str(path)))
