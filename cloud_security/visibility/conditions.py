# SPDX-License-Identifier: Apache-2.0
"""The sources of which a condition lets only the owner's rows pass.

A comparison with the owner's marked parameter restricts a source. So does a
part of a criterion that is marked as open. AND needs one such part, OR needs
one in each part, and whatever else restricts none.
"""

from __future__ import annotations

from cloud_security.visibility import tokens as sql
from cloud_security.visibility.tokens import Tokens

# MariaDB ranks these below AND; elsewhere they mean something else.
_BELOW_AND = frozenset({'||', ':='})
#: The kind of mark that each comparison needs.
_MARKS = {'=': 'mark', '!=': 'open', '<>': 'open'}


def restricted(condition: Tokens) -> set[str]:
    """Return the aliases whose rows a condition restricts to the owner's.

    :raises Unreadable: when databases would read the condition differently
    """
    if any(
        token.text == ',' or token == sql.Token('word', 'SELECT')
        for token in condition
    ):
        return set()  # a list or a query
    if len(condition) == 1 and isinstance(condition[0], sql.Group):
        try:
            return restricted(condition[0].tokens)
        except sql.Unreadable:
            # However databases read it, it is one condition, which restricts
            # nothing: LIKE ? || '%'.
            return set()
    alternatives = split(condition, 'OR')
    if len(alternatives) > 1:
        return set.intersection(*map(restricted, alternatives))
    parts = split(condition, 'AND')
    if len(parts) > 1:
        return set().union(*map(restricted, parts))
    column, rest = _column(condition)
    return {column[0]} if column and _is_marked(rest) else set()


def compared_column(condition: Tokens) -> tuple[str, str] | None:
    """Return alias and column of ``alias.column = parameter``, or None."""
    column, rest = _column(condition)
    if sql.sign(rest, 0) == '=' and _is_parameter(rest[1:]):
        return column
    return None


def equal_columns(
    condition: Tokens,
) -> list[tuple[tuple[str, str], tuple[str, str]]]:
    """Return the pairs of columns that a condition requires to be equal.

    :raises Unreadable: when databases would read the condition differently
    """
    if len(condition) == 1 and isinstance(condition[0], sql.Group):
        try:
            return equal_columns(condition[0].tokens)
        except sql.Unreadable:
            return []
    if len(split(condition, 'OR')) > 1:
        return []
    parts = split(condition, 'AND')
    if len(parts) > 1:
        return [pair for part in parts for pair in equal_columns(part)]
    left, rest = _column(condition)
    if left is None or sql.sign(rest, 0) != '=':
        return []
    right, rest = _column(rest[1:])
    return [(left, right)] if right is not None and not rest else []


def split(condition: Tokens, operator: str) -> list[Tokens]:
    """Split a condition at AND or OR.

    :raises Unreadable: when databases would read the condition differently
    """
    parts: list[Tokens] = [[]]
    cases = betweens = 0
    for token in condition:
        word = token.text if token.kind == 'word' else ''
        if word == 'XOR' or (
            token.kind == 'sign' and token.text in _BELOW_AND
        ):
            raise sql.Unreadable(f'{token.text} stands in a condition')
        cases += (word == 'CASE') - (word == 'END')
        betweens += word == 'BETWEEN' and not cases
        if word == 'AND' and betweens and not cases:
            betweens -= 1
        elif word == operator and not cases:
            parts.append([])
            continue
        parts[-1].append(token)
    return parts


def _column(condition: Tokens) -> tuple[tuple[str, str] | None, Tokens]:
    """Return alias and column at the begin of a condition, and what follows.

    Without an alias there is no column.
    """
    names: list[str] = []
    index = 0
    while index < len(condition) and condition[index].kind in ('word', 'name'):
        names.append(condition[index].text.lower())
        index += 1
        if sql.sign(condition, index) != '.':
            break
        index += 1
    column = (names[-2], names[-1]) if len(names) > 1 else None
    return column, condition[index:]


def _is_marked(rest: Tokens) -> bool:
    """Tell whether tokens are a comparison that the criteria made."""
    kind = _MARKS.get(sql.sign(rest, 0))
    if kind is not None:
        return _is_mark(rest[1:2], kind) and _is_parameter(rest[2:])
    is_negated = sql.word(rest, 0) == 'NOT'
    rest = rest[is_negated:]
    if len(rest) != 2 or sql.word(rest, 0) != 'IN':
        return False
    query = rest[1].tokens if isinstance(rest[1], sql.Group) else []
    return sql.word(query, 0) == 'SELECT' and _is_mark(
        query[1:2], 'open' if is_negated else 'mark'
    )


def _is_mark(tokens: Tokens, kind: str) -> bool:
    return [token.kind for token in tokens] == [kind]


def _is_parameter(rest: Tokens) -> bool:
    """Tell whether tokens are one parameter, perhaps cast to a type."""
    kinds = [token.kind for token in rest]
    return kinds == ['parameter'] or (
        kinds == ['parameter', 'sign', 'word'] and rest[1].text == '::'
    )
