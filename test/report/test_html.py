# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The report is one file that holds everything, works from a disk, and plays in a browser."""

from dataclasses import replace
import json
import re

import cv2
import numpy as np
import pytest

from depthanyevent_ros.report.html import StillRow, write_report
from depthanyevent_ros.report.panel import PanelMaker
from depthanyevent_ros.report.summary import (
    RecordingFacts, RunSummary, Series, WeightsFacts, WindowFacts)
from depthanyevent_ros.report.video import write_video

SECTIONS = ('top', 'figures', 'video', 'stills', 'time', 'latency', 'counts', 'details',
            'recording', 'engine', 'weights', 'machine')

SUMMARY = RunSummary(
    recording=RecordingFacts('scene <1> & more.mcap', 'rosbag2 (mcap)', 34, 26, 704, 7, 0.4),
    windows=WindowFacts('50 ms, no overlap', 8, 8),
    weights=WeightsFacts('seeded', False, {'encoder': 'vits'}),
    engine={'engine': 'openvino', 'precision': 'bf16', 'threads': 2, 'parity': {'mean': 0.0123}},
    depth_mode='relative depth', conditions='Played in real time over DDS.',
    latency_ms={'decode': (0.1, 0.2, 0.3), 'total': (51.5, 60.25, 71.0)},
    drops={'dropped': 2}, resets={}, event_rate_mev_s=Series([0.05, 0.1], [0.001, 0.002]),
    latency_over_time_ms=Series([0.05, 0.1], [51, 52]), machine={'cores': 2}, version='0.1.0',
    notes=('no calibration',))


@pytest.fixture(scope='module')
def report(tmp_path_factory, moments):
    """Return a report with a real video and real stills."""
    folder = tmp_path_factory.mktemp('report')
    maker = PanelMaker(34, 26, True, 'relative')
    video = write_video(folder / 'depth', ((m.stamp_s, maker.panel(m)) for m in moments))
    stills = [StillRow(f't = {m.stamp_s:.2f} s', maker.cells(m)) for m in moments[:2]]
    return write_report(folder / 'report.html', SUMMARY, video, stills)


@pytest.fixture(scope='module')
def opened(report, browser, tmp_path_factory):
    """Return what a headless browser made of the report: its document, messages, requests."""
    folder = tmp_path_factory.mktemp('browser')
    log = folder / 'net.json'
    result = browser(report, folder / 'profile', f'--log-net-log={log}', '--dump-dom')
    return result.stdout, result.stderr, json.loads(log.read_text())


def test_nothing_is_loaded_from_elsewhere(report):
    """No address of the web, no import, no file beside it; the page forbids it to itself too."""
    page = report.read_text(encoding='utf-8')
    assert not re.search(r'(src|href)="(?!data:)', page)
    assert 'http://' not in page and 'https://' not in page and '@import' not in page
    assert "default-src 'none'" in page


def test_text_is_escaped(report):
    """A name of a file with mark-up in it stays a name."""
    page = report.read_text(encoding='utf-8')
    assert 'scene &lt;1&gt; &amp; more.mcap' in page and 'scene <1>' not in page


def test_untrained_weights_are_announced(report, tmp_path):
    """At the top, and only when it is so."""
    assert 'The weights are untrained.' in report.read_text(encoding='utf-8')
    trained = replace(SUMMARY, weights=WeightsFacts('dsec', True))
    page = write_report(tmp_path / 'r.html', trained, None, ()).read_text(encoding='utf-8')
    assert 'untrained' not in page


def test_the_figures_of_the_run_are_there(report):
    """Counts, percentiles, drops and the engine's own words."""
    page = report.read_text(encoding='utf-8')
    for words in ('704', '51.5', '60.2', '71.0', 'openvino', 'bf16', '0.0123', 'no calibration',
                  'There was no reset.', 'Played in real time over DDS.', 'relative depth'):
        assert words in page, words


def test_an_empty_run_gives_a_report_too(tmp_path):
    """No video, no stills, no latency: each is said."""
    empty = replace(SUMMARY, latency_ms={}, event_rate_mev_s=Series([], []), drops={}, engine={},
                    latency_over_time_ms=Series([], []), windows=WindowFacts('50 ms', 0, 0))
    page = write_report(tmp_path / 'r.html', empty, None, ()).read_text(encoding='utf-8')
    for words in ('There is no video', 'There are no stills', 'Nothing was measured',
                  'Nothing was dropped', 'data-video-state="none"'):
        assert words in page, words


def test_the_video_plays_in_a_browser(opened):
    """The browser decodes it, knows its length and moves on in time."""
    document, _, _ = opened
    body = re.search(r'<body[^>]*>', document).group()
    assert 'data-video-state="playing"' in body
    assert float(re.search(r'data-video-seconds="([\d.]+)"', body).group(1)) == pytest.approx(
        0.4, abs=0.02)


def test_every_section_is_there_in_the_browser(opened):
    """Header, figures, video, stills, plots, tables."""
    document, _, _ = opened
    assert [name for name in SECTIONS if f'id="{name}"' not in document] == []
    assert document.count('<svg') == 2 and document.count('<img') == 6


def test_the_browser_has_nothing_to_complain_of(opened):
    """No error, warning or refusal in its console."""
    _, messages, _ = opened
    assert [line for line in messages.splitlines() if 'CONSOLE' in line] == []


def test_the_page_asks_for_nothing_on_the_network(opened):
    """Every request that belongs to a page is local; the browser's own errands have no origin."""
    _, _, log = opened
    requests = [event['params'] for event in log['events']
                if 'initiator' in event.get('params', {})]
    assert [r['url'] for r in requests if r['initiator'] != 'not an origin'] == []


@pytest.mark.parametrize('width', [1280, 500])       # a headless window is never narrower
def test_the_page_fits_its_window(report, browser, tmp_path, width):
    """In a wide and in a narrow window nothing sticks out to the right."""
    page = tmp_path / 'measured.html'
    page.write_text(report.read_text(encoding='utf-8') + (
        '<script>addEventListener("load", function () { document.body.dataset.window = innerWidth;'
        'document.body.dataset.page = document.documentElement.scrollWidth; });</script>'))
    document = browser(page, tmp_path / 'profile', '--dump-dom', '--hide-scrollbars',
                       f'--window-size={width},2000').stdout
    body = re.search(r'<body[^>]*>', document).group()
    assert f'data-window="{width}"' in body and f'data-page="{width}"' in body


def test_a_screenshot_shows_more_than_a_blank_page(report, browser, tmp_path):
    """The page is drawn: text, pictures and plots give many colours."""
    picture = tmp_path / 'page.png'
    browser(report, tmp_path / 'profile', f'--screenshot={picture}', '--window-size=1280,2000')
    shot = cv2.imread(str(picture))
    assert shot.shape == (2000, 1280, 3)
    assert len(np.unique(shot.reshape(-1, 3), axis=0)) > 500
