# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Processes that share the learner's steps learn what one would, and end together."""

from dataclasses import replace
import os
import pickle
import socket
import subprocess
import sys

import pytest
import torch

from depthanyevent_ros.distillation.protocol import TRUE
from depthanyevent_ros.distillation.student.learner import Learner, MOST_BAD_STEPS
from depthanyevent_ros.distillation.student.learner_plan import LearnerPlan
from depthanyevent_ros.distillation.student.together import Alone, join_team

PLAN = LearnerPlan(adapts='head', learning_rate=1e-3, n_warm=2, average=0.0, clip_norm=100.0)

#: What each process runs: process 0 ``lead``, the others ``make`` for the learners they are told
#: to make; what is in ``kept`` is written down.
PROCESS = """
import os, pickle, sys
import torch
from depthanyevent_ros.distillation.student.learner import Learner
from depthanyevent_ros.distillation.student.together import join_team
with open(sys.argv[1], 'rb') as file:
    arguments, batches = pickle.load(file)
kept, made = {}, []
def make(*arguments):
    made.append(Learner(*arguments))
    return made[-1]
def step(learner, batch):
    return learner.step(batch), [each.grad for each in learner.parameters], learner.candidate()
def lead(learner):
    kept['steps'] = [step(learner, batch) for batch in batches]
CHANGES
team = join_team(1)
try:
    if team.rank == 0:
        learner = Learner(*arguments, team)
        lead(learner)
        kept.update(counts=dict(learner.counts), n_steps=learner.n_steps)
    else:
        team.follow(make)
        kept.update(weights=made[-1].student.network.state_dict(), n_made=len(made))
    torch.save(kept, f'{sys.argv[1]}.{team.rank}')
finally:
    team.close()
"""


@pytest.fixture
def run_two(config, tensors, tmp_path):
    """Return a function that lets two processes learn, and returns exit codes and errors."""
    def run(*batches, changes=''):
        (tmp_path / 'given').write_bytes(pickle.dumps(((config, tensors, 40, 56, PLAN), batches)))
        with socket.socket() as free:
            free.bind(('127.0.0.1', 0))
            port = free.getsockname()[1]
        children = [subprocess.Popen(
            [sys.executable, '-c', PROCESS.replace('CHANGES', changes), tmp_path / 'given'],
            env={**os.environ, 'RANK': str(rank), 'WORLD_SIZE': '2', 'MASTER_ADDR': '127.0.0.1',
                 'MASTER_PORT': str(port), 'PYTHONPATH': os.pathsep.join(sys.path)},
            stderr=subprocess.PIPE, text=True) for rank in range(2)]
        try:
            errors = [child.communicate(timeout=120)[1] for child in children]
        finally:
            for child in children:
                child.kill()
        return [child.returncode for child in children], errors
    return run


@pytest.fixture
def learn_together(run_two, tmp_path):
    """Return a function that returns what the two kept."""
    def learn(*batches, changes=''):
        codes, errors = run_two(*batches, changes=changes)
        assert codes == [0, 0], errors
        return [torch.load(tmp_path / f'given.{rank}') for rank in range(2)]
    return learn


@pytest.fixture
def learn_alone(config, tensors, one_thread):
    """Return a function that takes a step in this process: loss, gradient, weights."""
    def learn(batch):
        learner = Learner(config, tensors, 40, 56, PLAN)
        return learner.step(batch), [each.grad for each in learner.parameters], learner.candidate()
    return learn


def assert_same(step, alone):
    """Compare losses, gradients and weights of a step, but for rounding."""
    assert step[0] == pytest.approx(alone[0], rel=1e-4)
    found, expected = (torch.cat([part.flatten() for part in each[1]]) for each in (step, alone))
    assert (found - expected).norm() < 1e-3 * expected.norm()
    # In the mean: AdamW enlarges the rounding of the tiniest gradients to whole steps of 1e-3.
    assert torch.cat([(step[2][name] - alone[2][name]).abs().flatten()
                      for name in alone[2]]).mean() < 1e-6


def test_two_processes_learn_like_one(learn_together, learn_alone, make_lesson):
    """Four lessons of two kinds, one with fewer labels, one with an anchor."""
    lessons = [make_lesson(0), make_lesson(1, 0.2, kind=TRUE), make_lesson(2, 0.05, TRUE),
               make_lesson(3, anchor=(1.0, 1.2))]
    lessons[1] = replace(lessons[1], at=(3,), depth=lessons[1].depth[1:],
                         confidence=lessons[1].confidence[1:])
    first, second = learn_together(lessons, lessons)
    assert_same(first['steps'][0], learn_alone(lessons))
    assert first['n_steps'] == 2 and not first['counts'] and second['n_made'] == 1
    # The other has the weights that the second step began with, to the bit.
    weights = first['steps'][0][2]
    assert all(torch.equal(tensor, weights[name]) for name, tensor in second['weights'].items())


BEGINS_ANEW = """
def lead(learner):
    kept['steps'] = []
    for batch in batches:
        kept['steps'].append(step(learner, batch))
        learner.begin(arguments[1])
"""


def test_a_share_without_labels_takes_part(learn_together, learn_alone, make_lesson):
    """Also one with no lesson in it; where both are without labels no step is taken."""
    lesson = make_lesson(0)
    empty = replace(lesson, at=(), depth=lesson.depth[:0], confidence=lesson.confidence[:0])
    batches = [lesson, empty], [empty, lesson], [lesson], [empty, empty]
    first, second = learn_together(*batches, changes=BEGINS_ANEW)
    *steps, (loss, _, _) = first['steps']
    for step, batch in zip(steps, batches):
        assert_same(step, learn_alone(batch))
    assert loss is None and first['counts'] == {'no_labels': 1}
    assert first['n_steps'] == 3 and second['n_made'] == 5


BROKEN_AT_FIRST = """
def make(*arguments):
    made.append(Learner(*arguments))
    if len(made) == 1:
        with torch.no_grad():
            next(made[0].student.network.pretrained.parameters()).fill_(torch.nan)
    return made[-1]
"""


def test_a_loss_that_is_not_finite_in_one_share_is_refused_by_all(
        learn_together, make_lesson, tensors):
    """Process 0 counts it; when it begins again the other does too, and all is well."""
    lessons = [make_lesson(0), make_lesson(1)]
    first, second = learn_together(*[lessons] * (MOST_BAD_STEPS + 1), changes=BROKEN_AT_FIRST)
    assert first['counts'] == {'loss_not_finite': MOST_BAD_STEPS, 'began_again': 1}
    *refused, taken = [loss for loss, *_ in first['steps']]
    assert refused == [None] * MOST_BAD_STEPS and taken > 0 and first['n_steps'] == 1
    # The last step, the only one that was taken, began with the first weights.
    assert second['n_made'] == 2
    assert all(torch.equal(tensor, tensors[name]) for name, tensor in second['weights'].items())


FAILS = """
from depthanyevent_ros.errors import ConfigError
class Broken(Learner):
    def gradient(self, lessons):
        raise MemoryError('no room')
"""


@pytest.mark.parametrize('changes, codes, who, sentence', [
    ('', [0, 0], 1, ''),
    ('def lead(learner):\n    raise ConfigError("another size")', [1, 0], 0, 'another size'),
    ('Learner = Broken if os.environ["RANK"] == "0" else Learner', [1, 1], 1, 'together is gone'),
    ('Learner = Broken if os.environ["RANK"] == "1" else Learner', [1, 1], 0, 'together is gone')],
    ids=['nothing more to do', 'between two steps', 'in a step', 'another one, in a step'])
def test_when_one_ends_all_end(run_two, make_lesson, changes, codes, who, sentence):
    """Told so by process 0 where it can, else by the connection that is closed; none hangs."""
    found, errors = run_two([make_lesson(0)], changes=FAILS + changes)
    assert found == codes and sentence in errors[who]


def test_a_process_that_nobody_else_was_started_with_is_alone(monkeypatch):
    """By torchrun or by hand."""
    monkeypatch.setenv('WORLD_SIZE', '1')
    assert isinstance(join_team(), Alone)
    monkeypatch.delenv('WORLD_SIZE')
    assert isinstance(join_team(), Alone)
