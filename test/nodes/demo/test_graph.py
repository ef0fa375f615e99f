# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The demo has a ROS graph of its own."""

import socket

import pytest

from depthanyevent_ros.errors import DepthAnyEventError
from depthanyevent_ros.nodes.demo.graph import (
    DISCOVERY_PORT, free_domain, PORTS_PER_DOMAIN, use_private_graph)


def test_everything_stays_on_this_machine():
    """Domain, discovery and the profile are set; peers that the user named are not asked."""
    environment = {'ROS_DOMAIN_ID': '0', 'ROS_STATIC_PEERS': '10.0.0.1'}
    domain = use_private_graph(environment)
    assert domain != 0 and environment['ROS_DOMAIN_ID'] == str(domain)
    assert environment['ROS_AUTOMATIC_DISCOVERY_RANGE'] == 'LOCALHOST'
    assert 'ROS_STATIC_PEERS' not in environment
    assert environment['FASTDDS_DEFAULT_PROFILES_FILE'].endswith('fastdds_profile.xml')


def test_a_profile_of_the_user_is_kept():
    """Who tunes the middleware means it."""
    environment = {'FASTDDS_DEFAULT_PROFILES_FILE': '/mine.xml'}
    use_private_graph(environment)
    assert environment['FASTDDS_DEFAULT_PROFILES_FILE'] == '/mine.xml'


def test_a_domain_in_use_is_passed_over():
    """Its discovery port is taken; with no other domain left, that is said."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(('', DISCOVERY_PORT + PORTS_PER_DOMAIN * 99))
        assert free_domain([98, 99]) == 98
        with pytest.raises(DepthAnyEventError, match='every ROS domain from 99 to 99'):
            free_domain([99])
