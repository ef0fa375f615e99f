# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A flood of one fault says little and hides no other."""

import pytest

from depthanyevent_ros.nodes.throttled_log import THROTTLE_S, ThrottledLog


class Logger:
    """Remembers what was logged."""

    def __init__(self):
        self.lines = []

    def warning(self, sentence):
        """Take a warning."""
        self.lines.append(('warning', sentence))

    def error(self, sentence):
        """Take an error."""
        self.lines.append(('error', sentence))


@pytest.fixture
def time_s():
    """Return the time as a list of one number, to be moved by hand."""
    return [100.0]


def test_each_kind_has_its_own_allowance(time_s):
    """The hundredth truncated message is no news, the first corrupt one is."""
    logger = Logger()
    log = ThrottledLog(logger, lambda: time_s[0])
    for k in range(100):
        log.warning('truncated', f'message {k} is truncated')
    log.error('fault', 'a fault')
    assert logger.lines == [('warning', 'message 0 is truncated'), ('error', 'a fault')]


def test_what_lasts_is_said_again(time_s):
    """After the pause the newest line is logged."""
    logger = Logger()
    log = ThrottledLog(logger, lambda: time_s[0])
    log.warning('truncated', 'early')
    time_s[0] += THROTTLE_S
    log.warning('truncated', 'late')
    assert [sentence for _, sentence in logger.lines] == ['early', 'late']
