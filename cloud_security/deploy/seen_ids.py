# SPDX-License-Identifier: Apache-2.0
"""IDs of users and projects that a service has seen, in its database.

A service takes a user ID from a token, and asks nobody whether it exists.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterable
from typing import Any
from typing import ContextManager

from cloud_security.deploy import id_shapes

#: A column, and a query for its values.
Query = tuple[Any, Any]


class SeenIds:
    """The values that some columns have, as the database spells them."""

    def __init__(
        self,
        reading: Callable[[], ContextManager[Any]],
        queries: Callable[[], Iterable[Query]],
    ) -> None:
        """Choose the columns.

        :param reading: yields a session on the rows of everybody
        """
        self._reading = reading
        self._queries = queries

    def knows(self, wanted: str) -> bool:
        """Tell whether a column has an ID; MariaDB takes A for a."""
        return wanted in self._values(wanted)

    def has_shape(self, text: str) -> bool:
        """Tell whether a text looks like most of these IDs.

        An identity driver can take a directory's own names for IDs.
        """
        return id_shapes.is_keystones(text) or id_shapes.are_mostly_others(
            self._values()
        )

    def _values(self, wanted: Any = None) -> set[str]:
        """Return what rows have.

        :param wanted: a value that alone is looked for
        """
        found: set[str] = set()
        with self._reading() as session:
            for column, query in self._queries():
                query = query.where(column.is_not(None))
                if wanted is not None:
                    query = query.where(column == wanted).limit(10)
                rows = session.execute(query.distinct())
                found |= {str(value) for [value] in rows}
        return found
