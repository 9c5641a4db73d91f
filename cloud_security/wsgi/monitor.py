"""Note whose rows are read, and change nothing.

Monitor mode notes what enforce would have hidden; of callers who may act on
everybody's servers it is noted on whose they do.
"""

import contextlib
from typing import Any
from typing import Iterator
from typing import Tuple

from nova.db.api import models as api_models
from oslo_log import log as logging

from cloud_security.compute import models
from cloud_security.visibility import scope as scopes
from cloud_security.wsgi import exchange as exchanges

LOG = logging.getLogger(__name__)


@contextlib.contextmanager
def harmlessly() -> Iterator[None]:
    """Log what goes wrong; enforce would have answered with an error."""
    try:
        yield
    except Exception:
        LOG.exception('cloud_security.would_fail')


def watched(mode: str, audit: str) -> Tuple[type, ...]:
    """Return the models of which each row that is read is noted."""
    if mode == 'monitor':
        return tuple(models.owned())
    return (api_models.InstanceMapping,) if audit != 'off' else ()


def others(exchange: exchanges.Exchange) -> scopes.Scope:
    """Return the scope of a caller who sees everybody's rows.

    Where he acts on a server because of his role, the row that tells whose
    it is is noted as Nova reads it; that costs no statement.
    """
    operation = exchange.operation
    if (
        not exchange.decision.overrides
        or operation is None
        or operation.server_id is None
        or operation.is_read
    ):
        return scopes.EVERYBODY

    def note(row: Any) -> None:
        if (
            isinstance(row, api_models.InstanceMapping)
            and row.user_id != exchange.caller_id
        ):
            exchange.found[row.instance_uuid] = row.user_id

    return scopes.Scope(is_everybody=True, watch=note)


def scope(exchange: exchanges.Exchange) -> scopes.Scope:
    """Return a scope that hides nothing and notes whose rows are read.

    The comparison is Python's, not the database's: an owner who is spelled
    in another case is noted, though enforce might not hide him.
    """

    def note(row: Any) -> None:
        with harmlessly():
            entry = models.owned()[type(row)]
            row_id = entry.row_id(row)
            if entry.owner_id is None:
                exchange.hidden([row_id])
            elif entry.owner_id(row) != exchange.caller_id:
                exchange.found[row_id] = entry.owner_id(row)

    return scopes.Scope(is_everybody=True, watch=note)
