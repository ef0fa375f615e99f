# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The quick score of the trainer."""

import math

import pytest
import torch

from depthanyevent_ros.training.folder import open_folder
from depthanyevent_ros.training.validation import frame_scores, validate


def test_scores_by_hand():
    """Two pixels that count (1 and 2 m), one of unknown depth, sky, and one beyond the limit."""
    depth_m = torch.tensor([[[1.0, 2.0, math.nan, math.inf, 90.0]]])
    raw, close, aligned, close_aligned = frame_scores(
        torch.tensor([[[1.2, 3.0, 50.0, 1.0, 1.0]]]), depth_m, 80.0)[0].tolist()
    assert raw == pytest.approx((0.2 + 0.5) / 2) and close == 0.5
    assert aligned == pytest.approx(0, abs=1e-6) and close_aligned == 1


def test_a_picture_without_depth_has_no_score():
    """NaN, which means are taken without."""
    scores = frame_scores(torch.ones(1, 2, 2), torch.full((1, 2, 2), math.nan), 80.0)
    assert torch.isnan(scores).all()


class Constant:
    """Stands for a network: always 3 m; its state counts the windows."""

    device = 'cpu'

    def __init__(self):
        self.seen = []

    def zero_state(self, batch):
        """Return the number of windows so far."""
        return 0

    def __call__(self, image, state):
        """Return 3 m everywhere."""
        self.seen.append((state, image.shape[1]))
        return torch.full((len(image), image.shape[1], *image.shape[3:]), 3.0), state + len(image)


def test_files_are_read_from_end_to_end_with_their_state(windows):
    """Files of one length side by side, in chunks, the last one shorter; scores by kind."""
    network = Constant()
    scores = validate(network, open_folder(windows).training, lambda batch: batch.tencode(),
                      far_m=80.0, most=11, lanes=2, unroll=4)
    assert network.seen == [(0, 2), (4, 2), (8, 2), (0, 1), (4, 1), (8, 1)]
    assert {kind: each['n_windows'] for kind, each in scores.items()} \
        == {'room': 22, 'street': 11, 'mean': 33}
    # Planes at (1, 4), (3, 12) and, in the street, (2, 8) m, half of the picture each.
    room = ((2 + 0.25) / 2 + (0 + 0.75) / 2) / 2
    street = (0.5 + 0.625) / 2
    assert scores['room']['abs_rel'] == pytest.approx(room, rel=1e-3)
    assert scores['mean']['abs_rel'] == pytest.approx((room + street) / 2, rel=1e-3)
