# SPDX-License-Identifier: Apache-2.0
"""The remains of a run at Neutron: the account's own, by description.

Neutron does not tell whose a resource is; the probe writes that into the
description. Rules and RBAC policies go with their groups, port forwardings
with their floating IPs, subnets with their networks.
"""

from __future__ import annotations

from collections.abc import Iterator
import re
from typing import Any

from cloud_security.probe.client import accounts
from cloud_security.probe.client import limits
from cloud_security.probe.resources import footprint as footprints
from cloud_security.probe.resources.remains import Resource

#: Collections by kind, in the order of deletion.
COLLECTIONS = {
    'trunk': 'trunks',
    'floating IP': 'floatingips',
    'port': 'ports',
    'security group': 'security-groups',
    'address group': 'address-groups',
    'network': 'networks',
}
KINDS = tuple(COLLECTIONS)
DESCRIPTION = re.compile(r'(\S+) of (\S+)')
#: Resources in one response; Neutron may have a lower limit.
PAGE = 1000


def described(name: str, account: accounts.Account) -> str:
    """Return the description of a resource of an account."""
    return f'{name} of {account.user_id}'


def found(
    account: accounts.Account, kind: str, footprint: footprints.Footprint
) -> list[Resource]:
    """Return what this run, or one that has ended, left of an account's.

    :raises CannotTell: when Neutron does not list the resources
    """
    path = COLLECTIONS[kind]
    left = []
    for one in _listed(account, path):
        match = DESCRIPTION.fullmatch(one.get('description') or '')
        if match is None:
            continue
        name, user_id = match.groups()
        if user_id == account.user_id and footprint.is_left(name):
            left.append(Resource(kind, name, f'{path}/{one["id"]}'))
    return left


def _listed(account: accounts.Account, path: str) -> Iterator[dict[str, Any]]:
    """Yield the ID and the description of all resources of a collection."""
    marker = ''
    while True:
        response = account.call(
            'GET', f'{path}?fields=id&fields=description&limit={PAGE}{marker}'
        )
        # An account that may not list them could not make any.
        if response.status in (403, 404) and not marker:
            return
        key = path.replace('-', '_')
        listed = account.taken(response, key)
        yield from listed
        links = response.json().get(f'{key}_links', ())
        if not listed or not any(one['rel'] == 'next' for one in links):
            return
        if marker == f'&marker={listed[-1]["id"]}':
            raise limits.CannotTell(f'{path}: Neutron repeats a page.')
        marker = f'&marker={listed[-1]["id"]}'
