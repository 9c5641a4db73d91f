# SPDX-License-Identifier: Apache-2.0
"""Requests of one member about the things of another."""

from typing import Any
from typing import NamedTuple

from tests.functional.network import things


class Operation(NamedTuple):
    """A request; ``name`` tells of what it is and what it does."""

    name: str
    method: str
    path: str
    body: Any = None


PORT_CHANGES = (
    {'name': 'n'},
    {'admin_state_up': False},
    {'security_groups': []},
    {'device_id': 'x', 'device_owner': 'compute:nova'},
    {'device_owner': ''},
    {'fixed_ips': []},
    {'mac_address': 'fa:16:3e:aa:aa:aa'},
    {'allowed_address_pairs': [{'ip_address': '1.2.3.4'}]},
    {'port_security_enabled': False},
    {'binding:host_id': 'h'},
    {'binding:vnic_type': 'direct'},
    {'qos_policy_id': None},
    {'bogus': 1},
    {},
)


def all_of(other, own, network, router):
    """Return all operations on another's things, some with own ones.

    :param other: from things.of or things.unknown
    :param own: the caller's, from things.of
    """
    found = []
    for kind in ('port', 'bound', 'fipped', 'parent', 'subport', 'forwarded'):
        found += _of_port(kind, other[kind], own, router)
    for kind in ('fip', 'attached_fip', 'forwarding_fip'):
        found += _of_floating_ip(kind, other[kind], other['forwarding'], own)
    found += _of_group(other['group'], own, network)
    found += _of_rule(other['rule'])
    found += _of_trunk(other['trunk'], other['subport'], own)
    found += _of_address_group(other['address_group'], own)
    for kind, collection in (
        ('used_group', 'security-groups'),
        ('used_addresses', 'address-groups'),
    ):
        path = f'{collection}/{other[kind]["id"]}'
        found.append(Operation(f'{kind} delete', 'DELETE', path))
    for kind in ('group_policy', 'address_group_policy'):
        found += _of_policy(kind, other[kind])
    # In stock Neutron, the thing is gone then.
    return sorted(found, key=lambda one: one.name.endswith('another verb'))


def _read(kind, collection, resource_id):
    path = f'{collection}/{resource_id}'
    return [
        Operation(f'{kind} show', 'GET', path),
        Operation(f'{kind} show as JSON', 'GET', f'{path}.json'),
        Operation(
            f'{kind} show capitals',
            'GET',
            f'{collection}/{resource_id.upper()}',
        ),
        Operation(f'{kind} show fields', 'GET', f'{path}?fields=project_id'),
        Operation(f'{kind} list', 'GET', f'{collection}?id={resource_id}'),
        Operation(
            f'{kind} marker',
            'GET',
            f'{collection}?limit=1&marker={resource_id}',
        ),
        Operation(
            f'{kind} marker backwards',
            'GET',
            f'{collection}?limit=1&page_reverse=True&marker={resource_id}',
        ),
        Operation(
            f'{kind} show by another verb', 'GET', f'{path}?_method=DELETE'
        ),
    ]


def _tags(kind, path):
    return [
        Operation(f'{kind} tags', 'GET', f'{path}/tags'),
        Operation(f'{kind} tag', 'GET', f'{path}/tags/t'),
        Operation(f'{kind} tag put', 'PUT', f'{path}/tags/t', {}),
        Operation(f'{kind} tags put', 'PUT', f'{path}/tags', {'tags': ['x']}),
        Operation(f'{kind} tags bad', 'PUT', f'{path}/tags', {'tags': 1}),
        Operation(f'{kind} tag delete', 'DELETE', f'{path}/tags/t'),
        Operation(f'{kind} tags delete', 'DELETE', f'{path}/tags'),
    ]


def _of_port(kind, port, own, router):
    port_id = port['id']
    path = f'ports/{port_id}'
    address = port['fixed_ips'][0]['ip_address']
    fip = f'floatingips/{own["fip"]["id"]}'
    trunk = f'trunks/{own["trunk"]["id"]}'
    forwardings = f'floatingips/{own["forwarding_fip"]["id"]}/port_forwardings'
    external = {'floating_network_id': own['fip']['floating_network_id']}
    subport = {
        'port_id': port_id,
        'segmentation_type': 'vlan',
        'segmentation_id': 77,
    }
    rows = [
        (f'list {name}', 'GET', f'ports?{name}={value}', None)
        for name, value in (
            ('device_id', port['device_id'] or 'nothing'),
            ('mac_address', port['mac_address']),
            ('fixed_ips', f'ip_address={address}'),
            ('fixed_ips', f'ip_address_substr={address}'),
            ('security_groups', own['group']['id']),
        )
    ]
    rows += [
        (f'update {",".join(change)}', 'PUT', path, {'port': change})
        for change in PORT_CHANGES
    ]
    rows += [
        ('update bad', 'PUT', path, {'prt': {}}),
        ('bindings', 'GET', f'{path}/bindings', None),
        ('bind', 'POST', f'{path}/bindings', {'binding': {'host': 'h'}}),
        ('unbind', 'DELETE', f'{path}/bindings/h', None),
        ('activate', 'PUT', f'{path}/bindings/h/activate', {}),
        (
            'pairs',
            'PUT',
            f'{path}/add_allowed_address_pairs',
            {'port': {'allowed_address_pairs': [{'ip_address': '1.2.3.4'}]}},
        ),
        (
            'fip new',
            'POST',
            'floatingips',
            {'floatingip': {**external, 'port_id': port_id}},
        ),
        ('fip', 'PUT', fip, {'floatingip': {'port_id': port_id}}),
        (
            'fip with address',
            'PUT',
            fip,
            {'floatingip': {'port_id': port_id, 'fixed_ip_address': address}},
        ),
        ('trunk new', 'POST', 'trunks', {'trunk': {'port_id': port_id}}),
        (
            'trunk new with subport',
            'POST',
            'trunks',
            {'trunk': {'port_id': own['port']['id'], 'sub_ports': [subport]}},
        ),
        (
            'subport add',
            'PUT',
            f'{trunk}/add_subports',
            {'sub_ports': [subport]},
        ),
        (
            'subport remove',
            'PUT',
            f'{trunk}/remove_subports',
            {'sub_ports': [{'port_id': port_id}]},
        ),
        ('trunks', 'GET', f'trunks?port_id={port_id}', None),
        ('fips', 'GET', f'floatingips?port_id={port_id}', None),
        (
            'forwarding new',
            'POST',
            forwardings,
            {'port_forwarding': things.forwarding(port, 80, 8080)},
        ),
        (
            'forwarding',
            'PUT',
            f'{forwardings}/{own["forwarding"]["id"]}',
            {'port_forwarding': {'internal_port_id': port_id}},
        ),
        (
            'router add',
            'PUT',
            f'routers/{router["id"]}/add_router_interface',
            {'port_id': port_id},
        ),
        (
            'router remove',
            'PUT',
            f'routers/{router["id"]}/remove_router_interface',
            {'port_id': port_id},
        ),
        (
            'local IP new',
            'POST',
            'local-ips',
            {'local_ip': {'local_port_id': port_id}},
        ),
        ('delete', 'DELETE', path, None),
    ]
    return [
        *_read(kind, 'ports', port_id),
        *_tags(kind, path),
        *(
            Operation(f'{kind} {name}', method, where, body)
            for name, method, where, body in rows
        ),
    ]


def _of_floating_ip(kind, fip, forwarding, own):
    path = f'floatingips/{fip["id"]}'
    address = fip['floating_ip_address']
    one = f'{path}/port_forwardings/{forwarding["id"]}'
    own_path = f'floatingips/{own["forwarding_fip"]["id"]}/port_forwardings'
    new = things.forwarding(own['forwarded'], 81, 8181)
    rows = [
        ('address', 'GET', f'floatingips?floating_ip_address={address}', None),
        *(
            (f'update {",".join(change)}', 'PUT', path, {'floatingip': change})
            for change in (
                {'port_id': None},
                {'port_id': own['port']['id']},
                {'description': 'x'},
                {'bogus': 1},
                {},
            )
        ),
        ('forwardings', 'GET', f'{path}/port_forwardings', None),
        ('forwarding', 'GET', one, None),
        (
            'forwarding change',
            'PUT',
            one,
            {'port_forwarding': {'external_port': 3}},
        ),
        (
            'forwarding new',
            'POST',
            f'{path}/port_forwardings',
            {'port_forwarding': new},
        ),
        ('forwarding delete', 'DELETE', one, None),
        ('own', 'GET', f'{path}/port_forwardings/{own["forwarding"]["id"]}'),
        ('of own', 'GET', f'{own_path}/{forwarding["id"]}'),
        ('delete', 'DELETE', path, None),
    ]
    return [
        *_read(kind, 'floatingips', fip['id']),
        *_tags(kind, path),
        *(Operation(f'{kind} {name}', *rest) for name, *rest in rows),
    ]


def _of_group(group, own, network):
    group_id = group['id']
    path = f'security-groups/{group_id}'
    rules = 'security-group-rules'
    rows = [
        ('name', 'GET', f'security-groups?name={group["name"]}x'),
        ('update', 'PUT', path, {'security_group': {'name': 'x'}}),
        ('stateless', 'PUT', path, {'security_group': {'stateful': False}}),
        ('update bad', 'PUT', path, {'security_group': {'bogus': 1}}),
        ('rules', 'GET', f'{rules}?security_group_id={group_id}'),
        ('remotes', 'GET', f'{rules}?remote_group_id={group_id}'),
        *(
            (
                f'rule {name}',
                'POST',
                rules,
                {
                    'security_group_rule': {
                        'direction': 'ingress',
                        'protocol': 'udp',
                        **values,
                    }
                },
            )
            for name, values in (
                ('new', {'security_group_id': group_id}),
                (
                    'remote',
                    {
                        'security_group_id': own['group']['id'],
                        'remote_group_id': group_id,
                    },
                ),
            )
        ),
        (
            'on port',
            'PUT',
            f'ports/{own["port"]["id"]}',
            {'port': {'security_groups': [group_id]}},
        ),
        (
            'on new port',
            'POST',
            'ports',
            {
                'port': {
                    'network_id': network['id'],
                    'security_groups': [group_id],
                }
            },
        ),
        (
            'on new ports',
            'POST',
            'ports',
            {
                'ports': [
                    {
                        'network_id': network['id'],
                        'security_groups': [group_id],
                    }
                ]
            },
        ),
        *_sharing('security_group', group_id, own),
        ('ports', 'GET', f'ports?security_groups={group_id}'),
        ('delete', 'DELETE', path),
    ]
    return [
        *_read('group', 'security-groups', group_id),
        *_tags('group', path),
        *(Operation(f'group {name}', *rest) for name, *rest in rows),
    ]


def _sharing(object_type, object_id, own):
    return [
        (
            f'share with {target[0]}',
            'POST',
            'rbac-policies',
            {
                'rbac_policy': {
                    'object_type': object_type,
                    'object_id': object_id,
                    'action': 'access_as_shared',
                    'target_tenant': target,
                }
            },
        )
        for target in (own['port']['project_id'], '5' * 32)
    ] + [('policies', 'GET', f'rbac-policies?object_id={object_id}')]


def _of_rule(rule):
    path = f'security-group-rules/{rule["id"]}'
    return [
        *_read('rule', 'security-group-rules', rule['id']),
        Operation(
            'rule update', 'PUT', path, {'security_group_rule': {'name': 'x'}}
        ),
        Operation('rule delete', 'DELETE', path),
    ]


def _of_trunk(trunk, subport, own):
    path = f'trunks/{trunk["id"]}'
    new = {'port_id': own['port']['id'], **things.SUBPORT}
    rows = [
        ('update', 'PUT', path, {'trunk': {'name': 'x'}}),
        ('subports', 'GET', f'{path}/get_subports'),
        ('add', 'PUT', f'{path}/add_subports', {'sub_ports': [new]}),
        (
            'remove',
            'PUT',
            f'{path}/remove_subports',
            {'sub_ports': [{'port_id': subport['id']}]},
        ),
        ('delete', 'DELETE', path),
    ]
    return [
        *_read('trunk', 'trunks', trunk['id']),
        *_tags('trunk', path),
        *(Operation(f'trunk {name}', *rest) for name, *rest in rows),
    ]


def _of_address_group(group, own):
    path = f'address-groups/{group["id"]}'
    addresses = {'addresses': ['198.51.100.0/24']}
    rows = [
        ('update', 'PUT', path, {'address_group': {'name': 'x'}}),
        ('add', 'PUT', f'{path}/add_addresses', addresses),
        ('remove', 'PUT', f'{path}/remove_addresses', addresses),
        (
            'rule',
            'POST',
            'security-group-rules',
            {
                'security_group_rule': {
                    'direction': 'ingress',
                    'security_group_id': own['group']['id'],
                    'remote_address_group_id': group['id'],
                }
            },
        ),
        *_sharing('address_group', group['id'], own),
        ('delete', 'DELETE', path),
    ]
    return [
        *_read('address group', 'address-groups', group['id']),
        *(Operation(f'address group {name}', *rest) for name, *rest in rows),
    ]


def _of_policy(kind, policy):
    path = f'rbac-policies/{policy["id"]}'
    change = {'rbac_policy': {'target_tenant': '4' * 32}}
    return [
        *_read(kind, 'rbac-policies', policy['id']),
        Operation(f'{kind} update', 'PUT', path, change),
        Operation(f'{kind} delete', 'DELETE', path),
    ]
