# SPDX-License-Identifier: Apache-2.0
"""Operations on security groups, their rules, and address groups.

Source: neutron/db/securitygroups_db.py, neutron/db/address_group_db.py and
neutron/objects/rbac_db.py, Neutron 24 to 29.
"""

from __future__ import annotations

from cloud_security.probe.catalog.network.network_forms import changes
from cloud_security.probe.catalog.network.network_forms import creates
from cloud_security.probe.catalog.network.network_forms import deletes
from cloud_security.probe.catalog.network.network_forms import reads
from cloud_security.probe.catalog.network.network_forms import updates
from cloud_security.probe.catalog.operations import Operation

_GROUP = 'security-groups/{group}'
_RULE = 'security-group-rules/{rule}'
_POLICY = 'rbac-policies/{policy}'
_ADDRESSES = 'address-groups/{address_group}'
#: Parts, which a cloud may lack.
GROUPS = 'security groups'
SHARING = 'shared security groups'
ADDRESS_GROUPS = 'address groups'


def _shares(name: str, about: str, target: str, part: str) -> Operation:
    """Return the creation of an RBAC policy.

    :param about: the placeholder of what it shares
    :param target: the placeholder of the project that gets it
    """
    object_type = 'security_group' if about == 'group' else about
    return creates(
        name,
        'rbac-policies',
        'rbac_policy',
        values={
            'object_type': object_type,
            'object_id': f'{{{about}}}',
            'action': 'access_as_shared',
            'target_tenant': f'{{{target}}}',
        },
        about=about,
        makes='policy',
        part=part,
    )


def _rule(name: str, about: str, group: str, **more: str) -> Operation:
    """Return the creation of a security group rule.

    :param group: the placeholder of the group that gets it
    """
    return creates(
        name,
        'security-group-rules',
        'security_group_rule',
        values={
            'direction': 'ingress',
            'protocol': 'udp',
            'security_group_id': f'{{{group}}}',
            'description': '{new_description}',
            **more,
        },
        about=about,
        makes='rule',
        part=ADDRESS_GROUPS if about == 'address_group' else GROUPS,
    )


READS = (
    reads('show a security group', _GROUP, about='group', part=GROUPS),
    reads('show a security group rule', _RULE, about='rule', part=GROUPS),
    reads('show an RBAC policy', _POLICY, about='policy', part=SHARING),
    reads(
        'show an address group',
        _ADDRESSES,
        about='address_group',
        part=ADDRESS_GROUPS,
    ),
)

CHANGES = (
    updates(
        'rename a security group',
        _GROUP,
        'security_group',
        values={'name': '{group_name}'},
        about='group',
        part=GROUPS,
        repeats=True,
    ),
    _rule('make a rule in a security group', 'group', 'group'),
    _rule(
        'let a security group in',
        'group',
        'own_group',
        remote_group_id='{group}',
    ),
    _rule(
        'let an address group in',
        'address_group',
        'own_group',
        remote_address_group_id='{address_group}',
    ),
    creates(
        'make a port in a security group',
        'ports',
        'port',
        values={
            'network_id': '{network}',
            'name': '{new_name}',
            'description': '{new_description}',
            'security_groups': ['{group}'],
        },
        about='group',
        makes='port',
        part=GROUPS,
    ),
    updates(
        'put a port of its own into a security group',
        'ports/{own_port}',
        'port',
        values={'security_groups': ['{group}']},
        about='group',
        part=GROUPS,
        # The port leaves the group again.
        lasts=True,
    ),
    _shares(
        'share a security group with a project', 'group', 'stranger', SHARING
    ),
    _shares(
        "share a security group with one's project",
        'group',
        'project',
        SHARING,
    ),
    updates(
        'give an RBAC policy another project',
        _POLICY,
        'rbac_policy',
        values={'target_tenant': '{nobody}'},
        about='policy',
        part=SHARING,
    ),
    updates(
        'rename an address group',
        _ADDRESSES,
        'address_group',
        values={'name': '{address_group_name}'},
        about='address_group',
        part=ADDRESS_GROUPS,
        repeats=True,
    ),
    *(
        changes(
            name,
            'PUT',
            f'{_ADDRESSES}/{action}',
            {'addresses': ['198.51.100.0/24']},
            about='address_group',
            part=ADDRESS_GROUPS,
        )
        for name, action in (
            ('add addresses to an address group', 'add_addresses'),
            ('remove addresses of an address group', 'remove_addresses'),
        )
    ),
    _shares(
        'share an address group with a project',
        'address_group',
        'stranger',
        ADDRESS_GROUPS,
    ),
)

DELETIONS = (
    deletes('delete a security group rule', _RULE, about='rule', part=GROUPS),
    deletes('delete an RBAC policy', _POLICY, about='policy', part=SHARING),
    deletes('delete a security group', _GROUP, about='group', part=GROUPS),
    deletes(
        'delete an address group',
        _ADDRESSES,
        about='address_group',
        part=ADDRESS_GROUPS,
    ),
)
