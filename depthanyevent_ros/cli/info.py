# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Say what is in a recording: topics, events, times, frames, and what could not be read."""

from dataclasses import asdict
import json
import sys

from tqdm import tqdm

from depthanyevent_ros.recordings import open_recording
from depthanyevent_ros.recordings.records import EventsRecord
from depthanyevent_ros.recordings.summary import summarize
from depthanyevent_ros.recordings.topics import SeveralTopics

#: What every verb that reads a recording takes.
RECORDINGS = ('a rosbag2 folder, .mcap or .db3, a ROS 1 .bag, an .aedat4, or a data set as it '
              'lies: an .hdf5 or .bag of MVSEC, a folder of DSEC, EventScape or ECD')


def add_arguments(parser):
    """Declare the arguments."""
    parser.add_argument('recording', help=RECORDINGS)
    parser.add_argument('--json', action='store_true', help='print JSON')
    add_topic_arguments(parser)


def add_topic_arguments(parser):
    """Declare which topics of a recording are read (for every verb that reads one)."""
    for name, what in (('events', 'events'), ('frames', 'pictures'),
                       ('camera-info', 'the calibration')):
        parser.add_argument(f'--{name}-topic', metavar='TOPIC',
                            help=f'where the recording has several topics with {what}')


def open_from(args):
    """Open the recording that the arguments name."""
    return open_recording(args.recording, events_topic=args.events_topic,
                          frames_topic=args.frames_topic,
                          camera_info_topic=args.camera_info_topic)


def run(args) -> int:
    """Print the summary; what could not be read is part of it."""
    notes = []
    with _open(args, notes) as recording, progress_bar(args.recording) as bar:
        summary = summarize(recording, lambda record: bar.update(_size(record)))
    summary.notes = [*notes, *summary.notes]
    print(as_json(summary) if args.json else as_text(summary))
    return 0


def progress_bar(what):
    """Return a progress bar over bytes of events; silent where stderr is not a terminal."""
    return tqdm(desc=str(what), unit='B', unit_scale=True, leave=False, file=sys.stderr,
                disable=not sys.stderr.isatty())


def as_json(summary) -> str:
    """Return the summary as one JSON object."""
    values = asdict(summary)
    values['topics'] = [{'name': topic.name, 'type': topic.msgtype, 'count': topic.count}
                        for topic in summary.topics]
    values['duration_s'] = round(summary.duration_s, 9)
    values['rate_mev_s'] = round(summary.rate_mev_s, 6)
    return json.dumps(values, indent=2)


def as_text(summary) -> str:
    """Return the summary as lines for people."""
    share = summary.n_on / summary.n_events if summary.n_events else 0.0
    encodings = ', '.join(f'{name} ({n} messages)' for name, n in summary.encodings.items())
    rows = [
        ('recording', f'{summary.path} ({summary.kind})'),
        ('events', f'{summary.n_events:,} ({share:.1%} on), {summary.rate_mev_s:.3f} Mev/s'),
        ('encoding', encodings or 'none'),
        ('sensor', f'{summary.width}x{summary.height}'),
        ('duration', f'{summary.duration_s:.6f} s'),
        ('first, last', _span(summary)),
        ('frames', f'{summary.n_frames}, camera_info {summary.n_camera_infos}'),
        ('lost', f'{summary.lost_messages} messages, time jumps back {summary.time_jumps_back}'),
    ]
    rows += [('malformed', f'{cause}: {n}') for cause, n in summary.malformed.items()]
    rows += [('skipped', f'{cause}: {n}') for cause, n in summary.skipped.items()]
    rows += [('topic', f'{topic.name}  {topic.msgtype}  {_count(topic)}'
              f'{_mark(summary, topic.name)}') for topic in summary.topics]
    rows += [('note', note) for note in summary.notes]
    return '\n'.join(f'{name:12} {text}' for name, text in rows)


def _open(args, notes):
    try:
        return open_from(args)
    except SeveralTopics as error:
        # Which one is meant matters to who plays it; who asks what is there wants an answer.
        args.events_topic = error.names[0]
        notes.append(f'{error}; this is {args.events_topic}')
        return open_from(args)


def _span(summary):
    if summary.t_first_ns is None:
        return 'no event'
    return f'{summary.t_first_ns}, {summary.t_last_ns} ns (sensor time)'


def _count(topic):
    return '?' if topic.count is None else topic.count


def _mark(summary, name):
    read = (summary.events_topic, summary.frames_topic, summary.camera_info_topic)
    return '  (read)' if name in read else ''


def _size(record):
    return record.message.payload.nbytes if isinstance(record, EventsRecord) else 0
