# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What may import what: see docs/design.md."""

import ast
from pathlib import Path
import subprocess
import sys

import pytest

PACKAGE = Path(__file__).resolve().parents[1] / 'depthanyevent_ros'
MODULES = sorted(PACKAGE.rglob('*.py'))

ROS = {'rclpy', 'rcl_interfaces', 'lifecycle_msgs', 'builtin_interfaces', 'std_msgs', 'std_srvs',
       'sensor_msgs', 'geometry_msgs', 'diagnostic_msgs', 'rosgraph_msgs', 'dvs_msgs',
       'event_camera_msgs', 'cv_bridge', 'rpyutils'}
#: Library -> the only places (folders or modules of the package) that import it.
HOME = {
    **dict.fromkeys(ROS, ['nodes']),
    'torch': ['network', 'simulation/torch_twin', 'training', 'engines/torch_engine.py',
              'engines/torch_cuda', 'engines/deployed.py', 'engines/export.py',
              'evaluation/network_predictor.py', 'distillation/student'],
    'openvino': ['engines/openvino_engine.py', 'engines/openvino_core.py',
                 'distillation/teachers/onnx_teacher.py'],
    'pycuda': ['engines/cuda/pycuda_gpu.py'],
    'tensorrt': [],              # engines/tensorrt/library.py loads it by name, when it may
}
#: From the ground up: a folder imports only from itself and from those before it.
ORDER = ['errors', 'paths', 'events', 'depth', 'parameters', 'network', 'engines', 'datasets',
         'recordings', 'simulation', 'training', 'report', 'pipeline', 'evaluation',
         'distillation', 'nodes', 'bench', 'cli', '__main__']
#: The one exception: nodes that load the depth node take the loads and baselines of bench/.
EXCEPTION = ('nodes/bench', 'bench')
#: These run where neither ROS nor a network library is installed.
CORE = ['errors.py', 'paths.py', 'parameters', 'events', 'depth', 'datasets', 'pipeline',
        'recordings', 'simulation/simulator.py', 'simulation/windows.py', 'report',
        'distillation/lessons', 'distillation/promotion']
BLOCK_AND_IMPORT = """
import importlib, sys
class Block:
    def find_spec(self, name, path=None, target=None):
        if name.partition('.')[0] in {blocked}:
            raise ImportError(name + ' is blocked')
sys.meta_path.insert(0, Block())
for module in {modules}:
    importlib.import_module(module)
"""


def imported(path: Path) -> set:
    """Return the top-level packages that a module imports, at its top or inside a function."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names.update(alias.name.partition('.')[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names.add(node.module.partition('.')[0])
    return names


def is_inside(path: Path, places: list) -> bool:
    """Tell whether a module is one of the places or lies in one of them."""
    return any(path == PACKAGE / place or PACKAGE / place in path.parents for place in places)


def dotted(path: Path) -> str:
    """Return the name by which a module is imported."""
    parts = path.relative_to(PACKAGE.parent).with_suffix('').parts
    return '.'.join(parts[:-1] if parts[-1] == '__init__' else parts)


@pytest.mark.parametrize('path', MODULES, ids=dotted)
def test_module_imports_only_what_its_layer_may(path):
    """A library with a home is imported nowhere else, not even inside a function."""
    strays = [name for name in imported(path) & HOME.keys() if not is_inside(path, HOME[name])]
    assert not strays, f'{dotted(path)} imports {strays}'


def rooms_imported(path: Path) -> set:
    """Return the folders (or modules) of this package that a module imports from."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and (node.module or '').startswith(f'{PACKAGE.name}.'):
            names.add(node.module.split('.')[1])
    return names


@pytest.mark.parametrize('path', MODULES, ids=dotted)
def test_imports_go_down_only(path):
    """A reader can begin at the ground floor and never has to look up."""
    room = path.relative_to(PACKAGE).parts[0].removesuffix('.py')
    if room == '__init__':
        return
    allowed = set(ORDER[:ORDER.index(room) + 1])
    if is_inside(path, [EXCEPTION[0]]):
        allowed.add(EXCEPTION[1])
    assert rooms_imported(path) <= allowed


def test_core_imports_without_ros_and_without_network_libraries():
    """Events, depth, pipeline, recordings and report work on a machine that has neither."""
    modules = [dotted(path) for path in MODULES if is_inside(path, CORE)]
    blocked = set(HOME) | {'onnx', 'onnxscript'}
    code = BLOCK_AND_IMPORT.format(blocked=sorted(blocked), modules=modules)
    result = subprocess.run([sys.executable, '-c', code], cwd=PACKAGE.parent,
                            capture_output=True, text=True, timeout=120)
    assert result.returncode == 0, result.stderr
