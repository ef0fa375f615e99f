# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What the depth node says of itself on /diagnostics; each warning says what to do."""

import time
from typing import Callable, Dict

from depthanyevent_ros.nodes.depth.session import DepthSession
from depthanyevent_ros.pipeline import status as part
from depthanyevent_ros.pipeline.status import Status

#: For how long the diagnostics tell that a window was lost.
LOST_SHOWN_S = 5.0


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
    events, front = session.intake.events, session.sensor.front
    status = part.input_status(front) if front else Status({'events_total': 0})
    status.values.update({
        'topic': events.topic,
        'type': events.event_type or 'not known yet',
        'events_mev_s': session.intake.event_rate.read() * 1e-6,
        'messages_lost_by_middleware': events.lost,
    })
    status.add_counts('not_used', session.intake.counts)
    if not session.intake.active:
        status.message = 'inactive: events are not read'
        return status
    silent_s = session.intake.silent_s()
    if silent_s > session.settings.diagnostics.silence_s:
        status.warn(f'no events for {silent_s:.1f} s on {events.topic}: {_why_silent(session)}')
    n_other = front.input.counts['size_change'] if front else 0
    if n_other:
        status.warn(f'{n_other} messages of another size were refused: if the camera was '
                    'exchanged, clean the node up and configure it again')
    if events.problem is not None:
        status.error(events.problem)
    if session.sensor.size_problem is not None:
        status.error(session.sensor.size_problem)
    # A full queue drops its oldest without a word: then only the gaps in seq tell.
    lost = max(events.lost, status.values.get('input.lost_packets', 0))
    if lost:
        status.warn(f'{lost} messages were lost on the way: raise the depth of '
                    'qos_overrides./events.subscription, and see docs/performance.md on the '
                    'shared-memory profile')
    if session.settings.rectify and session.sensor.camera is None:
        status.error(session.sensor.problem or
                     'rectify is on, but no camera_info has arrived: connect camera_info, or set '
                     'rectify to false')
    return status


def window_status(session: DepthSession) -> Status:
    """Windows: rate, events outside, resets by reason."""
    if session.sensor.front is None:
        status = Status({'windows_total': 0})
        status.message = 'waiting for the size of the sensor: no message of events so far'
        return status
    status = part.window_status(session.sensor.front, session.settings.window.policy,
                                session.intake.window_rate.total)
    status.values['windows_per_s'] = session.intake.window_rate.read()
    return status


def engine_status(session: DepthSession) -> Status:
    """Engine and weights in use, and what is being prepared."""
    engine = session.step.engine
    status = part.engine_status(engine, session.seat.weights)
    status.values['doing'] = session.seat.doing
    if session.seat.problem is not None and engine is not None:
        status.warn(f'the new weights are not used, the old ones stay: {session.seat.problem}')
    elif session.seat.problem is not None:
        status.error(session.seat.problem)
    elif session.seat.stands_in is not None and engine is not None:
        status.values['stands_in_because'] = session.seat.stands_in
        status.warn(f'the {engine.name} engine stands in: {session.seat.stands_in}')
    elif engine is None:                        # more urgent than that weights are untrained
        status.level, status.message = part.WARN, (
            f'no engine yet ({session.seat.doing}): windows are dropped until it is ready; a '
            'first build takes a minute (for a GPU several), later starts read the cache')
    return status


def inference_status(session: DepthSession) -> Status:
    """Latencies by stage, windows dropped, states reset."""
    status = part.inference_status(session.latencies, session.step)
    status.values.update({'overload': session.settings.overload,
                          'waiting_windows': len(session.handover)})
    status.add_counts('windows', session.handover.counts)
    status.add_counts('failed', session.worker.counts)
    lost_s, why = session.last_lost
    if time.monotonic() - lost_s < LOST_SHOWN_S:
        status.warn(why)
    total_ms = status.values.get('latency_total_p50_ms', 0.0)
    if total_ms > session.settings.diagnostics.latency_ms:
        status.warn(f'depth is {total_ms:.0f} ms late: take a smaller engine.input_width and '
                    'engine.input_height, or longer windows')
    return status


def output_status(session: DepthSession) -> Status:
    """Depth: rate, mode, and what is missing for camera_info and points."""
    status = part.output_status(session.step, session.depth_rate.total, session.settings.rectify,
                                session.sensor.crop)
    status.values['depth_per_s'] = session.depth_rate.read()
    if session.sensor.camera is None:
        status.warn(session.sensor.problem or
                    'no camera_info has arrived: depth/camera_info and depth/points stay silent')
    return status


def _why_silent(session: DepthSession) -> str:
    if not session.intake.may_subscribe():
        return 'a lossless replay is taken when the engine is ready'
    n_publishers = session.intake.events.n_publishers()
    if n_publishers == 0:
        return 'nobody publishes there: start the driver, or remap events to its topic'
    if session.intake.events.incompatible:
        return (f'{n_publishers} publishers, QoS incompatible: set '
                'qos_overrides./events.subscription.reliability to best_effort')
    if session.intake.only_empty_messages():
        return ('messages come, but none holds an event that can be used: is the lens covered, '
                'or are they of another size or encoding?')
    if session.intake.events.event_type is None:
        return f'{n_publishers} publishers, none of a type that carries events'
    return f'{n_publishers} publishers, but nothing comes: is the camera running?'
