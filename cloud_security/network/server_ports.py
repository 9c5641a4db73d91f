# SPDX-License-Identifier: Apache-2.0
"""Hidden ports on the caller's own server, for Nova in the user's name.

A port on a server can be somebody else's: a manager's, or one from before.
Nova shows such a port to the owner of the server. But a user who attaches a
port chooses its ID, and Nova tells whether that port is in use. So Nova is
asked whose the server is.
Source: nova/network/neutron.py _validate_requested_port_ids and show_port,
Nova 29 to 34.
"""

from __future__ import annotations

from typing import Any
from typing import Optional

from neutron.objects import ports
from neutron_lib import exceptions
from neutron_lib.plugins import directory

from cloud_security.network import routed
from cloud_security.network import viewer as viewers
from cloud_security.network import wrapping
from cloud_security.wsgi import server_owners
from cloud_security.wsgi import service_tokens


def _port(
    original: Any, self: Any, context: Any, id: str, *args: Any, **kwargs: Any
) -> Any:
    """Return a port that the caller may see, or one on their server."""
    try:
        return original(self, context, id, *args, **kwargs)
    except exceptions.PortNotFound:
        if not is_on_own_server(viewers.isolated(context), context, id):
            raise
    with viewers.seeing_bound_ports(context):
        return original(self, context, id, *args, **kwargs)


def is_on_own_server(
    viewer: Optional[viewers.Viewer], context: Any, port_id: str
) -> bool:
    """Tell whether Nova asks for a port on the viewer's own server."""
    if (
        viewer is None
        or viewer.sees_bound_ports
        or not service_tokens.is_beside(context)
    ):
        return False
    port = ports.Port.get_object(context.elevated(), id=port_id)
    if port is None or not port.device_id:
        return False
    return server_owners.is_owner(
        viewer.user_id,
        context.auth_token,
        routed.service_catalog(context),
        port.device_id,
        f'port {port_id}',
    )


def restrict() -> None:
    """Let Neutron show ports on own servers; again changes nothing.

    :raises AttributeError: when this Neutron lacks the method
    """
    wrapping.wrap(directory.get_plugin().__class__, 'get_port', _port)
