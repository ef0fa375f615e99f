# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""How fast a data set becomes a rosbag2, beside a message object for every event."""

from pathlib import Path
import time
from typing import Any, Callable, Dict, List

import h5py
import numpy as np
from rosbags.rosbag2 import StoragePlugin, Writer

from depthanyevent_ros.bench.events import synthetic_events
from depthanyevent_ros.recordings.conversion import open_conversion, write_all
from depthanyevent_ros.recordings.message_types import ros2_types
from depthanyevent_ros.recordings.writer import BagWriter

#: What the project promises, Mev/s on one core.
GOAL_MEV_S = 5.0
PACKET_NS = 5_000_000
EVENT_ARRAY = 'dvs_msgs/msg/EventArray'
START_S = 1_500_000_000
#: What is measured: name, kind of events, storage.
VARIANTS = (('EventPacket, mcap', 'packet', 'mcap'), ('EventPacket, sqlite3', 'packet', 'sqlite3'),
            ('EventArray, mcap', 'dvs', 'mcap'))
BASELINE = 'an object for each event'


def bench_conversion(folder: Path, n_events: int = 6_000_000, n_slow: int = 60_000,
                     progress: Callable[[str], None] = lambda name: None
                     ) -> List[Dict[str, Any]]:
    """
    Convert synthetic events in MVSEC's layout; times are processor times of the process.

    :param folder: for the files; :param n_slow: how many events the baseline converts.
    :returns: rows as :func:`depthanyevent_ros.bench.events.bench_events` gives them.
    """
    source = folder / 'bench_data.hdf5'
    write_mvsec_events(source, synthetic_events(n_events, 346, 260))
    progress(BASELINE)
    slow = n_slow / _seconds(lambda: convert_objects(source, folder / 'objects', n_slow)) / 1e6
    rows = []
    for number, (name, kind, storage) in enumerate(VARIANTS):
        progress(name)
        spent_s = _seconds(lambda: convert(source, folder / str(number), kind, storage))
        rows.append(_row(f'MVSEC (HDF5) to {name}', n_events / spent_s / 1e6, slow, GOAL_MEV_S))
    return rows + [_row(BASELINE, slow, slow, None)]


def write_mvsec_events(path: Path, events: np.ndarray) -> None:
    """Write events as MVSEC has them: rows of x, y, seconds, polarity -1 or 1 in float64."""
    with h5py.File(path, 'w') as file:
        file['davis/left/events'] = np.stack(
            [events['x'], events['y'], START_S + events['t_ns'] / 1e9,
             events['p'].astype(float) * 2 - 1], axis=1)


def convert(source: Path, destination: Path, kind: str, storage: str) -> None:
    """Do what the verb convert does."""
    with open_conversion(source, kind, PACKET_NS) as conversion, \
            BagWriter(destination, storage=storage) as writer:
        write_all(conversion.messages(), writer, lambda message: None)


def convert_objects(source: Path, destination: Path, n_events: int) -> None:
    """Do it as one would write it first: an Event for each row, the library serialises."""
    store = ros2_types()
    types = store.types
    event, array = types['dvs_msgs/msg/Event'], types[EVENT_ARRAY]
    header, time_type = types['std_msgs/msg/Header'], types['builtin_interfaces/msg/Time']
    with h5py.File(source) as file, \
            Writer(destination, version=9, storage_plugin=StoragePlugin.MCAP) as writer:
        rows = file['davis/left/events'][:n_events]
        topic = writer.add_connection('/davis/left/events', EVENT_ARRAY, typestore=store)
        for at in range(0, n_events, 20_000):
            stamps = [divmod(round(t * 1e9), 10**9) for _, _, t, _ in rows[at:at + 20_000]]
            events = [event(int(x), int(y), time_type(*stamp), p > 0)
                      for (x, y, _, p), stamp in zip(rows[at:at + 20_000], stamps)]
            message = array(header(time_type(*stamps[0]), ''), 260, 346, events)
            writer.write(topic, stamps[-1][0] * 10**9 + stamps[-1][1],
                         store.serialize_cdr(message, EVENT_ARRAY))


def _seconds(work: Callable[[], None]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


def _row(name, mev_s, slow, goal) -> Dict[str, Any]:
    return dict(part='convert', name=name, mev_s=mev_s, us=None, ratio=mev_s / slow,
                baseline=BASELINE, goal_mev_s=goal)
