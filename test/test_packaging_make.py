# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The Makefile: what it asks for, what it does again, and the environment it gives."""

import os
from pathlib import Path
import re
import shutil
import subprocess
import sys

import pytest

ROOT = Path(__file__).resolve().parents[1]
CHECK = ROOT / 'tools' / 'check_prerequisites.sh'
TREE = ['Makefile', 'tools', 'requirements', 'interfaces', 'setup.py', 'setup.cfg', 'package.xml',
        'launch', 'config', 'models', 'resource']
STAMPS = ['venv', 'requirements', 'interfaces', 'package']

pytestmark = [
    pytest.mark.skipif(not (ROOT / 'Makefile').is_file() or shutil.which('make') is None,
                       reason='no checkout with its Makefile, or no make'),
    pytest.mark.skipif(sys.version_info[:2] not in ((3, 11), (3, 12)),
                       reason='there are no ROS 2 wheels for this Python'),
]


def script(path: Path, text: str) -> None:
    """Write an executable shell script."""
    path.write_text(f'#!/bin/sh\n{text}\n')
    path.chmod(0o755)


@pytest.fixture
def machine(tmp_path):
    """Return a folder with all that a fresh machine must have; PATH will be this folder alone."""
    folder = tmp_path / 'bin'
    folder.mkdir()
    for tool in ('sh', 'uname', 'make'):
        (folder / tool).symlink_to(shutil.which(tool))
    for tool in ('git', 'cc', 'c++'):
        script(folder / tool, 'exit 0')
    interpreter(folder / 'python3.12', tmp_path / 'library')
    return folder


def interpreter(path: Path, library: Path) -> None:
    """Write a Python that has headers and venv, whatever the one that runs the tests has."""
    library.mkdir(exist_ok=True)
    (library / 'ensurepip.py').touch()
    (library / 'Python.h').touch()
    (library / 'sysconfig.py').write_text(f'get_path = {{"include": {str(library)!r}}}.get\n')
    python = Path(sys.executable).resolve()
    script(path, f'PYTHONPATH={library} exec {python} "$@"')


def run(machine: Path, *command, **variables) -> subprocess.CompletedProcess:
    """Run a command with nothing but this machine's tools."""
    return subprocess.run(command, cwd=ROOT, env={'PATH': str(machine), **variables},
                          capture_output=True, text=True, timeout=60)


def the_missing(result: subprocess.CompletedProcess) -> str:
    """Return the one line that was said, having checked that it is one and a failure."""
    assert result.returncode == 1 and not result.stdout
    line, = result.stderr.splitlines()
    assert line.startswith('missing: ')
    return line


def test_machine_with_everything_gets_an_interpreter(machine):
    """The answer is the interpreter, alone on standard output."""
    result = run(machine, 'sh', str(CHECK))
    assert (result.returncode, result.stdout, result.stderr) == (0, 'python3.12\n', '')


@pytest.mark.parametrize('tool, sentence', [
    ('git', 'apt install git'),
    ('cc', 'a C compiler .*apt install build-essential'),
    ('c++', 'a C\\+\\+ compiler .*apt install build-essential'),
    ('python3.12', 'Python 3.11 or 3.12 .*apt install python3 python3-venv python3-dev'),
])
def test_missing_tool_is_named_in_one_line_with_the_way_out(machine, tool, sentence):
    """Nothing else is said, and nothing is begun."""
    (machine / tool).unlink()
    line = the_missing(run(machine, 'sh', str(CHECK)))
    assert re.search(sentence, line)


@pytest.mark.parametrize('module, sentence', [
    ('ensurepip.py', 'the venv module of python3.12 .*apt install python3-venv'),
    ('Python.h', 'Python.h of python3.12 .*apt install python3-dev'),
])
def test_incomplete_python_is_named_in_one_line_with_the_way_out(machine, module, sentence):
    """Debian and Ubuntu split Python: the interpreter may be there without venv or headers."""
    (machine.parent / 'library' / module).unlink()
    if module == 'ensurepip.py':
        (machine.parent / 'library' / module).write_text('raise ImportError(__name__)')
    assert re.search(sentence, the_missing(run(machine, 'sh', str(CHECK))))


def test_python_of_another_version_is_passed_over(machine):
    """Python 3.11 is found behind a python3.12 that does not start and a python3 that is old."""
    (machine / 'python3.12').rename(machine / 'python3.11')
    script(machine / 'python3.12', 'exit 127')
    script(machine / 'python3', 'exit 1')
    assert run(machine, 'sh', str(CHECK)).stdout == 'python3.11\n'


def test_chosen_python_that_does_not_fit_is_named(machine):
    """PYTHON= is the user's word: no other interpreter is taken in its place."""
    script(machine / 'python3.9', 'exit 1')
    assert '(not python3.9)' in the_missing(run(machine, 'sh', str(CHECK), 'python3.9'))


def test_make_passes_the_missing_tool_on(machine):
    """What make itself adds is its usual last line."""
    (machine / 'git').unlink()
    result = run(machine, 'make', 'check')
    first, *rest = result.stderr.splitlines()
    assert result.returncode == 2 and first.startswith('missing: git') and len(rest) == 1


def test_old_make_is_named_in_one_line(machine):
    """The version is looked at before anything else."""
    result = run(machine, 'make', 'check', 'MAKE_VERSION=3.81')
    line, = result.stderr.splitlines()
    assert 'missing: GNU make 4.0 or later, this is 3.81' in line


@pytest.fixture
def checkout(tmp_path):
    """Return a checkout whose environment is, to make, complete."""
    folder = tmp_path / 'checkout'
    folder.mkdir()
    for name in TREE:
        source = ROOT / name
        copy = shutil.copytree if source.is_dir() else shutil.copy2
        copy(source, folder / name)
    stamps = folder / '.venv' / 'stamps'
    stamps.mkdir(parents=True)
    for name in STAMPS:
        (stamps / name).write_text(f'{folder}\n' if name == 'venv' else '')
    return folder


def outside_make(**variables) -> dict:
    """Return our environment without what `make test PYTHON=...` adds for inner makes."""
    made = {'MAKEFLAGS', 'MAKELEVEL', 'MAKEOVERRIDES', 'MFLAGS', 'PYTHON'}
    return {name: value for name, value in os.environ.items() if name not in made} | variables


def plan(checkout: Path, *arguments: str) -> set:
    """Return which of the four steps make would do again."""
    command = ['make', '--dry-run', 'venv', *arguments]
    lines = subprocess.run(command, cwd=checkout, env=outside_make(), check=True, timeout=60,
                           capture_output=True, text=True).stdout
    marks = {'venv': '-m venv --clear', 'requirements': 'requirements/ros.txt',
             'interfaces': 'build_interfaces.sh', 'package': 'link_checkout.py'}
    return {step for step, mark in marks.items() if mark in lines}


def test_second_call_does_nothing(checkout):
    """A complete environment is used as it is."""
    assert plan(checkout) == set()


@pytest.mark.parametrize('changed, steps', [
    ('requirements/run.txt', {'requirements'}),
    ('requirements/ros.txt', {'requirements', 'interfaces'}),
    ('interfaces/dvs_msgs/msg/Event.msg', {'interfaces'}),
    ('setup.py', {'package'}),
    ('launch', {'package'}),
])
def test_only_what_changed_is_done_again(checkout, changed, steps):
    """A change goes as far as what it is used for; a folder changes with a file added to it."""
    later = (checkout / '.venv' / 'stamps' / 'package').stat().st_mtime + 10
    os.utime(checkout / changed, (later, later))
    assert plan(checkout) == steps


def test_moved_checkout_gets_a_new_environment(checkout):
    """An environment holds absolute paths: elsewhere it does not work."""
    moved = checkout.rename(checkout.parent / 'moved')
    assert plan(moved) == set(STAMPS)


def test_another_interpreter_gets_a_new_environment(checkout):
    """PYTHON= decides, also after the first call."""
    script(checkout / '.venv' / 'python', 'echo "(3, 11)"')
    (checkout / '.venv' / 'bin').mkdir()
    (checkout / '.venv' / 'python').rename(checkout / '.venv' / 'bin' / 'python')
    script(checkout / 'same', 'echo "(3, 11)"')
    script(checkout / 'other', 'echo "(3, 12)"')
    assert plan(checkout, 'PYTHON=./same') == set()
    assert plan(checkout, 'PYTHON=./other') == set(STAMPS)


def test_environment_of_the_recipes_is_our_own_ros():
    """A sourced ROS does not mix with the wheels, and nothing is kept outside the checkout."""
    sourced = {'PYTHONPATH': '/opt/ros', 'LD_LIBRARY_PATH': '/opt/ros', 'ROS_DISTRO': 'jazzy',
               'AMENT_PREFIX_PATH': '/opt/ros', '_ROS_WHEELS_BOOTSTRAP_COMPLETE': '1'}
    output = subprocess.run(['make', '--silent', '--eval=show:;@env', 'show'], cwd=ROOT,
                            env=outside_make(**sourced), check=True, timeout=60,
                            capture_output=True, text=True).stdout
    shown = dict(line.partition('=')[::2] for line in output.splitlines() if '=' in line)
    assert shown.keys() & sourced.keys() == {'AMENT_PREFIX_PATH'}
    assert shown['AMENT_PREFIX_PATH'] == str(ROOT / '.venv')
    assert shown['ROS_AUTOMATIC_DISCOVERY_RANGE'] == 'LOCALHOST'
    assert Path(shown['FASTDDS_DEFAULT_PROFILES_FILE']).is_file()
    for kept in ('ROS_HOME', 'ROS_LOG_DIR', 'XDG_CACHE_HOME'):
        assert Path(shown[kept]).is_relative_to(ROOT)
