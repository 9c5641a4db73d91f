# SPDX-License-Identifier: Apache-2.0
"""The sources of a query: what stands in FROM, joined or not."""

from __future__ import annotations

from typing import Callable
from typing import Container
from typing import Mapping

from cloud_security.visibility import clauses
from cloud_security.visibility import conditions
from cloud_security.visibility import tokens as sql
from cloud_security.visibility.tokens import Tokens

_JOINING = frozenset(
    'NATURAL INNER CROSS LEFT RIGHT FULL OUTER JOIN STRAIGHT_JOIN'.split()
)
# These are functions, too.
_SIDES = frozenset({'LEFT', 'RIGHT'})


class Source:
    """A table under its alias; whether conditions restrict it to own rows."""

    def __init__(self, table: str, alias: str) -> None:
        """Begin with a source that no condition restricts."""
        self.table = table
        self.alias = alias
        self.is_restricted = False


Sources = list[Source]
#: The column by which rows belong to an owned row, and that row's key:
#: ``{('things', 'box_id'): ('boxes', 'id')}``.
Parents = Mapping[tuple[str, str], tuple[str, str]]


def restrict(sources: Sources, condition: Tokens) -> None:
    """Note which sources a condition restricts."""
    aliases = conditions.restricted(condition)
    for source in sources:
        if source.alias in aliases:
            source.is_restricted = True


def restrict_children(
    sources: Sources,
    condition: Tokens,
    around: Sources,
    parents: Parents,
) -> None:
    """Note which sources a condition restricts to what belongs to own rows.

    :param around: the sources of the queries around this one, the nearest
        first
    """
    if not any(
        not source.is_restricted and source.table == table
        for source in sources
        for table, _ in parents
    ):
        return
    known: dict[str, Source] = {}
    for source in (*sources, *around):
        known.setdefault(source.alias, source)
    for left, right in conditions.equal_columns(condition):
        for (child, column), (parent, key) in ((left, right), (right, left)):
            if child not in known or parent not in known:
                continue
            above = known[parent]
            if above.is_restricted and (
                parents.get((known[child].table, column)) == (above.table, key)
                and known[child] in sources
            ):
                known[child].is_restricted = True


class From:
    """Read the sources of one statement."""

    def __init__(
        self,
        owned: Container[str],
        query: Callable[[Tokens], None],
        expressions: Callable[[Tokens], None],
    ) -> None:
        """Prepare the reading.

        :param owned: the names of the owned tables
        :param query: called with each query that is a source
        :param expressions: called with the conditions of joins
        """
        self._owned = owned
        self._query = query
        self._expressions = expressions
        self.tables = 0

    def read(self, tokens: Tokens) -> Sources:
        """Return the sources of a list of tables and joins.

        :raises Unreadable: when it has anything else
        """
        found: Sources = []
        for part in clauses.split(tokens, frozenset({','})) if tokens else []:
            found += self._joined(part)
        return found

    def table(self, tokens: Tokens, index: int) -> tuple[str, int]:
        """Return the name of a table and the index behind it; count it."""
        table, end = sql.name(tokens, index)
        self.tables += table in self._owned
        return table, end

    def _joined(self, tokens: Tokens) -> Sources:
        left, index = self._primary(tokens, 0)
        while index < len(tokens):
            words = set()
            while sql.word(tokens, index) in _JOINING:
                words.add(sql.word(tokens, index))
                index += 1
            if not words & {'JOIN', 'STRAIGHT_JOIN'}:
                raise sql.Unreadable('it has unknown words behind a table')
            right, index = self._primary(tokens, index)
            condition, index = _condition(tokens, index)
            self._expressions(condition)
            # An outer join keeps all rows of its outer side.
            if not words & {'LEFT', 'FULL'}:
                restrict(left, condition)
            if not words & {'RIGHT', 'FULL'}:
                restrict(right, condition)
            left = left + right
        return left

    def _primary(self, tokens: Tokens, index: int) -> tuple[Sources, int]:
        """Return the sources of a table or a parenthesis, and its end."""
        while sql.word(tokens, index) in ('LATERAL', 'ONLY'):
            index += 1
        if sql.is_group(tokens, index):
            inner = sql.group(tokens, index)
            _, end = self._alias(tokens, index + 1)
            if clauses.is_query(sql.Group(inner)):
                self._query(inner)
                return [], end
            return self.read(inner), end
        table, end = self.table(tokens, index)
        if sql.is_group(tokens, end):
            raise sql.Unreadable('a function stands in the place of a table')
        alias, end = self._alias(tokens, end)
        return [Source(table, alias or table)], end

    def _alias(self, tokens: Tokens, index: int) -> tuple[str, int]:
        """Return the alias of a source, '' for none, and the index behind."""
        is_named = index < len(tokens) and tokens[index].kind == 'name'
        if sql.word(tokens, index) == 'AS':
            index += 1
        elif not is_named and sql.word(tokens, index) in _JOINING | {
            '',
            'ON',
            'USING',
        }:
            return '', index
        alias, index = sql.name(tokens, index)
        if alias in self._owned:
            # Or the table, behind a word that is not known.
            raise sql.Unreadable('an alias is named like an owned table')
        if sql.is_group(tokens, index):
            index += 1  # the names of its columns
        return alias, index


def _condition(tokens: Tokens, index: int) -> tuple[Tokens, int]:
    """Return the condition of a join, and the index behind it."""
    if sql.word(tokens, index) == 'USING':
        return [], index + 2
    if sql.word(tokens, index) != 'ON':
        return [], index
    end = index + 1
    while end < len(tokens) and not _is_join(tokens, end):
        end += 1
    condition = tokens[index + 1 : end]
    if 'ON' in sql.words(condition):
        raise sql.Unreadable('a JOIN has two ON')
    return condition, end


def _is_join(tokens: Tokens, index: int) -> bool:
    word = sql.word(tokens, index)
    if word in _SIDES:
        return sql.word(tokens, index + 1) in ('OUTER', 'JOIN')
    return word in _JOINING
