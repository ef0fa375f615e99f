# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What every file of the tree keeps to: header, docstring, syntax of Python 3.10, flake8."""

import ast
from pathlib import Path
import subprocess
import sys

import pytest

ROOT = Path(__file__).resolve().parents[1]
FOLDERS = ['depthanyevent_ros', 'test', 'launch', 'tools', 'interfaces']
HEADER = ['# Copyright 2026 The depthanyevent_ros authors',
          '# SPDX-License-Identifier: Apache-2.0']


def files(*suffixes: str) -> list:
    """Return our files with one of these endings."""
    found = [*ROOT.iterdir(), *(path for folder in FOLDERS for path in (ROOT / folder).rglob('*'))]
    return sorted(path for path in found if path.suffix in suffixes and path.is_file())


def name(path: Path) -> str:
    """Return how a file is called in a test's name."""
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize('path', files('.py', '.sh', '.cmake'), ids=name)
def test_file_begins_with_copyright_and_licence(path):
    """Two lines, after the line that names the interpreter if there is one."""
    lines = path.read_text().splitlines()
    assert lines[lines[0].startswith('#!'):][:2] == HEADER


@pytest.mark.parametrize('path', files('.py'), ids=name)
def test_module_has_a_docstring_and_the_syntax_of_python_3_10(path):
    """Humble's Python reads every module."""
    tree = ast.parse(path.read_text(), feature_version=(3, 10))
    assert ast.get_docstring(tree)


@pytest.mark.parametrize('path', files('.py', '.sh', '.xml', '.yaml', '.toml', '.cmake'), ids=name)
def test_file_ends_with_one_newline_and_has_no_tabs(path):
    """Plain text files; schema lines and addresses alone may be longer than 99 columns."""
    text = path.read_text()
    assert text.endswith('\n') and not text.endswith('\n\n')
    assert '\t' not in text


def test_flake8_finds_nothing():
    """The settings are in .flake8: 99 columns, single quotes, Google's order of imports."""
    result = subprocess.run([sys.executable, '-m', 'flake8', '.'], cwd=ROOT,
                            capture_output=True, text=True, timeout=300)
    assert result.returncode == 0, f'{result.stdout}{result.stderr}'
