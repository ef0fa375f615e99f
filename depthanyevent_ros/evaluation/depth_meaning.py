# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
What the numbers of recorded depth maps mean.

REP 118 has depth in metres. The depth node publishes relative depth in the same message, and says
so in its diagnostics, which `run` and `demo` record beside it.
"""

from pathlib import Path

from depthanyevent_ros.recordings.message_types import ros1_types, ros2_types
from depthanyevent_ros.recordings.serialize import DIAGNOSTICS
from depthanyevent_ros.recordings.sources.damage import up_to_damage
from depthanyevent_ros.recordings.sources.open_source import (
    open_ros1, open_ros2_file, open_ros2_folder,
)
from depthanyevent_ros.recordings.sources.protocol import RawSource

#: Key of the node's diagnostics, and how the value begins for depth without a unit.
MEANING, RELATIVE = 'depth_meaning', 'relative'


def open_bag(path: Path) -> RawSource:
    """
    Open a bag of any kind, to be closed by the caller.

    :raises RecordingError: if it cannot be read.
    """
    path = Path(path)
    opener = open_ros2_folder if path.is_dir() else \
        open_ros1 if path.suffix == '.bag' else open_ros2_file
    return opener(path)


def holds_metres(path: Path) -> bool:
    """
    Tell whether the depth maps of a bag are in metres: unless the node says that they are not.

    :raises RecordingError: if the bag cannot be read.
    """
    source = open_bag(path)
    try:
        return not any(meaning.startswith(RELATIVE) for meaning in _meanings(source, path))
    finally:
        source.close()


def _meanings(source, path):
    """Yield what the node said, until it did so once."""
    topics = [topic.name for topic in source.topics if topic.msgtype == DIAGNOSTICS]
    if not topics:
        return
    read = ros1_types().deserialize_ros1 if source.dialect == 'ros1' \
        else ros2_types().deserialize_cdr
    for raw in up_to_damage(source.messages(topics), path, lambda remark: None):
        for status in read(raw.data, raw.msgtype).status:
            for pair in status.values:
                if pair.key == MEANING:
                    yield pair.value
                    return
