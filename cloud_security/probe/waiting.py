"""Waiting until Nova has done with a server."""

import time
from typing import Any

from cloud_security.probe import accounts
from cloud_security.probe import limits
from cloud_security.probe import words

#: Seconds in which a server reaches a state.
PATIENCE = 180


def wait(account: accounts.Account, server_id: str, state: str) -> None:
    """Wait until a server is in a state, or in one that begins so.

    :raises CannotTell: when it goes elsewhere
    """
    server = settle(account, server_id, state)
    if not server['status'].startswith(state):
        fault = (server.get('fault') or {}).get('message', '')
        raise limits.CannotTell(
            f"The {account.name}'s server is {server['status']}, not "
            f'{state}. {words.brief(fault)}'.strip()
        )


def settle(account: accounts.Account, server_id: str, state: str = '') -> Any:
    """Wait until Nova does nothing to a server; return it.

    :param state: wait for this one, but not for long when nothing goes on
    :returns: ``{'status': 'DELETED'}`` when it is gone
    """
    end = time.monotonic() + PATIENCE
    pause, idle = 0.05, 0
    while True:
        answer = account.call('GET', f'servers/{server_id}')
        is_late = time.monotonic() > end
        if answer.status == 404:
            return {'status': 'DELETED'}
        # Gateways and Nova fail now and then.
        if answer.status < 500 or is_late:
            server = account.taken(answer, 'server')
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
