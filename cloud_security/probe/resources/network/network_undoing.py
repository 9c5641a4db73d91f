# SPDX-License-Identifier: Apache-2.0
"""Undoing of what an operation made of somebody's port or group."""

from __future__ import annotations

import contextlib
import time
from urllib import parse

from cloud_security.probe.client import accounts
from cloud_security.probe.client import limits
from cloud_security.probe.client import services
from cloud_security.probe.client.responses import Response
from cloud_security.probe.resources import waiting

#: Seconds in which Nova takes a port off a server.
PATIENCE = 60


def discard(account: accounts.Account, response: Response) -> Response:
    """Delete a new resource; return its fate instead of its ID."""
    (made,) = response.json().values()
    # A port forwarding is below its floating IP.
    path = parse.urlsplit(response.url).path
    path = path.split(f'/{account.service.version}/')[-1]
    if account.service is services.COMPUTE:
        waiting.settle(account, made['id'])
    with contextlib.suppress(limits.NoResponse):
        account.call('DELETE', f'{path}/{made["id"]}')
    return response._replace(text='made', headers={})


def leave_groups(account: accounts.Account, port_id: str) -> None:
    """Take a port out of all security groups, so that these can go."""
    account.call('PUT', f'ports/{port_id}', {'port': {'security_groups': []}})


def detach(account: accounts.Account, server_id: str, port_id: str) -> None:
    """Take a port off a server, and wait until Nova has done so."""
    nova = account.at(services.COMPUTE)
    path = f'servers/{server_id}/os-interface/{port_id}'
    end = time.monotonic() + PATIENCE
    pause = 0.1
    while time.monotonic() < end:
        if nova.call('GET', path).status == 404:
            return
        # Nova refuses while it still attaches the port.
        nova.call('DELETE', path)
        account.limits.sleep(pause)
        pause = min(2 * pause, 3)
