# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What is remembered of checkpoint files."""

import subprocess
import sys

import pytest

from depthanyevent_ros.errors import WeightsError
from depthanyevent_ros.network import remembered as module
from depthanyevent_ros.network.remembered import remembered
from depthanyevent_ros.network.weights import check_name, find_weights


@pytest.fixture(autouse=True)
def memory(monkeypatch, tmp_path):
    """Keep what is remembered in a folder of the test."""
    monkeypatch.setenv('ROS_HOME', str(tmp_path))
    return tmp_path / 'depthanyevent_ros' / 'weights'


class Reader:
    """Counts how often a file is read."""

    def __init__(self, facts):
        self.facts, self.n_read = facts, 0

    def __call__(self):
        """Return the facts."""
        self.n_read += 1
        return self.facts


def test_a_file_is_read_once():
    """The second start does not need it."""
    read = Reader({'trained': True})
    assert [remembered('a' * 64, read) for _ in range(3)] == [{'trained': True}] * 3
    assert read.n_read == 1


def test_other_bytes_are_another_file():
    """The sha256 is the name."""
    remembered('a' * 64, Reader({'n': 1}))
    assert remembered('b' * 64, Reader({'n': 2})) == {'n': 2}


@pytest.mark.parametrize('damage', ['', '{"trained": tr', '[1, 2]'])
def test_damaged_memory_is_read_again(memory, damage):
    """A power cut must not make weights unusable."""
    read = Reader({'n': 1})
    remembered('a' * 64, read)
    (memory / f'{"a" * 64}.json').write_text(damage)
    assert remembered('a' * 64, read) == {'n': 1} and read.n_read == 2


def test_what_was_refused_is_not_remembered():
    """The file may be replaced by a good one of the same name."""
    def refuse():
        raise WeightsError('no')
    with pytest.raises(WeightsError):
        remembered('a' * 64, refuse)
    assert remembered('a' * 64, Reader({'n': 1})) == {'n': 1}


def test_the_memory_is_bounded(memory, monkeypatch):
    """Online distillation makes many weight files."""
    monkeypatch.setattr(module, 'MAX_FILES', 3)
    for k in range(6):
        remembered(f'{k}' * 64, Reader({'n': k}))
    assert len(list(memory.glob('*'))) == 3


def test_a_folder_that_cannot_be_written_costs_only_time(tmp_path, monkeypatch):
    """A read-only robot image starts all the same."""
    (tmp_path / 'file').write_text('')
    monkeypatch.setenv('ROS_HOME', str(tmp_path / 'file'))
    assert remembered('a' * 64, Reader({'n': 1})) == {'n': 1}


def test_known_weights_are_found_without_torch(small_weights):
    """A node that starts with a cached engine must not wait for torch."""
    path = small_weights()
    find_weights(str(path))
    code = (f'import sys; from depthanyevent_ros.network.weights import find_weights; '
            f'print(find_weights({str(path)!r}).trained, "torch" in sys.modules)')
    done = subprocess.run([sys.executable, '-c', code], capture_output=True, text=True, timeout=60)
    assert done.stdout.split() == ['False', 'False'], done.stderr


@pytest.mark.parametrize('name', ['default', 'untrained-vits-r'])
def test_a_name_of_the_manifest_passes_the_quick_check(name):
    """No tensor is read for it."""
    check_name(name)


@pytest.mark.parametrize('name', ['nonsense', 'no/such.pth', 'gone.safetensors'])
def test_the_quick_check_refuses_by_name_what_cannot_be_weights(name):
    """A service answers at once."""
    with pytest.raises(WeightsError, match=name):
        check_name(name)
