# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
From a recording and the recorded outputs of the depth node to video, stills and report.

The live demo and the offline run end here alike: both leave a rosbag2 of the same topics.
"""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Iterator, Optional, Sequence

from depthanyevent_ros import __version__
from depthanyevent_ros.depth.colour import colour_table
from depthanyevent_ros.report import facts
from depthanyevent_ros.report.frames import FrameFollower
from depthanyevent_ros.report.html import StillRow, write_report
from depthanyevent_ros.report.machine import describe_machine
from depthanyevent_ros.report.output_bag import NodeStory, read_shown, read_story
from depthanyevent_ros.report.panel import Moment, PanelMaker
from depthanyevent_ros.report.stills import spread, write_png
from depthanyevent_ros.report.summary import RecordingFacts, RunSummary, WindowFacts
from depthanyevent_ros.report.timeline import Timeline
from depthanyevent_ros.report.video import Video, write_video

N_STILLS = 3


@dataclass(frozen=True)
class RunConditions:
    """What neither the recording nor the node can say: how the run was made."""

    sentence: str                     # how it was played
    window_s: float                   # length of a window by time
    window_rule: str                  # the same in words
    colour_map: str = 'turbo'
    latency_label: str = 'window end to recorded depth'
    notes: Sequence[str] = ()


@dataclass(frozen=True)
class Leavings:
    """What was written, and the summary in it."""

    report: Path
    video: Optional[Video]
    stills: Sequence[Path]
    summary: RunSummary


def build_report(recording, timeline: Timeline, bag: Path, folder: Path,
                 conditions: RunConditions, on_picture=None) -> Leavings:
    """
    Write ``depth.mp4`` (or .webm), ``stills/`` and ``report.html`` into a folder.

    :param recording: an open recording, the one that was played.
    :param bag: rosbag2 of the node's outputs: depth, image_color, tencode, diagnostics.
    :param timeline: of that recording, from `read_timeline`.
    :param on_picture: called with (pictures done, pictures in all), to show progress.
    """
    story = read_story(bag)
    summary = summarize_run(recording, timeline, story, conditions)
    (folder / 'stills').mkdir(parents=True, exist_ok=True)
    for still in (folder / 'stills').glob('[0-9]*.png'):
        still.unlink()                          # of an earlier run
    panels = _panel_maker(timeline, summary, conditions)
    video, rows, stills = None, [], []
    if story.arrivals:
        chosen = set(spread(len(story.arrivals), N_STILLS))

        def pictures():
            moments = _moments(recording, bag, timeline, story, conditions)
            for k, moment in enumerate(moments):
                picture = panels.panel(moment)
                if k in chosen:
                    stills.append(write_png(folder / 'stills' / f'{k:05d}.png', picture))
                    rows.append(_row(moment, panels))
                yield moment.stamp_s, picture
                if on_picture is not None:
                    on_picture(k + 1, len(story.arrivals))
        video = write_video(folder / 'depth', pictures())
    report = write_report(folder / 'report.html', summary, video, rows)
    return Leavings(report, video, stills, summary)


def summarize_run(recording, timeline: Timeline, story: NodeStory,
                  conditions: RunConditions) -> RunSummary:
    """Return the summary of a run."""
    return RunSummary(
        recording=RecordingFacts(
            Path(recording.path).name, recording.kind, timeline.width, timeline.height,
            timeline.n_events, timeline.n_frames, timeline.duration_s),
        windows=WindowFacts(
            conditions.window_rule, max(facts.total(story, 'windows', 'windows_total'),
                                        len(story.arrivals)), len(story.arrivals)),
        weights=facts.weights_facts(story), engine=facts.engine_facts(story),
        depth_mode=story.parts.get('output', {}).get('depth_meaning', 'not known'),
        conditions=conditions.sentence, latency_ms=facts.latency_facts(story),
        drops=facts.drop_facts(story), resets=facts.reset_facts(story),
        event_rate_mev_s=timeline.series(), latency_over_time_ms=facts.arrival_latency(story),
        machine=describe_machine(), version=__version__,
        notes=(*conditions.notes, *queue_notes(facts.latency_facts(story), conditions.window_s),
               *recording.notes, *lasting_warnings(story)),
        latency_label=conditions.latency_label,
        n_events_received=facts.total(story, 'input', 'events_total') if story.parts else None,
        started=datetime.now().strftime('%d %B %Y, %H:%M'))


def lasting_warnings(story: NodeStory) -> Sequence[str]:
    """Return the node's last warnings, but for its surprise that the recording has ended."""
    return [text for text in story.warnings.values() if not text.startswith('no events for')]


def queue_notes(latency_ms, window_s: float) -> Sequence[str]:
    """Say why the latency is long, if it is because windows had to queue."""
    wait, step = latency_ms.get('wait', (0, 0, 0)), latency_ms.get('step', (0, 0, 0))
    if wait[0] <= window_s * 1e3 or step[0] <= 0:
        return ()
    return (f'The engine took {step[0]:.0f} ms for each window of {window_s * 1e3:g} ms, so '
            f'windows queued: half of them waited {wait[0]:.0f} ms or more. A smaller network '
            'input, longer windows or more free cores bring the latency down.',)


def _panel_maker(timeline, summary, conditions) -> PanelMaker:
    label = summary.depth_mode.split(':')[0].replace(' depth', '')
    no_frame = 'no frame at this time' if timeline.n_frames else 'the recording has no frames'
    return PanelMaker(timeline.width, timeline.height, not summary.weights.is_trained, label,
                      colour_table(conditions.colour_map)[::-1].copy(), no_frame)


def _moments(recording, bag, timeline, story, conditions) -> Iterator[Moment]:
    """
    Yield what is shown of each depth.

    The stamps are host time; what the node said of its clock makes them sensor time. Where it said
    nothing, the first depth is taken for that of the first window, from the first event on.
    """
    frames = FrameFollower(recording.messages())
    first_ns, sensor_ns = timeline.first_ns or 0, facts.sensor_times(story)
    guessed_offset_ns = None
    for shown in read_shown(bag):
        if guessed_offset_ns is None:
            guessed_offset_ns = shown.stamp_ns - first_ns - int(conditions.window_s * 1e9)
        end_ns = sensor_ns.get(shown.stamp_ns, shown.stamp_ns - guessed_offset_ns)
        stamp_s = (end_ns - first_ns) * 1e-9
        frame, age_s = frames.at(end_ns)
        yield Moment(
            stamp_s, shown.tencode, shown.colour, frame, frame_age_s=age_s,
            rate_mev_s=timeline.rate_mev_s(stamp_s - conditions.window_s, stamp_s))


def _row(moment: Moment, panels: PanelMaker) -> StillRow:
    return StillRow(f't = {moment.stamp_s:.3f} s, {moment.rate_mev_s:.2f} Mev/s',
                    panels.cells(moment))
