# SPDX-License-Identifier: Apache-2.0
"""Owners of servers, asked of Nova with the caller's own token.

Nova tells the owner to those who may see the server: its owner, a manager, an
admin.
Source: nova/api/openstack/compute/schemas/servers.py, Nova 29 to 34.
"""

from __future__ import annotations

import re
from typing import Any
from typing import Optional

from keystoneauth1 import exceptions as keystone_errors
from keystoneauth1 import session as sessions
from keystoneauth1 import token_endpoint
from keystoneauth1.access import service_catalog
from oslo_config import cfg
from oslo_log import log as logging

LOG = logging.getLogger(__name__)
CONF = cfg.CONF
_GROUP = 'keystone_authtoken'
for _name in ('cafile', 'insecure'):
    CONF.import_opt(_name, 'keystonemiddleware.auth_token', group=_GROUP)

#: Seconds that Nova may take to begin its response.
TIMEOUT = 10
_UUID = re.compile(
    r'[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}',
    re.IGNORECASE,
)
_INTERFACES = ['internal', 'public']


def owner_id(token: str, catalog: Any, server_id: Any) -> Optional[str]:
    """Return the user ID of a server's owner, None where Nova tells none.

    :param token: of a caller
    :param catalog: the service catalogue that came with the token, in the form
        of Keystone v2
    :param server_id: as the caller spelled it
    :raises Exception: where Nova does not respond, or not with a server
    """
    if not isinstance(server_id, str) or not _UUID.fullmatch(server_id):
        return None
    owner = _ask(token, catalog, server_id)
    return owner if isinstance(owner, str) and owner else None


def is_owner(
    user_id: str, token: str, catalog: Any, server_id: str, thing: str
) -> bool:
    """Tell whether a server is a caller's; it is not where Nova tells nothing.

    :param user_id: of the caller
    :param thing: the hidden thing on the server, for the log
    """
    try:
        return owner_id(token, catalog, server_id) == user_id
    except keystone_errors.NotFound:
        return False
    except Exception as error:  # noqa: BLE001 whatever Nova responds
        LOG.warning(
            'Nova could not be asked whose server %s is, so that %s on it '
            'stays hidden from user %s: %s',
            server_id,
            thing,
            user_id,
            error,
        )
        return False


def _ask(token: str, catalog: Any, server_id: str) -> Any:
    endpoints = service_catalog.ServiceCatalogV2(catalog or [])
    url = endpoints.url_for(service_type='compute', interface=_INTERFACES)
    if not url:
        raise ValueError('the service catalogue has no Nova')
    conf = CONF[_GROUP]
    session = sessions.Session(
        auth=token_endpoint.Token(url, token),
        verify=not conf.insecure and (conf.cafile or True),
        timeout=TIMEOUT,
    )
    response = session.get(
        f'{url.rstrip("/")}/servers/{server_id}',
        headers={'Accept': 'application/json'},
        redirect=False,
        connect_retries=0,
    )
    return response.json()['server']['user_id']
