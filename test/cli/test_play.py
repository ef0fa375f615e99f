# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The verb play: what its options mean, and what is refused before ROS is touched."""

import argparse
import math

import pytest

from depthanyevent_ros.__main__ import main
from depthanyevent_ros.cli import play


def parsed(*arguments):
    """Return the options of a command line."""
    parser = argparse.ArgumentParser()
    play.add_arguments(parser)
    return parser.parse_args(['recording', *arguments])


def test_stamps_are_now_only_at_the_pace_of_the_sensor():
    """With a clock, at another rate, or when waiting for readers, now would mislead."""
    assert play.stamp_now(parsed())
    for arguments in (['--clock'], ['--rate', '2'], ['--lossless']):
        assert not play.stamp_now(parsed(*arguments))
        assert play.stamp_now(parsed(*arguments, '--stamps', 'now'))
    assert not play.stamp_now(parsed('--stamps', 'recorded'))


def test_infinite_rate_and_loop_and_the_clock_without_a_number_are_understood():
    """As the help says."""
    args = parsed('--rate', 'inf', '--loop', 'inf', '--clock')
    assert (args.rate, args.loop, args.clock) == (math.inf, math.inf, 100.0)


@pytest.mark.parametrize('arguments, word', [
    (['--rate', '0'], 'rate'), (['--rate', 'nan'], 'rate'), (['--loop', '0.5'], 'loop'),
    (['--start', '-1'], 'start'), (['--duration', '0'], 'duration'), (['--clock', '-5'], 'clock'),
    ([], 'no recording')])
def test_what_cannot_be_played_is_one_sentence_and_code_1(arguments, word, tmp_path, capsys):
    """Values out of range, and a recording that is not there."""
    assert main(['play', str(tmp_path / 'missing'), *arguments]) == 1
    out, err = capsys.readouterr()
    assert out == '' and word in err and err.count('\n') == 1


def test_help_names_the_topics(capsys):
    """Where do I listen?"""
    assert main(['play', '--help']) == 0
    assert 'events, image_raw and camera_info' in capsys.readouterr().out
