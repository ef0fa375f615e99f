# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""From settings to the objects that do the work: each choice is made here, once."""

from typing import Optional

import numpy as np

from depthanyevent_ros.depth.colour import Colouriser, make_colouriser
from depthanyevent_ros.depth.modes import make_depth_mode
from depthanyevent_ros.engines.protocol import EngineSpec
from depthanyevent_ros.errors import ConfigError
from depthanyevent_ros.events.last_event_map import View
from depthanyevent_ros.events.window_builder import WindowBuilder
from depthanyevent_ros.events.windows import make_window_policy
from depthanyevent_ros.network.weights import Weights
from depthanyevent_ros.parameters import Settings
from depthanyevent_ros.pipeline.depth_step import DepthScale
from depthanyevent_ros.pipeline.recurrence import Recurrence
from depthanyevent_ros.pipeline.view import make_crop


def make_settings_policy(settings: Settings):
    """Return the policy of the parameters ``window.*``; ConfigError if they do not fit."""
    window = settings.window
    return make_window_policy(
        window.policy, round(window.duration_ms * 1000), round(window.stride_ms * 1000),
        window.event_count, window.stride_events)


def make_window_builder(settings: Settings, width: int, height: int,
                        view: Optional[View] = None) -> WindowBuilder:
    """Return the window builder for a sensor; ``view`` is where events are moved to, if at all."""
    return WindowBuilder(
        make_settings_policy(settings), width, height, view,
        max_gap_us=round(settings.window.max_gap_ms * 1000),
        max_back_us=round(settings.window.max_back_ms * 1000))


def make_recurrence(settings: Settings) -> Recurrence:
    """Return the recurrent states: one chain per phase of overlapping windows, or one for all."""
    interleaved = settings.window.states == 'interleaved'
    return Recurrence(make_settings_policy(settings).n_slots if interleaved else 1)


def make_engine_spec(settings: Settings, width: int, height: int) -> EngineSpec:
    """Return what an engine for a view of this size, the sensor's or a crop, is built from."""
    engine = settings.engine
    return EngineSpec(
        engine=engine.name, weights=settings.weights, sensor_height=height, sensor_width=width,
        input_height=engine.input_height, input_width=engine.input_width,
        precision=engine.precision, threads=engine.threads)


def make_depth_scale(settings: Settings, output_kind: str,
                     valid_mask: Optional[np.ndarray] = None) -> DepthScale:
    """Return depth mode and range; ConfigError if the weights cannot give that mode."""
    depth = settings.depth
    if depth.max_m <= depth.min_m:
        raise ConfigError(f'depth.max_m ({depth.max_m}) is not above depth.min_m ({depth.min_m})')
    mode = make_depth_mode(depth.mode, output_kind, depth.scale, depth.shift_m)
    return DepthScale(mode, depth.min_m, depth.max_m, valid_mask)


def check_settings(settings: Settings) -> None:
    """
    Check what no single parameter can be checked for.

    :raises ConfigError: naming the parameters that do not go together.
    """
    try:
        make_window_builder(settings, 1, 1)
    except ConfigError as error:
        raise ConfigError(f'window: {error}') from error
    make_depth_scale(settings, 'metric')        # the weights are not known here
    make_settings_colouriser(settings)
    if bool(settings.sensor.width) != bool(settings.sensor.height):
        raise ConfigError('sensor.width and sensor.height: set both, or neither')
    if settings.sensor.width:                   # else the first message tells
        make_crop(settings, settings.sensor.width, settings.sensor.height)


def make_settings_colouriser(settings: Settings) -> Colouriser:
    """Return the colouriser of the parameters ``colour.*``."""
    colour, depth = settings.colour, settings.depth
    return make_colouriser(colour.range, colour.map, colour.scale, depth.min_m, depth.max_m)


def for_events(weights: Weights) -> Weights:
    """Return the weights; ConfigError if they are those of a network for frames."""
    if weights.config.input_type != 'events':
        raise ConfigError(f'the weights {weights.name} take {weights.config.input_type}, not '
                          'events: they are for a teacher')
    return weights
