# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Publishes a recording: events, image_raw, camera_info and, if asked for, /clock.

Stamps inside the messages (sensor time) are never touched. header.stamp of an event message is
the time of its arrival: at the recorded rate it becomes now, as a driver would have it; with
--clock, at another rate or with --lossless it stays as recorded, since "now" would then run at
another pace than the sensor's clock, and who estimates the offset of the two would be misled.
"""

import math
import signal
import sys
import time

import rclpy
from rclpy.duration import Duration
from rclpy.executors import SingleThreadedExecutor
from rclpy.signals import SignalHandlerOptions
from tqdm import tqdm

from depthanyevent_ros.errors import RecordingError
from depthanyevent_ros.nodes.play_publishers import PlayPublishers
from depthanyevent_ros.nodes.serving_stop import ServingStop
from depthanyevent_ros.recordings.player import Pacer, timeline, with_clock_ticks

#: What the middleware may still have to deliver when the last message has been published.
DRAIN_S = 5.0

#: Reliable readers acknowledge; for the others this long is waited.
LINGER_S = 0.3

#: Whoever reads frames or /clock may come later than who reads the events, or not at all.
OTHERS_WAIT_S = 2.0


def play(recording, options, settings, ros_args=None) -> int:
    """
    Publish a recording and return 0 at its end, or on SIGINT or SIGTERM.

    :param options: a PlayOptions; :param settings: a PlaySettings.
    :raises DepthAnyEventError: if there is nothing to play, or nobody listens in time.
    """
    rclpy.init(args=ros_args, signal_handler_options=SignalHandlerOptions.NO)
    executor = SingleThreadedExecutor()
    stop = ServingStop(executor)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    node = rclpy.create_node('play')
    executor.add_node(node)
    try:
        _play(node, recording, options, settings, stop)
    finally:
        # In this order nothing is used after it has gone, see rclpy's own shutdown races.
        rclpy.try_shutdown()
        executor.shutdown()
        node.destroy_node()
    return 0


def _play(node, recording, options, settings, stop):
    publishers = PlayPublishers(node, recording, options, settings)
    _wait_for_subscribers(publishers, settings, stop)
    cues = timeline(recording, options)
    if settings.clock_hz:
        cues = with_clock_ticks(cues, max(int(1e9 / settings.clock_hz), 1))
    pacer = Pacer(stop)
    with tqdm(desc=str(recording.path), unit=' messages', file=sys.stderr, leave=False,
              disable=not sys.stderr.isatty()) as bar:
        for cue in cues:
            if not pacer.wait(cue.due_ns):
                break
            publishers.publish(cue, stop)
            stop.serve()
            bar.update(publishers.n_messages + publishers.n_frames - bar.n)
    _finish(node, recording, publishers, pacer, stop, options.rate)


def _wait_for_subscribers(publishers, settings, stop):
    deadline = time.monotonic() + settings.wait_timeout_s
    while publishers.n_event_subscribers() < settings.wait_for_subscribers:
        if stop.wait(0.05):
            return
        if time.monotonic() > deadline:
            raise RecordingError(
                f'{publishers.n_event_subscribers()} of {settings.wait_for_subscribers} '
                f'subscribers on {publishers.topic} after {settings.wait_timeout_s:g} s')
    if settings.wait_for_subscribers:
        _wait_for_other_readers(publishers, stop)
        # Their side of the match may be a moment behind ours.
        stop.wait(LINGER_S)


def _wait_for_other_readers(publishers, stop):
    """
    Wait a moment for somebody to read the other topics, so that no tick and no frame is missed.

    A node's subscriptions become known one after another; nobody may want the others at all.
    """
    deadline = time.monotonic() + OTHERS_WAIT_S
    while not publishers.are_others_read() and time.monotonic() < deadline:
        if stop.wait(0.05):
            return


def _finish(node, recording, publishers, pacer, stop, rate):
    if not stop.is_set():
        publishers.wait_until_delivered(Duration(seconds=DRAIN_S))
        stop.wait(LINGER_S)
    node.get_logger().info(
        f'played {publishers.n_messages} messages of events ({publishers.n_bytes * 1e-6:.1f} MB), '
        f'{publishers.n_frames} frames'
        + (f'; at most {pacer.latest_ns * 1e-6:.1f} ms late' if math.isfinite(rate) else '')
        + (' (stopped)' if stop.is_set() else ''))
    notes = list(recording.notes)
    for cause, n_messages in sorted((recording.counts + publishers.malformed).items()):
        notes.append(f'{n_messages} messages passed over: {cause}')
    for note in notes:
        node.get_logger().warning(note)
