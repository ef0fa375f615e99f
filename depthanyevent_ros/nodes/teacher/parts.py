# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What the teacher node says of itself; each warning says what to do."""

import time
from typing import Callable, Dict

from depthanyevent_ros.distillation.assembly import status_of
from depthanyevent_ros.distillation.plan import OFF
from depthanyevent_ros.nodes.teacher.session import TeacherSession
from depthanyevent_ros.pipeline.status import Status

#: Without frames or events for so long, that is said.
SILENCE_S = 2.0


def teacher_parts(session: TeacherSession) -> Dict[str, Callable[[], Status]]:
    """Return the parts of the teacher node, by name."""
    return {'input': lambda: input_status(session),
            'pairs': lambda: pairs_status(session),
            'adaptation': lambda: adaptation_status(session)}


def input_status(session: TeacherSession) -> Status:
    """Events and frames, and what was wrong with them."""
    status = Status({'events_total': session.input.n_events,
                     'frames_total': session.labour.counts['frames']})
    status.add_counts('input', session.input.counts)
    # A copy: the learner's thread goes on counting.
    status.add_counts('not_used', {cause: n for cause, n in dict(session.labour.counts).items()
                                   if cause != 'frames'})
    status.values.update({f'clock.{key}': value
                          for key, value in session.clock.describe().items()})
    status.values['frame_stamps_are'] = session.frame_clock.source or 'unknown yet'
    status.add_counts('frame_stamps', session.frame_clock.counts)
    if session.frame_clock.problem:
        status.warn(session.frame_clock.problem)
    if session.view_problem:
        status.warn(('nothing can be learned: ' if session.labour.view is None else
                     'the calibration in use stays: ') + session.view_problem)
    now_s = time.monotonic()
    if not session.active:
        status.message = 'inactive: nothing is read'
    elif now_s - session.last_event_s > SILENCE_S:
        status.warn(f'no events for {now_s - session.last_event_s:.0f} s on '
                    f'{session.events.topic}')
    elif now_s - session.last_frame_s > SILENCE_S:
        status.warn(f'no frames for {now_s - session.last_frame_s:.0f} s on the topic image: is '
                    'the APS on, and the topic remapped?')
    return status


def pairs_status(session: TeacherSession) -> Status:
    """Lessons that were made, labels of which none was, and the frames' offset."""
    status, maker = Status(), session.labour.maker
    if maker is None:
        return status
    offset = session.labour.desk.offset
    status.add_counts('labels', maker.counts)
    status.add_counts('events', maker.memory.counts)
    status.values.update({
        'frame_offset_ms': 'unknown' if offset.offset_ns is None else offset.offset_ns * 1e-6,
        'frame_offset_confidence': offset.confidence, 'frame_offset_pairs': offset.n_pairs,
        'frame_offset_corrected_ms': maker.frame_offset_ns * 1e-6})
    if maker.largest_residual_ns is not None:
        status.values['residual_ms'] = maker.largest_residual_ns * 1e-6
    if maker.counts['ahead_of_events'] > maker.counts['lessons']:
        status.warn('most frames are far ahead of the events: their stamps are of another clock '
                    'than those of the events')
    elif offset.problem == 'no_peak' and offset.n_pairs >= 24:
        status.warn('frames and events do not seem to belong together: no offset of their stamps '
                    'makes them agree')
    return status


def adaptation_status(session: TeacherSession) -> Status:
    """State, version, lineage, scores, counts."""
    labour = session.labour
    status = Status({'state': labour.state, 'doing': labour.doing})
    if labour.distiller is not None:
        status.values.update(status_of(labour.distiller))
    if session.depth is not None:
        status.values['taken_by_depth_node'] = session.depth.n_loaded
        if session.depth.problem:
            status.warn(session.depth.problem)
    if labour.distiller is not None and labour.distiller.problem:
        status.warn(labour.distiller.problem)
    if labour.problem:
        status.error(labour.problem)
    elif labour.state == OFF and labour.distiller is not None:
        status.message = 'off: call ~/adapt to begin'
    elif labour.distiller is not None:
        status.message = labour.state
    else:
        status.message = labour.doing
    return status
