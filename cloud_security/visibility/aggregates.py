# SPDX-License-Identifier: Apache-2.0
"""SQL that returns one row of counts, sums and answers of EXISTS."""

from __future__ import annotations

from cloud_security.visibility import clauses
from cloud_security.visibility import tokens as sql
from cloud_security.visibility.tokens import Tokens

#: Counts and sums see everybody's rows: quotas belong to the project. So does
#: the question whether there are rows at all, on which counting depends.
NAMES = frozenset({'count', 'sum'})
# Neither GROUP BY, which returns a value for each row, nor locks.
_HEADS = frozenset({'SELECT', 'FROM', 'WHERE', 'ORDER', 'LIMIT', 'OFFSET'})
# A query can hold a change in WITH, and write a table or a file with INTO.
_CHANGING = frozenset({'INSERT', 'UPDATE', 'DELETE', 'INTO', 'WITH'})
_SIGNS = frozenset({'.', ',', '*'})


def is_aggregate(tokens: Tokens) -> bool:
    """Tell whether a statement returns aggregates of columns and no more.

    :raises Unreadable: when clauses are out of order
    """
    if (
        sql.word(tokens, 0) != 'SELECT'
        or sql.words(tokens) & clauses.SETS
        or any(sql.words(level) & _CHANGING for level in sql.flat(tokens))
    ):
        return False
    found = clauses.of(tokens, clauses.OF_SELECT)
    columns = found['SELECT']
    if sql.word(columns, 0) == 'DISTINCT':
        columns = columns[1:]
    return set(found) <= _HEADS and all(
        map(_is_value, clauses.split(columns, frozenset({','})))
    )


def _is_value(column: Tokens) -> bool:
    """Tell whether a column is one aggregate, perhaps with a name."""
    if not sql.is_group(column, 1) or (
        column[2:] and (sql.word(column, 2) != 'AS' or len(column) != 4)
    ):
        return False
    function = sql.word(column, 0)
    return function == 'EXISTS' or (
        function.lower() in NAMES
        and all(
            token.kind in ('word', 'name')
            or (token.kind == 'sign' and token.text in _SIGNS)
            for token in sql.group(column, 1)
        )
    )
