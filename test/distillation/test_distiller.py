# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What becomes of lessons: versions that are better, or nothing."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from depthanyevent_ros.distillation.assembly import resume, status_of
from depthanyevent_ros.distillation.distiller import Distiller, MAX_WAITING
from depthanyevent_ros.distillation.lessons.cadence import CadencePlan
from depthanyevent_ros.distillation.lessons.replay_memory import MemoryPlan
from depthanyevent_ros.distillation.plan import ADAPTING, COLLECTING, DistillPlan, Event, HOLDING
from depthanyevent_ros.distillation.plan import OFF, PROMOTED, ROLLED_BACK
from depthanyevent_ros.distillation.promotion.gate import GatePlan
from depthanyevent_ros.distillation.promotion.store import FACTORY, WeightsStore
from depthanyevent_ros.distillation.promotion.watch import WatchPlan
from depthanyevent_ros.distillation.protocol import TRUE
from depthanyevent_ros.distillation.student.batch import images_of, predict
from depthanyevent_ros.distillation.student.learner_plan import LearnerPlan
from depthanyevent_ros.errors import RecordingError
from depthanyevent_ros.network.weights import find_weights, Weights

PLAN = DistillPlan(
    learner=LearnerPlan(adapts='head', learning_rate=1e-3, n_warm=2, average=0.8),
    memory=MemoryPlan(held_out_every=3, held_out=4, past_share=0.0),
    # Seeded weights have nothing in common with any teacher.
    gate=GatePlan(min_held_out=2, min_correlation=-1.0), watch=WatchPlan(lessons=3),
    cadence=CadencePlan(agreed=0.01),
    batch=2, min_lessons=4, steps_per_lesson=4, examine_every=8, patience=2, rest=6)


@pytest.fixture(scope='module')
def weights(tmp_path_factory, config, tensors):
    """Return the weights of the factory."""
    folder = WeightsStore(tmp_path_factory.mktemp('factory'))
    folder.add({name: tensor.numpy() for name, tensor in tensors.items()},
               {'model': config.as_dict(), 'output_kind': 'metric', 'licence': 'Apache-2.0'},
               parent=0, factory_sha256='', created_ns=0, n_steps=0, teacher='', scores={})
    return find_weights(str(folder.path(1)))


@pytest.fixture
def make_distiller(weights, tmp_path):
    """Return a function that makes a distiller that adapts."""
    def make(plan=PLAN, **arguments) -> Distiller:
        distiller = Distiller(weights, 40, 56, plan, WeightsStore(tmp_path / 'robot'), 'plane',
                              **arguments)
        distiller.adapt()
        return distiller
    return make


def teach(distiller, lessons) -> list:
    """Add lessons one by one, do all the work in between; return the states."""
    states = []
    for lesson in lessons:
        distiller.add(lesson)
        while distiller.work():
            pass
        states.append(distiller.state)
    return states


def until(distiller, state, lessons) -> None:
    """Add lessons until the distiller is in a state."""
    for lesson in lessons:
        if teach(distiller, [lesson])[-1] == state:
            return
    raise AssertionError(f'never {state}: {distiller.state}, {dict(distiller.counts)}')


@pytest.fixture
def planes(make_lesson):
    """Yield lessons of the same plane under ever other events."""
    return (make_lesson(seed) for seed in range(1000))


def test_nothing_happens_until_it_is_asked_for(make_distiller, make_lesson):
    """Off is the default, and freezing goes back to it."""
    distiller = make_distiller()
    distiller.freeze()
    assert not distiller.add(make_lesson()) and not distiller.work()
    assert distiller.state == OFF and distiller.counts == {'lesson_off': 1}
    distiller.adapt()
    assert distiller.add(make_lesson()) and distiller.work()
    assert distiller.state == COLLECTING


def test_a_student_that_got_nearer_to_the_teacher_is_promoted(make_distiller, planes, weights):
    """As a version on disk, with its lineage, its teacher and its scores."""
    distiller = make_distiller()
    until(distiller, PROMOTED, planes)
    event, = distiller.events
    assert (event.state, event.version) == (PROMOTED, 1) and event.gain > 0.03
    version = distiller.in_use.store.get(1)
    assert version.parent == FACTORY and version.factory_sha256 == weights.sha256
    assert version.scores['candidate']['held_out'] < 0.97 * version.scores['present']['held_out']
    learned = find_weights(str(distiller.in_use.store.path(1)))
    assert isinstance(learned, Weights) and learned.config == weights.config
    assert distiller.in_use.store.in_use() == 1


def test_it_collects_before_it_learns_and_uses_each_lesson_a_few_times(make_distiller, planes):
    """Four lessons, one in three held out: the sixth is the first to be learned from."""
    distiller = make_distiller(replace(PLAN, examine_every=1000))
    assert teach(distiller, [next(planes) for _ in range(4)])[:3] == 3 * [COLLECTING]
    assert distiller.learner.n_steps == 0
    teach(distiller, [next(planes) for _ in range(10)])
    assert 0 < distiller.learner.n_steps <= 14 * PLAN.steps_per_lesson
    assert distiller.state == ADAPTING


def test_a_teacher_of_noise_is_never_followed(make_distiller, make_lesson):
    """Each of its labels is another: held-out ones cannot be learned."""
    def noise(seed):
        depth = np.random.default_rng(seed).uniform(1, 20, (2, 40, 56)).astype(np.float16)
        return make_lesson(seed, depth=depth)
    distiller = make_distiller(replace(PLAN, gate=replace(PLAN.gate, min_gain=0.2)))
    teach(distiller, [noise(seed) for seed in range(40)])
    assert distiller.version == FACTORY and not distiller.events
    assert distiller.counts['not_promoted.no_gain'] >= 2 and not distiller.in_use.store.versions()


def test_a_teacher_that_contradicts_the_student_is_not_followed(make_distiller, make_lesson):
    """Seeded weights and a plane: whoever is right, nothing is learned blindly."""
    distiller = make_distiller(replace(PLAN, gate=GatePlan(min_held_out=2, min_correlation=0.9)))
    teach(distiller, [make_lesson(seed) for seed in range(24)])
    assert distiller.version == FACTORY and distiller.counts['not_promoted.contradicts'] >= 1


def test_what_forgets_the_factory_is_not_promoted(make_distiller, make_lesson, weights):
    """The exam is a scene that the factory's weights are right about."""
    distiller = make_distiller()
    with torch.no_grad():
        distiller._examiner._network.network.load_state_dict(weights.state_dict())
        said = predict(distiller._examiner._network, images_of([make_lesson(77)]), 2)[:, 0]
    exam = make_lesson(77, kind=TRUE, depth=said.numpy().astype(np.float16))
    distiller = make_distiller(exam=[exam])
    teach(distiller, [make_lesson(seed, slope=0.5) for seed in range(24)])
    assert distiller.version == FACTORY and distiller.counts['not_promoted.forgets'] >= 1


def test_after_some_failures_it_rests_and_begins_again(make_distiller, make_lesson):
    """With the weights in use, when a few more lessons have come."""
    distiller = make_distiller(replace(PLAN, gate=replace(PLAN.gate, min_gain=0.99)))
    until(distiller, HOLDING, (make_lesson(seed) for seed in range(100)))
    steps = distiller.learner.n_steps
    states = teach(distiller, [make_lesson(seed) for seed in range(PLAN.rest - 1)])
    assert states == (PLAN.rest - 1) * [HOLDING] and distiller.learner.n_steps == steps
    teach(distiller, [make_lesson(0), make_lesson(1)])
    assert distiller.learner.n_steps > steps


def test_a_version_that_turns_out_worse_is_rolled_back(make_distiller, make_lesson, planes):
    """The scene changes right after the promotion: near and far change places."""
    distiller = make_distiller()
    until(distiller, PROMOTED, planes)
    mirrored = [make_lesson(seed) for seed in range(20)]
    mirrored = [replace(lesson, depth=lesson.depth[:, :, ::-1]) for lesson in mirrored]
    until(distiller, ROLLED_BACK, mirrored)
    event = distiller.events[-1]
    assert (event.state, event.version) == (ROLLED_BACK, FACTORY)
    assert distiller.in_use.store.in_use() == FACTORY and distiller.in_use.store.get(1)
    steps = distiller.learner.n_steps
    teach(distiller, mirrored[:PLAN.rest - 1])
    assert distiller.learner.n_steps == steps and distiller.state == ROLLED_BACK


def test_a_version_that_stays_good_is_kept_and_learning_goes_on(make_distiller, planes):
    """The next one descends from it."""
    distiller = make_distiller()
    until(distiller, PROMOTED, planes)
    for lesson in planes:
        teach(distiller, [lesson])
        if distiller.version != 1:
            break
    assert distiller.version == 2 and distiller.in_use.store.get(2).parent == 1


def test_a_rollback_by_hand_gives_the_weights_before(make_distiller, planes):
    """And a second one those of the factory."""
    distiller = make_distiller()
    until(distiller, PROMOTED, planes)
    distiller.roll_back('asked for')
    assert distiller.version == FACTORY and distiller.events[-1].why == 'asked for'


def test_a_rollback_does_not_unfreeze(make_distiller, make_lesson, planes):
    """Who froze the learner and then goes back wants no further learning."""
    distiller = make_distiller()
    until(distiller, PROMOTED, planes)
    distiller.freeze()
    distiller.roll_back('asked for')
    assert distiller.state == ROLLED_BACK and distiller.version == FACTORY
    assert not distiller.add(make_lesson()) and not distiller.work()
    distiller.adapt()
    assert distiller.state == COLLECTING and distiller.add(make_lesson())


def test_a_full_disk_leaves_the_weights_in_use_where_they_are(
        make_distiller, planes, monkeypatch):
    """The promotion is counted as not possible, and tried again later."""
    distiller = make_distiller()

    def full(*_, **__):
        raise RecordingError('v000001.safetensors cannot be written: no space left')
    monkeypatch.setattr(distiller.in_use.store, 'add', full)
    teach(distiller, [next(planes) for _ in range(16)])
    assert distiller.counts['not_promoted.cannot_be_written'] >= 1
    assert distiller.version == FACTORY and not distiller.events


def test_lessons_that_nobody_has_time_for_are_counted(make_distiller, make_lesson):
    """The list of those that wait is bounded."""
    distiller = make_distiller()
    taken = [distiller.add(make_lesson()) for _ in range(MAX_WAITING + 3)]
    assert taken == MAX_WAITING * [True] + 3 * [False]
    assert distiller.counts == {'lesson_too_many_waiting': 3}


def test_a_student_that_agrees_is_left_alone(make_distiller, make_lesson):
    """The teacher is asked less and less, then the learner holds."""
    distiller = make_distiller(replace(PLAN, cadence=CadencePlan(4, 64, agreed=10.0)))
    states = teach(distiller, [make_lesson(seed) for seed in range(8)])
    assert states[-1] == HOLDING and distiller.cadence.every == 64
    assert distiller.learner.n_steps == 0


def test_learned_weights_can_be_gone_on_with(make_distiller, planes):
    """After a restart: the version is in use, and the next descends from it."""
    first = make_distiller()
    until(first, PROMOTED, planes)
    second, said = make_distiller(), []
    resume(second, said.append)
    assert second.version == 1 and said == ['going on with version 1']
    assert second.begins_with == Event(PROMOTED, 1, 'it was in use before the restart')
    assert second.scores == first.scores and status_of(second)['lineage'].startswith('1 from fact')
    until(second, PROMOTED, planes)
    assert second.in_use.store.get(2).parent == 1


def test_after_a_restart_the_way_back_is_to_the_parent(make_distiller, tensors):
    """And from there to the factory."""
    first, said = make_distiller(), []
    for _ in range(2):
        first.in_use.promote(tensors, 1, {})
        first.in_use.remember()
    second = make_distiller()
    resume(second, said.append)
    assert second.version == 2
    second.roll_back('asked for')
    assert second.version == 1
    second.roll_back('asked for')
    assert second.version == FACTORY


def test_a_version_that_is_damaged_is_not_gone_on_with_and_that_is_said(make_distiller, tensors):
    """The learner begins with the factory's weights."""
    first, said = make_distiller(), []
    first.in_use.promote(tensors, 1, {})
    first.in_use.remember()
    first.in_use.store.path(1).write_bytes(b'cut')
    second = make_distiller()
    resume(second, said.append)
    assert second.version == FACTORY and 'version 1 cannot be gone on with' in said[0]


def test_a_rollback_to_a_version_goes_on_until_it_is_there(make_distiller, tensors):
    """A newer one was promoted between the wish and the deed."""
    distiller = make_distiller()
    for _ in range(3):
        distiller.in_use.promote(tensors, 1, {})
    distiller.roll_back('asked for', to=2)
    assert distiller.version == 2
    distiller.in_use.promote(tensors, 1, {})
    distiller.roll_back('asked for', to=1)      # what is before the one before is the factory's
    assert distiller.version == FACTORY


def test_what_is_learned_has_the_licence_of_the_labels_too(make_distiller, tensors):
    """Whoever exports it must know."""
    distiller = make_distiller(teacher_licence='CC-BY-NC-4.0')
    distiller.in_use.promote(tensors, 1, {})
    path = str(distiller.in_use.store.path(1))
    assert find_weights(path).licence.endswith(', and CC-BY-NC-4.0 for the labels of plane')


@pytest.mark.parametrize('simulated', ['factory', 'true'])
def test_simulated_lessons_are_labelled_as_the_plan_says(make_distiller, make_lesson, simulated):
    """By what the first weights see in them, so that nothing pulls at those, or by the truth."""
    lesson = make_lesson(5, kind=TRUE)
    plan = replace(PLAN, memory=replace(PLAN.memory, true_share=0.9, simulated=simulated))
    distiller = make_distiller(plan, true=[lesson])
    distiller.memory.add(make_lesson())
    drawn = next(each for each in distiller.memory.draw(20) if each.kind == TRUE)
    assert np.array_equal(drawn.depth, lesson.depth) == (simulated == 'true')
