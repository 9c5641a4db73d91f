# SPDX-License-Identifier: Apache-2.0
"""Waiting until Cinder has finished its work on a resource."""

from __future__ import annotations

import time

from cloud_security.probe.client import accounts
from cloud_security.probe.resources.volume import volume_parts

#: Seconds in which a resource reaches a state.
PATIENCE = 60
#: States that stay until the next request, in spite of their names.
LASTING = ('attaching', 'detaching')
GONE = 'gone'


def is_working(status: str) -> bool:
    """Return True if Cinder is about to change a state."""
    return status == 'restoring-backup' or (
        status.endswith('ing')
        and status not in LASTING
        and not status.startswith('error')
    )


def settle(
    account: accounts.Account, kind: volume_parts.Kind, resource_id: str
) -> str:
    """Wait until Cinder does nothing to a resource; return its state.

    :returns: 'gone' if there is no such resource, '' if it has no state
    :raises CannotTell: when the account may not see the resource
    """
    end = time.monotonic() + PATIENCE
    pause = 0.05
    path = f'{kind.path}/{resource_id}'
    while True:
        response = account.call('GET', path, version=kind.version)
        is_late = time.monotonic() > end
        if response.status == 404:
            return GONE
        # Gateways and Cinder fail now and then.
        if response.status < 500 or is_late:
            status = account.taken(response, kind.key).get('status', '')
            if is_late and is_working(status):
                return f'error: {status} for {PATIENCE} seconds'
            if not is_working(status):
                return str(status)
        account.limits.sleep(pause)
        pause = min(1.5 * pause, 2)


def wait_until_gone(
    account: accounts.Account, kind: volume_parts.Kind, resource_id: str
) -> bool:
    """Wait until Cinder has deleted a resource; return False if it stays."""
    end = time.monotonic() + PATIENCE
    pause = 0.05
    while time.monotonic() < end:
        status = settle(account, kind, resource_id)
        if status == GONE:
            return True
        if status.startswith('error'):
            return False
        account.limits.sleep(pause)
        pause = min(1.5 * pause, 2)
    return False
