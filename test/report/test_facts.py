# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The facts of a report are what the node said."""

import pytest

from depthanyevent_ros.report import facts
from depthanyevent_ros.report.output_bag import NodeStory, read_story


@pytest.fixture(scope='module')
def story(run_files):
    """Return the story of the small run."""
    return read_story(run_files[0].outputs)


def test_stages_come_in_the_order_of_a_window(story):
    """wait before total, each with its three percentiles."""
    assert list(facts.latency_facts(story).items()) == [
        ('wait', (1, 2, 3)), ('total', (51.5, 60, 70))]


def test_losses_and_resets_are_collected_by_cause(story):
    """From all parts, the middleware's losses included."""
    assert facts.drop_facts(story) == {'late': 3, 'dropped': 1, 'messages_lost_by_middleware': 7}
    assert facts.reset_facts(story) == {'time_gap': 1, 'not_finite': 2}


def test_external_triggers_are_no_lost_events():
    """A camera with a trigger line sends thousands of them beside its events."""
    story = NodeStory(parts={'input': {'input.trigger': '4157', 'input.before_sync': '2'}})
    assert facts.drop_facts(story) == {'before_sync': 2}


@pytest.mark.parametrize('times, shown', [(0, {}), (1, {}), (3, {'activated': 2})])
def test_the_activation_that_begins_a_run_is_no_reset(times, shown):
    """Further ones did interrupt it."""
    story = NodeStory(parts={'windows': {'reset.activated': str(times)} if times else {}})
    assert facts.reset_facts(story) == shown


def test_sensor_time_is_the_stamp_less_what_the_node_last_said_of_its_clock():
    """Depths recorded at 5, 15 and 25; offsets of 100 said at 10, of 200 at 20: by hand."""
    arrivals = [(1001, 5), (1002, 15), (1003, 25)]
    story = NodeStory(arrivals=arrivals, offsets=[(10, 100), (20, 200)])
    assert facts.sensor_times(story) == {1001: 901, 1002: 902, 1003: 803}
    assert facts.sensor_times(NodeStory(arrivals=arrivals)) == {}


def test_engine_and_weights_are_told_apart(story):
    """What concerns the weights is not listed with the engine."""
    assert facts.engine_facts(story) == {'engine': 'openvino', 'precision': 'bf16'}
    weights = facts.weights_facts(story)
    assert (weights.name, weights.is_trained) == ('seeded', False)
    assert dict(weights.details) == {'sha256': 'abc'}


def test_weights_are_untrained_until_somebody_says_otherwise():
    """Silence is no claim; only 'True' is."""
    assert not facts.weights_facts(NodeStory()).is_trained
    trained = NodeStory(parts={'engine': {'weights': 'dsec', 'weights_trained': 'True'}})
    assert facts.weights_facts(trained).is_trained


def test_latency_without_a_clock_is_arrival_minus_stamp(story):
    """40 ms each, at 0, 50, 100, 150 ms."""
    series = facts.arrival_latency(story)
    assert series.values == pytest.approx([40] * 4)
    assert series.time_s == pytest.approx([0, 0.05, 0.1, 0.15])


def test_latency_with_a_clock_counts_from_when_the_player_got_there():
    """
    By hand: an old recording played at half its speed.

    Recorded time 1000 to 1100 ms took from 5e6 ms on 200 ms; window ends 1050 and 1100 were
    reached after 100 and 200 ms, and their depth came 30 and 45 ms later.
    """
    ms, wall = 1_000_000, 5_000_000
    clock = [((1000 + k) * ms, (wall + 2 * k) * ms) for k in range(0, 101, 10)]
    arrivals = [(1050 * ms, (wall + 130) * ms), (1100 * ms, (wall + 245) * ms)]
    series = facts.arrival_latency(NodeStory(arrivals=arrivals, clock=clock))
    assert series.values == pytest.approx([30, 45])


def test_before_and_after_the_ticks_of_the_clock_time_goes_on():
    """Ticks from 1000 to 1010 ms: 990 was 10 ms before the first, 1030 20 ms after the last."""
    ms = 1_000_000
    clock = [(1000 * ms, 5000 * ms), (1010 * ms, 5010 * ms)]
    arrivals = [(990 * ms, 4993 * ms), (1030 * ms, 5034 * ms)]
    series = facts.arrival_latency(NodeStory(arrivals=arrivals, clock=clock))
    assert series.values == pytest.approx([3, 4])


def test_stamps_of_another_year_without_a_clock_give_no_latency():
    """A recording of last year was not a year late."""
    assert facts.arrival_latency(NodeStory(arrivals=[(0, 10**18)])).values == ()


def test_a_bag_that_was_not_made_live_holds_no_latency():
    """Record times that are the stamps are no measurement of 0 ms."""
    assert facts.arrival_latency(NodeStory(arrivals=[(5, 5), (6, 6)])).values == ()


def test_no_depth_has_no_latency():
    """An empty series."""
    assert facts.arrival_latency(NodeStory()).values == ()


@pytest.mark.parametrize('text, value', [
    ('None', None), ('True', True), ('(154, 210)', (154, 210)), ("['a', 'b']", ['a', 'b']),
    ('', ''), ('bf16', 'bf16'), ('2', '2'), ('(Intel)', '(Intel)'), ('[broken', '[broken'),
    ("{'mean': 0.1}", {'mean': 0.1})])
def test_values_that_python_wrote_are_read_back(text, value):
    """Nothing is executed; what is no value stays text."""
    assert facts.plain_value(text) == value


def test_sizes_are_told_as_width_by_height():
    """The engine says (height, width)."""
    story = NodeStory(parts={'engine': {'input_size': '(154, 210)'}})
    assert facts.engine_facts(story) == {'input_size': '210 × 154'}
