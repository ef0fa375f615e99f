# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Replay a recording through the depth node and look at the depth in RViz."""

from launch import LaunchContext, LaunchDescription
from launch.actions import DeclareLaunchArgument, EmitEvent, IncludeLaunchDescription
from launch.actions import OpaqueFunction, RegisterEventHandler, TimerAction
from launch.conditions import IfCondition
from launch.event_handlers import OnProcessExit
from launch.events import Shutdown
from launch.launch_description_sources import PythonLaunchDescriptionSource
from launch.substitutions import LaunchConfiguration, PathJoinSubstitution
from launch_ros.actions import Node
from launch_ros.substitutions import FindPackageShare

SHARE = FindPackageShare('depthanyevent_ros')
ARGUMENTS = [
    ('recording', None, 'Recording: rosbag2 folder, .mcap, .db3, ROS 1 .bag, .aedat4, or a data '
     'set: .hdf5 or .bag of MVSEC, folder of DSEC, EventScape or ECD.'),
    ('rate', '1.0', 'Speed of the replay; 1.0 is real time.'),
    ('loop', '1', 'How often the recording is played; inf repeats it until stopped.'),
    ('params_file', PathJoinSubstitution([SHARE, 'config', 'replay.yaml']),
     'Parameters of the depth node; config/ has presets for DSEC and MVSEC as the paper does.'),
    ('weights', '', 'Name in models/manifest.yaml, or path of a weight file.'),
    ('engine', '', 'Engine: auto, tensorrt, torch_cuda, cpu, openvino or torch.'),
    ('depth_mode', '', 'Meaning of the depth: relative, metric or aligned.'),
    ('overload', '', 'When the engine is too slow: latest, merge, or lossless (the player then '
     'waits for the node, and for its engine before it begins).'),
    ('rectify', '', 'Rectify the events by the recorded calibration.'),
    ('rviz', 'true', 'Open RViz with config/depth.rviz.'),
    ('exit_when_done', 'false', 'Stop everything 5 s after the recording has been played.'),
    ('log_level', 'info', 'Log level of the nodes.'),
]
PASSED_ON = ('params_file', 'weights', 'engine', 'depth_mode', 'overload', 'rectify', 'rviz',
             'log_level')


#: A first start builds the engine, which takes a minute and more on a slow computer.
WAIT_S = 600
#: What the node may still have to do when the last message has been played.
REST_S = 5.0


def player(context: LaunchContext) -> list:
    """Return the player, and what happens when it has ended."""
    value = {name: LaunchConfiguration(name) for name, _, _ in ARGUMENTS}
    lossless = value['overload'].perform(context) == 'lossless'
    node = Node(
        package='depthanyevent_ros', executable='play', name='play', output='screen',
        arguments=[value['recording'], '--rate', value['rate'], '--loop', value['loop'],
                   '--clock', '--wait-for-subscribers', '1', '--wait-timeout', str(WAIT_S),
                   *(['--lossless'] if lossless else [])],
        remappings=[('events', '/event_camera/events'),
                    ('image_raw', '/event_camera/image_raw'),
                    ('camera_info', '/event_camera/camera_info')])
    end = EmitEvent(event=Shutdown(reason='the recording has ended'))
    return [node, RegisterEventHandler(
        OnProcessExit(target_action=node, on_exit=[TimerAction(period=REST_S, actions=[end])]),
        condition=IfCondition(value['exit_when_done']))]


def generate_launch_description() -> LaunchDescription:
    """Return the player, the depth node and RViz."""
    value = {name: LaunchConfiguration(name) for name, _, _ in ARGUMENTS}
    depth = IncludeLaunchDescription(
        PythonLaunchDescriptionSource(
            PathJoinSubstitution([SHARE, 'launch', 'depth.launch.py'])),
        launch_arguments={**{name: value[name] for name in PASSED_ON},
                          'use_sim_time': 'true'}.items())
    return LaunchDescription([
        *(DeclareLaunchArgument(name, default_value=default, description=text)
          for name, default, text in ARGUMENTS),
        depth,
        OpaqueFunction(function=player),
    ])
