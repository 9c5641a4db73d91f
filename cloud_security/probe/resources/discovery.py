# SPDX-License-Identifier: Apache-2.0
"""Discovery: whether a cloud has a service, and its newest microversion."""

from __future__ import annotations

from cloud_security.probe.catalog import operations
from cloud_security.probe.client import accounts
from cloud_security.probe.client import limits
from cloud_security.probe.client import services


class Unseen(Exception):
    """The run cannot look at a service; the message says why."""


def newest(owner: accounts.Account) -> str:
    """Return the newest microversion of a service.

    :raises CannotTell: when Nova has none, or is too old
    :raises Unseen: when the owner cannot use another service
    """
    service = owner.service
    if service is services.COMPUTE:
        version = owner.get(service.versions, 'version').get('version', '')
    else:
        version = _found(owner)
    wanted = operations.number(service.needed)
    if version and operations.number(version) >= wanted:
        return str(version)
    reason = f'{service.title} has no version {service.needed}; it is too old.'
    if service is services.COMPUTE:
        raise limits.CannotTell(reason)
    raise Unseen(reason)


def _found(owner: accounts.Account) -> str:
    """Return the newest microversion of a service that a cloud may lack.

    :raises Unseen: when there is no endpoint, or no permission
    """
    service, noun = owner.service, f'{owner.service.resource}s'
    try:
        with limits.understanding(service.title):
            listed = owner.get(service.versions, 'versions')
            found = [
                one.get('version') or one['id'].lstrip('v')
                for one in listed
                if one['id'].startswith(service.version)
            ]
            version = max(found, key=operations.number, default='')
            owner.get(f'{noun}?limit=1', noun)
    except limits.CannotTell as error:
        # Time that is up ends the whole run.
        owner.limits.check()
        raise Unseen(str(error)) from error
    return version
