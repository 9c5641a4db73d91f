# SPDX-License-Identifier: Apache-2.0
"""The clauses of a query or a change, and the queries within expressions."""

from __future__ import annotations

from cloud_security.visibility import tokens as sql
from cloud_security.visibility.tokens import Tokens

#: The words with which the clauses begin, in their order.
OF_SELECT = (
    'SELECT FROM WHERE GROUP HAVING WINDOW ORDER LIMIT OFFSET FETCH FOR LOCK'
).split()
OF_UPDATE = 'UPDATE SET FROM WHERE ORDER LIMIT RETURNING'.split()
OF_DELETE = 'DELETE FROM USING WHERE ORDER LIMIT RETURNING'.split()
#: The words that join two queries.
SETS = frozenset({'UNION', 'INTERSECT', 'EXCEPT', 'MINUS'})
_QUERIES = frozenset({'SELECT', 'WITH', 'VALUES', 'TABLE'})


def of(tokens: Tokens, heads: list[str]) -> dict[str, Tokens]:
    """Return the tokens of each clause by the word that begins it.

    :param heads: these words, in their order; the first begins the tokens
    :raises Unreadable: when clauses are out of order
    """
    found: dict[str, Tokens] = {heads[0]: []}
    last = heads[0]
    for index, token in enumerate(tokens[1:]):
        head = token.text if token.kind == 'word' else ''
        before = tokens[index].text
        is_distinct_from = (
            head == 'FROM' and before == 'DISTINCT' and last != heads[0]
        )
        if (
            head in heads
            and before not in ('.', 'AS')
            and not is_distinct_from
        ):
            if heads.index(head) <= heads.index(last):
                raise sql.Unreadable(f'{head} stands in an unknown place')
            last = head
            found[last] = []
        else:
            found[last].append(token)
    return found


def split(tokens: Tokens, separators: frozenset[str]) -> list[Tokens]:
    """Split tokens at words or signs."""
    parts: list[Tokens] = [[]]
    for token in tokens:
        if token.kind in ('word', 'sign') and token.text in separators:
            parts.append([])
        else:
            parts[-1].append(token)
    return parts


def is_query(group: sql.Group) -> bool:
    """Tell whether a parenthesis holds a query.

    :raises Unreadable: when a SELECT stands in it, but does not begin it
    """
    if sql.word(group.tokens, 0) in _QUERIES:
        return True
    words = sql.words(group.tokens)
    if sql.is_group(group.tokens, 0) and words & SETS:
        return True
    if 'SELECT' in words:
        raise sql.Unreadable('a SELECT stands in an unknown place')
    return False


def has_query(tokens: Tokens) -> bool:
    """Tell whether a query stands in parentheses within tokens."""
    return any(
        is_query(group)
        for level in sql.flat(tokens)
        for group in sql.groups(level)
    )
