# SPDX-License-Identifier: Apache-2.0
"""Parts of Neutron's stage, as data: how the probe creates each.

Each part is a placeholder of operations. Some ports serve one part alone,
because a port of a trunk is good for nothing else.
"""

from __future__ import annotations

from typing import Any
from typing import NamedTuple


class Kind(NamedTuple):
    """A kind of Neutron's resources."""

    #: The noun in names and messages.
    noun: str
    #: The collection.
    path: str
    #: The key of one resource in requests and responses.
    key: str


KINDS = {
    'port': Kind('port', 'ports', 'port'),
    'group': Kind('security group', 'security-groups', 'security_group'),
    'rule': Kind(
        'security group rule', 'security-group-rules', 'security_group_rule'
    ),
    'policy': Kind('RBAC policy', 'rbac-policies', 'rbac_policy'),
    'address_group': Kind('address group', 'address-groups', 'address_group'),
    'trunk': Kind('trunk', 'trunks', 'trunk'),
    'fip': Kind('floating IP', 'floatingips', 'floatingip'),
    'forwarding': Kind(
        'port forwarding',
        'floatingips/{carrier}/port_forwardings',
        'port_forwarding',
    ),
    'network': Kind('network', 'networks', 'network'),
    'subnet': Kind('subnet', 'subnets', 'subnet'),
}


class Part(NamedTuple):
    """A part of the stage."""

    name: str
    kind: Kind
    body: dict[str, Any]
    #: The part with which it goes.
    goes_with: str = ''
    #: The extension that it needs, if not every Neutron has it.
    extension: str = ''
    #: A placeholder that must have a value.
    wants: str = ''
    #: A cloud may lack it.
    is_optional: bool = True
    #: The peer has one, too.
    is_own: bool = False


def _fip(name: str) -> dict[str, Any]:
    return {
        'floating_network_id': '{external}',
        'description': f'{{{name}_description}}',
    }


#: In the order in which the probe creates them.
PARTS = (
    Part(
        'group',
        KINDS['group'],
        {'name': '{group_name}', 'description': '{group_description}'},
        extension='security-group',
        is_own=True,
    ),
    Part(
        'rule',
        KINDS['rule'],
        {
            'security_group_id': '{group}',
            'direction': 'ingress',
            'protocol': 'tcp',
            'port_range_min': 22,
            'port_range_max': 22,
        },
        goes_with='group',
    ),
    Part(
        'policy',
        KINDS['policy'],
        {
            'object_type': 'security_group',
            'object_id': '{group}',
            'action': 'access_as_shared',
            'target_tenant': '{friend}',
        },
        goes_with='group',
        extension='rbac-security-groups',
    ),
    Part(
        'address_group',
        KINDS['address_group'],
        {
            'name': '{address_group_name}',
            'description': '{address_group_description}',
            'addresses': ['192.0.2.0/24'],
        },
        extension='address-group',
    ),
    Part(
        'port',
        KINDS['port'],
        {
            'network_id': '{network}',
            'name': '{name}',
            'description': '{description}',
            'device_id': '{device}',
        },
        is_optional=False,
        is_own=True,
    ),
    *(
        Part(
            name,
            KINDS['port'],
            {
                'network_id': '{network}',
                'name': f'{{{name}_name}}',
                'description': f'{{{name}_description}}',
            },
            extension=extension,
            wants=wants,
            is_own=name != 'forwarded',
        )
        for name, extension, wants in (
            ('spare', '', ''),
            ('parent', 'trunk', ''),
            ('forwarded', 'floating-ip-port-forwarding', '{router}'),
        )
    ),
    Part(
        'trunk',
        KINDS['trunk'],
        {
            'port_id': '{parent}',
            'name': '{trunk_name}',
            'description': '{trunk_description}',
        },
        goes_with='parent',
        extension='trunk',
        is_own=True,
    ),
    Part('fip', KINDS['fip'], _fip('fip'), extension='router', is_own=True),
    Part(
        'carrier',
        KINDS['fip'],
        _fip('carrier'),
        extension='floating-ip-port-forwarding',
        wants='{router}',
    ),
    Part(
        'forwarding',
        KINDS['forwarding'],
        {
            'internal_port_id': '{forwarded}',
            'internal_ip_address': '{forwarded_ip}',
            'internal_port': 22,
            'external_port': 2222,
            'protocol': 'tcp',
        },
        goes_with='carrier',
        extension='floating-ip-port-forwarding',
    ),
)
#: The kinds of what placeholders stand for.
KIND_OF = {part.name: part.kind for part in PARTS}
#: What a response to the creation of a part tells, by placeholder.
TOLD = {
    'port': {'mac': 'mac_address'},
    'fip': {'floating_address': 'floating_ip_address'},
}
#: Placeholders with a value where Neutron has an extension.
EXTENSIONS = {
    'tags': ('standard-attr-tag', 'tags'),
    'bindings': ('binding-extended', 'bindings'),
}
