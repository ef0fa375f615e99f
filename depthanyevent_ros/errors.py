# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
The errors that this package raises on purpose.

Every message is one sentence that names what was wrong and, where there is one, the way out.
"""


class DepthAnyEventError(Exception):
    """Base of every error that this package raises on purpose."""


class MalformedInput(DepthAnyEventError, ValueError):
    """
    A message, packet or file that cannot be decoded.

    ``cause`` is a short fixed key (for example ``truncated``), the one that is counted and
    published in the diagnostics; the text of the error says what was found in this instance.
    """

    def __init__(self, cause: str, sentence: str):
        super().__init__(sentence)
        self.cause = cause


class RecordingError(DepthAnyEventError):
    """A recording that cannot be opened, or holds nothing that can be played."""


class WeightsError(DepthAnyEventError):
    """A weight file that is missing, damaged, of another network or unsafe to read."""


class EngineUnavailable(DepthAnyEventError):
    """An engine that cannot run here (a package, a device or a driver is missing)."""


class NoDeviceMemory(EngineUnavailable):
    """An engine for which the device has no memory left; its files are all right."""


class EngineNotBuilt(DepthAnyEventError):
    """An engine that is not in the cache, asked for where none may be built."""


class EngineRefused(DepthAnyEventError):
    """An engine that was built but differs too much from PyTorch to be used."""


class EngineLost(DepthAnyEventError):
    """An engine whose device failed while it was in use: nothing on the device can be trusted."""


class NotFinite(DepthAnyEventError):
    """A window whose depth or state was NaN or infinite."""


class ConfigError(DepthAnyEventError, ValueError):
    """A parameter with a value that cannot be used; the text names the parameter."""
