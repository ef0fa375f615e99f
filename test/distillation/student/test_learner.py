# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What the student learns, and what it does when something goes wrong."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from depthanyevent_ros.distillation.protocol import INVERSE, METRIC, TRUE
from depthanyevent_ros.distillation.student.adapted_part import choose_part, PARTS
from depthanyevent_ros.distillation.student.batch import images_of, predict
from depthanyevent_ros.distillation.student.learner import Learner, MOST_BAD_STEPS
from depthanyevent_ros.distillation.student.learner_plan import LearnerPlan
from depthanyevent_ros.errors import ConfigError
from depthanyevent_ros.network.depth_anyevent import build_network

PLAN = LearnerPlan(adapts='head', learning_rate=1e-3, n_warm=2, average=0.5)


@pytest.fixture
def make_learner(config, tensors):
    """Return a function that makes a learner."""
    def make(**changes):
        return Learner(config, tensors, 40, 56, replace(PLAN, **changes))
    return make


def changed(learner, tensors):
    """Return the names of the tensors that differ from those it began with."""
    return {name for name, tensor in learner.candidate().items()
            if not torch.equal(tensor, tensors[name])}


def test_the_loss_falls(make_learner, make_lesson):
    """Twenty steps with the same two lessons."""
    learner, lessons = make_learner(), [make_lesson(0), make_lesson(1)]
    losses = [learner.step(lessons) for _ in range(20)]
    assert losses[-1] < 0.5 * losses[0] and learner.n_steps == 20 and not learner.counts


@pytest.mark.parametrize('part, inside', [
    ('recurrent', lambda name: '.gru_layer_' in name),
    ('head', lambda name: name.startswith('depth_head.')),
    ('all', lambda name: True)])
def test_only_the_chosen_part_changes(make_learner, make_lesson, tensors, part, inside):
    """The means of batch normalisations stay in any case."""
    learner = make_learner(adapts=part)
    learner.step([make_lesson(0)])
    names = changed(learner, tensors)
    assert names and all(inside(name) for name in names)
    assert not any('running' in name or 'num_batches' in name for name in names)
    if part == 'all':
        assert any(name.startswith('pretrained.') for name in names)


@pytest.mark.filterwarnings('ignore:.*copying from a non-meta parameter')
@pytest.mark.parametrize('kind', [METRIC, INVERSE, TRUE])
def test_all_of_a_step_is_computed_on_the_learners_device(make_learner, make_lesson, kind):
    """Shown by the one device beside the CPU that is everywhere; it computes shapes alone."""
    learner, lesson = make_learner(device='meta', anchor=0.0), make_lesson(0, kind=kind)
    with pytest.raises(RuntimeError, match='item.* cannot be called on meta tensors'):
        learner.gradient([lesson])              # its last line: the value of the loss
    assert {each.grad.device.type for each in learner.parameters} == {'meta'}


@pytest.mark.skipif(not torch.cuda.is_available(), reason='no GPU that torch can use')
def test_a_gpu_learns_what_the_cpu_does(make_learner, make_lesson):
    """Five steps; what comes out is in the CPU's memory."""
    lessons = [replace(make_lesson(seed), anchor=(1.0, 1.1)) for seed in (0, 1)]
    learners = [make_learner(device=device) for device in ('cpu', 'cuda')]
    losses = [[learner.step(lessons) for _ in range(5)] for learner in learners]
    np.testing.assert_allclose(*losses, rtol=1e-2)
    assert {tensor.device.type for tensor in learners[1].candidate().values()} == {'cpu'}
    learners[1].begin(learners[1].candidate())
    assert learners[1].step(lessons) < losses[1][0]


def test_a_device_that_there_is_not_is_refused(make_learner):
    """With torch's own reason."""
    with pytest.raises(ConfigError, match="the device 'nowhere' cannot be used"):
        make_learner(device='nowhere')


def test_a_part_that_there_is_not_is_refused(config):
    """The sentence names those that there are."""
    with pytest.raises(ConfigError, match="adapts is 'lora'; it must be one of recurrent, head"):
        choose_part(build_network(config), 'lora')
    without = build_network(type(config)(**{**config.as_dict(), 'model_type': 'DAv2'}))
    with pytest.raises(ConfigError, match='this network has no such part'):
        choose_part(without, 'recurrent')
    assert choose_part(without, 'head') and set(PARTS) == {'recurrent', 'head', 'all'}


def test_the_candidate_is_the_average_and_a_copy(make_learner, make_lesson, tensors):
    """What is changed in it changes nothing else."""
    learner = make_learner(average=0.0)
    learner.step([make_lesson(0)])
    candidate = learner.candidate()
    name = 'depth_head.scratch.output_conv1.weight'
    torch.testing.assert_close(candidate[name], learner.student.network.state_dict()[name])
    candidate[name].zero_()
    assert learner.candidate()[name].any()


@pytest.mark.parametrize('lesson', [
    dict(at=()), dict(confidence=np.zeros((2, 40, 56), np.uint8)), dict(at=(0, 1))],
    ids=['no labels', 'no confidence', 'labels in the warm-up alone'])
def test_a_lesson_that_teaches_nothing_changes_nothing(make_learner, make_lesson, tensors, lesson):
    """No step, or one of loss zero; never NaN."""
    learner = make_learner()
    learner.step([make_lesson(0, **lesson)])
    found = learner.candidate()
    for name, tensor in tensors.items():
        torch.testing.assert_close(found[name], tensor, msg=name)


def test_weights_that_went_wrong_are_given_up_for_the_last_good_ones(
        make_learner, make_lesson, tensors):
    """A few losses that are not finite in a row; each is counted."""
    learner = make_learner()
    learner.step([make_lesson(0)])
    with torch.no_grad():
        next(learner.student.network.depth_head.parameters()).fill_(torch.nan)
    for _ in range(MOST_BAD_STEPS):
        assert learner.step([make_lesson(0)]) is None
    assert learner.counts == {'loss_not_finite': MOST_BAD_STEPS, 'began_again': 1}
    assert not changed(learner, tensors)
    assert learner.step([make_lesson(0)]) is not None


def test_a_loss_that_explodes_is_not_followed(make_learner, make_lesson):
    """Fifty usual ones, then a label of nonsense."""
    learner = make_learner(learning_rate=1e-6)
    for _ in range(50):
        learner.step([make_lesson(0, slope=0.001)])
    wild = make_lesson(0)
    wild = replace(wild, depth=np.random.default_rng(0).choice(
        np.float16([1e-3, 6e4]), wild.depth.shape))
    assert learner.step([wild]) is None and learner.counts == {'loss_exploded': 1}


def scale_of(learner, lesson) -> float:
    """Return the mean log depth of what the student says."""
    with torch.no_grad():
        return predict(learner.student, images_of([lesson]), 2).log().mean().item()


def test_the_scale_of_metres_is_kept_though_the_teachers_is_another(make_learner, make_lesson):
    """The student may learn any shape; without an anchor it may move to any scale as well."""
    lesson = make_lesson(0)
    before = scale_of(make_learner(), lesson)
    moved = {}
    for weight in (0.0, 1.0):
        learner = make_learner(anchor=weight)
        held = replace(lesson, anchor=(before, before))
        for _ in range(30):
            learner.step([held])
        moved[weight] = abs(scale_of(learner, lesson) - before)
    assert moved[1.0] < 0.05 and moved[1.0] < 0.5 * moved[0.0]


@pytest.mark.parametrize('wrong', [dict(learning_rate=0), dict(average=1.0), dict(n_warm=-1)])
def test_plans_that_cannot_be_are_refused(wrong):
    """Before anything begins."""
    with pytest.raises(ConfigError):
        replace(PLAN, **wrong)


def test_the_student_sees_pictures_as_large_as_in_use(config, tensors):
    """Half the size it was trained at; 0 leaves it."""
    small = LearnerPlan(input_height=32, input_width=64).sized(config)
    assert (small.input_size_height, small.input_size_width) == (32, 64)
    assert LearnerPlan().sized(config) == config
    assert Learner(small, tensors, 40, 56).student.input_size == (32, 64)
