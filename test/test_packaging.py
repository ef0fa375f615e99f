# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The package is an ordinary ament_python package whose files agree with each other."""

import ast
from configparser import ConfigParser
import json
from pathlib import Path
import re
import subprocess
import sys
from xml.etree import ElementTree

from catkin_pkg.package import parse_package
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
import pytest
import yaml

import depthanyevent_ros

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = [ROOT, ROOT / 'interfaces' / 'dvs_msgs', ROOT / 'interfaces' / 'event_camera_msgs']
#: Import name -> the rosdep key that has it.
KEYS = {'yaml': 'python3-yaml', 'cv2': 'python3-opencv', 'numpy': 'python3-numpy',
        'PIL': 'python3-pil', 'skimage': 'scikit_image', 'tensorboardX': 'tensorboardx'}


SETUP = """
import json, setuptools
from distutils.core import run_setup
d = run_setup('setup.py', stop_after='init')
build = d.get_command_obj('build_py')
build.ensure_finalized()
inside = [folder + '/' + name for _, folder, _, names in build.data_files for name in names]
print(json.dumps({
    'version': d.metadata.version, 'licence': d.metadata.license,
    'email': d.metadata.maintainer_email, 'packages': d.packages, 'extras': d.extras_require,
    'scripts': d.entry_points['console_scripts'], 'inside': inside,
    'share': [name for _, names in d.data_files for name in names]}))
"""


@pytest.fixture(scope='module')
def metadata():
    """Return what setup.py tells setuptools, read in a process of its own."""
    output = subprocess.run([sys.executable, '-c', SETUP], cwd=ROOT, check=True, text=True,
                            capture_output=True, timeout=60).stdout
    return json.loads(output)


def requirements(name: str) -> dict:
    """Return the requirements of a file by the canonical name of the package."""
    lines = (ROOT / 'requirements' / f'{name}.txt').read_text().splitlines()
    found = [Requirement(line) for line in lines if line and not line.startswith('#')]
    return {canonicalize_name(each.name): each for each in found}


def imported_by(folder: str) -> set:
    """Return the top-level packages imported anywhere in a folder."""
    nodes = [node for path in (ROOT / folder).rglob('*.py')
             for node in ast.walk(ast.parse(path.read_text()))]
    names = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module for node in nodes if isinstance(node, ast.ImportFrom) and not node.level}
    return {name.partition('.')[0] for name in names}


@pytest.mark.parametrize('folder', PACKAGES, ids=lambda folder: folder.name)
def test_package_xml_is_valid_format_3(folder):
    """The parser that colcon and bloom use finds nothing to say, and the schema is named."""
    warnings = []
    package = parse_package(str(folder), warnings=warnings)
    assert package.package_format == 3 and not warnings
    assert 'package_format3.xsd' in (folder / 'package.xml').read_text().splitlines()[1]
    for each in package.licenses:
        assert each.file is None or (folder / each.file).is_file()


def test_version_is_the_same_everywhere(metadata):
    """package.xml, setup.py and the module tell one version, three numbers."""
    version = parse_package(str(ROOT)).version
    assert re.fullmatch(r'\d+\.\d+\.\d+', version)
    assert metadata['version'] == depthanyevent_ros.__version__ == version


def test_licence_and_maintainer_are_the_same_everywhere(metadata):
    """Apache-2.0, as the LICENSE file says."""
    package = parse_package(str(ROOT))
    assert [metadata['licence']] == list(package.licenses) == ['Apache-2.0']
    assert metadata['email'] == package.maintainers[0].email
    assert 'Version 2.0, January 2004' in (ROOT / 'LICENSE').read_text()


def test_no_dependency_in_package_xml_is_of_pip_only():
    """Keys of pip bar a release, and python3-torch would shadow the builds of others."""
    tree = ElementTree.parse(ROOT / 'package.xml')
    names = {element.text for element in tree.iter() if element.tag.endswith('depend')}
    assert not [name for name in names if name.endswith('-pip')]
    assert names.isdisjoint({'python3-torch', 'tensorrt', 'pycuda'})


@pytest.mark.parametrize('folder', ['depthanyevent_ros', 'launch'])
def test_every_import_is_declared(folder):
    """What the code imports is in package.xml, or in a file of requirements/."""
    declared = {each.name for each in parse_package(str(ROOT)).exec_depends}
    by_pip = {each.replace('-', '_') for name in ('run', 'train', 'gpu')
              for each in requirements(name)}
    known = declared | by_pip | set(sys.stdlib_module_names) | {'depthanyevent_ros'}
    names = imported_by(folder)
    assert not {name for name in names if KEYS.get(name, name) not in known}


def test_every_package_that_launch_files_start_is_declared():
    """`package='...'` in a launch file names what must be installed beside us."""
    declared = {each.name for each in parse_package(str(ROOT)).exec_depends}
    started = {keyword.value.value for path in (ROOT / 'launch').glob('*.launch.py')
               for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)
               for keyword in node.keywords if keyword.arg == 'package'}
    assert started - {'depthanyevent_ros'} <= declared


def test_resource_marker_is_an_empty_file():
    """Its name alone registers the package."""
    assert (ROOT / 'resource' / 'depthanyevent_ros').read_bytes() == b''


def test_scripts_go_where_ros2_run_looks():
    """setup.cfg sends executables to lib/ and the name of the package."""
    config = ConfigParser()
    config.read(ROOT / 'setup.cfg')
    folder = '$base/lib/depthanyevent_ros'
    assert config['develop']['script_dir'] == config['install']['install_scripts'] == folder


def test_every_package_of_the_tree_is_installed(metadata):
    """A folder without __init__.py would be left out in silence."""
    modules = (ROOT / 'depthanyevent_ros').rglob('*.py')
    folders = {path.parent.relative_to(ROOT).parts for path in modules}
    assert set(metadata['packages']) == {'.'.join(folder) for folder in folders}


def test_every_data_file_inside_the_package_is_installed(metadata):
    """Parameters and templates lie beside the modules that read them."""
    ours = {str(path.relative_to(ROOT)) for path in (ROOT / 'depthanyevent_ros').rglob('*')
            if path.is_file() and path.suffix != '.py' and '__pycache__' not in path.parts}
    assert ours == {str(Path(name)) for name in metadata['inside']}


def test_share_has_launch_config_and_models(metadata):
    """Every launch file, every preset, the manifest and each weight file that it names."""
    installed = set(metadata['share'])
    for folder in ('launch', 'config'):
        ours = {str(path.relative_to(ROOT)) for path in (ROOT / folder).iterdir()
                if path.is_file()}
        assert ours <= installed
    manifest = yaml.safe_load((ROOT / 'models' / 'manifest.yaml').read_text())
    files = {entry['file'] for entry in manifest['weights'].values() if 'file' in entry}
    assert {file for file in installed if file.startswith('models/')} == {
        f'models/{file}' for file in ('README.md', 'manifest.yaml', *files)}


def test_every_executable_has_a_main(metadata):
    """What setup.py promises as an executable is a function that exists."""
    for script in metadata['scripts']:
        module, _, function = script.partition('=')[2].strip().partition(':')
        tree = ast.parse((ROOT / module.replace('.', '/')).with_suffix('.py').read_text())
        assert function in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


@pytest.mark.ros
def test_installed_package_has_its_executables_and_share_files_where_ros_2_looks(metadata):
    """The ament index knows the package; `ros2 run` finds its executables, and they start."""
    index = pytest.importorskip('ament_index_python.packages')
    try:
        prefix = Path(index.get_package_prefix('depthanyevent_ros'))
    except (LookupError, EnvironmentError):
        pytest.skip('not installed here: AMENT_PREFIX_PATH has no depthanyevent_ros')
    folder = prefix / 'lib' / 'depthanyevent_ros'
    assert {path.name for path in folder.iterdir()} == {
        script.partition(' ')[0] for script in metadata['scripts']}
    said = subprocess.run([folder / 'depthanyevent', '--help'], check=True, text=True,
                          capture_output=True, timeout=60).stdout
    assert 'usage: depthanyevent' in said
    share = Path(index.get_package_share_directory('depthanyevent_ros'))
    installed = {str(path.relative_to(share)) for path in share.rglob('*') if path.is_file()}
    assert installed >= {name for name in metadata['share'] if not name.startswith('resource/')}


def test_extras_are_the_requirements_files(metadata):
    """The lists are kept in one place."""
    assert {name: len(lines) for name, lines in metadata['extras'].items()} == {
        name: len(requirements(name)) for name in ('run', 'train', 'test', 'gpu')}


@pytest.mark.parametrize('name', ['ros', 'interfaces', 'run', 'train', 'test'])
def test_every_requirement_has_an_exact_version_that_fits(name):
    """A fresh clone gets what was tested: requirements/constraints.txt pins it."""
    pins = requirements('constraints')
    for key, requirement in requirements(name).items():
        pin, = pins[key].specifier
        assert pin.operator == '==' and requirement.specifier.contains(pin.version)


@pytest.mark.parametrize('folder', PACKAGES[1:], ids=lambda folder: folder.name)
def test_interface_package_builds_with_the_versions_that_make_uses(folder):
    """The pins of pyproject.toml are those of requirements/, the version that of package.xml."""
    text = (folder / 'pyproject.toml').read_text()
    pins = requirements('constraints')
    for name, version in re.findall(r'"([a-z-]+)==([^"]+)"', text):
        assert pins[name].specifier.contains(version), name
    assert f'version = "{parse_package(str(folder)).version}"' in text
