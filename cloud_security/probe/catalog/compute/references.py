# SPDX-License-Identifier: Apache-2.0
"""References to a server from a request about something else.

They are scheduler hints and floating IPs.
Source: nova/api/openstack/compute/servers.py and floating_ips.py.
"""

from __future__ import annotations

from typing import Any

from cloud_security.probe.catalog.operations import acts
from cloud_security.probe.catalog.operations import Effect
from cloud_security.probe.catalog.operations import Kind
from cloud_security.probe.catalog.operations import Operation


def _boots(
    name: str, hint: str, key: str = 'os:scheduler_hints', **more: Any
) -> Operation:
    return Operation(
        name,
        'POST',
        'servers',
        {
            'server': {
                'name': '{new_name}',
                'flavorRef': '{flavor}',
                'imageRef': '{image}',
                'networks': 'none',
                'metadata': {'probe': 'x'},
            },
            key: {hint: '{' + more.get('about', 'server') + '}'},
        },
        kind=Kind.BUILT,
        effect=Effect.CHANGES,
        until='2.64',
        repeats=False,
        **more,
    )


REFERENCES = (
    # The scheduler learns late about a move, so these come before one.
    _boots('make a server in a group', 'group', about='group'),
    _boots('make a server beside it', 'same_host'),
    _boots(
        'make a server beside it, old name',
        'same_host',
        'OS-SCH-HNT:scheduler_hints',
    ),
    acts(
        'give it a floating IP',
        'addFloatingIp',
        {'address': '{address}'},
        effect=Effect.DESTROYS,
        until='2.43',
        part='floating IPs',
    ),
    Operation(
        'who holds a floating IP',
        'GET',
        'os-floating-ips',
        kind=Kind.SEARCHED,
        effect=Effect.DESTROYS,
        until='2.35',
        part='floating IPs',
    ),
    Operation(
        'take its floating IP',
        'POST',
        'servers/{own}/action',
        {'addFloatingIp': {'address': '{address}'}},
        effect=Effect.DESTROYS,
        about='address',
        until='2.43',
        part='floating IPs',
        repeats=False,
    ),
)
