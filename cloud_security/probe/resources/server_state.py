# SPDX-License-Identifier: Apache-2.0
"""The state of a server, and what strangers did to it."""

from __future__ import annotations

from collections.abc import Iterable

from cloud_security.probe.client import accounts
from cloud_security.probe.resources import service_stage

#: Properties of a server that stay as they are if nobody touches it.
KEPT = ('name', 'status', 'metadata', 'tags', 'locked', 'description')


def read(
    owner: accounts.Account,
    server_id: str,
    strangers: Iterable[accounts.Account | None],
) -> service_stage.State:
    """Return a server's state as the owner sees it.

    :param strangers: accounts that must not act on it
    """
    path = f'servers/{server_id}'
    response = owner.call('GET', path, version='2.73')
    if response.status == 404:
        return service_stage.State({'status': 'gone'}, response)
    server = owner.taken(response, 'server')
    values = {key: server.get(key) for key in KEPT}
    actions = owner.get(f'{path}/os-instance-actions', 'instanceActions')
    # Operators and services act on the server, too.
    for account in strangers:
        if account is not None:
            values[f'done by the {account.name}'] = [
                action['action']
                for action in actions
                if action['user_id'] == account.user_id
            ]
    return service_stage.State(values, response)
