# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Recordings that are ROS bags."""

from collections import Counter

from depthanyevent_ros.errors import MalformedInput
from depthanyevent_ros.recordings.dialects import make_dialect
from depthanyevent_ros.recordings.sources.damage import up_to_damage
from depthanyevent_ros.recordings.topics import choose_topics, Selection


class BagRecording:
    """
    A rosbag2 or ROS 1 bag, read as a stream.

    ``dialect`` is 'ros1' or 'ros2' (how messages are serialised).
    ``counts`` holds the messages of the last pass that could not be read, by cause; ``notes``
    what the user should know (a missing index, a damaged tail, topics that were passed over).
    """

    def __init__(self, path, source, selection: Selection):
        """Take an open source and choose the topics."""
        self.path = path
        self.kind = source.kind
        self.dialect = source.dialect
        self.topics = source.topics
        self.span_ns = source.span_ns
        chosen = choose_topics(source.topics, selection)
        self.events_topic = chosen.events
        self.frames_topic = chosen.frames
        self.camera_info_topic = chosen.camera_info
        self.counts = Counter()
        self.source = source
        self._opening_notes = [*source.notes, *chosen.notes]
        self._reading_notes = []
        self._dialect = make_dialect(source.dialect)

    @property
    def notes(self):
        """Return the remarks, one sentence each."""
        return [*self._opening_notes, *self._reading_notes]

    def messages(self, start_ns=None):
        """
        Yield the records in recorded order, from the record time start_ns on.

        A message that cannot be read is counted and passed over. A damaged file ends the pass
        with a note; it is an error only if nothing could be read before the damage.
        """
        self.counts.clear()
        self._reading_notes.clear()
        wanted = {self.events_topic, self.frames_topic, self.camera_info_topic} - {None}
        for raw in up_to_damage(self.source.messages(wanted, start_ns), self.path,
                                self._note_damage):
            try:
                record = self._dialect.record(raw)
            except MalformedInput as error:
                self.counts[error.cause] += 1
                continue
            yield record

    def _note_damage(self, remark):
        self.counts['damaged_tail'] += 1
        self._reading_notes.append(remark)

    def close(self):
        """Close the files."""
        self.source.close()

    def __enter__(self):
        """Return the open recording."""
        return self

    def __exit__(self, *_):
        """Close the files."""
        self.close()
