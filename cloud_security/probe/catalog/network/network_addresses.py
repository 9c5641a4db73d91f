# SPDX-License-Identifier: Apache-2.0
"""Operations on floating IPs, and on their port forwardings.

Their order matters: a port takes one floating IP only, so that some operations
need what those before them did.
Source: neutron/db/l3_db.py and neutron/services/portforwarding/pf_plugin.py,
Neutron 24 to 29.
"""

from __future__ import annotations

from typing import Any

from cloud_security.probe.catalog.network.network_forms import creates
from cloud_security.probe.catalog.network.network_forms import deletes
from cloud_security.probe.catalog.network.network_forms import reads
from cloud_security.probe.catalog.network.network_forms import updates

_FIP = 'floatingips/{fip}'
_FORWARDINGS = 'floatingips/{carrier}/port_forwardings'
_FORWARDING = f'{_FORWARDINGS}/{{forwarding}}'
#: Parts, which a cloud may lack.
FLOATING = 'floating IPs'
ROUTED = 'attached floating IPs'
FORWARDING = 'port forwardings'


def _forwards(name: str, fip: str, port: str, address: str, about: str) -> Any:
    """Return the creation of a port forwarding."""
    return creates(
        name,
        f'floatingips/{{{fip}}}/port_forwardings',
        'port_forwarding',
        values={
            'internal_port_id': f'{{{port}}}',
            'internal_ip_address': f'{{{address}}}',
            'internal_port': 80,
            'external_port': 8080,
            'protocol': 'tcp',
        },
        about=about,
        makes='forwarding',
        part=FORWARDING,
    )


READS = (
    reads('show a floating IP', _FIP, about='fip', part=FLOATING),
    reads(
        'list port forwardings of a floating IP',
        _FORWARDINGS,
        about='carrier',
        part=FORWARDING,
    ),
    reads(
        'show a port forwarding',
        _FORWARDING,
        about='carrier',
        part=FORWARDING,
    ),
)

CHANGES = (
    updates(
        'describe a floating IP',
        _FIP,
        'floatingip',
        values={'description': '{fip_description}'},
        about='fip',
        part=FLOATING,
        repeats=True,
    ),
    updates(
        'change a port forwarding',
        _FORWARDING,
        'port_forwarding',
        values={'internal_port': 23},
        about='carrier',
        part=FORWARDING,
    ),
    _forwards(
        'forward a floating IP to a port of its own',
        'carrier',
        'own_routed',
        'own_ip',
        'carrier',
    ),
    _forwards(
        'forward a floating IP of its own to a port',
        'own_fip',
        'routed',
        'ip',
        'routed',
    ),
    creates(
        'make a floating IP for a port',
        'floatingips',
        'floatingip',
        values={
            'floating_network_id': '{external}',
            'port_id': '{routed}',
            'description': '{new_description}',
        },
        about='routed',
        makes='floating IP',
        part=ROUTED,
    ),
    updates(
        'give a floating IP of its own to a port',
        'floatingips/{own_fip}',
        'floatingip',
        values={'port_id': '{routed}'},
        about='routed',
        part=ROUTED,
    ),
    updates(
        'take a floating IP off its port',
        _FIP,
        'floatingip',
        values={'port_id': None},
        about='fip',
        part=FLOATING,
    ),
    updates(
        'give a floating IP to a port of its own',
        _FIP,
        'floatingip',
        values={'port_id': '{own_routed}'},
        about='fip',
        part=ROUTED,
    ),
)

DELETIONS = (
    deletes(
        'delete a port forwarding',
        _FORWARDING,
        about='carrier',
        part=FORWARDING,
    ),
    deletes('delete a floating IP', _FIP, about='fip', part=FLOATING),
)
