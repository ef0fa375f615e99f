# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Logs of a training: CSV for people and scripts, TensorBoard for curves."""

import csv
from pathlib import Path
from typing import Mapping, Sequence

from tensorboardX import SummaryWriter


class CsvLog:
    """A table that grows; a resumed training takes back the rows that it will write again."""

    def __init__(self, path: Path, columns: Sequence[str], step: int):
        """Open the table and drop the rows of later steps; the first column is the step."""
        rows = []
        if step and path.is_file():
            with open(path, newline='', encoding='utf-8') as file:
                # A row that a power cut left half written lacks values: None.
                rows = [row for row in csv.DictReader(file) if None not in row.values()
                        and row[columns[0]].isdigit() and int(row[columns[0]]) <= step]
        self._file = open(path, 'w', newline='', encoding='utf-8')
        self._writer = csv.DictWriter(self._file, columns, extrasaction='ignore', restval='')
        self._writer.writeheader()
        self._writer.writerows(rows)
        self._file.flush()

    def write(self, row: Mapping[str, object]) -> None:
        """Add a row; floats get six digits."""
        self._writer.writerow({name: f'{value:.6g}' if isinstance(value, float) else value
                               for name, value in row.items()})
        self._file.flush()

    def close(self) -> None:
        """Close the file."""
        self._file.close()


class TrainingLog:
    """The logs of a training in its folder: train.csv, validation.csv, tensorboard/."""

    STEP = ('step', 'loss', 'learning_rate', 'gradient_norm', 'windows_per_s', 'waited')
    VALIDATION = ('step', 'kind', 'n_windows', 'abs_rel', 'delta1', 'abs_rel_aligned',
                  'delta1_aligned')

    def __init__(self, folder: Path, step: int):
        """Continue the logs after ``step`` steps, or begin them."""
        self._steps = CsvLog(folder / 'train.csv', self.STEP, step)
        self._validation = CsvLog(folder / 'validation.csv', self.VALIDATION, step)
        self._board = SummaryWriter(str(folder / 'tensorboard'), purge_step=step + 1)

    def write_step(self, row: Mapping[str, float]) -> None:
        """Log a stretch of steps under the number of its last."""
        self._steps.write(row)
        for name in self.STEP[1:]:
            self._board.add_scalar(f'train/{name}', row[name], row['step'])

    def write_validation(self, step: int, scores: Mapping[str, Mapping[str, float]]) -> None:
        """Log scores by kind of scene."""
        for kind, values in scores.items():
            self._validation.write({'step': step, 'kind': kind, **values})
            for name in self.VALIDATION[3:]:
                self._board.add_scalar(f'validation_{kind}/{name}', values[name], step)

    def close(self) -> None:
        """Close the files."""
        self._steps.close()
        self._validation.close()
        self._board.close()


class NoLog:
    """The log of the processes that are not the first."""

    def write_step(self, row: Mapping[str, float]) -> None:
        """Write nothing."""

    def write_validation(self, step: int, scores: Mapping[str, Mapping[str, float]]) -> None:
        """Write nothing."""

    def close(self) -> None:
        """Do nothing."""
