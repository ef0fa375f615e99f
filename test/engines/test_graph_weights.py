# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The file of weights, checked by hand."""

import numpy as np
import pytest

from depthanyevent_ros.engines.graph_weights import (GRAPH_FILE, MAP_FILE, Place, put_weights_in,
                                                     read_places, WEIGHTS_FILE, write_places)

MATRIX = Place('layer.weight::T', 'layer.weight', True, 'float32', (2, 3), 0)
BIAS = Place('layer.bias', 'layer.bias', False, 'float16', (3,), 4096)
TENSORS = {'layer.weight': np.arange(6, dtype=np.float32).reshape(3, 2),
           'layer.bias': np.float32([1, -2, 0.1])}


@pytest.fixture
def graph(tmp_path):
    """Return a folder with a graph's map; the graph itself does not matter here."""
    write_places([MATRIX, BIAS], tmp_path)
    (tmp_path / GRAPH_FILE).write_bytes(b'graph')
    return tmp_path


def test_each_tensor_lies_at_its_offset_transposed_and_in_its_type(graph, tmp_path):
    """A matrix in columns, a bias rounded to float16; the gap is zeros."""
    folder = tmp_path / 'whole'
    folder.mkdir()
    put_weights_in(graph, TENSORS, folder)
    content = (folder / WEIGHTS_FILE).read_bytes()
    assert content[:24] == np.float32([0, 2, 4, 1, 3, 5]).tobytes()
    assert content[4096:] == np.float16([1, -2, 0.1]).tobytes()
    assert not any(content[24:4096])
    assert (folder / GRAPH_FILE).read_bytes() == b'graph'
    assert (folder / MAP_FILE).read_text() == (graph / MAP_FILE).read_text()


def test_the_map_is_read_as_it_was_written(graph):
    """Shapes are tuples again."""
    assert read_places(graph) == [MATRIX, BIAS]


def test_the_next_tensor_begins_at_the_next_page():
    """24 bytes take one page, 4096 as well, one more takes two."""
    assert MATRIX.end == 4096 and BIAS.end == 8192
    assert Place('', '', False, 'float32', (1024,), 0).end == 4096
    assert Place('', '', False, 'float32', (1025,), 0).end == 8192


def test_a_tensor_that_is_missing_is_named():
    """Of another network, or of a part of one."""
    with pytest.raises(ValueError, match='the network has no tensor layer.bias'):
        BIAS.array({'layer.weight': TENSORS['layer.weight']})


def test_a_tensor_of_another_shape_is_named():
    """Both shapes are said."""
    with pytest.raises(ValueError, match=r'layer.weight has the shape \(2, 3\); the graph '
                                         r'takes \(2, 3\) for layer.weight::T'):
        MATRIX.array({'layer.weight': np.zeros((2, 3), np.float32)})
