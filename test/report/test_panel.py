# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A panel shows events, depth and frame side by side, for any sizes, and says what is missing."""

import numpy as np
import pytest

from depthanyevent_ros.depth.colour import colour_table
from depthanyevent_ros.report.panel import AMBER, Moment, PanelMaker, SURFACE


def plain(height, width, colour):
    return np.full((height, width, 3), colour, np.uint8)


@pytest.mark.parametrize('width, height', [
    (346, 260), (34, 26), (640, 480), (1280, 720), (241, 181), (1, 1)])
def test_panels_have_even_sides_whatever_the_sensor(width, height):
    """Video in yuv420p needs even sides."""
    panel = PanelMaker(width, height, True, 'relative').panel(
        Moment(0.05, plain(height, width, 9), plain(height, width, 7), plain(height, width, 5)))
    assert panel.shape[0] % 2 == 0 and panel.shape[1] % 2 == 0
    assert panel.dtype == np.uint8


def test_every_panel_of_a_run_has_one_size():
    """Parts that are missing or of another size change nothing."""
    maker = PanelMaker(346, 260, False, 'metric')
    shapes = {maker.panel(moment).shape for moment in (
        Moment(0.0), Moment(1.0, plain(260, 346, 1)), Moment(99.5, frame=plain(480, 640, 3)))}
    assert len(shapes) == 1


def test_the_three_pictures_stand_in_their_order():
    """Events left, depth in the middle, the frame right."""
    maker = PanelMaker(346, 260, False, '')
    panel = maker.panel(Moment(0.05, plain(260, 346, (1, 2, 3)), plain(260, 346, (4, 5, 6)),
                               plain(260, 346, (7, 8, 9))))
    middle = panel[panel.shape[0] // 2]
    thirds = [middle[int(panel.shape[1] * f)].tolist() for f in (1 / 6, 1 / 2, 5 / 6)]
    assert thirds == [[1, 2, 3], [4, 5, 6], [7, 8, 9]]


def test_untrained_weights_are_marked_in_the_depth():
    """The mark is burnt into every depth cell, and into no other."""
    moment = Moment(0.05, plain(260, 346, 0), plain(260, 346, 0), plain(260, 346, 0))
    marked = [(cell == AMBER).all(axis=2).mean() > 0.005
              for cell in PanelMaker(346, 260, True, '').cells(moment)]
    assert marked == [False, True, False]
    unmarked = PanelMaker(346, 260, False, '').cells(moment)[1]
    assert not (unmarked == AMBER).all(axis=2).any()


def test_a_missing_part_says_so():
    """An absent picture leaves the surface with a line of text in its middle."""
    for cell in PanelMaker(346, 260, False, '').cells(Moment(0.05)):
        view = cell[60:]
        text = (view != SURFACE).any(axis=2)
        rows, _ = np.nonzero(text)
        assert text.any() and abs(rows.mean() - view.shape[0] / 2) < 20


def test_a_picture_of_another_shape_keeps_its_shape():
    """A square frame in a wide cell has margins left and right."""
    cell = PanelMaker(400, 200, False, '').cells(Moment(0, frame=np.full((50, 50), 200, 'u1')))[2]
    row = (cell[-100] == 200).all(axis=1)
    assert row.sum() == pytest.approx(cell.shape[1] / 2, abs=2)
    assert not row[0] and not row[-1] and row[row.size // 2]


def test_the_legend_runs_from_near_to_far():
    """The bar in the depth cell begins with the first colour given."""
    legend = colour_table('turbo')[::-1].copy()
    moment = Moment(0.0, depth=plain(260, 346, 0))
    cell = PanelMaker(346, 260, False, '', legend).cells(moment)[1]
    colourful = np.ptp(cell[-60:].astype(int), axis=2) > 60
    columns = np.nonzero(colourful.any(axis=0))[0]
    row = np.nonzero(colourful[:, columns].any(axis=1))[0].mean()
    left, right = (cell[-60 + int(row), c].astype(int) for c in (columns[2], columns[-3]))
    assert left[2] > left[0] and right[0] > right[2]             # bgr: red is near, blue is far


def test_what_stands_for_a_frame_can_be_told():
    """A recording without any frame is told from a moment without one."""
    with_words = PanelMaker(346, 260, False, '', no_frame='the recording has no frames')
    cells = [maker.cells(Moment(0.05)) for maker in (PanelMaker(346, 260, False, ''), with_words)]
    assert [np.array_equal(*pair) for pair in zip(*cells)] == [True, True, False]
