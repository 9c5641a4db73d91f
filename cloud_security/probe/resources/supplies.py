# SPDX-License-Identifier: Apache-2.0
"""Supplies of a server: flavor, image, network; wished for, or smallest."""

from __future__ import annotations

from typing import Any
from typing import NamedTuple

from cloud_security.probe.client import accounts
from cloud_security.probe.client import limits

GIB = 2**30


class Choice(NamedTuple):
    """Wishes for a run: names or IDs; the probe chooses where one is None."""

    flavor: str | None = None
    image: str | None = None
    network: str | None = None
    #: A free floating IP of the project.
    address: str | None = None
    #: Make snapshots of servers, too.
    snapshot: bool = False
    #: Make backups of volumes, too.
    backup: bool = False


class Supplies(NamedTuple):
    """IDs of the supplies."""

    flavor: str
    image: str
    network: str | None
    #: Another flavor, to resize to.
    bigger: str | None


def choose(owner: accounts.Account, choice: Choice) -> Supplies:
    """Return the supplies that the choice names, else the smallest.

    :raises CannotTell: when the cloud has none
    """
    if choice.address:
        _check_address(owner, choice.address)
    image = _image(owner, choice.image)
    flavors = sorted(
        owner.get('flavors/detail', 'flavors'),
        # By default, Nova lets members use no flavor without a disk.
        key=lambda one: (
            not one['disk'],
            one['disk'],
            one['ram'],
            one['vcpus'],
        ),
    )
    if choice.flavor:
        flavor = _wanted('flavor', flavors, choice.flavor)
    else:
        fitting = [one for one in flavors if _fits(one, image)]
        if not fitting:
            raise limits.CannotTell(
                'There is no flavor'
                + (f' that fits the image {image["name"]}' if flavors else '')
                + '; give one with --flavor.'
            )
        flavor = fitting[0]
    bigger = next(
        (
            one['id']
            for one in flavors
            if one['id'] != flavor['id']
            and one['disk'] >= flavor['disk']
            and _fits(one, image)
        ),
        None,
    )
    return Supplies(
        flavor['id'], image['id'], _network(owner, choice.network), bigger
    )


def _check_address(owner: accounts.Account, address: str) -> None:
    """Check that a floating IP is free, since operations take it away.

    :raises CannotTell: unless the project has it and no server holds it
    """
    known = owner.get('os-floating-ips', 'floating_ips', version='2.35')
    if not any(
        one['ip'] == address
        and one['instance_id'] is None
        and one['fixed_ip'] is None
        for one in known
    ):
        raise limits.CannotTell(
            f'{address} is no free floating IP of the project; give '
            'another with --floating-ip.'
        )


def _image(owner: accounts.Account, wanted: str | None) -> Any:
    images = [
        image
        for image in owner.get('images/detail', 'images')
        if image['status'] == 'ACTIVE'
    ]
    if wanted:
        return _wanted('image', images, wanted)
    # A snapshot may hold anything.
    images = [
        image
        for image in images
        if 'server' not in image and 'image_type' not in image['metadata']
    ]
    if not images:
        raise limits.CannotTell(
            'There is no active image; give one with --image.'
        )
    return min(images, key=_size)


def _size(image: dict[str, Any]) -> int:
    return int(image.get('OS-EXT-IMG-SIZE:size') or 0)


def _fits(flavor: dict[str, Any], image: dict[str, Any]) -> bool:
    disk = flavor['disk'] or image['minDisk']
    return bool(
        flavor['ram'] >= image['minRam']
        and disk >= image['minDisk']
        and (not flavor['disk'] or disk * GIB >= _size(image))
    )


def _network(owner: accounts.Account, wanted: str | None) -> str | None:
    if wanted == 'none':
        return None
    endpoint = owner.endpoint('network')
    if endpoint is None:
        # Nova knows the network, or refuses it.
        return wanted
    endpoint = endpoint.split('/v2.0')[0]
    networks = owner.get(f'{endpoint}/v2.0/networks', 'networks')
    if wanted:
        found: str = _wanted('network', networks, wanted)['id']
        return found
    # A network of the project comes before one that others share with it.
    usable = sorted(
        (
            one
            for one in networks
            if one['subnets']
            and one['admin_state_up']
            and not one.get('router:external')
        ),
        key=lambda one: (one['project_id'] != owner.project_id, one['name']),
    )
    return usable[0]['id'] if usable else None


def _wanted(kind: str, there: list[Any], wanted: str) -> Any:
    for key in ('id', 'name'):
        for one in there:
            if one[key] == wanted:
                return one
    raise limits.CannotTell(f'There is no {kind} {wanted}.')
