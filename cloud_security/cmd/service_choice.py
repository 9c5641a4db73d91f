# SPDX-License-Identifier: Apache-2.0
"""Services of which a command is to speak: named, or found on the host."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from typing import Any
from typing import Optional

from oslo_config import cfg

from cloud_security.cmd import manage
from cloud_security.deploy import apis
from cloud_security.deploy import file_reading
from cloud_security.deploy import host as hosts

HELP = (
    'the service whose API is meant (default: all that are found, by their '
    'api-paste.ini)'
)

#: The same for a parser of oslo.config.
OPTION = cfg.StrOpt('service', choices=list(apis.ALL), help=HELP)


class Absent(Exception):
    """A service's code is not in this Python; the message says what to do."""


def add_argument(parser: Any) -> None:
    """Add --service to a parser of argparse."""
    parser.add_argument('--service', choices=list(apis.ALL), help=HELP)


def chosen(
    service: Optional[str],
    paste: Optional[str] = None,
    is_configured: bool = False,
    root: str = '/',
) -> list[apis.Api]:
    """Return the APIs of which a command is to speak, Nova's where none is.

    :param service: the value of --service
    :param paste: the path of an api-paste.ini that the operator names
    :param is_configured: whether the operator names files of one service
    :param root: the folder of an image
    :raises Nonsense: when files are named, but not whose they are
    """
    if service:
        return [apis.ALL[service]]
    if paste:
        return [_reading(hosts.Host(paste, root=root).paste_path)]
    found = [
        api
        for api in apis.ALL.values()
        if hosts.Host(root=root, api=api).loading.is_there()
    ] or [apis.NOVA]
    if is_configured and len(found) > 1:
        raise manage.Nonsense(
            'Files of one service are named, and this host has '
            f'{" and ".join(api.name for api in found)}: say whose they are '
            f'with --service {" or ".join(api.key for api in found)}.'
        )
    return found


def rooms(
    api: apis.Api,
    *names: str,
    otherwise: str = ', or name another service with --service',
    room: str = '',
) -> tuple[Any, ...]:
    """Return modules of the room that knows a service.

    They import the service, which a host or an image need not have.

    :param names: such as ``checks``
    :param otherwise: what else to do where the service is absent
    :param room: another one than that of the service's own name
    :raises Absent: when this Python has no such service
    """
    if importlib.util.find_spec(api.account) is None:
        raise Absent(
            f'{api.name} was not looked at: {sys.executable} has no '
            f'package {api.account}. Run the command of the Python that runs '
            f"{api.name}'s API{otherwise}."
        )
    return tuple(
        importlib.import_module(f'cloud_security.{room or api.key}.{name}')
        for name in names
    )


def sole_room(api: apis.Api, *names: str, room: str = '') -> tuple[Any, ...]:
    """Return modules for a command that speaks of one service only.

    :param room: another one than that of the service's own name
    :raises Absent: when this Python has no such service
    """
    return rooms(api, *names, otherwise='. Nothing was changed', room=room)


def _reading(path: str) -> apis.Api:
    """Return the API that an api-paste.ini serves, Nova's where unclear."""
    try:
        text = file_reading.read(path)
    except file_reading.Refused:
        return apis.NOVA
    for api in apis.ALL.values():
        if any(router.partition(':')[0] in text for router in api.routers):
            return api
    return apis.NOVA
