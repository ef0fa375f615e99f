# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Online distillation: a teacher for frames labels what the event network learns from."""
