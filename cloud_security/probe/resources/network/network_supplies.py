# SPDX-License-Identifier: Apache-2.0
"""Supplies of Neutron's stage: extensions, a network, a way to the outside.

A network that a router of the project joins to an external one comes first:
floating IPs need it. One that others share with the project comes last.
"""

from __future__ import annotations

from typing import Any
from typing import NamedTuple

from cloud_security.probe.client import accounts
from cloud_security.probe.client import limits


class Supplies(NamedTuple):
    """IDs of the supplies; '' where the cloud has none."""

    #: The network for ports.
    network: str
    #: The external network for floating IPs.
    external: str
    #: The router between both.
    router: str


def extensions(owner: accounts.Account) -> set[str]:
    """Return the extensions that Neutron has."""
    return {one['alias'] for one in owner.get('extensions', 'extensions')}


def choose(owner: accounts.Account, wanted: str | None) -> Supplies:
    """Return the network that an operator wants, else the best one.

    :param wanted: an ID, a name, or none for a network of the owner's own
    :raises CannotTell: when there is no such network
    """
    networks = owner.get('networks', 'networks')
    external = [
        one['id'] for one in networks if one.get('router:external')
    ] or ['']
    usable = {
        one['id']: one
        for one in networks
        if one['subnets']
        and one['admin_state_up']
        and not one.get('router:external')
    }
    routed = _routed(owner)
    if wanted and wanted != 'none':
        usable = {
            network_id: one
            for network_id, one in usable.items()
            if wanted in (network_id, one['name'])
        }
        if not usable:
            raise limits.CannotTell(f'There is no network {wanted}.')
    if not usable or wanted == 'none':
        return Supplies('', external[0], '')
    best = min(
        usable.values(),
        key=lambda one: (
            one['project_id'] != owner.project_id,
            one['id'] not in routed,
            one['name'],
        ),
    )['id']
    router, gateway = routed.get(best, ('', external[0]))
    return Supplies(best, gateway, router)


def _routed(owner: accounts.Account) -> dict[str, tuple[str, str]]:
    """Return routers and external networks, by networks that they join."""
    # A Neutron without routers has no such collection.
    routers: list[Any] = owner.call('GET', 'routers').said.get('routers', [])
    found = {}
    for router in routers:
        gateway = (router.get('external_gateway_info') or {}).get('network_id')
        if not gateway:
            continue
        for port in owner.get(f'ports?device_id={router["id"]}', 'ports'):
            if port['device_owner'] != 'network:router_gateway':
                found[port['network_id']] = router['id'], gateway
    return found
