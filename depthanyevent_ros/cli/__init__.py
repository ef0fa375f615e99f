# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
The command line: one module per verb.

Each has ``SUMMARY`` (one line), ``add_arguments(parser)`` and ``run(args) -> int``; a verb's
module is imported only when the verb is called, so that `info` needs neither torch nor ROS.
"""
