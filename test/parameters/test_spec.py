# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The parameter files and their presets."""

from pathlib import Path

import pytest
import yaml

from depthanyevent_ros.errors import ConfigError
from depthanyevent_ros.parameters import load_spec, make_settings, Parameter, parse_changes
from depthanyevent_ros.parameters.markdown import markdown_table

CONFIG = Path(__file__).resolve().parents[2] / 'config'
SPEC = load_spec('depth')


def flatten(tree, prefix=''):
    """Return a nested mapping as dotted names."""
    flat = {}
    for key, value in tree.items():
        name = f'{prefix}{key}'
        flat.update(flatten(value, f'{name}.') if isinstance(value, dict) else {name: value})
    return flat


def test_every_default_is_a_value_that_its_own_parameter_takes():
    """A default outside its bounds would make the node refuse its own start."""
    for parameter in SPEC.values():
        assert parameter.check(parameter.default) == parameter.default


def test_every_parameter_is_described():
    """A description is what `ros2 param describe` prints."""
    assert all(len(parameter.description) > 20 for parameter in SPEC.values())


def test_settings_are_a_tree_of_the_defaults():
    """Dotted names become attributes."""
    settings = make_settings(SPEC)
    assert settings.window.duration_ms == 50.0
    assert settings.engine.input_width == 0
    assert settings.overload == 'latest'


def test_a_whole_number_is_taken_for_a_double():
    """Users write 50 where they mean 50.0."""
    settings = make_settings(SPEC, {'window.duration_ms': 50})
    assert isinstance(settings.window.duration_ms, float)


@pytest.mark.parametrize('name, value, told', [
    ('window.duration_ms', 0.0, 'between'),
    ('window.policy', 'often', 'one of'),
    ('window.event_count', 1.5, 'type int'),
    ('window.event_count', True, 'type int'),
    ('rectify', 'yes', 'type bool'),
    ('no.such', 1, 'no parameter is called'),
])
def test_a_bad_value_is_refused_by_name(name, value, told):
    """The sentence names the parameter and what it takes."""
    with pytest.raises(ConfigError, match=told) as refused:
        make_settings(SPEC, {name: value})
    assert name in str(refused.value)


def test_bounds_are_inclusive():
    """Both ends of a range are values of it."""
    parameter = Parameter('a', int, 1, 'text', bounds=(1, 3))
    assert [parameter.check(value) for value in (1, 3)] == [1, 3]
    for outside in (0, 4):
        with pytest.raises(ConfigError):
            parameter.check(outside)


def test_the_command_line_writes_values_as_yaml():
    """Text from the command line becomes the parameter's type."""
    assert SPEC['rectify'].parse('true') is True
    assert SPEC['window.duration_ms'].parse('30') == 30.0
    assert SPEC['weights'].parse('123') == '123'


@pytest.mark.parametrize('preset', sorted(CONFIG.glob('*.yaml')), ids=lambda path: path.stem)
def test_every_preset_holds_parameters_that_exist_with_values_they_take(preset):
    """A preset with a misspelt name would be ignored silently by ROS."""
    tree = yaml.safe_load(preset.read_text())
    assert list(tree) == ['/**'], 'launch arguments must win over the file'
    spec = load_spec('teacher') if preset.stem.startswith('teacher') else SPEC
    make_settings(spec, flatten(tree['/**']['ros__parameters']))


@pytest.mark.parametrize('node, page', [('depth', 'depth_node.md'),
                                        ('teacher', 'distillation.md')])
def test_the_documentation_lists_the_parameters_as_they_are(node, page):
    """Made by `python -m depthanyevent_ros.parameters.markdown`, and not by hand."""
    text = (CONFIG.parent / 'docs' / page).read_text(encoding='utf-8')
    assert text.endswith(markdown_table(load_spec(node)))


def test_words_become_values_the_later_ones_last():
    """As --set gives them; a value may hold a sign of equality."""
    spec = load_spec('teacher')
    assert parse_changes(spec, ['plan.batch=2', 'robot=a=b', 'plan.batch=3']) == {
        'plan.batch': 3, 'robot': 'a=b'}
    assert parse_changes(spec, []) == {}


@pytest.mark.parametrize('word, sentence', [
    ('plan.bunch=2', 'there is no parameter plan.bunch'), ('', 'there is no parameter'),
    ('learner.adapts=nothing', 'is not one of'), ('plan.batch=', 'plan.batch')])
def test_words_that_mean_nothing_are_refused_by_name(word, sentence):
    """Before anything begins."""
    with pytest.raises(ConfigError, match=sentence):
        parse_changes(load_spec('teacher'), [word])
