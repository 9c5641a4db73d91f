# SPDX-License-Identifier: Apache-2.0
"""One of each thing that can belong to a user, and IDs that stand for none."""

import uuid

#: Fields by which a response names a thing.
NAMES = ('id', 'mac_address', 'floating_ip_address', 'device_id')
SUBPORT = {'segmentation_type': 'vlan', 'segmentation_id': 5}


def forwarding(port, number, external):
    """Return the values of a port forwarding to a port."""
    return {
        'internal_port_id': port['id'],
        'internal_ip_address': port['fixed_ips'][0]['ip_address'],
        'internal_port': number,
        'external_port': external,
        'protocol': 'tcp',
    }


def of(cloud, account, network):
    """Return ``{name: resource}`` of new things of an account.

    :param network: on which the ports are
    """

    def port(**values):
        return cloud.port(account, network_id=network['id'], **values)

    found = {
        'port': port(),
        'used_group': cloud.group(account, name='used'),
        'used_addresses': account.make(
            'address-groups', 'address_group', addresses=['192.0.2.1/32']
        ),
        'bound': port(**cloud.bound()),
        'group': cloud.group(account),
        'address_group': account.make(
            'address-groups', 'address_group', addresses=['192.0.2.0/24']
        ),
        'fip': cloud.floating_ip(account),
        'fipped': port(),
        'parent': port(),
        'subport': port(),
        'forwarding_fip': cloud.floating_ip(account),
        'forwarded': port(),
    }
    found['rule'] = cloud.rule(
        account,
        found['group'],
        protocol='tcp',
        port_range_min=22,
        port_range_max=22,
    )
    found['grouped'] = port(security_groups=[found['used_group']['id']])
    cloud.rule(
        account,
        found['group'],
        remote_address_group_id=found['used_addresses']['id'],
    )
    found['attached_fip'] = cloud.floating_ip(
        account, port_id=found['fipped']['id']
    )
    found['trunk'] = account.make(
        'trunks',
        'trunk',
        port_id=found['parent']['id'],
        sub_ports=[{'port_id': found['subport']['id'], **SUBPORT}],
    )
    found['forwarding'] = account.make(
        f'floatingips/{found["forwarding_fip"]["id"]}/port_forwardings',
        'port_forwarding',
        **forwarding(found['forwarded'], 22, 2222),
    )
    for kind in ('group', 'address_group'):
        object_type = 'security_group' if kind == 'group' else kind
        found[f'{kind}_policy'] = account.make(
            'rbac-policies',
            'rbac_policy',
            object_type=object_type,
            object_id=found[kind]['id'],
            action='access_as_shared',
            target_tenant='3' * 32,
        )
    return found


def unknown(like):
    """Return things that nobody has, with the names of others."""
    return {
        kind: {
            **thing,
            'id': str(uuid.uuid4()),
            'mac_address': 'fa:16:3e:00:00:01',
            # Of no network here.
            'floating_ip_address': '198.51.100.250',
            'device_id': str(uuid.uuid4()),
            'fixed_ips': [{'ip_address': '10.0.77.77'}],
        }
        for kind, thing in like.items()
    }
