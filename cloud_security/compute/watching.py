"""Monitor mode: note the rows that enforce would have hidden."""

from typing import Any

from cloud_security.compute import exchange as exchanges
from cloud_security.compute import models
from cloud_security.visibility import scope as scopes


def scope(exchange: exchanges.Exchange) -> scopes.Scope:
    """Return a scope that hides nothing and notes whose rows are read.

    The comparison is Python's, not the database's: an owner who is spelled
    in another case is noted, though enforce might not hide him.
    """

    def note(row: Any) -> None:
        entry = models.owned()[type(row)]
        owner_id = entry.owner_id(row)
        if owner_id != exchange.caller_id:
            exchange.found[entry.row_id(row)] = owner_id

    return scopes.Scope(is_everybody=True, watch=note)
