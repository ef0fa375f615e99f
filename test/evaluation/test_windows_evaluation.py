# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Window files scored by baselines and networks, in lanes."""

import numpy as np
import pytest
import torch

from depthanyevent_ros.errors import ConfigError
from depthanyevent_ros.evaluation.network_predictor import predictors_of
from depthanyevent_ros.evaluation.predictors import groups_of_files, KindImage, read_lanes
from depthanyevent_ros.evaluation.priors import DepthStatistics, priors_of
from depthanyevent_ros.evaluation.results import results_of
from depthanyevent_ros.evaluation.shown import Shown
from depthanyevent_ros.evaluation.windows_evaluation import evaluate_windows, EvaluationPlan
from depthanyevent_ros.network.config import ModelConfig
from depthanyevent_ros.network.seeded import seeded_state_dict
from depthanyevent_ros.network.weights import find_weights

SIZE = (40, 56)


@pytest.fixture
def make_weights(tmp_path):
    """Return a maker of small seeded metric weights."""
    def make(**changes):
        config = ModelConfig(**{**dict(encoder='efflite0', activation='softplus',
                                       input_size_width=64, input_size_height=64), **changes})
        path = tmp_path / f'{config.model_type}-{config.input_type}.pth'
        torch.save({'state_dict': seeded_state_dict(config, 3),
                    'config': {'model': config.as_dict(), 'output_kind': 'metric'}}, path)
        return find_weights(str(path))
    return make


def evaluate(files, predictors, **plan):
    """Return the results of predictors on files."""
    shown = Shown(True, {files[0].path.stem: [1]})
    progress = []
    methods = evaluate_windows(files, predictors, EvaluationPlan(**plan), shown, progress.append)
    return results_of(methods, {}), shown, sum(progress)


def test_a_constant_is_scored_by_hand(make_file):
    """A ramp of 0.5 to 1.5 times 2 m, predicted as 2 m everywhere."""
    files = [make_file('a', [2.0] * 3), make_file('b', [2.0] * 5, kind='street')]
    predictor = KindImage('constant', {'': np.full(SIZE, 2.0)})
    results, shown, n = evaluate(files, [predictor], lanes=2, unroll=2)
    ramp = np.linspace(0.5, 1.5, SIZE[0]).astype(np.float16).astype(float)
    found = results.means['constant']['clean']['all']
    assert found['abs_rel'] == pytest.approx(np.mean(np.abs(1 - ramp) / ramp), rel=2e-3)
    assert n == 8 and results.groups['all'] == {'sequences': 2, 'maps': 8}
    assert set(results.sequences['constant']['clean']) == {'a', 'b'}
    assert [moment.title for moment in shown.moments] == ['a, window 1']


def test_the_picture_of_the_kind_goes_to_its_lanes(make_file):
    """Rooms get the room's, what is unknown the common one."""
    files = [make_file('a', [2.0]), make_file('b', [6.0], kind='street')]
    predictor = KindImage('kinds', {'': np.full(SIZE, 9.0), 'room': np.full(SIZE, 2.0)})
    results, *_ = evaluate(files, [predictor], lanes=2)
    means = results.means['kinds']['clean']
    assert means['room']['mean_depth_error'] < 0.6 < 2.5 < means['street']['mean_depth_error']


def test_neither_lanes_nor_unrolling_change_the_scores(make_file, make_weights, one_thread):
    """Sequences side by side and several windows at once are a matter of speed."""
    files = [make_file('a', [2.0] * 5), make_file('b', [4.0] * 5), make_file('c', [3.0] * 4)]
    rows = []
    for lanes, unroll in ((1, 1), (2, 3)):
        results, *_ = evaluate(files, predictors_of(make_weights(), *SIZE), lanes=lanes,
                               unroll=unroll)
        rows.append([means['clean_aligned']['all']['abs_rel'] for means in
                     results.means.values()])
    assert rows[0] == pytest.approx(rows[1], rel=1e-4)
    assert rows[0][0] != pytest.approx(rows[0][1], rel=1e-4)    # memory makes a difference


def test_resetting_the_state_changes_nothing_in_the_first_window(make_file, make_weights,
                                                                 one_thread):
    """The reset network is the same network."""
    results, *_ = evaluate([make_file('a', [2.0])], predictors_of(make_weights(), *SIZE))
    carried, reset = (means['clean']['all'] for means in results.means.values())
    assert carried['abs_rel'] == pytest.approx(reset['abs_rel'], rel=1e-5)


def test_a_predictor_gives_what_the_engine_gives(make_file, make_weights, one_thread):
    """Window files and recordings are scored by the same network: three windows in a row."""
    from depthanyevent_ros.engines.protocol import EngineSpec
    from depthanyevent_ros.engines.torch_engine import TorchEngine
    weights, file = make_weights(), make_file('a', [2.0] * 3)
    predictor = predictors_of(weights, *SIZE)[0]
    predictor.begin(1)
    found = predictor.predict(read_lanes([file], 0, 3))[:, 0]
    engine, state = TorchEngine(EngineSpec(*SIZE, threads=1), weights), None
    for k, image in enumerate(file.read(0, 3).tencode):
        depth, state = engine.step(image, state)
        np.testing.assert_allclose(found[k], depth, rtol=1e-3)


def test_a_network_without_memory_is_one_predictor(make_weights):
    """There is nothing to reset."""
    predictor, = predictors_of(make_weights(model_type='DAv2'), *SIZE)
    assert predictor.is_metric


def test_a_network_for_frames_needs_frames(make_file, make_weights, one_thread):
    """It says so; with frames it is scored."""
    predictor, = predictors_of(make_weights(model_type='DAv2', input_type='frames'), *SIZE)
    results, *_ = evaluate([make_file('a', [2.0])], [predictor])
    assert results.means[predictor.name]['paper']['all']['abs_rel'] > 0
    with pytest.raises(ConfigError, match='frames'):
        evaluate([make_file('b', [2.0], with_frames=False)], [predictor])


def test_priors_know_the_training_set(make_file):
    """Median and mean by hand: rooms of 2 m and a street of 10 m."""
    for k in range(3):
        make_file(f'r{k}', [2.0] * 4)
    street = make_file('s', [10.0] * 4, kind='street')
    constant, mean, of_kind = priors_of(street.path.parent, SIZE)
    files = [street]
    lanes = type('Lanes', (), {'files': files, 'depth_m': np.zeros((1, 1, *SIZE))})
    middle = SIZE[0] // 2
    assert constant.predict(lanes)[0, 0, 0, 0] == pytest.approx(2.4, rel=0.1)
    assert mean.predict(lanes)[0, 0, middle].mean() == pytest.approx(4.0, rel=0.03)
    assert of_kind.predict(lanes)[0, 0, middle].mean() == pytest.approx(10.0, rel=0.03)


def test_priors_of_an_empty_folder_are_refused(tmp_path):
    """One sentence that names the option."""
    with pytest.raises(ConfigError, match='--baselines'):
        priors_of(tmp_path, SIZE)


def test_depth_statistics_leave_out_the_sky_and_cut_far_depth():
    """A pixel that is never known has the median."""
    statistics = DepthStatistics((1, 3))
    statistics.add(np.array([[[3.0, np.inf, np.nan]], [[5.0, 200.0, -1.0]]]))
    np.testing.assert_allclose(statistics.mean_image(), [[4.0, 80.0, statistics.median_m()]])
    assert statistics.median_m() == pytest.approx(5.0, rel=0.01)


def test_files_go_together_by_length_and_size(make_file):
    """Lanes have the same number of windows, counted up to the most that are wanted."""
    files = [make_file('a', [2.0] * 3), make_file('b', [2.0] * 5), make_file('c', [2.0] * 4)]
    groups = groups_of_files(files, most=4, lanes=2)
    assert [([f.path.stem for f in group], n) for group, n in groups] == [
        (['a'], 3), (['b', 'c'], 4)]
