# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""From a path to what turns it into messages, whatever lies there."""

from contextlib import contextmanager, ExitStack
from functools import partial
from pathlib import Path

from depthanyevent_ros.datasets.mvsec import ground_truth_of
from depthanyevent_ros.datasets.mvsec_calibration import (
    find_calibration, is_of_scene, read_right_in_left,
)
from depthanyevent_ros.datasets.open_dataset import find_reader
from depthanyevent_ros.recordings.bag_recording import BagRecording
from depthanyevent_ros.recordings.conversion.bags import BagConversion
from depthanyevent_ros.recordings.conversion.event_messages import make_event_messages
from depthanyevent_ros.recordings.conversion.recording import RecordingConversion
from depthanyevent_ros.recordings.conversion.sequence import SequenceConversion
from depthanyevent_ros.recordings.probe import open_recording
from depthanyevent_ros.recordings.sequence_recording import SequenceRecording
from depthanyevent_ros.recordings.topics import SeveralTopics


@contextmanager
def open_conversion(path, events: str, packet_ns: int, side: str = 'left'):
    """
    Open a recording or data set to convert it; a context manager.

    :param path: all that open_recording takes; <name>_data.bag is joined by <name>_gt.bag.
    :param events: 'packet' or 'dvs'.
    :param packet_ns: how long an event message may be.
    :param side: which camera of a stereo data set; of bags both are converted.
    :returns: an object with messages(), n_events (None if not known before) and notes.
    """
    path = Path(path).expanduser()
    make_events = partial(make_event_messages, events)
    make_events()       # what is asked for in vain is told before anything is read
    with ExitStack() as stack:
        recording = stack.enter_context(_open(path, side))
        if isinstance(recording, SequenceRecording):
            yield SequenceConversion(recording.sequence, make_events(), packet_ns)
        elif isinstance(recording, BagRecording):
            bags = [recording]
            truth = ground_truth_of(path)
            if truth is not None:
                bags.append(stack.enter_context(_open(truth, side)))
            yield BagConversion(bags, make_events, packet_ns, _right_in_left(path))
        else:
            yield RecordingConversion(recording, make_events(), packet_ns)


def _right_in_left(path):
    """Return the pose of MVSEC's right camera, None for other bags and without calibration."""
    calibration = find_calibration(path) if path.stem.endswith('_data') else None
    if calibration is None or not is_of_scene(calibration, path):
        return None
    return read_right_in_left(calibration)


def _open(path, side):
    reader = find_reader(path) if side != 'left' and path.exists() else None
    if reader is not None:
        return SequenceRecording(reader(path, side))
    try:
        return open_recording(path)
    except SeveralTopics as error:
        # All of them are converted: any will do to open the bag.
        return open_recording(path, events_topic=error.names[0])
