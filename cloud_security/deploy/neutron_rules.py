# SPDX-License-Identifier: Apache-2.0
"""The rules of Neutron's that our drop-in names, for there are no base rules.

Source: neutron/conf/policies/, Neutron 24 to 29.
"""

from __future__ import annotations

_CHANGES = ('create', 'get', 'update', 'delete')
_TAGGED = ('port', 'floatingip', 'security_group', 'trunk')

#: Neutron 24 lacks these.
LATE = frozenset(
    {
        *(f'{verb}_{thing}:tags' for verb in _CHANGES for thing in _TAGGED),
        'add_addresses',
        'create_address_group',
        'delete_address_group',
        'remove_addresses',
        'update_address_group',
    }
)
DROPPED_IN = LATE | {
    *(f'{verb}_{thing}' for verb in _CHANGES for thing in _TAGGED),
    *(f'{verb}_{thing}s_tags' for verb in _CHANGES[1:] for thing in _TAGGED),
    *(f'{verb}_floatingip_port_forwarding' for verb in _CHANGES),
    *(f'{verb}_local_ip' for verb in _CHANGES),
    *(f'{verb}_ndp_proxy' for verb in _CHANGES),
    *(f'{verb}_rbac_policy' for verb in _CHANGES),
    # These two take a port by its ID, and delete it.
    'add_router_interface',
    'add_subports',
    'create_local_ip_port_association',
    'create_security_group_rule',
    'delete_local_ip_port_association',
    'delete_security_group_rule',
    'get_address_group',
    'get_local_ip_port_association',
    'get_security_group_rule',
    'get_subports',
    'remove_router_interface',
    'remove_subports',
}
