# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What the depth node says of itself on /diagnostics; each warning says what to do."""

from typing import Callable, Dict

from depthanyevent_ros.nodes.depth_session import DepthSession
from depthanyevent_ros.nodes.diagnostics import Status


def depth_parts(session: DepthSession) -> Dict[str, Callable[[], Status]]:
    """Return the parts of the depth node, by name."""
    return {
        'input': lambda: input_status(session),
        'windows': lambda: window_status(session),
        'engine': lambda: engine_status(session),
        'inference': lambda: inference_status(session),
        'output': lambda: output_status(session),
    }


def input_status(session: DepthSession) -> Status:
    """Events: rate, what was lost or not used, and why nothing arrives if nothing does."""
    events, status = session.events, Status()
    status.values.update({
        'topic': events.topic,
        'type': events.event_type or 'not known yet',
        'events_mev_s': session.event_rate.read() * 1e-6,
        'events_total': session.event_rate.total,
        'messages_lost_by_middleware': events.lost,
    })
    status.add_counts('not_used', session.counts)
    if session.front is not None:
        status.add_counts('input', session.front.input.all_counts())
        status.values['encoding'] = session.front.input.encoding
        status.values.update(
            {f'clock.{key}': value for key, value in session.front.clock.describe().items()})
    if not session.active:
        status.message = 'inactive: events are not read'
        return status
    silent_s = session.silent_s()
    if silent_s > session.settings.diagnostics.silence_s:
        status.warn(f'no events for {silent_s:.1f} s on {events.topic}: {_why_silent(session)}')
    if events.lost:
        status.warn(f'{events.lost} messages were lost on the way: raise the depth of '
                    'qos_overrides./events.subscription, and see docs/performance.md on the '
                    'shared-memory profile')
    if session.settings.rectify and session.camera is None:
        status.error(session.camera_problem or
                     'rectify is on, but no camera_info has arrived: connect camera_info, or set '
                     'rectify to false')
    return status


def window_status(session: DepthSession) -> Status:
    """Windows: rate, events outside, resets by reason."""
    status = Status({'windows_per_s': session.window_rate.read(),
                     'windows_total': session.window_rate.total,
                     'policy': session.settings.window.policy})
    if session.front is None:
        status.message = 'waiting for the size of the sensor: no message of events so far'
        return status
    status.add_counts('events', session.front.windows.counts)
    status.add_counts('reset', session.front.windows.resets)
    return status


def engine_status(session: DepthSession) -> Status:
    """Engine and weights in use, and what is being prepared."""
    engine, weights, status = session.step.engine, session.weights, Status()
    status.values.update({'weights': weights.name, 'weights_trained': weights.trained,
                          'weights_sha256': weights.sha256, 'doing': session.loader.doing})
    if engine is not None:
        status.values.update(engine.describe())
    elif session.engine_error is None:
        status.warn(f'no engine yet ({session.loader.doing}): windows are dropped until it is '
                    'ready; a first build takes about a minute, later starts read the cache')
    if session.engine_error is not None:
        status.error(f'{session.engine_error}')
    if not weights.trained:
        status.warn(f'the weights {weights.name} are untrained: the depth means nothing; set the '
                    'parameter weights to a trained file')
    return status


def inference_status(session: DepthSession) -> Status:
    """Latencies by stage, windows dropped, states reset."""
    status = Status({'overload': session.settings.overload,
                     'waiting_windows': len(session.handover)})
    for stage, figures in session.latencies.percentiles().items():
        for name, value in zip(('p50', 'p95', 'p99'), figures):
            status.values[f'latency_{stage}_{name}_ms'] = float(value)
    status.add_counts('windows', session.handover.counts)
    status.add_counts('failed', session.step.counts + session.worker.counts)
    status.add_counts('state_reset', session.step.recurrence.resets)
    total_ms = status.values.get('latency_total_p50_ms', 0.0)
    if total_ms > session.settings.diagnostics.latency_ms:
        status.warn(f'depth is {total_ms:.0f} ms late: take a smaller engine.input_width and '
                    'engine.input_height, or longer windows')
    return status


def output_status(session: DepthSession) -> Status:
    """Depth: rate, mode, and what is missing for camera_info and points."""
    status = Status({'depth_per_s': session.depth_rate.read(),
                     'depth_total': session.depth_rate.total,
                     'depth_mode': session.step.scale.mode.name,
                     'depth_meaning': session.step.scale.mode.describe(),
                     'rectified': session.settings.rectify})
    if session.camera is None:
        status.warn(session.camera_problem or
                    'no camera_info has arrived: depth/camera_info and depth/points stay silent')
    return status


def _why_silent(session: DepthSession) -> str:
    n_publishers = session.events.n_publishers()
    if n_publishers == 0:
        return 'nobody publishes there: start the driver, or remap events to its topic'
    if session.events.incompatible:
        return (f'{n_publishers} publishers, QoS incompatible: set '
                'qos_overrides./events.subscription.reliability to best_effort')
    if session.events.event_type is None:
        return f'{n_publishers} publishers, none of a type that carries events'
    return f'{n_publishers} publishers, but nothing comes: is the camera running?'
