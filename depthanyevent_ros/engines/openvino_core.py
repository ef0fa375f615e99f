# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The one OpenVINO of a process."""

from functools import lru_cache

import openvino


@lru_cache(maxsize=None)
def openvino_core() -> openvino.Core:
    """
    Return OpenVINO's core, which is never given up.

    With the first model of a core, OpenVINO's plugin for CPUs gives the calling thread another
    stack for its signals, and takes it away with the core. If two cores overlap in time, as those
    of two engines that are exchanged do, the thread is left with a stack that is no more, and the
    next signal, an interrupt for instance, ends the process without a word.
    """
    return openvino.Core()
