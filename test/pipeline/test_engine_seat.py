# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""When an engine is prepared, and what happens when there is none."""

import json

import pytest
from safetensors.torch import save_file

from depthanyevent_ros.errors import ConfigError, EngineUnavailable
from depthanyevent_ros.network.config import ModelConfig
from depthanyevent_ros.network.seeded import seeded_state_dict
from depthanyevent_ros.network.weights import find_weights
from depthanyevent_ros.parameters import load_spec, make_settings
from depthanyevent_ros.pipeline import engine_seat
from depthanyevent_ros.pipeline.assembly import for_events, make_depth_scale, make_recurrence
from depthanyevent_ros.pipeline.depth_step import DepthStep
from depthanyevent_ros.pipeline.engine_seat import EngineSeat
from depthanyevent_ros.pipeline.handover import make_handover
from depthanyevent_ros.pipeline.worker import InferenceWorker


class FailingLoader:
    """Fails at once, whatever is asked for."""

    doing = 'nothing'
    busy = False

    def __init__(self, on_ready, on_failed, on_sentence):
        self.asked_for = []
        self._on_failed = on_failed

    def start(self, spec):
        """Remember what was asked for, and fail."""
        self.asked_for.append(spec.weights)
        self._on_failed(EngineUnavailable('no engine runs here'))


@pytest.fixture
def problems():
    """Return where the sentences of the seat go."""
    return []


@pytest.fixture
def seat(monkeypatch, problems):
    """Return the seat of a worker whose engines cannot be had."""
    monkeypatch.setattr(engine_seat, 'EngineLoader', FailingLoader)
    settings = make_settings(load_spec('depth'))
    step = DepthStep(None, make_recurrence(settings), make_depth_scale(settings, 'relative'))
    worker = InferenceWorker(step, make_handover('latest'), None, None)
    return EngineSeat(settings, find_weights(settings.weights), worker, None, problems.append,
                      print)


def test_what_failed_is_not_tried_again_by_itself(seat, problems):
    """Every camera_info asks for the engine; each build may take a minute."""
    for _ in range(3):
        seat.begin(64, 48)
    assert seat._loader.asked_for == ['default']
    assert problems == ['no engine runs here'] and seat.problem == problems[0]


def test_other_weights_may_be_tried_after_a_failure(seat, problems):
    """That is what the user is told to do."""
    seat.begin(64, 48)
    seat.load('untrained-vits-r', 64, 48)
    assert seat._loader.asked_for == ['default', 'untrained-vits-r']


def test_weights_for_frames_are_refused(tmp_path):
    """A teacher's network would take a picture of events for a frame, and never say so."""
    path = tmp_path / 'teacher.safetensors'
    config = ModelConfig(encoder='vitt', model_type='DAv2', input_type='frames')
    save_file(seeded_state_dict(config, 1), str(path),
              metadata={'config': json.dumps({'model': config.as_dict()})})
    with pytest.raises(ConfigError, match='take frames, not events'):
        for_events(find_weights(str(path)))
