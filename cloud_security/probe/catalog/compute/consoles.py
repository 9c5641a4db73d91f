# SPDX-License-Identifier: Apache-2.0
"""Consoles of one server, and its console log.

Source: nova/api/openstack/compute/remote_consoles.py and console_output.py,
Nova 29 to 34.
"""

from __future__ import annotations

from cloud_security.probe.catalog.operations import Operation


def _console(kind: str, protocol: str, action: str) -> tuple[Operation, ...]:
    return (
        Operation(
            f'open the {protocol} console',
            'POST',
            'servers/{server}/remote-consoles',
            {'remote_console': {'protocol': protocol, 'type': kind}},
            since='2.6',
        ),
        Operation(
            f'open the {protocol} console, before 2.6',
            'POST',
            'servers/{server}/action',
            {action: {'type': kind}},
            until='2.5',
        ),
    )


CONSOLES = (
    Operation(
        'read the console log',
        'POST',
        'servers/{server}/action',
        {'os-getConsoleOutput': {'length': 5}},
    ),
    *_console('novnc', 'vnc', 'os-getVNCConsole'),
    *_console('spice-html5', 'spice', 'os-getSPICEConsole'),
    *_console('serial', 'serial', 'os-getSerialConsole'),
)
