# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Start the depth node and the teacher node, which lets it learn from the camera's own frames."""

import os

from launch import LaunchContext, LaunchDescription
from launch.actions import DeclareLaunchArgument, IncludeLaunchDescription, OpaqueFunction
from launch.launch_description_sources import PythonLaunchDescriptionSource
from launch.substitutions import LaunchConfiguration, PathJoinSubstitution
from launch_ros.actions import Node
from launch_ros.parameter_descriptions import ParameterValue
from launch_ros.substitutions import FindPackageShare

SHARE = FindPackageShare('depthanyevent_ros')
#: The engine's threads wait for each other: one on the learner's core makes all of them late.
ONE_CORE_LEFT = str(max(1, len(os.sched_getaffinity(0)) - 1))
ARGUMENTS = [
    ('namespace', '', 'Namespace of both nodes; one namespace for each camera.'),
    ('params_file', PathJoinSubstitution([SHARE, 'config', 'davis346.yaml']),
     'Parameters of the depth node; the presets are in config/.'),
    ('teacher_params_file', PathJoinSubstitution([SHARE, 'config', 'teacher_davis346.yaml']),
     'Parameters of the teacher node.'),
    ('event_topic', '/event_camera/events', 'Topic with the events.'),
    ('image_topic', '/event_camera/image_raw', 'Topic with the frames of the same sensor.'),
    ('camera_info_topic', '/event_camera/camera_info', 'Topic with the calibration.'),
    ('use_sim_time', 'false', 'Follow /clock, as in replay.'),
    ('rviz', 'false', 'Open RViz with config/depth.rviz.'),
    ('log_level', 'info', 'Log level of the nodes.'),
    ('weights', '', 'First weights of both nodes: name in models/manifest.yaml, or path. Empty: '
     'as in params_file.'),
    ('engine', '', 'Engine: auto, tensorrt, torch_cuda, cpu, openvino or torch. Empty: as in '
     'params_file.'),
    ('threads', ONE_CORE_LEFT, "Threads of the depth node's engine on the processor: all cores "
     'but one, which is for the learner. Empty: as in params_file.'),
]
PASSED_ON = ('namespace', 'params_file', 'event_topic', 'camera_info_topic', 'use_sim_time',
             'rviz', 'log_level', 'weights', 'engine', 'threads', 'rectify')
#: Arguments that are parameters of the teacher node: empty leaves what teacher_params_file says.
PARAMETERS = [
    ('weights', 'weights', str, 'First weights of both nodes.'),
    ('rectify', 'rectify', bool, 'Both nodes: events and frames are rectified; true or false.'),
    ('adapt', 'adapt', bool, 'Learn from the start (the default here), or wait for ~/adapt.'),
    ('resume', 'resume', bool, 'Go on with what was learned before; true or false.'),
    ('robot', 'robot', str, 'Whose learned weights these are.'),
    ('teacher', 'teacher.name', str, 'Name, checkpoint, or .yaml of an ONNX model.'),
    ('teacher_threads', 'threads', int, 'Threads of teacher and learner.'),
]
DEFAULTS = {'adapt': 'true'}


def teacher_node(context: LaunchContext) -> list:
    """Return the teacher node; only arguments that were given override the parameter file."""
    value = {name: LaunchConfiguration(name) for name, _, _ in ARGUMENTS}
    given = {parameter: ParameterValue(LaunchConfiguration(name), value_type=kind)
             for name, parameter, kind, _ in PARAMETERS
             if LaunchConfiguration(name).perform(context)}
    return [Node(
        package='depthanyevent_ros', executable='teacher_node', name='teacher',
        namespace=value['namespace'], output='screen',
        parameters=[value['teacher_params_file'], given, {
            'use_sim_time': ParameterValue(value['use_sim_time'], value_type=bool)}],
        remappings=[('events', value['event_topic']), ('image', value['image_topic']),
                    ('camera_info', value['camera_info_topic'])],
        arguments=['--ros-args', '--log-level', value['log_level']])]


def generate_launch_description() -> LaunchDescription:
    """Return both nodes, and RViz if it is asked for."""
    declared = {name for name, _, _ in ARGUMENTS}
    depth = IncludeLaunchDescription(
        PythonLaunchDescriptionSource(
            PathJoinSubstitution([SHARE, 'launch', 'depth.launch.py'])),
        launch_arguments={name: LaunchConfiguration(name) for name in PASSED_ON}.items())
    return LaunchDescription([
        *(DeclareLaunchArgument(name, default_value=default, description=text)
          for name, default, text in ARGUMENTS),
        *(DeclareLaunchArgument(name, default_value=DEFAULTS.get(name, ''), description=text)
          for name, _, _, text in PARAMETERS if name not in declared),
        depth,
        OpaqueFunction(function=teacher_node),
    ])
