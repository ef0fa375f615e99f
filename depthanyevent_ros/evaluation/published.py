# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
What the paper reports (DepthAnyEvent, arXiv 2509.15224, tables 1 to 3), to stand beside ours.

AbsRel, SqRel, RMSE, delta1 by its protocol; None is not known.
"""

from typing import List, Tuple

NOTE = ('Comparable with the paper protocol on this data set alone, all its test sequences, and '
        'for MVSEC on the files that E2Depth preprocessed (voxel grids); never with other '
        'recordings, simulated ones or other protocols.')

ROWS = {
    'MVSEC': (
        ('zero-shot (table 1)', 'E2Depth', .527, 1.122, 7.894, .363),
        ('zero-shot (table 1)', 'EReFormer', .518, 1.012, 8.423, .361),
        ('zero-shot (table 1)', 'DepthAnyEvent', .466, .976, 7.824, .408),
        ('zero-shot (table 1)', 'DepthAnyEvent-R', .469, .946, 8.064, .428),
        ('supervised (table 2)', 'E2Depth', .420, .806, 7.268, .432),
        ('supervised (table 2)', 'EReFormer', .511, 1.057, 8.373, .391),
        ('supervised (table 2)', 'DepthAnyEvent', .373, .715, 6.627, .471),
        ('supervised (table 2)', 'DepthAnyEvent-R', .365, .691, 6.465, .489),
        ('distilled (table 3)', 'E2Depth', .400, None, 6.786, .479),
        ('distilled (table 3)', 'DepthAnyEvent', .397, .771, 6.910, .461),
        ('distilled (table 3)', 'DepthAnyEvent-R', .399, .781, 6.830, .462)),
    'DSEC': (
        ('zero-shot (table 1)', 'E2Depth', .395, .334, 13.258, .409),
        ('zero-shot (table 1)', 'EReFormer', .297, .195, 11.608, .524),
        ('zero-shot (table 1)', 'DepthAnyEvent', .297, .186, 11.072, .519),
        ('zero-shot (table 1)', 'DepthAnyEvent-R', .276, .165, 10.942, .555),
        ('supervised (table 2)', 'E2Depth', .253, .130, 10.119, .574),
        ('supervised (table 2)', 'EReFormer', .286, .208, 11.369, .569),
        ('supervised (table 2)', 'DepthAnyEvent', .201, .079, 8.880, .664),
        ('supervised (table 2)', 'DepthAnyEvent-R', .191, .070, 8.618, .691),
        ('distilled (table 3)', 'DepthAnyEvent', .213, .095, 8.930, .662),
        ('distilled (table 3)', 'DepthAnyEvent-R', .226, .111, 9.310, .638)),
}


def data_set_of(kind: str) -> str:
    """Return whose rows go with a recording of this kind (EventSequence.kind); '' for none."""
    if kind.startswith('E2Depth'):
        return 'MVSEC'
    return next((name for name in ROWS if kind.startswith(name)), '')


def published_table(data_set: str) -> Tuple[str, List[List[str]]]:
    """Return the note and the rows of a data set, MVSEC or DSEC, as text."""
    head = ['training', 'method', 'AbsRel', 'SqRel', 'RMSE', 'd1']
    return NOTE, [head] + [[training, method, *('-' if x is None else f'{x:.3f}' for x in values)]
                           for training, method, *values in ROWS[data_set]]
