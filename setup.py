# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""An ordinary ament_python package: what goes where when colcon or pip install it."""

from glob import glob
from pathlib import Path

from setuptools import find_packages, setup

NAME = 'depthanyevent_ros'
SHARE = f'share/{NAME}'


def requirements(name: str) -> list:
    """Return the lines of requirements/NAME.txt that name a package."""
    lines = Path('requirements', f'{name}.txt').read_text().splitlines()
    return [line.strip() for line in lines if line.strip() and not line.startswith('#')]


setup(
    name=NAME,
    version='0.1.0',
    packages=find_packages(include=[NAME, f'{NAME}.*']),
    package_data={'': ['*.yaml', 'templates/*'], NAME: ['data/*/*']},
    data_files=[
        ('share/ament_index/resource_index/packages', [f'resource/{NAME}']),
        (SHARE, ['package.xml']),
        (f'{SHARE}/launch', sorted(glob('launch/*.launch.py'))),
        (f'{SHARE}/config', sorted(glob('config/*.*'))),
        (f'{SHARE}/config/train', sorted(glob('config/train/*.yaml'))),
        (f'{SHARE}/config/teacher', sorted(glob('config/teacher/*.yaml'))),
        # Weights and engines never go into share/: see depthanyevent_ros/paths.py.
        (f'{SHARE}/models', sorted(glob('models/*.*'))),
    ],
    python_requires='>=3.10',
    install_requires=['setuptools'],
    extras_require={name: requirements(name) for name in ('run', 'train', 'test', 'gpu')},
    zip_safe=False,
    author='The depthanyevent_ros authors',
    maintainer='The depthanyevent_ros authors',
    maintainer_email='depthanyevent_ros@users.noreply.github.com',
    description='Dense depth from a live event stream: DepthAnyEvent-R as a ROS 2 package.',
    license='Apache-2.0',
    entry_points={
        'console_scripts': [
            f'depth_node = {NAME}.nodes.depth_node:main',
            f'teacher_node = {NAME}.nodes.teacher_node:main',
            f'play = {NAME}.__main__:play',
            f'depthanyevent = {NAME}.__main__:main',
        ],
    },
)
