# SPDX-License-Identifier: Apache-2.0
"""Operations on trunks and their subports.

They are a walk: a port is in one trunk only.
Source: neutron/services/trunk/plugin.py and rules.py, Neutron 24 to 29.
"""

from __future__ import annotations

from cloud_security.probe.catalog.network.network_forms import changes
from cloud_security.probe.catalog.network.network_forms import creates
from cloud_security.probe.catalog.network.network_forms import deletes
from cloud_security.probe.catalog.network.network_forms import reads
from cloud_security.probe.catalog.network.network_forms import updates
from cloud_security.probe.catalog.operations import Operation

_TRUNK = 'trunks/{trunk}'
PART = 'trunks'


def _subports(
    name: str, action: str, trunk: str, port: str, about: str
) -> Operation:
    """Return a change of a trunk's subports."""
    subport = {'port_id': f'{{{port}}}'}
    if action == 'add_subports':
        subport.update(segmentation_type='vlan', segmentation_id='7')
    return changes(
        name,
        'PUT',
        f'trunks/{{{trunk}}}/{action}',
        {'sub_ports': [subport]},
        about=about,
        part=PART,
    )


READS = (
    reads('show a trunk', _TRUNK, about='trunk', part=PART),
    reads(
        "list a trunk's subports",
        f'{_TRUNK}/get_subports',
        about='trunk',
        part=PART,
    ),
)

CHANGES = (
    updates(
        'rename a trunk',
        _TRUNK,
        'trunk',
        values={'name': '{trunk_name}'},
        about='trunk',
        part=PART,
        repeats=True,
    ),
    creates(
        'make a trunk of a port',
        'trunks',
        'trunk',
        values={
            'port_id': '{spare}',
            'name': '{new_name}',
            'description': '{new_description}',
        },
        about='spare',
        makes='trunk',
        part=PART,
    ),
    _subports(
        'put a port of its own into a trunk',
        'add_subports',
        'trunk',
        'own_spare',
        'trunk',
    ),
    _subports(
        'take a port of its own out of a trunk',
        'remove_subports',
        'trunk',
        'own_spare',
        'trunk',
    ),
    _subports(
        'put a port into a trunk of its own',
        'add_subports',
        'own_trunk',
        'spare',
        'spare',
    ),
    _subports(
        'take a port out of a trunk of its own',
        'remove_subports',
        'own_trunk',
        'spare',
        'spare',
    ),
)

DELETIONS = (
    # Neutron's extensions let a query name another method.
    deletes(
        'delete a trunk by an overridden method',
        f'{_TRUNK}?_method=DELETE',
        method='GET',
        about='trunk',
        part=PART,
    ),
    deletes('delete a trunk', _TRUNK, about='trunk', part=PART),
)
