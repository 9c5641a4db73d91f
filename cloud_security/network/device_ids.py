# SPDX-License-Identifier: Apache-2.0
"""Servers that callers name as the device of a port.

Nova takes each port of the project that names a server for a port of that
server. So does the metadata proxy: behind a port with the ID of a hidden
server, a caller could read that server's metadata. So an isolated caller names
own servers alone. Nova names servers with its service token beside the user's.
Without one, Neutron asks Nova with the user's token.
Source: neutron/agent/metadata/agent.py, Neutron 24 to 29, and
nova/api/metadata/handler.py, Nova 29 to 34.
"""

from __future__ import annotations

import string
from typing import Any

from neutron_lib import exceptions
from neutron_lib.plugins import directory

from cloud_security.network import named_ids
from cloud_security.network import routed
from cloud_security.network import viewer as viewers
from cloud_security.network import wrapping
from cloud_security.wsgi import server_owners
from cloud_security.wsgi import service_tokens

#: Hexadecimal digits of a server's ID.
_DIGITS = 32
#: Requests in which Neutron itself makes a router's ports with the caller's
#: context.
_ROUTERS = frozenset({'auto-allocated-topology', 'routers'})


class DeviceIsNotOwnServer(exceptions.NotAuthorized):  # type: ignore[misc]
    """An isolated caller names what is not an own server."""

    message = (
        'A device_id must be ASCII text, and in the form of a UUID the ID of '
        'an own server.'
    )


def _create(
    original: Any, self: Any, context: Any, port: Any, *args: Any, **kw: Any
) -> Any:
    _check(context, port)
    return original(self, context, port, *args, **kw)


def _create_all(
    original: Any, self: Any, context: Any, ports: Any, *args: Any, **kw: Any
) -> Any:
    for port in ports['ports']:
        _check(context, port)
    return original(self, context, ports, *args, **kw)


def _update(
    original: Any,
    self: Any,
    context: Any,
    id: str,
    port: Any,
    *args: Any,
    **kw: Any,
) -> Any:
    _check(context, port, id)
    return original(self, context, id, port, *args, **kw)


#: ``{name of a method of the core plugin: what stands around it}``
METHODS: dict[str, wrapping.Around] = {
    'create_port': _create,
    'create_port_bulk': _create_all,
    'update_port': _update,
}


def restrict() -> None:
    """Restrict the devices that isolated callers name.

    :raises AttributeError: when this Neutron lacks a method
    """
    core = directory.get_plugin().__class__
    for name, around in METHODS.items():
        wrapping.wrap(core, name, around)


def _check(context: Any, port: Any, port_id: str = '') -> None:
    """Refuse a device that is not the caller's.

    :param port: the body of a request
    :param port_id: of the port that it changes, '' for a new one
    :raises DeviceIsNotOwnServer: when a hidden server is named, or an unknown
    """
    device_id = port['port'].get('device_id')
    if not isinstance(device_id, str) or not _can_be_server(device_id):
        return
    operation = routed.operation(context)
    if operation is None or named_ids.collection(operation) in _ROUTERS:
        return
    viewer = viewers.isolated(context)
    if viewer is None or service_tokens.is_beside(context):
        return
    if port_id and _device_id(context, port_id) == device_id:
        return
    thing = f'port {port_id}' if port_id else 'a new port'
    if not is_own_server(context, viewer.user_id, device_id, thing):
        raise DeviceIsNotOwnServer()


def is_own_server(
    context: Any, user_id: str, device_id: str, thing: str
) -> bool:
    """Tell whether Nova shows a server to the caller as the caller's own.

    :param thing: that is to be on the server, for the log
    """
    return server_owners.is_owner(
        user_id,
        context.auth_token,
        routed.service_catalog(context),
        device_id,
        thing,
    )


def _device_id(context: Any, port_id: str) -> Any:
    """Return the device of a port that the caller may see.

    :raises PortNotFound: when the caller may not see it
    """
    return directory.get_plugin().get_port(context, port_id)['device_id']


def _can_be_server(text: str) -> bool:
    """Tell whether a database may take a text for the ID of a server.

    MariaDB ignores case, accents and spaces at the end. Its newer collations
    take one letter for two others, such as æ for ae, so that any text with
    other letters than ASCII's counts.
    """
    if not text.isascii():
        return True
    return sum(one in string.hexdigits for one in text) == _DIGITS
