# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Results as JSON, text, Markdown and pictures."""

import json

import numpy as np

from depthanyevent_ros.evaluation.clean_protocol import CleanProtocol
from depthanyevent_ros.evaluation.comparison import comparison_table, FORGETFUL, TOLD
from depthanyevent_ros.evaluation.published import data_set_of, published_table
from depthanyevent_ros.evaluation.published_protocols import PaperProtocol
from depthanyevent_ros.evaluation.results import results_of
from depthanyevent_ros.evaluation.scores import MethodScores, SequenceScores
from depthanyevent_ros.evaluation.sheet import draw_sheet
from depthanyevent_ros.evaluation.shown import ShownMoment
from depthanyevent_ros.evaluation.tables import as_text, markdown_report, text_report


def results():
    """Return the results of two methods on one sequence of one map."""
    methods = []
    depth_m = np.linspace(2, 4, 12).reshape(3, 4)
    for name, factor in (('ours', 1.1), ('constant', 0.5)):
        method = MethodScores(name)
        for protocol in (PaperProtocol(), CleanProtocol(False)):
            scores = SequenceScores(protocol, 'a', 'room')
            scores.add(depth_m * factor, depth_m, 10)
            method.by_protocol[protocol.name] = [scores]
        methods.append(method)
    return results_of(methods, {'weights': 'some'})


def test_json_has_no_nan_and_every_level():
    """What is not known (no pixel beyond 40 m) is null, which every reader of JSON takes."""
    found = json.loads(results().as_json())
    row = found['means']['ours']['clean']['room']
    assert round(row['abs_rel'], 6) == 0.1 and row['abs_rel_40_80m'] is None
    assert found['groups']['room'] == {'sequences': 1, 'maps': 1}
    assert found['sequences']['constant']['clean']['a']['abs_rel'] == 0.5


def test_the_tables_hold_each_method_and_the_published_rows():
    """Text is aligned; Markdown has as many cells in each row."""
    text = text_report(results(), 'DSEC')
    assert 'weights: some' in text and 'Comparable' in text and '0.191' in text
    lines = [line for line in text.splitlines() if line.startswith('room ')]
    assert len(lines) == 4 and any(' ours ' in line and '0.100' in line for line in lines)
    page = markdown_report(results(), '')
    rows = [line for line in page.splitlines() if line.startswith('| room')]
    assert len(rows) == 4 and 'Published' not in page


def test_columns_are_aligned():
    """Words to the left, numbers to the right."""
    assert as_text([['method', 'x'], ['a', '0.5'], ['bc', '10.5']]) == (
        'method     x\na        0.5\nbc      10.5')


def test_published_rows_go_with_their_data_sets():
    """As the paper prints them; other recordings have none."""
    assert (data_set_of('MVSEC (HDF5)'), data_set_of('DSEC'), data_set_of('rosbag2')) == (
        'MVSEC', 'DSEC', '')
    assert data_set_of('E2Depth (voxel grids)') == 'MVSEC'
    _, table = published_table('MVSEC')
    assert ['supervised (table 2)', 'DepthAnyEvent-R', '0.365', '0.691', '6.465', '0.489'] in table
    assert ['distilled (table 3)', 'E2Depth', '0.400', '-', '6.786', '0.479'] in table


def test_a_sheet_has_a_row_for_each_moment_whatever_is_missing():
    """Without a frame, without known depth, with the sky, of another size."""
    ramp = np.linspace(1, 9, 40 * 60).reshape(40, 60)
    sky = ramp.copy()
    sky[:10] = np.inf
    image = np.zeros((3, 40, 60), np.float32)
    moments = [ShownMoment('a', image, sky, ramp, np.zeros((40, 60), np.uint8)),
               ShownMoment('b', image, np.full((40, 60), np.nan), ramp),
               ShownMoment('c', np.zeros((3, 20, 60), np.float32), ramp[:20],
                           np.full((20, 60), np.nan))]
    one, all_of_them = draw_sheet(moments[:1]), draw_sheet(moments)
    assert all_of_them.shape[0] > 2 * one.shape[0] and all_of_them.shape[1] == one.shape[1]
    assert all_of_them.dtype == np.uint8 and draw_sheet([]).ndim == 3


def test_an_exact_prediction_has_a_black_error():
    """The colours of truth and prediction are the same, the error is that of zero."""
    ramp = np.linspace(1, 9, 40 * 60).reshape(40, 60)
    sheet = draw_sheet([ShownMoment('a', np.zeros((3, 40, 60), np.float32), ramp, ramp)])
    width = 306
    truth, predicted, error = (sheet[40:200, 6 + k * width + 2:k * width + 300] for k in (2, 3, 4))
    np.testing.assert_array_equal(truth, predicted)
    assert error.max() < 10


def test_the_comparison_takes_the_best_prior_of_each_group():
    """Ours is wrong by 10 %, the constant by 50 %, a worse prior by 90 %."""
    def method(name, factor):
        scores = SequenceScores(CleanProtocol(False), 'a', 'room')
        scores.add(np.full((2, 2), 2 * factor), np.full((2, 2), 2.0), 10)
        return MethodScores(name, {'clean': [scores]})
    methods = [method('ours', 1.1), method('ours' + FORGETFUL, 1.2), method('constant', 1.5),
               method('worse', 1.9), method(TOLD, 1.25)]
    table = comparison_table(results_of(methods, {}, ['constant', 'worse', TOLD]), 'clean')
    assert table[1] == ['all', 'ours', '0.100', 'constant', '0.500', '0.20', '0.250', '0.40',
                        '0.200', '0.50']
    assert [row[:2] for row in table[1:]] == [['all', 'ours'], ['room', 'ours']]
    assert comparison_table(results(), 'clean') == []
