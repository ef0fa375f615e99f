# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
The launch files agree with the package.

There is no wheel of launch: without it the files are read, not run, and names are compared. Where
launch and launch_ros are installed (any ROS 2), each file is loaded as `ros2 launch` loads it.
"""

import ast
from pathlib import Path
import re

import pytest

from depthanyevent_ros.parameters.spec import load_spec

ROOT = Path(__file__).resolve().parents[1]
FILES = sorted((ROOT / 'launch').glob('*.launch.py'))

every_file = pytest.mark.parametrize('path', FILES, ids=lambda path: path.name)


def table(path: Path, name: str) -> list:
    """Return the rows of a list of tuples at the top of a launch file, as syntax trees."""
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.Assign) and node.targets[0].id == name:
            return [row.elts for row in node.value.elts]
    return []


def names(path: Path, table_name: str) -> list:
    """Return the first column of a table."""
    return [row[0].value for row in table(path, table_name)]


def arguments(path: Path) -> set:
    """Return the names of the arguments that a launch file takes."""
    return {*names(path, 'ARGUMENTS'), *names(path, 'PARAMETERS')}


def literal(path: Path, name: str) -> tuple:
    """Return a constant at the top of a launch file, or an empty tuple."""
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.Assign) and node.targets[0].id == name:
            return ast.literal_eval(node.value)
    return ()


@every_file
def test_every_argument_is_described_by_a_sentence(path):
    """The last column says what the argument is for; `--show-args` prints it."""
    rows = table(path, 'ARGUMENTS') + table(path, 'PARAMETERS')
    assert rows
    for row in rows:
        assert re.fullmatch(r'[A-Z].{10,}\.', ast.literal_eval(row[-1])), row[0].value


@every_file
def test_arguments_that_are_passed_on_are_arguments_of_the_depth_launch_file(path):
    """An argument that the included file does not know would be lost in silence."""
    passed_on = set(literal(path, 'PASSED_ON'))
    assert passed_on <= arguments(path)
    assert passed_on <= arguments(ROOT / 'launch' / 'depth.launch.py')


def test_arguments_for_parameters_name_parameters_of_the_node():
    """The second column is the name of a parameter in parameters/depth.yaml."""
    rows = table(ROOT / 'launch' / 'depth.launch.py', 'PARAMETERS')
    assert {row[1].value for row in rows} <= load_spec('depth').keys()


def test_arguments_for_the_teacher_name_parameters_of_the_teacher_node():
    """The second column is the name of a parameter in parameters/teacher.yaml."""
    rows = table(ROOT / 'launch' / 'distill.launch.py', 'PARAMETERS')
    assert rows and {row[1].value for row in rows} <= load_spec('teacher').keys()


@every_file
def test_executables_of_this_package_are_installed(path):
    """`executable=` beside `package='depthanyevent_ros'` is a console script of setup.py."""
    scripts = set(re.findall(r"f'(\w+) = \{NAME\}", (ROOT / 'setup.py').read_text()))
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call):
            given = {each.arg: getattr(each.value, 'value', None) for each in node.keywords}
            if given.get('package') == 'depthanyevent_ros':
                assert given['executable'] in scripts


@every_file
def test_share_files_that_are_named_exist(path):
    """Presets, the RViz view, the Fast DDS profile and included launch files are there."""
    named = {element.value for node in ast.walk(ast.parse(path.read_text()))
             if isinstance(node, ast.List) for element in node.elts[1:]
             if isinstance(element, ast.Constant) and isinstance(element.value, str)}
    files = {name for name in named if re.search(r'\.(yaml|rviz|xml|launch\.py)$', name)}
    assert files and all(list(ROOT.glob(f'*/{name}')) for name in files)


@pytest.mark.ros
@every_file
def test_launch_loads_the_file_and_every_argument_has_a_description(path):
    """The description is made as `ros2 launch --show-args` makes it."""
    pytest.importorskip('launch_ros', reason='there is no wheel of launch_ros')
    from launch.launch_description_sources import (
        get_launch_description_from_python_launch_file as load)
    declared = {each.name: each.description for each in load(str(path)).get_launch_arguments()}
    assert declared.keys() >= arguments(path) and all(declared.values())
