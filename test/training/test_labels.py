# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""From a folder with a teacher's labels to weights: windows and train, as a user calls them."""

import numpy as np

from depthanyevent_ros.__main__ import main
from depthanyevent_ros.network.weights import find_weights
from depthanyevent_ros.training.windows_file import WindowsFile

RECIPE = """
model: {model_type: RecDAv2, encoder: efflite0, activation: softplus, inv_prediction: true,
        input_size_width: 96, input_size_height: 64}
steps: 2
lanes: 1
loss: {name: scale_and_shift_invariant}
output_kind: relative
clips: {unroll: 2, shortest: 2, longest: 2}
"""


def write_labelled(folder):
    """Write four voxel grids, as E2Depth has them, and a label for each; no depth, no frame."""
    random = np.random.default_rng(0)
    for name in ('events/voxels', 'rgb/davis', 'rgb/davis_large'):
        (folder / name).mkdir(parents=True)
    for name in ('events/voxels', 'rgb/davis'):
        (folder / name / 'timestamps.txt').write_text(
            ''.join(f'{k} {1.5e9 + 0.05 * k:.6f}\n' for k in range(4)))
    for k in range(4):
        np.save(folder / 'events' / 'voxels' / f'event_tensor_{k:010d}.npy',
                random.integers(-1, 2, (5, 260, 346)).astype(np.float32))
        np.savez(folder / 'rgb' / 'davis_large' / f'frame_{k:010d}.npz',
                 depth=np.linspace(1, 9, 346) * np.full((260, 1), k + 1.0))
    return folder


def test_labels_train_like_depth(tmp_path, capsys):
    """The windows have the labels for depth; the paper's loss takes any scale."""
    source, file = write_labelled(tmp_path / 'day2'), tmp_path / 'data' / 'train' / 'day2.h5'
    assert main(['windows', str(source), str(file), '--at', 'frames', '--crop', '64x96']) == 0
    depth = WindowsFile(file).read(0, 4).depth_m
    np.testing.assert_allclose(depth[1] / depth[0], 2, rtol=2e-3)       # float16
    np.testing.assert_allclose(depth[0, 0, [0, 95]], np.linspace(1, 9, 346)[[125, 220]], rtol=1e-3)
    (tmp_path / 'recipe.yaml').write_text(RECIPE)
    assert main(['train', str(tmp_path / 'recipe.yaml'), '--data', str(tmp_path / 'data'), '--out',
                 str(tmp_path / 'out'), '--workers', '0', '--threads', '1', '--device',
                 'cpu']) == 0
    assert '2 of 2 steps' in capsys.readouterr().out
    assert find_weights(str(tmp_path / 'out' / 'last.pth')).output_kind == 'relative'


def test_what_the_reader_left_out_is_said(tmp_path, capsys):
    """A label 20 ms from every voxel grid has no window."""
    source = write_labelled(tmp_path / 'day2')
    (source / 'rgb' / 'davis' / 'timestamps.txt').write_text(
        ''.join(f'{k} {1.5e9 + 0.05 * k + 0.02 * (k == 3):.6f}\n' for k in range(4)))
    assert main(['windows', str(source), str(tmp_path / 'day2.h5'), '--at', 'frames', '--crop',
                 '64x96']) == 0
    said = capsys.readouterr()
    assert '3 windows' in said.out
    assert 'note: 1 of the 4 labels in davis_large have no voxel grid' in said.err
