# SPDX-License-Identifier: Apache-2.0
"""Lists that could name a resource, pages, and filters that could find it.

Source: neutron/api/api_common.py and neutron/db/, Neutron 24 to 29.
"""

from __future__ import annotations

from cloud_security.probe.catalog.network import network_addresses
from cloud_security.probe.catalog.network import network_groups
from cloud_security.probe.catalog.network import network_trunks
from cloud_security.probe.catalog.network.network_forms import finds
from cloud_security.probe.catalog.network.network_forms import lists
from cloud_security.probe.catalog.operations import Operation

#: (nouns, placeholder, collection, part)
COLLECTIONS = (
    (('a port', 'ports'), 'port', 'ports', ''),
    (
        ('a floating IP', 'floating IPs'),
        'fip',
        'floatingips',
        network_addresses.FLOATING,
    ),
    (
        ('a security group', 'security groups'),
        'group',
        'security-groups',
        network_groups.GROUPS,
    ),
    (
        ('a security group rule', 'security group rules'),
        'rule',
        'security-group-rules',
        network_groups.GROUPS,
    ),
    (
        ('an RBAC policy', 'RBAC policies'),
        'policy',
        'rbac-policies',
        network_groups.SHARING,
    ),
    (
        ('an address group', 'address groups'),
        'address_group',
        'address-groups',
        network_groups.ADDRESS_GROUPS,
    ),
    (('a trunk', 'trunks'), 'trunk', 'trunks', network_trunks.PART),
)


def _collection(
    nouns: tuple[str, str], about: str, path: str, part: str
) -> list[Operation]:
    """Return the ways to look for a resource in its collection."""
    one, many = nouns
    is_port = about == 'port'
    return [
        lists(
            f'list {many}',
            path,
            about=about,
            part=part,
            names_own=is_port,
            is_core=is_port,
        ),
        lists(
            f'list {many} of the project',
            f'{path}?project_id={{project}}',
            about=about,
            part=part,
        ),
        finds(
            f'find {one} by ID',
            f'{path}?id={{{about}}}',
            about=about,
            part=part,
        ),
    ]


LISTS = (
    *(operation for row in COLLECTIONS for operation in _collection(*row)),
    lists('list IDs of ports', 'ports?fields=id'),
    lists('list ports of a network', 'ports?network_id={network}'),
    lists(
        'list ports by name, sorted',
        'ports?sort_key=name&sort_dir=asc&limit=1000',
    ),
    lists('list ports that are down', 'ports?status=DOWN'),
    *(
        finds(f'find a port by {noun}', f'ports?{query}', about=about)
        for noun, query, about in (
            ('name', 'name={name}', 'name'),
            ('device', 'device_id={device}', 'device'),
            ('MAC address', 'mac_address={mac}', 'mac'),
            ('address', 'fixed_ips=ip_address%3D{ip}', 'ip'),
            ('description', 'description={description}', 'description'),
        )
    ),
    finds(
        'find a port by a part of its address',
        'ports?fixed_ips=ip_address_substr%3D{ip}',
        about='ip',
        part='parts of addresses',
    ),
    finds('page behind a port', 'ports?limit=1&marker={port}'),
    finds(
        'page before a port',
        'ports?limit=1&page_reverse=True&marker={port}',
    ),
    # Behind an unknown ID Neutron begins at the start. Sorted by name, the
    # peer's come before the target, so that nothing is behind the target.
    *(
        finds(
            f'page of one behind {noun}',
            f'{path}?id={{own_{about}}}&fields=id&sort_key=name&sort_dir=asc'
            f'&limit=1&marker={{{about}}}',
            about=about,
            part=part,
        )
        for (noun, _), about, path, part in COLLECTIONS
        if about in ('group', 'trunk')
    ),
    finds(
        'page of ports by name behind a port',
        'ports?sort_key=name&sort_dir=asc&limit=1&marker={port}',
    ),
    finds(
        'find a floating IP by address',
        'floatingips?floating_ip_address={floating_address}',
        about='floating_address',
        part=network_addresses.FLOATING,
    ),
    finds(
        'find a floating IP by description',
        'floatingips?description={fip_description}',
        about='fip_description',
        part=network_addresses.FLOATING,
    ),
    finds(
        'find a security group by name',
        'security-groups?name={group_name}',
        about='group_name',
        part=network_groups.GROUPS,
    ),
    finds(
        'find rules by security group',
        'security-group-rules?security_group_id={group}',
        about='group',
        part=network_groups.GROUPS,
    ),
    finds(
        'find RBAC policies by security group',
        'rbac-policies?object_id={group}',
        about='group',
        part=network_groups.SHARING,
    ),
    finds(
        'find an address group by name',
        'address-groups?name={address_group_name}',
        about='address_group_name',
        part=network_groups.ADDRESS_GROUPS,
    ),
    finds(
        'find a trunk by port',
        'trunks?port_id={parent}',
        about='parent',
        part=network_trunks.PART,
    ),
    finds(
        'find a trunk by name',
        'trunks?name={trunk_name}',
        about='trunk_name',
        part=network_trunks.PART,
    ),
)
