# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Learning from recordings, from a file of windows to a version on disk."""

import os
import subprocess
import sys

import h5py
import numpy as np
import pytest
import torch

from depthanyevent_ros.__main__ import main
from depthanyevent_ros.distillation import factory_set
from depthanyevent_ros.distillation.offline import is_windows
from depthanyevent_ros.distillation.promotion.store import WeightsStore
from depthanyevent_ros.network.weights import find_weights
from depthanyevent_ros.training.windows_file import write_windows

#: Everything small and quick, and a gate that lets through what is nearer to the teacher.
QUICK = ['pairs.n_windows=3', 'learner.n_warm=1', 'learner.learning_rate=0.002',
         'learner.average=0.5', 'plan.batch=2', 'plan.min_lessons=3', 'plan.examine_every=8',
         'memory.held_out_every=2', 'gate.min_held_out=2',
         'gate.min_correlation=-1.0', 'gate.factory_loss=10.0',
         'gate.min_spread=0.0', 'cadence.agreed=0.0', 'watch.much_worse=10.0', 'watch.worse=9.0']


@pytest.fixture(scope='module', autouse=True)
def few_scenes(tmp_path_factory):
    """Simulate four short scenes instead of sixteen, once, into a cache of these tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv('ROS_HOME', str(tmp_path_factory.mktemp('ros_home')))
        patch.setattr(factory_set, 'N_SEQUENCES', 4)
        patch.setattr(factory_set, 'N_WINDOWS', 4)
        patch.setattr(factory_set, 'EXAM_FRAMES', (1, 3))
        yield


@pytest.fixture(scope='module')
def recording(tmp_path_factory):
    """Return a function that writes windows of random events and frames of blocks."""
    def make(name='drive.h5', height=48, width=64, n_windows=36, with_frames=True):
        path = tmp_path_factory.mktemp('recordings') / name
        random = np.random.default_rng(3)
        frame = np.kron(random.integers(40, 220, (height // 8, width // 8)), np.ones((8, 8)))
        with write_windows(path, height, width, kind='room', motion='recorded', seed=1, fx=60.0,
                           fy=60.0, cx=width / 2, cy=height / 2,
                           with_frames=with_frames) as writer:
            for k in range(n_windows):
                image = np.zeros((3, height, width), np.float32)
                sort = random.choice(3, (height, width), p=(0.8, 0.1, 0.1))
                image[0], image[2] = sort == 1, sort == 2
                image[1] = np.where(sort > 0, random.random((height, width)), 0)
                writer.append(image, np.full((height, width), np.nan, np.float32),
                              50_000_000 * (k + 1), 600, frame.astype(np.uint8))
        return path
    return make


def distill(capsys, *arguments):
    """Run the verb and return its exit code, what it printed, and its errors."""
    code = main(['distill', *map(str, arguments)])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def quickly(weights, store):
    """Return the arguments of a quick run."""
    return ['--weights', weights, '--store', store, '--threads', 1, '--every', 0.1,
            *(part for change in QUICK for part in ('--set', change))]


def test_a_recording_becomes_a_version(capsys, recording, small_weights, tmp_path):
    """Examined, written, in use; the report says so; the first weights are as they were."""
    weights = small_weights()
    before = weights.read_bytes()
    code, out, _ = distill(capsys, recording(), *quickly(weights, tmp_path / 'rover'))
    assert code == 0 and 'promoted: version 1, it is' in out and 'in use: version' in out
    store = WeightsStore(tmp_path / 'rover')
    version = store.get(store.in_use())
    assert version.teacher == 'efflite0-frames' and version.n_steps > 0
    assert find_weights(str(store.path(version.number))).trained
    assert weights.read_bytes() == before


#: The verb in a process of its own, with the scenes of these tests.
FEW_SCENES = """
import sys
from depthanyevent_ros.__main__ import main
from depthanyevent_ros.distillation import factory_set
factory_set.N_SEQUENCES, factory_set.N_WINDOWS, factory_set.EXAM_FRAMES = 4, 4, (1, 3)
sys.exit(main(['distill', *sys.argv[1:]]))
"""


@pytest.mark.parametrize('with_frames, code', [(True, 0), (False, 1)], ids=['learns', 'fails'])
def test_two_processes_of_torchrun_learn_from_a_recording(
        recording, small_weights, tmp_path, with_frames, code):
    """One of them reads, examines, writes and reports; where it fails both end."""
    (tmp_path / 'few_scenes.py').write_text(FEW_SCENES)
    result = subprocess.run(
        [sys.executable, '-m', 'torch.distributed.run', '--standalone', '--nproc-per-node', '2',
         tmp_path / 'few_scenes.py', recording(n_windows=20, with_frames=with_frames),
         *map(str, quickly(small_weights(), tmp_path / 'rover'))],
        env={**os.environ, 'PYTHONPATH': os.pathsep.join(sys.path)}, capture_output=True,
        text=True, timeout=300)
    assert result.returncode == code, result.stderr
    assert result.stdout.count('in use: version') == with_frames
    assert len(list(tmp_path.glob('rover/v*.safetensors'))) >= with_frames
    assert with_frames or result.stderr.count('has no frames for a teacher') == 1


def test_teacher_and_student_take_the_threads_that_are_asked_for(
        capsys, recording, small_weights, tmp_path):
    """Not the one thread that a robot has to spare."""
    before = torch.get_num_threads()
    try:
        code, _, _ = distill(capsys, recording(n_windows=6), '--threads', 3, *quickly(
            small_weights(), tmp_path / 'rover')[:4])
        assert code == 0 and torch.get_num_threads() == 3
    finally:
        torch.set_num_threads(before)


def test_recordings_of_other_sizes_do_not_go_together(capsys, recording, small_weights, tmp_path):
    """One sentence; what was learned from the first is there."""
    code, _, err = distill(capsys, recording(n_windows=6), recording('b.h5', 56, 72),
                           *quickly(small_weights(), tmp_path / 'rover'))
    assert code == 1 and '72x56 after 64x48' in err


@pytest.mark.parametrize('arguments, sentence', [
    (['no/such.bag'], 'no/such.bag does not exist'),
    (['RECORDING', '--set', 'learner.adaptz=all'], 'no parameter learner.adaptz'),
    (['RECORDING', '--set', 'crop.left=3'], r'crop.* is for the node'),
    (['RECORDING', '--set', 'learner.adapts=nothing'], 'is not one of recurrent, head, all'),
    (['RECORDING', '--set', 'pairs.n_windows=3'], 'nothing were left to learn'),
    (['RECORDING', '--teacher', 'untrained-vits-r'], 'looks at events'),
    (['RECORDING', '--weights', 'efflite0-frames'], 'a student must look at events'),
    (['RECORDING', '--device', 'nowhere'], "the device 'nowhere' cannot be used"),
])
def test_what_cannot_be_is_one_sentence(capsys, recording, tmp_path, arguments, sentence):
    """And no version."""
    given = [recording() if each == 'RECORDING' else each for each in arguments]
    code, _, err = distill(capsys, *given, '--store', tmp_path / 'rover')
    assert code == 1 and sentence in err and 'Traceback' not in err
    assert not list(tmp_path.glob('rover/v*'))


def test_windows_without_frames_teach_nothing(capsys, recording, small_weights, tmp_path):
    """There is nothing for a teacher to look at."""
    code, _, err = distill(capsys, recording(with_frames=False),
                           *quickly(small_weights(), tmp_path / 'rover'))
    assert code == 1 and 'has no frames for a teacher' in err


def test_files_of_windows_are_told_from_data_sets(recording, tmp_path):
    """Both end in .h5."""
    assert is_windows(recording(n_windows=1))
    with h5py.File(tmp_path / 'events.h5', 'w') as file:
        file['events/x'] = [1, 2]
    assert not is_windows(tmp_path / 'events.h5')
    (tmp_path / 'text.h5').write_text('no')
    assert not is_windows(tmp_path / 'text.h5')
