"""What servers are made of: flavor, image and network, given or chosen."""

from typing import Any
from typing import Dict
from typing import List
from typing import NamedTuple
from typing import Optional

from cloud_security.probe import accounts
from cloud_security.probe import limits

GIB = 2**30


class Choice(NamedTuple):
    """What the caller wants: names or ids; None is chosen."""

    flavor: Optional[str] = None
    image: Optional[str] = None
    network: Optional[str] = None
    #: A floating IP of the project that is free.
    address: Optional[str] = None
    snapshot: bool = False


class Supplies(NamedTuple):
    """Ids of what servers are made of."""

    flavor: str
    image: str
    network: Optional[str]
    #: Another flavor, to resize to.
    bigger: Optional[str]


def choose(owner: accounts.Account, choice: Choice) -> Supplies:
    """Return the smallest that there is, or what was asked for.

    :raises CannotTell: when there is none
    """
    if choice.address:
        _check_address(owner, choice.address)
    image = _image(owner, choice.image)
    flavors = sorted(
        owner.get('flavors/detail', 'flavors'),
        # Members may not use flavors without a disk, by default.
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
    """Make sure that a floating IP is nobody's: it will be taken away.

    :raises CannotTell: unless it is there and free
    """
    known = owner.get('os-floating-ips', 'floating_ips', version='2.35')
    if not any(
        one['ip'] == address
        and one['instance_id'] is None
        and one['fixed_ip'] is None
        for one in known
    ):
        raise limits.CannotTell(
            f'{address} is no floating IP of the project that is free.'
        )


def _image(owner: accounts.Account, wanted: Optional[str]) -> Any:
    images = [
        image
        for image in owner.get('images/detail', 'images')
        if image['status'] == 'ACTIVE'
    ]
    if wanted:
        return _wanted('image', images, wanted)
    # A snapshot may be anything.
    images = [
        image
        for image in images
        if 'server' not in image and 'image_type' not in image['metadata']
    ]
    if not images:
        raise limits.CannotTell(
            'There is no image that is active; give one with --image.'
        )
    return min(images, key=_size)


def _size(image: Dict[str, Any]) -> int:
    return int(image.get('OS-EXT-IMG-SIZE:size') or 0)


def _fits(flavor: Dict[str, Any], image: Dict[str, Any]) -> bool:
    disk = flavor['disk'] or image['minDisk']
    return bool(
        flavor['ram'] >= image['minRam']
        and disk >= image['minDisk']
        and (not flavor['disk'] or disk * GIB >= _size(image))
    )


def _network(owner: accounts.Account, wanted: Optional[str]) -> Optional[str]:
    if wanted == 'none':
        return None
    endpoint = owner.endpoint('network')
    if endpoint is None:
        # Nova knows it, or complains.
        return wanted
    endpoint = endpoint.split('/v2.0')[0]
    networks = owner.get(f'{endpoint}/v2.0/networks', 'networks')
    if wanted:
        found: str = _wanted('network', networks, wanted)['id']
        return found
    # One of the project's own before one that it shares with others.
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


def _wanted(kind: str, there: List[Any], wanted: str) -> Any:
    for key in ('id', 'name'):
        for one in there:
            if one[key] == wanted:
                return one
    raise limits.CannotTell(f'There is no {kind} {wanted}.')
