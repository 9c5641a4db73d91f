"""Statements that are known to pass as they are.

SQLAlchemy makes the same SQL, with the same options, of all statements that
have the same cache key; what was found out about one holds for all. It must
never tell two statements by less than that.
Source: sqlalchemy/sql/cache_key.py, SQLAlchemy 1.4 to 2.1.
"""

from typing import Any
from typing import Container
from typing import Set

import sqlalchemy as sa

from cloud_security.visibility import parts

#: How many are known at once, as many as SQLAlchemy knows the SQL of.
MOST = 500


def key(statement: Any, owned: Container[Any]) -> Any:
    """Return the cache key of a statement that may pass as it is, or None.

    SQLAlchemy computes it anyway, and keeps it with a statement that is not
    changed; so those that begin with something owned, which are, have none.

    :param owned: the mappers with owners
    """
    if (
        not isinstance(statement, sa.sql.Select)
        or not statement._raw_columns
        or parts.entity_of(statement._raw_columns[0]) in owned
        # Such an option could make a difference, and is not in the key.
        or not all(
            option._is_has_cache_key for option in statement._with_options
        )
    ):
        return None
    found = statement._generate_cache_key()
    return found and found.key


class Known:
    """The keys of such statements."""

    def __init__(self) -> None:
        """Know none."""
        self._keys: Set[Any] = set()

    def __contains__(self, key: Any) -> bool:
        """Tell whether statements with a key pass; None is none."""
        return key is not None and key in self._keys

    def add(self, key: Any) -> None:
        """Remember a key; None is none."""
        if key is not None:
            if len(self._keys) >= MOST:
                self._keys.clear()
            self._keys.add(key)
