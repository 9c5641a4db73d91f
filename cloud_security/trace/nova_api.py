# SPDX-License-Identifier: Apache-2.0
"""Servers, as Nova's API tells an admin; also deleted ones.

Source: nova/api/openstack/compute/servers.py, Nova 29 to 34: for an admin,
``changes-since`` also lists deleted servers, and ``deleted`` lists those
alone, until ``nova-manage db archive_deleted_rows``.
"""

from __future__ import annotations

from collections.abc import Iterator
import datetime
from typing import Any
from typing import Optional

from keystoneauth1 import loading
from openstack import connection as connections
from openstack.config import cloud_region
from oslo_config import cfg

from cloud_security import keystone as keystones
from cloud_security.trace import owners

#: Nova's own limit of a page.
_PAGE = 1000
#: Clocks of this host, of the database and of Nova may differ by so much.
_SKEW = datetime.timedelta(minutes=10)
_SECTION = 'nova'


class Nova:
    """Nova's API, and the account that asks it."""

    def __init__(self, compute: Any) -> None:
        """Begin.

        :param compute: the SDK's proxy, or an adapter of keystoneauth1's
        """
        self._compute = compute

    def servers(
        self, since: Optional[datetime.datetime] = None, deleted: bool = False
    ) -> Iterator[owners.Server]:
        """Yield servers of all projects.

        :param since: only those that changed, or were deleted, since then
        :param deleted: only deleted ones
        :raises Unknown: when the account may not ask
        """
        query: dict[str, Any] = {'all_tenants': 1, 'limit': _PAGE}
        if since is not None:
            query['changes-since'] = f'{(since - _SKEW).isoformat()}Z'
        if deleted:
            query['deleted'] = 1
        while True:
            body = self._get('/servers/detail', query) or {}
            page = body.get('servers', [])
            yield from map(_server, page)
            if not page or not body.get('servers_links'):
                return
            query['marker'] = page[-1]['id']

    def server(self, server_id: str) -> Optional[owners.Server]:
        """Return one server, also a deleted one; None where Nova has none.

        :raises Unknown: when the account may not ask
        """
        body = self._get(f'/servers/{server_id}', {})
        if body is not None:
            return _server(body['server'])
        query = {'all_tenants': 1, 'deleted': 1, 'uuid': server_id}
        for one in (self._get('/servers/detail', query) or {})['servers']:
            if one['id'] == server_id:
                return _server(one)
        return None

    def _get(self, path: str, query: dict[str, Any]) -> Any:
        """Return the body of a response, None for not found."""
        with keystones.asking('Nova does not tell'):
            found = self._compute.get(path, params=query)
            if found.status_code == 404 and not query:
                return None
            if found.status_code != 200:
                raise keystones.Unknown(f'{found.status_code} {found.reason}')
            return found.json()


def _server(body: Any) -> owners.Server:
    return owners.Server(
        body['id'],
        body['user_id'],
        None,
        body['tenant_id'],
        body['name'],
        datetime.datetime.strptime(body['created'], '%Y-%m-%dT%H:%M:%SZ'),
    )


def connect(conf: cfg.ConfigOpts) -> Any:
    """Return the SDK's connection of an admin.

    The OS_ variables name the account, and otherwise the section with which
    Neutron notifies Nova.

    :raises Unknown: when neither does
    """
    found = keystones.connection()
    if found is not None:
        return found
    loading.register_auth_conf_options(conf, _SECTION)
    loading.register_session_conf_options(conf, _SECTION)
    # Source: neutron/conf/common.py nova_opts, Neutron 24 to 29.
    conf.register_opts(
        [
            cfg.StrOpt('region_name'),
            cfg.StrOpt('endpoint_type', default='public'),
        ],
        _SECTION,
    )
    with keystones.asking(f'Mend [{_SECTION}] in neutron.conf'):
        auth = loading.load_auth_from_conf_options(conf, _SECTION)
        if auth is None:
            raise keystones.Unknown('it has no auth_type')
        session = loading.load_session_from_conf_options(
            conf, _SECTION, auth=auth
        )
        section = conf[_SECTION]
        region = cloud_region.from_session(
            session,
            region_name=section.region_name,
            interface=section.endpoint_type,
        )
        return connections.Connection(config=region)
