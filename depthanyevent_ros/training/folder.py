# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A folder of window files: which of them train and which validate."""

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Dict, List, Tuple, Union

from depthanyevent_ros.errors import ConfigError
from depthanyevent_ros.training.windows_file import WindowsFile

#: One seed of so many is kept for validation where the folder does not say.
HELD_OUT = 20


@dataclass(frozen=True)
class WindowsFolder:
    """Files by use; all have the same size of pictures."""

    training: Tuple[WindowsFile, ...]
    validation: Tuple[WindowsFile, ...]

    @property
    def size(self) -> Tuple[int, int]:
        """Return height and width."""
        return self.training[0].height, self.training[0].width

    @property
    def fingerprint(self) -> Dict[str, Union[int, str]]:
        """
        Return what tells the files that train from others: their number, windows, and a hash.

        The hash is of their names, scenes and lengths in their order, which is all that the
        schedule depends on; where the folder lies does not matter.
        """
        rows = [(file.path.name, file.kind, file.motion, file.seed, len(file))
                for file in self.training]
        return {'files': len(rows), 'windows': sum(row[-1] for row in rows),
                'sha256': sha256(repr(rows).encode()).hexdigest()}

    @property
    def has_frames(self) -> bool:
        """Tell whether every file has frames."""
        return all(file.has_frames for file in (*self.training, *self.validation))


def open_folder(path) -> WindowsFolder:
    """
    Find the files (``*.h5``) of a folder.

    Those under ``train/`` train and those under ``validation/`` validate. Without these folders
    the scenes with a seed that is a multiple of 20 validate, so that no scene does both.

    :raises ConfigError: if there are none to train with, or their sizes differ.
    :raises MalformedInput: if one of them is damaged.
    """
    path = Path(path)
    if (path / 'train').is_dir():
        training, validation = files_of(path / 'train'), files_of(path / 'validation')
    else:
        files = files_of(path)
        training = [file for file in files if file.seed % HELD_OUT]
        validation = [file for file in files if not file.seed % HELD_OUT]
    if not training:
        raise ConfigError(f'{path} has no window files (*.h5) to train with')
    first = training[0]
    for file in (*training, *validation):
        if (file.height, file.width) != (first.height, first.width):
            raise ConfigError(f'{file.path} has pictures of {file.width}x{file.height}, '
                              f'{first.path.name} of {first.width}x{first.height}: one training '
                              'takes one size')
    return WindowsFolder(tuple(training), tuple(validation))


def files_of(path: Path) -> List[WindowsFile]:
    """Return the files of a folder and those below it, by name; hidden ones are still growing."""
    return [WindowsFile(file) for file in sorted(path.rglob('*.h5'))
            if not file.name.startswith('.')]
