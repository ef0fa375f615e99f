# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A recipe: all that decides what a training gives, but for its data."""

from dataclasses import asdict, dataclass, field, fields
from inspect import signature
from pathlib import Path
from typing import Any, Dict, Mapping, Sequence

from torch import nn
import yaml

from depthanyevent_ros.errors import ConfigError
from depthanyevent_ros.network.config import ModelConfig
from depthanyevent_ros.training.augment import AugmentPlan
from depthanyevent_ros.training.losses import LOSSES
from depthanyevent_ros.training.optimiser import OptimiserPlan
from depthanyevent_ros.training.schedule import SchedulePlan

TARGETS = ('true', 'teacher', 'mixed')


@dataclass(frozen=True)
class Recipe:
    """
    What is trained, on what, how, and for how long.

    Sections of the YAML file are the fields that are plans of their own.
    """

    model: ModelConfig
    steps: int = 1000
    lanes: int = 4                      # clips side by side in one process
    seed: int = 0                       # of the initial weights; the clips have their own
    start: str = ''                     # weights to begin with: imagenet, a file, a name, or none
    forget_bias: float = 0.0            # of the recurrent blocks at the beginning, 0: as it is
    target: str = 'true'                # true, teacher or mixed
    teacher: str = ''                   # name or path of the weights of a network for frames
    true_share: float = 0.5             # of the clips, for mixed
    far_m: float = 80.0                 # depth, and the sky, is clipped here
    loss: Mapping[str, Any] = field(default_factory=lambda: {'name': 'metric'})
    output_kind: str = 'metric'         # or relative: written into the checkpoint
    ema: float = 0.999                  # decay of the average of the weights
    state_noise: float = 0.0            # relative, added to the state between chunks
    bf16: bool = False                  # mixed precision
    validate_every: int = 1000          # steps
    validation_files: int = 24          # at most; evenly spread over those there are
    clips: SchedulePlan = field(default_factory=SchedulePlan)
    augment: AugmentPlan = field(default_factory=AugmentPlan)
    optimiser: OptimiserPlan = field(default_factory=OptimiserPlan)

    def __post_init__(self):
        if self.target not in TARGETS:
            raise ConfigError(f'target is {self.target!r}, not one of {", ".join(TARGETS)}')
        if self.target != 'true' and not self.teacher:
            raise ConfigError(f'target {self.target} needs a teacher: weights for frames')
        if self.output_kind not in ('metric', 'relative'):
            raise ConfigError(f'output_kind is {self.output_kind!r}, not metric or relative')
        make_loss(self.loss)
        for name, (low, high) in LIMITS.items():
            if not low <= getattr(self, name) <= high:
                raise ConfigError(f'{name} is {getattr(self, name)}; it must be from {low} to '
                                  f'{high}')

    def as_dict(self) -> Dict[str, Any]:
        """Return the recipe as nested dictionaries of plain values."""
        return asdict(self)


#: Lowest and highest values of the numbers of a recipe.
MANY = 10**9
LIMITS = {'steps': (1, MANY), 'lanes': (1, 4096), 'validate_every': (1, MANY),
          'validation_files': (1, MANY), 'seed': (0, MANY), 'forget_bias': (-100.0, 100.0),
          'true_share': (0.0, 1.0), 'far_m': (0.1, 1e6), 'ema': (0.0, 0.999999),
          'state_noise': (0.0, 10.0)}

SECTIONS = {'model': ModelConfig, 'clips': SchedulePlan, 'augment': AugmentPlan,
            'optimiser': OptimiserPlan}


def read_recipe(path: Path, changes: Sequence[str] = ()) -> Recipe:
    """
    Read a recipe.

    :param changes: ``key=value`` or ``section.key=value``, values in YAML, that replace what the
        file says.
    :raises ConfigError: naming the key that is unknown or has a value that cannot be used.
    """
    try:
        tree = yaml.safe_load(Path(path).read_text(encoding='utf-8'))
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise ConfigError(f'the recipe {path} cannot be read: {error}') from error
    if not isinstance(tree, dict):
        raise ConfigError(f'the recipe {path} is not a table of settings')
    for change in changes:
        key, equals, value = change.partition('=')
        *section, name = key.split('.')
        if not equals or len(section) > 1:
            raise ConfigError(f'{change!r} is not key=value or section.key=value')
        table = tree.setdefault(section[0], {}) if section else tree
        if not isinstance(table, dict):
            raise ConfigError(f'{change!r}: {section[0]} is no section of the recipe')
        try:
            table[name] = yaml.safe_load(value)
        except yaml.YAMLError:
            raise ConfigError(f'{change!r}: {value!r} is no value') from None
    return recipe_of(tree)


def recipe_of(tree: Mapping[str, Any]) -> Recipe:
    """Return the recipe of nested dictionaries, as a file or ``as_dict`` gives them."""
    if 'model' not in tree:
        raise ConfigError('the recipe has no model section')
    values = dict(tree)
    for name, plan in SECTIONS.items():
        if name in values:
            values[name] = ModelConfig.from_dict(values[name]) if plan is ModelConfig \
                else make(plan, values[name], f'{name}.')
    return make(Recipe, values, '')


def make(plan: type, values: Mapping[str, Any], prefix: str) -> Any:
    """Return a plan from a table; refuse unknown keys and values of another type."""
    if not isinstance(values, Mapping):
        raise ConfigError(f'{prefix[:-1]} is {values!r}; it must be a table of settings')
    kinds = {each.name: each.type for each in fields(plan)}
    for name in values:
        if name not in kinds:
            raise ConfigError(f'the recipe has a key that is not known: {prefix}{name}')
    return plan(**{name: converted(value, kinds[name], prefix + name)
                   for name, value in values.items()})


def converted(value: Any, kind: type, name: str) -> Any:
    """Return a value of YAML as the type of its field; 1 and 1e-3, a string there, are floats."""
    if kind is str and value is None:
        return ''
    if kind is float and type(value) in (int, str):
        try:
            return float(value)
        except ValueError:
            pass
    if kind in (int, float, str, bool) and type(value) is not kind:
        raise ConfigError(f'{name} is {value!r}; it must be of type {kind.__name__}')
    return value


def make_loss(settings: Mapping[str, Any]) -> nn.Module:
    """
    Return the loss of a recipe: its name, and arguments of its own.

    :raises ConfigError: naming what is not known.
    """
    arguments = dict(settings) if isinstance(settings, Mapping) else {}
    loss = LOSSES.get(str(arguments.pop('name', None)))
    if loss is None:
        raise ConfigError(f'loss.name must be one of {", ".join(LOSSES)}')
    known = signature(loss).parameters
    for name, value in arguments.items():
        if name not in known:
            raise ConfigError(f'loss.{name} is not known to {settings["name"]}')
        arguments[name] = value = converted(value, known[name].annotation, f'loss.{name}')
        if not 0 <= value < MANY:
            raise ConfigError(f'loss.{name} is {value}; it must not be negative')
    return loss(**arguments)
