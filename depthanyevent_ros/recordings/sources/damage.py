# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Reading a bag up to where it is damaged, and saying so."""

from typing import Callable, Iterable, Iterator

from depthanyevent_ros.errors import RecordingError
from depthanyevent_ros.recordings.sources.protocol import RawMessage


def up_to_damage(messages: Iterable[RawMessage], path,
                 on_damage: Callable[[str], None]) -> Iterator[RawMessage]:
    """
    Yield raw messages; a damaged file ends them, with a remark.

    :param on_damage: gets the remark, one sentence.
    :raises RecordingError: if nothing could be read before the damage.
    """
    source, n_read = iter(messages), 0
    while True:
        try:
            raw = next(source, None)
        except Exception as error:  # noqa: B902 - the damage, of any kind
            reason = str(error) or type(error).__name__
            if not n_read:
                raise RecordingError(f'{path} is damaged: not one message of its topics can be '
                                     f'read ({reason})') from error
            on_damage(f'the file is damaged after {n_read} messages ({reason}): what is before '
                      'that was read')
            return
        if raw is None:
            return
        n_read += 1
        yield raw
