# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Start the depth node on a stream of events."""

from launch import LaunchContext, LaunchDescription
from launch.actions import DeclareLaunchArgument, OpaqueFunction, SetEnvironmentVariable
from launch.conditions import IfCondition
from launch.substitutions import EnvironmentVariable, LaunchConfiguration, PathJoinSubstitution
from launch_ros.actions import Node
from launch_ros.parameter_descriptions import ParameterValue
from launch_ros.substitutions import FindPackageShare

SHARE = FindPackageShare('depthanyevent_ros')
ARGUMENTS = [
    ('namespace', '', 'Namespace of the node; one namespace for each camera.'),
    ('params_file', PathJoinSubstitution([SHARE, 'config', 'davis346.yaml']),
     'Parameters of the node; the presets are in config/.'),
    ('event_topic', '/event_camera/events', 'Topic with the events.'),
    ('camera_info_topic', '/event_camera/camera_info', 'Topic with the calibration.'),
    ('use_sim_time', 'false', 'Follow /clock, as in replay.'),
    ('rviz', 'false', 'Open RViz with config/depth.rviz.'),
    ('log_level', 'info', 'Log level of the node.'),
]
#: Arguments that are parameters of the node: empty leaves what params_file says.
PARAMETERS = [
    ('weights', 'weights', str, 'Name in models/manifest.yaml, or path of a weight file.'),
    ('engine', 'engine.name', str, 'Engine: auto, tensorrt, torch_cuda, cpu, openvino or torch.'),
    ('threads', 'engine.threads', int, 'Threads of an engine on the processor; 0: all cores.'),
    ('depth_mode', 'depth.mode', str, 'Meaning of the depth: relative, metric or aligned.'),
    ('overload', 'overload', str, 'When the engine is too slow: latest, merge or lossless.'),
    ('rectify', 'rectify', bool, 'Rectify the events (needs camera_info); true or false.'),
    ('autostart', 'autostart', bool, 'Configure and activate at start; true or false.'),
]


def depth_node(context: LaunchContext) -> list:
    """Return the depth node; only arguments that were given override the parameter file."""
    value = {name: LaunchConfiguration(name) for name, _, _ in ARGUMENTS}
    given = {parameter: ParameterValue(LaunchConfiguration(name), value_type=kind)
             for name, parameter, kind, _ in PARAMETERS
             if LaunchConfiguration(name).perform(context)}
    return [Node(
        package='depthanyevent_ros', executable='depth_node', name='depth',
        namespace=value['namespace'], output='screen',
        parameters=[value['params_file'], given, {
            'use_sim_time': ParameterValue(value['use_sim_time'], value_type=bool)}],
        remappings=[('events', value['event_topic']),
                    ('camera_info', value['camera_info_topic'])],
        arguments=['--ros-args', '--log-level', value['log_level']])]


def generate_launch_description() -> LaunchDescription:
    """Return the depth node, and RViz if it is asked for."""
    sim_time = ParameterValue(LaunchConfiguration('use_sim_time'), value_type=bool)
    rviz = Node(
        package='rviz2', executable='rviz2', name='rviz',
        condition=IfCondition(LaunchConfiguration('rviz')),
        arguments=['-d', PathJoinSubstitution([SHARE, 'config', 'depth.rviz'])],
        parameters=[{'use_sim_time': sim_time}])
    return LaunchDescription([
        *(DeclareLaunchArgument(name, default_value=default, description=text)
          for name, default, text in ARGUMENTS),
        *(DeclareLaunchArgument(name, default_value='', description=f'{text} '
                                'Empty: as in params_file.')
          for name, _, _, text in PARAMETERS),
        # A user's own profile wins; ours lets messages above 512 kB pass (see docs).
        SetEnvironmentVariable('FASTDDS_DEFAULT_PROFILES_FILE', EnvironmentVariable(
            'FASTDDS_DEFAULT_PROFILES_FILE',
            default_value=PathJoinSubstitution([SHARE, 'config', 'fastdds_profile.xml']))),
        OpaqueFunction(function=depth_node),
        rviz,
    ])
