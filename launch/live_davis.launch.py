# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Start a DAVIS with libcaer_driver, the depth node on its events, and RViz."""

from launch import LaunchDescription
from launch.actions import DeclareLaunchArgument, IncludeLaunchDescription
from launch.conditions import IfCondition
from launch.launch_description_sources import PythonLaunchDescriptionSource
from launch.substitutions import LaunchConfiguration, PathJoinSubstitution
from launch_ros.actions import ComposableNodeContainer
from launch_ros.descriptions import ComposableNode, ParameterValue
from launch_ros.substitutions import FindPackageShare

SHARE = FindPackageShare('depthanyevent_ros')
ARGUMENTS = [
    ('driver', 'true', 'Start libcaer_driver; false if a driver runs already.'),
    ('device_type', 'davis', 'Device type of libcaer_driver.'),
    ('serial', '', 'Serial number of the camera; empty takes the first one.'),
    ('camera_name', 'event_camera', 'Name of the driver: its topics are below it.'),
    ('camerainfo_url', '', 'Calibration, for example file:///home/me/davis346.yaml.'),
    ('encoding', 'libcaer', 'Event encoding. libcaer_cmp of current drivers has wrong rows.'),
    ('aps_enabled', 'true', 'Publish the APS frames too (they are off in the driver).'),
    ('params_file', PathJoinSubstitution([SHARE, 'config', 'davis346.yaml']),
     'Parameters of the depth node; the presets are in config/.'),
    ('weights', '', 'Name in models/manifest.yaml, or path of a weight file.'),
    ('engine', '', 'Engine: auto, tensorrt, torch_cuda, cpu, openvino or torch.'),
    ('depth_mode', '', 'Meaning of the depth: relative, metric or aligned.'),
    ('rectify', '', 'Rectify the events (needs a calibration).'),
    ('rviz', 'true', 'Open RViz with config/depth.rviz.'),
    ('log_level', 'info', 'Log level of the depth node.'),
]
PASSED_ON = ('params_file', 'weights', 'engine', 'depth_mode', 'rectify', 'rviz', 'log_level')


def generate_launch_description() -> LaunchDescription:
    """Return the driver in a container, the depth node and RViz."""
    value = {name: LaunchConfiguration(name) for name, _, _ in ARGUMENTS}
    driver = ComposableNodeContainer(
        package='rclcpp_components', executable='component_container', name='camera_container',
        namespace='', output='screen', condition=IfCondition(value['driver']),
        composable_node_descriptions=[ComposableNode(
            package='libcaer_driver', plugin='libcaer_driver::Driver',
            name=value['camera_name'],
            parameters=[{
                'device_type': value['device_type'],
                'serial': ParameterValue(value['serial'], value_type=str),
                'encoding': value['encoding'],
                'camerainfo_url': value['camerainfo_url'],
                'aps_enabled': ParameterValue(value['aps_enabled'], value_type=bool),
            }])])
    depth = IncludeLaunchDescription(
        PythonLaunchDescriptionSource(
            PathJoinSubstitution([SHARE, 'launch', 'depth.launch.py'])),
        launch_arguments={
            **{name: value[name] for name in PASSED_ON},
            'event_topic': ['/', value['camera_name'], '/events'],
            'camera_info_topic': ['/', value['camera_name'], '/camera_info'],
        }.items())
    return LaunchDescription([
        *(DeclareLaunchArgument(name, default_value=default, description=text)
          for name, default, text in ARGUMENTS),
        driver,
        depth,
    ])
