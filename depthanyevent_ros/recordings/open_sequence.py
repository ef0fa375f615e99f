# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Anything that can be played, with the interface of a data set."""

from pathlib import Path

from depthanyevent_ros.datasets.mvsec import ground_truth_of
from depthanyevent_ros.datasets.sequence import EventSequence
from depthanyevent_ros.errors import DepthAnyEventError
from depthanyevent_ros.recordings.bag_recording import BagRecording
from depthanyevent_ros.recordings.bag_sequence import BagSequence
from depthanyevent_ros.recordings.probe import open_recording
from depthanyevent_ros.recordings.sequence_recording import SequenceRecording


def open_sequence(path, events_topic=None) -> EventSequence:
    """
    Open a recording or data set for reading by time; use it as a context manager.

    :param path: all that open_recording takes; <name>_data.bag is joined by <name>_gt.bag.
    :param events_topic: which events, where there are several.
    :raises RecordingError: if there is nothing there that can be read, in one sentence.
    """
    path = Path(path).expanduser()
    recording = open_recording(path, events_topic=events_topic)
    if isinstance(recording, SequenceRecording):
        return recording.sequence
    bags = [recording] if isinstance(recording, BagRecording) else []
    try:
        truth = ground_truth_of(path)
        if truth is not None:
            bags.append(open_recording(truth))
        return BagSequence(recording, bags)
    except DepthAnyEventError:
        for bag in {recording, *bags}:
            bag.close()
        raise
