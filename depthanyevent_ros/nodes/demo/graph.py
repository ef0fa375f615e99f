# Copyright 2026 The depthanyevent_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A ROS graph of its own, so that nothing else that runs on the machine or near it interferes."""

import os
import random
import socket
from typing import MutableMapping

from depthanyevent_ros.errors import DepthAnyEventError
from depthanyevent_ros.paths import share_dir

#: Domains whose ports are free of the system's ephemeral ones on Linux; 0 is everybody's.
DOMAINS = range(1, 101)
#: RTPS 2.5, 9.6.2.3: the port of a domain's discovery is 7400 + 250 x domain.
DISCOVERY_PORT, PORTS_PER_DOMAIN = 7400, 250


def use_private_graph(environment: MutableMapping[str, str] = os.environ) -> int:
    """
    Set domain, discovery and the shared-memory profile for this process and its children.

    To be called before rclpy is initialised. A profile that the user has set is kept.

    :returns: the domain.
    """
    domain = free_domain()
    environment['ROS_DOMAIN_ID'] = str(domain)
    environment['ROS_AUTOMATIC_DISCOVERY_RANGE'] = 'LOCALHOST'
    environment.pop('ROS_STATIC_PEERS', None)
    environment.setdefault('FASTDDS_DEFAULT_PROFILES_FILE',
                           str(share_dir() / 'config' / 'fastdds_profile.xml'))
    return domain


def free_domain(domains=DOMAINS) -> int:
    """Return a domain, drawn at random, that no process here takes part in."""
    candidates = list(domains)
    random.SystemRandom().shuffle(candidates)
    for domain in candidates:
        if not _is_used(domain):
            return domain
    raise DepthAnyEventError(f'every ROS domain from {domains[0]} to {domains[-1]} is in use here')


def _is_used(domain: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind(('', DISCOVERY_PORT + PORTS_PER_DOMAIN * domain))
        except OSError:
            return True
    return False
