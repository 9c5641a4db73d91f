# SPDX-License-Identifier: Apache-2.0
"""Owners of servers, asked of Nova with the caller's own token.

A manager or an admin who makes an image of somebody's server may see that
server. Nova then tells its owner.
Source: nova/api/openstack/compute/schemas/servers.py, Nova 29 to 34.
"""

from __future__ import annotations

import re
from typing import Any
from typing import Optional

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


def owner_id(context: Any, server_id: Any) -> Optional[str]:
    """Return the user ID of a server's owner, None where Nova tells none.

    :param context: of a caller, with token and service catalogue
    :param server_id: as the caller spelled it
    """
    if not isinstance(server_id, str) or not _UUID.fullmatch(server_id):
        return None
    try:
        owner = _ask(context, server_id)
    except Exception as error:  # noqa: BLE001 whatever Nova responds
        LOG.warning(
            'Nova could not be asked whose server %s is, so that an image of '
            'it belongs to user %s who made it: %s. An admin can give it to '
            'another user: openstack image set --property user_id=USER IMAGE',
            server_id,
            context.user_id,
            error,
        )
        return None
    return owner if isinstance(owner, str) and owner else None


def _ask(context: Any, server_id: str) -> Any:
    catalog = service_catalog.ServiceCatalogV2(context.service_catalog or [])
    url = catalog.url_for(service_type='compute', interface=_INTERFACES)
    if not url:
        raise ValueError('the service catalogue has no Nova')
    conf = CONF[_GROUP]
    session = sessions.Session(
        auth=token_endpoint.Token(url, context.auth_token),
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
