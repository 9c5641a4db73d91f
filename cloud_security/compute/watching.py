"""Monitor mode: note what enforce would have hidden, and change nothing."""

import contextlib
from typing import Any
from typing import Iterator

from oslo_log import log as logging

from cloud_security.compute import exchange as exchanges
from cloud_security.compute import models
from cloud_security.visibility import scope as scopes

LOG = logging.getLogger(__name__)


@contextlib.contextmanager
def harmlessly() -> Iterator[None]:
    """Log what goes wrong; enforce would have answered with an error."""
    try:
        yield
    except Exception:
        LOG.exception('cloud_security.would_fail')


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
