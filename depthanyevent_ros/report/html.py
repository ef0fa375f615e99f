# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""One self-contained HTML file: it loads nothing, and works from a disk without a network."""

from base64 import b64encode
from dataclasses import dataclass
from pathlib import Path
from typing import Mapping, Optional, Sequence

from jinja2 import Environment, PackageLoader, StrictUndefined
import numpy as np

from depthanyevent_ros.report.plots import make_plot
from depthanyevent_ros.report.stills import jpeg_bytes
from depthanyevent_ros.report.summary import RunSummary
from depthanyevent_ros.report.video import Video

CAUSES = {
    'dropped': 'a newer window replaced one that waited',
    'not_finite': 'the network returned a value that is not finite',
}


@dataclass(frozen=True)
class StillRow:
    """One moment: a caption, and its three parts as bgr8 pictures with what they show."""

    caption: str
    parts: Sequence[np.ndarray]
    names: Sequence[str] = ('events', 'depth', 'APS frame')


def write_report(path: Path, summary: RunSummary, video: Optional[Video],
                 stills: Sequence[StillRow]) -> Path:
    """
    Write the report of a run.

    :param video: is put into the file; None if there is none, which the report says.
    :returns: the path.
    """
    environment = Environment(loader=PackageLoader('depthanyevent_ros.report', 'templates'),
                              autoescape=True, undefined=StrictUndefined,
                              trim_blocks=True, lstrip_blocks=True)
    environment.filters['data_uri'] = _data_uri
    environment.filters['words'] = _words
    page = environment.get_template('report.html.j2').render(
        s=summary, video=video,
        video_base64=b64encode(video.path.read_bytes()).decode('ascii') if video else '',
        stills=stills, rate_plot=make_plot(summary.event_rate_mev_s),
        latency_plot=make_plot(summary.latency_over_time_ms), causes=CAUSES)
    path = Path(path)
    path.write_text(page, encoding='utf-8')
    return path


def _data_uri(picture: np.ndarray) -> str:
    return 'data:image/jpeg;base64,' + b64encode(jpeg_bytes(picture)).decode('ascii')


def _words(value) -> str:
    """Return a value for a table cell: yes and no, lists with commas, numbers without noise."""
    if value is None or value == '' or value == []:
        return '–'
    if isinstance(value, bool):
        return 'yes' if value else 'no'
    if isinstance(value, float):
        return f'{value:.4g}'
    if isinstance(value, Mapping):
        return ', '.join(f'{key} {_words(item)}' for key, item in value.items())
    if isinstance(value, (list, tuple)):
        return ', '.join(_words(item) for item in value)
    return str(value)
