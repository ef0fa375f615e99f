# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What can be wrong with an installation of TensorRT, told apart."""

from importlib.metadata import PackageNotFoundError
from types import SimpleNamespace

import pytest

from depthanyevent_ros.engines.tensorrt.library import load_tensorrt
from depthanyevent_ros.errors import EngineUnavailable


def loader(version='11.4.0.106', cuda=13, error=None):
    """Return an import function for which tensorrt is like this."""
    def of_package(name):
        if name != f'tensorrt-cu{cuda}':
            raise PackageNotFoundError(name)

    def load(name):
        if name == 'importlib.metadata':
            return SimpleNamespace(version=of_package)
        if error:
            raise error
        return SimpleNamespace(__version__=version)
    return load


@pytest.mark.parametrize('version', ['10.13.3.9', '10.16.1.11', '11.2.0.1', '11.4.0.106'])
def test_versions_whose_interface_is_used_are_taken(version):
    """From 10.13 to 11."""
    assert load_tensorrt(13000, loader(version)).__version__ == version


@pytest.mark.parametrize('arguments, driver, sentence', [
    ({'error': ModuleNotFoundError("No module named 'tensorrt'", name='tensorrt')}, 13000,
     'tensorrt is not installed: pip install tensorrt'),
    ({'error': ModuleNotFoundError("No module named 'tensorrt_libs'", name='tensorrt_libs')},
     13000, 'a part of it is missing'),
    ({'error': ImportError('libnvonnxparser.so.11: cannot open shared object file')}, 13000,
     'its libraries cannot be loaded .libnvonnxparser.so.11'),
    ({'version': '8.6.1'}, 13000, 'tensorrt is 8.6.1; 10.13 is the oldest that works here'),
    ({'version': '11.3.0.2'}, 13000, 'tensorrt 11.3.0.2 is known to compute wrong numbers'),
    ({}, 12020, 'too old for this tensorrt: it gives CUDA 12.2, and CUDA 13 needs r580'),
    ({'cuda': 12}, 11080, 'it gives CUDA 11.8, and CUDA 12 needs r535'),
], ids=['none', 'half', 'libraries', 'old', 'wrong', 'driver for 13', 'driver for 12'])
def test_each_defect_has_its_sentence(arguments, driver, sentence):
    """A user knows from it what to install."""
    with pytest.raises(EngineUnavailable, match=sentence):
        load_tensorrt(driver, loader(**arguments))


def test_a_package_that_does_not_name_its_cuda_is_taken():
    """Such as JetPack's."""
    load_tensorrt(12060, loader(cuda=None))
