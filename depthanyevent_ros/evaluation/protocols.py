# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Protocols by name."""

from typing import Callable, Dict, List, Optional, Sequence

from depthanyevent_ros.errors import ConfigError
from depthanyevent_ros.evaluation.clean_protocol import CleanProtocol
from depthanyevent_ros.evaluation.prepared import ScoringProtocol
from depthanyevent_ros.evaluation.published_protocols import (
    E2DepthProtocol, EReFormerProtocol, PaperProtocol, RamNetProtocol,
)

#: Name -> what makes it, with or without a fit of scale and shift.
PROTOCOLS: Dict[str, Callable[[bool], ScoringProtocol]] = {
    'paper': PaperProtocol, 'clean': CleanProtocol, 'e2depth': E2DepthProtocol,
    'ereformer': EReFormerProtocol, 'ramnet': RamNetProtocol}

#: Protocols made for metric depth; relative depth is fitted for them too, which the note says.
FOR_METRES = ('e2depth', 'ereformer', 'ramnet')


def make_protocols(names: Sequence[str], is_metric: bool,
                   align: Optional[bool] = None) -> List[ScoringProtocol]:
    """
    Return the protocols of these names.

    :param is_metric: whether the depth is in metres. ``clean`` is then two: aligned and not.
    :param align: fit scale and shift, or not, whatever the protocol is made for.
    :raises ConfigError: for an unknown name.
    """
    return [protocol for name in names for protocol in _of_name(name, is_metric, align)]


def _of_name(name, is_metric, align):
    if name not in PROTOCOLS:
        raise ConfigError(f'--protocol is {name!r}; it must be one of {", ".join(PROTOCOLS)}')
    if align is not None:
        return [PROTOCOLS[name](align)]
    if name == 'clean':
        return [CleanProtocol(True)] + [CleanProtocol(False)] * is_metric
    return [PROTOCOLS[name](True if name == 'paper' else not is_metric)]
