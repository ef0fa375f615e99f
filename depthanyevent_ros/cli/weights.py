# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Look after weights that were learned online, by the teacher node or the verb distill.

    depthanyevent weights list
    depthanyevent weights compare 0 3 --windows test/*.h5
    depthanyevent weights promote 3

Each robot has versions of its own; 0 stands for the weights of the factory, from which they were
learned and which nothing here changes.
"""

import argparse
import os
from pathlib import Path
import shlex

from depthanyevent_ros.cli import weights_found as found
from depthanyevent_ros.cli import weights_shown as shown
from depthanyevent_ros.distillation.promotion.store import FACTORY
from depthanyevent_ros.distillation.promotion.where import DEFAULT_ROBOT, stores_folder
from depthanyevent_ros.errors import ConfigError, RecordingError, WeightsError
from depthanyevent_ros.evaluation.tables import as_text


def add_arguments(parser) -> None:
    """Declare the actions and the arguments of each."""
    actions = parser.add_subparsers(dest='action', metavar='ACTION', required=True)
    parsers = {name: actions.add_parser(name, help=what, description=f'{what[0].upper()}'
                                        f'{what[1:]}.') for name, (_, what) in ACTIONS.items()}
    for name in ('show', 'promote', 'export'):
        parsers[name].add_argument('number', metavar='N', help='of a version')
    for name in ('compare', 'delete'):
        parsers[name].add_argument('numbers', nargs='+', metavar='N', help='of versions')
    parsers['compare'].add_argument('--windows', nargs='+', type=Path, metavar='FILE.h5',
                                    help='score them on true depth: files of training windows, as '
                                         'the verbs windows and simulate make them')
    parsers['compare'].add_argument('--factory', default='', metavar='NAME',
                                    help="name or path of the factory's weights, where the "
                                         'manifest does not have them')
    parsers['export'].add_argument('out', type=Path, metavar='FILE.safetensors')
    parsers['export'].add_argument('--force', action='store_true', help='overwrite the file')
    for each in parsers.values():
        each.add_argument('--robot', metavar='NAME',
                          help=f'whose weights these are (default: {DEFAULT_ROBOT})')
        each.add_argument('--store', type=Path, metavar='FOLDER',
                          help="their folder, where it is not the robot's own")
        each.add_argument('--debug', action='store_true', default=argparse.SUPPRESS,
                          help='show where an error came from')


def run(args) -> int:
    """Do what is asked for and print it."""
    action, _ = ACTIONS[args.action]
    print(action(args, found.folder_of(args)))
    return 0


def list_all(args, folder: Path) -> str:
    """Return the versions as a table, and what is damaged."""
    store = found.open_store(folder) if folder.is_dir() else None
    if store is None or not found.described(store):
        return '\n'.join([f'no weights were learned online yet: {folder} has no versions',
                          *other_robots(folder)])
    versions, damaged, in_use = found.versions(store), found.damage(store), store.in_use()
    table = as_text(shown.list_table(versions, in_use, damaged))
    notes = [f'{shown.DAMAGED} {number}: {sentence}' for number, sentence in damaged.items()]
    if found.marked(store) != in_use:
        notes.append(f'{shown.DAMAGED} version {found.marked(store)} is marked as in use, and '
                     'cannot be used: the factory is, until another one is promoted')
    return '\n'.join([f'versions in {folder}', '', table, '',
                      f'{shown.IN_USE} in use; 0 is the factory: '
                      + shown.factories_text(versions.values()), shown.LEGEND, *notes])


def other_robots(folder: Path) -> list:
    """Return a line with the robots that have versions, if others than this have."""
    robots = sorted(path.parent.name for path in stores_folder().glob('*/v*.json'))
    names = [name for name in dict.fromkeys(robots) if stores_folder() / name != folder]
    return [f'robots that have some: {", ".join(names)}'] if names else []


def show(args, folder: Path) -> str:
    """Return all that is known of one version."""
    store, (number,) = found.open_store(folder), found.numbers_of([args.number])
    versions = found.versions(store)
    if number == FACTORY:
        return shown.factory_facts(versions.values(), store.in_use() == FACTORY)
    version = found.get(store, number)
    path = store.path(number)
    text = shown.facts_text(version, found.facts_of(path), versions, store.in_use() == number,
                            path)
    return f'{text}\n\n{as_text(shown.scores_table(version))}'


def compare(args, folder: Path) -> str:
    """Return the stored scores side by side, and with --windows those on true depth."""
    store, numbers = found.open_store(folder), found.numbers_of(args.numbers)
    if numbers == [FACTORY]:
        raise ConfigError('0 is the factory: give a version to compare it with')
    if len(numbers) == 1:
        numbers = [FACTORY, *numbers]
    versions = {n: found.get(store, n) for n in numbers if n != FACTORY}
    parts = [as_text(shown.comparison_table(numbers, versions)),
             '\n'.join(shown.comparison_notes(list(versions.values())))]
    if args.windows is not None:
        from depthanyevent_ros.cli.weights_scored import (
            open_files, weights_to_score, windows_table,
        )
        files = open_files(args.windows)
        newest = versions[max(versions)]
        weights = [weights_to_score(store, n, newest.factory_sha256, args.factory)
                   for n in numbers]
        names = ['factory' if n == FACTORY else str(n) for n in numbers]
        parts += [f'Scores on true depth; files of windows: {len(files)}\n'
                  + as_text(windows_table(weights, names, files))]
    return '\n\n'.join(parts)


def promote(args, folder: Path) -> str:
    """Mark a version as the one in use."""
    store, (number,) = found.open_store(folder), found.numbers_of([args.number])
    if number != FACTORY:
        found.get(store, number)
        weights = str(store.path(number))
    before = store.in_use()
    if number == FACTORY:
        versions = found.versions(store)
        newest = versions[max(versions)].factory_sha256 if versions else None
        weights = found.factory_name(newest) or 'NAME_OR_PATH_OF_THE_FACTORY'
    try:
        store.use(number)
    except OSError as error:
        raise RecordingError(f'{folder} cannot be written ({error.strerror}): '
                             f'{called(before)} stays in use') from error
    return (f'{called(number)} is in use, '
            + ('as before' if before == number else f'in place of {called(before)}')
            + f': {weights}\n'
            'A node with `resume` takes it at its next start; one that runs, here /depth, at once '
            'by\n'
            f'  ros2 param set /depth weights {shlex.quote(weights)}\n'
            '  ros2 service call /depth/load_weights std_srvs/srv/Trigger')


def called(number: int) -> str:
    """Return a version in words."""
    return 'the factory' if number == FACTORY else f'version {number}'


def export(args, folder: Path) -> str:
    """Copy a version to a new place."""
    from depthanyevent_ros.cli.weights_export import export as export_version
    number, = found.numbers_of([args.number])
    return export_version(found.open_store(folder), number, args.out, args.force)


def delete(args, folder: Path) -> str:
    """Delete versions, all of them or none; one that is in use stays."""
    store, numbers = found.open_store(folder), found.numbers_of(args.numbers)
    there, damaged, marked = found.described(store), found.damage(store), found.marked(store)
    for number in numbers:
        if number == FACTORY:
            raise ConfigError('0 is the factory: its weights are no version and cannot be deleted')
        if number not in there:
            raise WeightsError(f'{folder} has no version {number}; it has '
                               f'{", ".join(map(str, there)) or "none"}')
        if number == marked and number not in damaged:
            raise WeightsError(f'version {number} is in use: promote another one first')
    if not os.access(folder, os.W_OK | os.X_OK):
        raise RecordingError(f'{folder} cannot be written: nothing was deleted')
    if marked in numbers:                       # damaged: a later one must not inherit the mark
        store.use(FACTORY)
    for number in numbers:
        store.delete(number)
    return f'deleted: {", ".join(map(called, numbers))}'


#: Action -> what does it, and what is said of it.
ACTIONS = {'list': (list_all, 'list the versions of a robot, their scores and which is in use'),
           'show': (show, 'show all that is known of one version'),
           'compare': (compare, 'put scores side by side; one version alone is put beside 0'),
           'promote': (promote, 'mark a version as the one in use'),
           'export': (export, 'copy a version to a file, with an entry for the manifest'),
           'delete': (delete, 'delete versions that are not in use')}
