# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The event pixels do what the sensor's literature says, event for event."""

from dataclasses import replace

import numpy as np
import pytest

from depthanyevent_ros.errors import ConfigError
from depthanyevent_ros.simulation.pixel_kernels import log
from depthanyevent_ros.simulation.pixels import EventPixels, PixelParameters

#: No noise, no spread, no lag to speak of.
IDEAL = PixelParameters(threshold_on=0.3, threshold_off=0.3, threshold_spread=0.0,
                        refractory_us=50, cutoff_hz=1e9, least_cutoff_hz=1e9, leak_hz=0.0,
                        shot_hz=0.0, hot_share=0.0)


def sensor_of(parameters, width=1, height=1, first=0.2, seed=0):
    """Return a sensor that has seen one brightness for ever and is at rest."""
    sensor = EventPixels(parameters, width, height, np.random.default_rng(seed))
    sensor._change[:] = 0
    sensor.start(np.full((height, width), first, np.float32), 0)
    return sensor


def flat(value, width=1, height=1):
    """Return a picture of one brightness."""
    return np.full((height, width), value, np.float32)


def test_logarithm_is_one():
    """To seven digits from the darkest to the brightest."""
    values = np.geomspace(1e-6, 1e3, 4001).astype(np.float32)
    np.testing.assert_allclose([log(v) for v in values], np.log(values.astype(float)),
                               rtol=3e-7, atol=2e-7)


def test_events_lie_where_a_straight_line_meets_the_threshold():
    """By hand: ln rises by 0.6931 in 10 ms; 0.3 is met at 4.328 ms, then again 4.378 + 4.328."""
    sensor = sensor_of(IDEAL)
    events = sensor.look(flat(0.4), 10_000)
    assert events['p'].tolist() == [1, 1]
    np.testing.assert_allclose(events['t_ns'], [4_328_000, 8_706_000], atol=1000)
    assert not len(sensor.look(flat(0.4), 20_000))
    assert sensor.look(flat(0.25), 30_000)['p'].tolist() == [0]


def test_refractory_pixel_is_held_and_starts_anew():
    """A ramp over ten thresholds fires once where the refractory period covers the rest."""
    held = replace(IDEAL, refractory_us=9_000)
    assert len(sensor_of(held, first=0.05).look(flat(0.9), 10_000)) == 1
    assert len(sensor_of(IDEAL, first=0.05).look(flat(0.9), 10_000)) == 9


def test_dim_pixels_are_slow():
    """Bandwidth falls with brightness: after a step the bright pixel is there, the dim is not."""
    slow = replace(IDEAL, cutoff_hz=100.0, least_cutoff_hz=1.0)
    assert len(sensor_of(slow, first=0.4).look(flat(0.8), 5_000)) == 1
    assert len(sensor_of(slow, first=0.04).look(flat(0.08), 5_000)) == 0


def test_leak_gives_on_events_at_its_rate():
    """0.5 Hz on 2500 pixels over 10 s: 12,500 ON events, give or take the first period."""
    sensor = sensor_of(replace(IDEAL, leak_hz=0.5), 50, 50)
    events = np.concatenate([sensor.look(flat(0.2, 50, 50), t) for t in
                             range(100_000, 10_100_000, 100_000)])
    assert np.all(events['p'] == 1)
    assert len(events) == pytest.approx(12_500, rel=0.25)


def test_shot_noise_has_its_rate_and_is_less_in_the_light():
    """4 Hz in the dark and 1 Hz at full brightness, half of it ON."""
    noisy = replace(IDEAL, shot_hz=4.0)
    for brightness, rate in ((0.0, 4.0), (1.0, 1.0)):
        sensor = sensor_of(noisy, 100, 100, brightness)
        events = sensor.look(flat(brightness, 100, 100), 1_000_000)
        assert len(events) == pytest.approx(rate * 10_000, rel=0.05)
        assert np.mean(events['p']) == pytest.approx(0.5, abs=0.03)


def test_hot_pixels_fire_by_themselves():
    """All events come from few pixels."""
    sensor = sensor_of(replace(IDEAL, hot_share=0.01, hot_hz=20.0), 50, 50)
    events = sensor.look(flat(0.2, 50, 50), 1_000_000)
    pixels = {(e['x'], e['y']) for e in events}
    assert 5 < len(pixels) < 60 and len(events) > 5 * len(pixels)


def test_thresholds_differ_from_pixel_to_pixel():
    """Mean and spread as asked for, none near zero."""
    sensor = EventPixels(PixelParameters(threshold_spread=0.04), 346, 260,
                         np.random.default_rng(1))
    assert sensor.on.mean() == pytest.approx(0.25, abs=0.001)
    assert sensor.on.std() == pytest.approx(0.04, rel=0.02) and sensor.on.min() >= 0.05
    assert abs(np.corrcoef(sensor.on, sensor.off)[0, 1]) < 0.02


def test_every_event_agrees_with_a_plain_version(plain_pixels):
    """All effects on, flicker on 12 x 9 pixels, uneven steps: the same events, to the last one."""
    parameters = PixelParameters(threshold_on=0.15, threshold_off=0.2, refractory_us=300,
                                 leak_hz=5.0, shot_hz=40.0, hot_share=0.05)
    sensor = EventPixels(parameters, 12, 9, np.random.default_rng(3))
    drawn, draw = [], sensor._draw_noise
    sensor._draw_noise = lambda *args: drawn.append(draw(*args)) or drawn[-1]
    plain = [plain_pixels.PlainPixel(parameters, *values)
             for values in zip(sensor.on, sensor.off, sensor._change.copy())]
    rng, t_us = np.random.default_rng(4), 0
    picture = rng.random((9, 12), np.float32) ** 3
    sensor.start(picture, 0)
    for pixel, value in zip(plain, picture.ravel()):
        pixel.level = pixel.target(value)
    total = 0
    for _ in range(60):
        t_us += int(rng.integers(80, 4000))
        leak = np.float32(5.0 * 0.15 * (t_us - plain[0].t_us) * 1e-6)
        picture = np.clip(picture * rng.uniform(0.6, 1.6, picture.shape), 0, 1.2)
        picture = picture.astype(np.float32)
        events = sensor.look(picture, t_us)
        expected = []
        for i, (pixel, value) in enumerate(zip(plain, picture.ravel())):
            noise = [(t, p) for n, t, p in zip(*drawn[-1]) if n == i]
            expected += [(t * 1000, i % 12, i // 12, p)
                         for t, p in pixel.look(value, t_us, leak, noise)]
        assert sorted(events.tolist()) == sorted(expected)
        assert np.all(np.diff(events['t_ns']) >= 0)
        total += len(events)
    assert total > 2000


def test_same_seed_gives_the_same_events():
    """And another seed others."""
    def run(seed):
        sensor = EventPixels(PixelParameters(), 40, 30, np.random.default_rng(seed))
        sensor.start(flat(0.2, 40, 30), 0)
        return sensor.look(flat(0.3, 40, 30), 2000)
    assert np.array_equal(run(1), run(1)) and not np.array_equal(run(1), run(2))


@pytest.mark.parametrize('change, name', [({'threshold_on': 0.01}, 'thresholds'),
                                          ({'refractory_us': 0}, 'refractory_us')])
def test_parameters_out_of_range_are_refused(change, name):
    """The sentence names the parameter."""
    with pytest.raises(ConfigError, match=name):
        PixelParameters(**change)


def test_hot_pixels_are_drawn_as_numpy_draws_by_shares():
    """The same pixels as Generator.choice, so that sequences stay what they were."""
    parameters = replace(IDEAL, hot_share=0.05, hot_hz=400.0)
    sensor = EventPixels(parameters, 30, 20, np.random.default_rng(3))
    state = sensor._rng.bit_generator.state
    pixel, _, polarity = sensor._draw_noise(np.full(600, 0.3, np.float32), 20_000)
    rng = np.random.default_rng()
    rng.bit_generator.state = state
    rng.poisson(0.0)
    n = rng.poisson(sensor._hot_rate_hz * 0.02)
    assert n == len(pixel) > 50 and polarity.all()
    assert np.array_equal(pixel, rng.choice(sensor._hot, n, p=sensor._hot_chance))
