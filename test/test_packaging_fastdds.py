# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The profile for Fast DDS lets large best-effort messages through between two processes."""

import os
from pathlib import Path
import subprocess
import sys

import pytest

PROFILE = Path(__file__).resolve().parents[1] / 'config' / 'fastdds_profile.xml'
N_MESSAGES = 10
N_BYTES = 3_200_000                                 # 200,000 events as EventArray
COMMON = f"""
import sys, time
import rclpy
from rclpy.qos import QoSProfile, ReliabilityPolicy
from sensor_msgs.msg import Image
rclpy.init()
node = rclpy.create_node('large_messages')
qos = QoSProfile(depth={N_MESSAGES}, reliability=ReliabilityPolicy.BEST_EFFORT)
"""
PUBLISHER = COMMON + f"""
from rclpy.serialization import serialize_message
publisher = node.create_publisher(Image, 'large', qos)
message = serialize_message(Image(data=bytes({N_BYTES})))
end = time.monotonic() + 60
while not publisher.get_subscription_count() and time.monotonic() < end:
    time.sleep(0.05)
time.sleep(0.5)
for _ in range({N_MESSAGES}):
    publisher.publish(message)
    time.sleep(0.05)
sys.stdin.read()
"""
SUBSCRIBER = COMMON + f"""
sizes = []
node.create_subscription(Image, 'large', lambda data: sizes.append(len(data)), qos, raw=True)
silent_since = time.monotonic()
while len(sizes) < {N_MESSAGES} and time.monotonic() - silent_since < 15:
    n_before = len(sizes)
    rclpy.spin_once(node, timeout_sec=0.1)
    if len(sizes) > n_before:
        silent_since = time.monotonic()
print(sum(size > {N_BYTES} for size in sizes))
"""


@pytest.mark.ros
@pytest.mark.timeout(120)
def test_large_best_effort_messages_all_arrive_with_the_profile():
    """Without the profile the same two processes lose nearly all of these messages."""
    pytest.importorskip('rclpy')
    pytest.importorskip('sensor_msgs.msg')
    if os.environ.get('RMW_IMPLEMENTATION', 'rmw_fastrtps_cpp') != 'rmw_fastrtps_cpp':
        pytest.skip('another RMW implementation does not read the profile')
    shared_memory = os.statvfs('/dev/shm')
    if shared_memory.f_bavail * shared_memory.f_frsize < 256 << 20:
        pytest.skip('less than 256 MiB free in /dev/shm: see docs/ros2_from_wheels.md')
    environment = {**os.environ, 'FASTDDS_DEFAULT_PROFILES_FILE': str(PROFILE),
                   'ROS_AUTOMATIC_DISCOVERY_RANGE': 'LOCALHOST',
                   'ROS_DOMAIN_ID': str(1 + os.getpid() % 100)}
    with subprocess.Popen([sys.executable, '-c', PUBLISHER], env=environment,
                          stdin=subprocess.PIPE):
        received = subprocess.run([sys.executable, '-c', SUBSCRIBER], env=environment,
                                  capture_output=True, text=True, timeout=100)
    assert received.stdout.split() == [str(N_MESSAGES)], received.stderr
