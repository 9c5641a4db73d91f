# SPDX-License-Identifier: Apache-2.0
"""Scopes that hide no row and note whose rows the service reads.

Monitor mode notes what enforce would have hidden. For callers who may act on
the resources of others, the filter notes on whose they do.
"""

from __future__ import annotations

from typing import Any
from typing import Optional

from oslo_log import log as logging

from cloud_security.audit import events
from cloud_security.visibility import scope as scopes
from cloud_security.wsgi import exchange as exchanges
from cloud_security.wsgi import service as services

LOG = logging.getLogger(__name__)

#: Hidden resources, with the user IDs of their owners.
Owners = dict[str, Optional[str]]


class Harmless:
    """A context that logs an error instead of raising it."""

    def __enter__(self) -> None:
        """Begin."""

    def __exit__(self, kind: Any, error: Any, traceback: Any) -> bool:
        """Log an error with which enforce mode would have answered."""
        if not isinstance(error, Exception):
            return False
        LOG.error(events.WOULD_FAIL, exc_info=(kind, error, traceback))
        return True


def watched(
    service: services.Service, mode: str, audit: str
) -> tuple[type, ...]:
    """Return the models whose rows the listener shows to scopes."""
    if mode == 'monitor':
        return tuple(service.owned())
    return service.acted_on() if audit != 'off' else ()


def overriding(
    service: services.Service, exchange: exchanges.Exchange, found: Owners
) -> scopes.Scope:
    """Return the scope of a caller who sees the rows of everybody.

    Where a role lets the caller act on a resource, the scope notes the rows
    that name the owner as the service reads them. That costs no SQL
    statement, except for rows that do not name their owner.

    :param found: gets what the scope notes
    """
    operation = exchange.operation
    if (
        not exchange.decision.overrides
        or operation is None
        or operation.is_read
        or not service.acts(operation)
    ):
        return scopes.EVERYBODY
    owned = service.owned()
    acted_on = service.acted_on()

    def note(row: Any) -> None:
        # Monitor mode shows rows of all owned models to scopes.
        if type(row) in acted_on:
            entry = owned[type(row)]
            row_id = entry.row_id(row)
            if entry.owner_id is None:
                found.update(service.hidden([row_id], exchange.caller_id))
            elif entry.owner_id(row) != exchange.caller_id:
                found[row_id] = entry.owner_id(row)

    return scopes.Scope(is_everybody=True, watch=note)


def noting(
    service: services.Service, exchange: exchanges.Exchange, found: Owners
) -> scopes.Scope:
    """Return a scope that hides no row and notes those of other owners.

    Python compares owners here, not the database: the scope notes an owner
    who is spelled in another case, though enforce might show that row.

    :param found: gets what the scope notes
    """
    owned = service.owned()

    def note(row: Any) -> None:
        with Harmless():
            entry = owned[type(row)]
            row_id = entry.row_id(row)
            if entry.owner_id is None:
                found.update(service.hidden([row_id], exchange.caller_id))
            elif entry.owner_id(row) != exchange.caller_id:
                found[row_id] = entry.owner_id(row)

    return scopes.Scope(is_everybody=True, watch=note)
