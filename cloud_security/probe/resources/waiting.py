# SPDX-License-Identifier: Apache-2.0
"""Waiting until Nova has finished its work on a server."""

from __future__ import annotations

import time
from typing import Any

from cloud_security.probe.client import accounts
from cloud_security.probe.client import limits
from cloud_security.probe.client import redaction

#: Seconds in which a server reaches a state.
PATIENCE = 180


def wait(account: accounts.Account, server_id: str, state: str) -> None:
    """Wait until a server is in a state, or in one that begins with it.

    :raises CannotTell: when the server ends in another state
    """
    server = settle(account, server_id, state)
    if not server['status'].startswith(state):
        fault = (server.get('fault') or {}).get('message', '')
        raise limits.CannotTell(
            f"The {account.name}'s server is {server['status']}, not "
            f'{state}. {redaction.brief(fault)}'.strip()
        )


def settle(account: accounts.Account, server_id: str, state: str = '') -> Any:
    """Wait until Nova does nothing to a server; return the server.

    :param state: wait for this state, but briefly if Nova does nothing
    :returns: ``{'status': 'DELETED'}`` if the server is gone
    """
    end = time.monotonic() + PATIENCE
    pause, idle = 0.05, 0
    while True:
        response = account.call('GET', f'servers/{server_id}')
        is_late = time.monotonic() > end
        if response.status == 404:
            return {'status': 'DELETED'}
        # Gateways and Nova fail now and then.
        if response.status < 500 or is_late:
            server = account.taken(response, 'server')
            if server['status'] == 'ERROR' or is_late:
                return server
            if not server.get('OS-EXT-STS:task_state') and (
                server['status'] != 'BUILD'
            ):
                if server['status'].startswith(state) or idle >= 3:
                    return server
                idle += 1
        account.limits.sleep(pause)
        pause = min(1.5 * pause, 3)
