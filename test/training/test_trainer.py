# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The training as a whole: it learns, it can be cut into slices, it can be shared."""

import csv
import os
import shutil
import socket
import subprocess
import sys

import pytest
import torch
import yaml

from depthanyevent_ros.errors import DepthAnyEventError, WeightsError
from depthanyevent_ros.network.weights import find_weights
from depthanyevent_ros.training import trainer
from depthanyevent_ros.training.distributed import Alone
from depthanyevent_ros.training.folder import open_folder
from depthanyevent_ros.training.run_plan import RunPlan
from depthanyevent_ros.training.trainer import Training

NEVER = bool


def train(recipe, data, out, stop_at=None, **run):
    """Train on the CPU in this process; return the training."""
    training = Training(recipe, open_folder(data), Alone('cpu'),
                        RunPlan(out, workers=0, **{'log_every': 1, **run}))
    training.run(lambda: training.step == stop_at)
    return training


def column(path, name):
    """Return a column of a CSV file."""
    with open(path, newline='') as file:
        return [row[name] for row in csv.DictReader(file)]


def tensors(path):
    """Return the tensors of a checkpoint."""
    return torch.load(path, weights_only=True)['state_dict']


def same(one, two):
    """Tell whether two state_dicts are the same bit for bit."""
    return one.keys() == two.keys() and all(torch.equal(one[name], two[name]) for name in one)


@pytest.fixture(scope='module')
def one_scene(windows, tmp_path_factory):
    """Return a folder with a single sequence."""
    folder = tmp_path_factory.mktemp('one')
    (folder / 'train').mkdir()
    os.link(windows / 'train' / '1.h5', folder / 'train' / '1.h5')
    return folder


def test_it_learns_one_sequence_by_heart(make_recipe, one_scene, tmp_path):
    """The loss falls to a small part."""
    recipe = make_recipe(steps=40, augment={'flip': 0}, optimiser={'warm_up': 5,
                                                                   'learning_rate': 3e-3})
    train(recipe, one_scene, tmp_path)
    losses = list(map(float, column(tmp_path / 'train.csv', 'loss')))
    assert sum(losses[-5:]) < 0.35 * sum(losses[:5])


def test_its_weights_load_like_published_ones(make_recipe, windows, tmp_path):
    """state_dict and config; metric, trained, its licence and its validation are in it."""
    train(make_recipe(steps=2, validate_every=1), windows, tmp_path)
    for name in ('last.pth', 'best.pth'):
        weights = find_weights(str(tmp_path / name))
        assert weights.output_kind == 'metric' and weights.trained
        assert weights.config.encoder == 'efflite0'
        weights.network()
    content = torch.load(tmp_path / 'last.pth', weights_only=True)
    assert set(content) == {'config', 'state_dict'}
    assert content['config']['trainer']['validation']['mean']['n_windows'] == 5
    assert column(tmp_path / 'validation.csv', 'kind') == ['room', 'mean'] * 2


def test_slices_are_the_whole(make_recipe, windows, tmp_path):
    """Stopped and resumed it gives the same weights bit for bit, and one log."""
    recipe = make_recipe(steps=6, state_noise=0.1, augment={'drop': 0.3, 'noise': 0.01})
    train(recipe, windows, tmp_path / 'whole')
    train(recipe, windows, tmp_path / 'slices', stop_at=3)
    train(recipe, windows, tmp_path / 'slices', stop_at=5, resume=True)
    train(recipe, windows, tmp_path / 'slices', resume=True)
    assert same(*(tensors(tmp_path / name / 'last.pth') for name in ('whole', 'slices')))
    assert column(tmp_path / 'slices' / 'train.csv', 'loss') \
        == column(tmp_path / 'whole' / 'train.csv', 'loss')


def test_a_killed_training_goes_on_from_its_last_save(make_recipe, windows, tmp_path):
    """Killed with the log ahead of what was saved: the steps are taken and logged again."""
    recipe = make_recipe(steps=5)
    train(recipe, windows, tmp_path / 'whole')
    killed = train(recipe, windows, tmp_path / 'killed', stop_at=2)
    kept = (tmp_path / 'killed' / 'resume.pth').read_bytes()
    killed = train(recipe, windows, tmp_path / 'killed', stop_at=4, resume=True)
    assert killed.step == 4
    (tmp_path / 'killed' / 'resume.pth').write_bytes(kept)
    train(recipe, windows, tmp_path / 'killed', resume=True)
    assert same(*(tensors(tmp_path / name / 'last.pth') for name in ('whole', 'killed')))
    assert column(tmp_path / 'killed' / 'train.csv', 'step') == ['1', '2', '3', '4', '5']


def rows_of(path):
    """Return the rows of a log without what depends on the clock."""
    with open(path, newline='') as file:
        return [{name: value for name, value in row.items()
                 if name not in ('windows_per_s', 'waited')} for row in csv.DictReader(file)]


def test_the_log_of_slices_is_the_log_of_one_training(make_recipe, windows, tmp_path):
    """Saved within a stretch, killed after a further row and score, resumed: no row differs."""
    recipe = make_recipe(steps=6, validate_every=2)
    train(recipe, windows, tmp_path / 'whole', log_every=3)
    slices = tmp_path / 'slices'
    train(recipe, windows, slices, log_every=3, stop_at=1)
    kept = (slices / 'resume.pth').read_bytes()
    train(recipe, windows, slices, log_every=3, stop_at=4, resume=True)
    (slices / 'resume.pth').write_bytes(kept)
    with open(slices / 'train.csv', 'a') as file:
        file.write('1,0.')                      # as a power cut leaves it
    train(recipe, windows, slices, log_every=3, resume=True)
    for name in ('train.csv', 'validation.csv'):
        assert rows_of(slices / name) == rows_of(tmp_path / 'whole' / name)
    assert column(slices / 'train.csv', 'step') == ['3', '6']
    assert column(slices / 'validation.csv', 'step') == ['2', '2', '4', '4', '6', '6']


def test_a_training_goes_on_with_the_data_that_it_began_with(make_recipe, windows, tmp_path,
                                                             write_planes):
    """Wherever it lies; one file more, or another in the place of one, is told."""
    recipe, data, out = make_recipe(steps=3), tmp_path / 'data', tmp_path / 'out'
    train(recipe, windows, out, stop_at=1)
    shutil.copytree(windows, data)
    assert train(recipe, data, out, stop_at=2, resume=True).step == 2
    write_planes(data / 'train' / '4.h5', n=5, seed=4)
    with pytest.raises(WeightsError, match='4 files with 41 windows, not the 3 with 36 that it '
                                           'began with; .* --set start=.*out/last.pth'):
        train(recipe, data, out, resume=True)
    (data / 'train' / '4.h5').unlink()
    write_planes(data / 'train' / '3.h5', seed=33)
    with pytest.raises(WeightsError, match='other files .* though as many .3 files with 36'):
        train(recipe, data, out, resume=True)


def test_more_to_validate_on_is_no_other_training(make_recipe, windows, tmp_path, write_planes):
    """What is learnt does not depend on it."""
    shutil.copytree(windows, tmp_path / 'data')
    train(make_recipe(steps=2), tmp_path / 'data', tmp_path / 'out', stop_at=1)
    write_planes(tmp_path / 'data' / 'validation' / 'w.h5', n=5, seed=40)
    assert train(make_recipe(steps=2), tmp_path / 'data', tmp_path / 'out', resume=True).step == 2


def test_a_time_limit_leaves_something_to_resume(make_recipe, windows, tmp_path):
    """It ends before the next step."""
    training = train(make_recipe(), windows, tmp_path, time_limit_s=0)
    assert training.step == 0 and (tmp_path / 'resume.pth').is_file()


def test_what_does_not_fit_is_not_resumed(make_recipe, windows, tmp_path):
    """Another recipe, a damaged file, none at all; and a training is not written over."""
    train(make_recipe(steps=1), windows, tmp_path)
    with pytest.raises(WeightsError, match='another recipe: optimiser.learning_rate was 0.001'):
        train(make_recipe(steps=1, optimiser={'learning_rate': 0.1}), windows, tmp_path,
              resume=True)
    with pytest.raises(DepthAnyEventError, match='holds a training already'):
        train(make_recipe(), windows, tmp_path)
    path = tmp_path / 'resume.pth'
    path.write_bytes(path.read_bytes()[:1000])
    with pytest.raises(WeightsError, match='damaged'):
        train(make_recipe(steps=1), windows, tmp_path, resume=True)
    with pytest.raises(WeightsError, match='nothing to resume'):
        train(make_recipe(steps=1), windows, tmp_path / 'none', resume=True)


def test_a_training_of_an_earlier_version_is_resumed(make_recipe, windows, tmp_path):
    """
    A key that its recipe does not have yet is at its default; it may not be at another.

    It did not keep which data it had either, nor the sums of its log.
    """
    train(make_recipe(steps=1), windows, tmp_path)
    path = tmp_path / 'resume.pth'
    kept = torch.load(path, weights_only=True)
    del kept['recipe']['forget_bias'], kept['data'], kept['stretch']
    torch.save(kept, path)
    with pytest.raises(WeightsError, match='another recipe: forget_bias was 0.0 and is 1.0'):
        train(make_recipe(steps=2, forget_bias=1.0), windows, tmp_path, resume=True)
    assert train(make_recipe(steps=2), windows, tmp_path, resume=True).step == 2


@pytest.mark.filterwarnings('ignore:Detected call of `lr_scheduler')
def test_a_step_without_a_finite_gradient_changes_nothing(
        make_recipe, windows, tmp_path, monkeypatch):
    """It is passed over; too many in a row end the training with a sentence."""
    monkeypatch.setattr(trainer, 'MOST_BAD_STEPS', 2)
    training = Training(make_recipe(steps=50), open_folder(windows), Alone('cpu'),
                        RunPlan(tmp_path, workers=0))
    before = {name: value.clone() for name, value in training.network.state_dict().items()}
    training.loss = lambda depth, *_: (depth * float('nan')).sum()
    with pytest.raises(DepthAnyEventError, match='diverged'):
        training.run(NEVER)
    assert same(before, training.network.state_dict())


@pytest.mark.parametrize('changes', [
    {'model': {'model_type': 'DAv2'}}, {'bf16': True},
    {'loss': {'name': 'scale_and_shift_invariant'}, 'output_kind': 'relative'},
    {'optimiser': {'freeze_encoder': True}},
    {'model': {'encoder': 'vitt', 'input_size_width': 98, 'input_size_height': 70}}], ids=str)
def test_other_recipes_train(make_recipe, windows, tmp_path, changes):
    """One step of each is finite and moves the head."""
    training = train(make_recipe(**changes, steps=1), windows, tmp_path)
    assert training.bad_steps == 0


@pytest.mark.parametrize('target', ['teacher', 'mixed'])
def test_a_teacher_labels_the_frames(make_recipe, windows, tmp_path, target):
    """Weights for frames; the recipe names them."""
    recipe = make_recipe(target=target, teacher='efflite0-frames', steps=2,
                         loss={'name': 'scale_and_shift_invariant'}, output_kind='relative')
    training = train(recipe, windows, tmp_path)
    assert training.bad_steps == 0 and training.average.n_steps == 2


def test_a_teacher_needs_no_depth(make_recipe, tmp_path, write_planes):
    """Windows that end at frames have none."""
    write_planes(tmp_path / 'train' / '1.h5', hole=70, with_frames=True)
    recipe = make_recipe(target='teacher', teacher='efflite0-frames', steps=1,
                         loss={'name': 'scale_and_shift_invariant'}, output_kind='relative')
    assert train(recipe, tmp_path, tmp_path / 'out').average.n_steps == 1


def test_weights_for_events_are_no_teacher(make_recipe, windows, tmp_path, small_weights):
    """They would see a frame as events, and say something."""
    with pytest.raises(WeightsError, match='looks at events'):
        train(make_recipe(target='teacher', teacher=str(small_weights())), windows, tmp_path)


@pytest.mark.parametrize('input_type', ['frames', 'rgb'])
def test_a_network_for_frames_trains_on_frames(make_recipe, windows, tmp_path, input_type):
    """The stand-in for a teacher is made by the same trainer."""
    training = train(make_recipe(model={'input_type': input_type}, steps=1), windows, tmp_path)
    assert training.bad_steps == 0


def test_files_without_any_depth_are_refused(make_recipe, tmp_path, write_planes):
    """Not trained for hours on nothing."""
    write_planes(tmp_path / 'train' / '1.h5', hole=70)
    with pytest.raises(DepthAnyEventError, match='not one pixel'):
        train(make_recipe(), tmp_path, tmp_path / 'out')


def test_a_full_disk_is_one_sentence(make_recipe, windows, tmp_path, monkeypatch):
    """And what was saved before is still there; PyTorch calls it a RuntimeError."""
    train(make_recipe(steps=2), windows, tmp_path, stop_at=1)
    kept = (tmp_path / 'resume.pth').read_bytes()

    def full(content, path):
        path.write_bytes(b'half')
        raise RuntimeError('unexpected pos 3841920 vs 3841808')
    monkeypatch.setattr(torch, 'save', full)
    with pytest.raises(DepthAnyEventError, match='cannot be written'):
        train(make_recipe(steps=2), windows, tmp_path, resume=True)
    assert (tmp_path / 'resume.pth').read_bytes() == kept
    assert not list(tmp_path.glob('.*'))


TOGETHER = """
import sys, torch
torch.set_num_threads(1)
from pathlib import Path
from depthanyevent_ros.training.distributed import join_processes
from depthanyevent_ros.training.folder import open_folder
from depthanyevent_ros.training.recipe import read_recipe
from depthanyevent_ros.training.run_plan import RunPlan
from depthanyevent_ros.training.trainer import Training
processes = join_processes('cpu')
training = Training(read_recipe(sys.argv[1]), open_folder(sys.argv[2]), processes,
                    RunPlan(Path(sys.argv[3]), workers=0, log_every=1))
training.run(bool)
processes.close()
"""


@pytest.mark.parametrize('loss', ['scale_and_shift_invariant', 'silog', 'metric'])
def test_two_processes_train_like_one(make_recipe, windows_with_holes, tmp_path, loss):
    """Two with two lanes each give what one with four gives, but for rounding.

    Their depth maps have holes of their own, and their states noise of their own.
    """
    changes = dict(steps=3, loss={'name': loss}, state_noise=0.1)
    train(make_recipe(**changes, lanes=4), windows_with_holes, tmp_path / 'one')
    recipe = tmp_path / 'recipe.yaml'
    recipe.write_text(yaml.safe_dump(make_recipe(**changes, lanes=2).as_dict()))
    with socket.socket() as free:
        free.bind(('127.0.0.1', 0))
        port = free.getsockname()[1]
    children = [subprocess.Popen(
        [sys.executable, '-c', TOGETHER, recipe, windows_with_holes, tmp_path / 'two'],
        env={**os.environ, 'RANK': str(rank), 'WORLD_SIZE': '2', 'MASTER_ADDR': '127.0.0.1',
             'MASTER_PORT': str(port), 'PYTHONPATH': os.pathsep.join(sys.path)})
        for rank in range(2)]
    try:
        assert [child.wait(120) for child in children] == [0, 0]
    finally:
        for child in children:
            child.kill()
    one, two = (tensors(tmp_path / name / 'last.pth') for name in ('one', 'two'))
    # In the mean: AdamW enlarges the rounding of the tiniest gradients to whole steps of 1e-3.
    assert torch.cat([(two[name] - one[name]).abs().flatten() for name in one]).mean() < 2e-6
    losses = [list(map(float, column(tmp_path / name / 'train.csv', 'loss')))
              for name in ('one', 'two')]
    assert losses[1] == pytest.approx(losses[0], rel=1e-4)
    kept = torch.load(tmp_path / 'two' / 'resume.pth', weights_only=True)
    assert len(kept['state'][0][0]) == 4
