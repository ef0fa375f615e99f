# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Data sets in: one reader per format, all with the interface of datasets/sequence.py."""

from depthanyevent_ros.datasets.sequence import (
    DepthSeries, event_blocks, EventSequence, FrameSeries, ImuSeries, PoseSeries, Series,
)

__all__ = ['DepthSeries', 'EventSequence', 'FrameSeries', 'ImuSeries', 'PoseSeries', 'Series',
           'event_blocks']
