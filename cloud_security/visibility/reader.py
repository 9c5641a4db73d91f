# SPDX-License-Identifier: Apache-2.0
"""The owned tables that SQL reads without the owner criterion."""

from __future__ import annotations

import re
from typing import Mapping
from typing import NamedTuple

from cloud_security.visibility import aggregates
from cloud_security.visibility import clauses
from cloud_security.visibility import conditions
from cloud_security.visibility import sources
from cloud_security.visibility import tokens as sql
from cloud_security.visibility.tokens import Tokens

#: The columns of the primary key by table, ``{'things': frozenset({'id'})}``.
Keys = Mapping[str, frozenset[str]]


class Reading(NamedTuple):
    """The tables that SQL reads without the owner criterion.

    ``is_by_key`` tells that the SQL changes one row, which the database finds
    by its primary key, and reads no other. ``is_aggregate`` tells that the SQL
    returns counts, sums and nothing else.
    """

    tables: tuple[str, ...] = ()
    is_by_key: bool = False
    is_aggregate: bool = False


class Reader:
    """Read SQL and find the owned tables in it."""

    def __init__(
        self, keys: Keys, parents: sources.Parents | None = None
    ) -> None:
        """Prepare the names; rows with ``parents`` belong to own rows, too."""
        self._parents = parents or {}
        self._keys = {
            table.lower(): frozenset(column.lower() for column in columns)
            for table, columns in keys.items()
        }
        names = '|'.join(map(re.escape, sorted(self._keys)))
        self._pattern = re.compile(
            rf'(?<![\w$])(?:{names})(?![\w$])', re.IGNORECASE
        )

    def names(self, text: str) -> list[str]:
        """Return the owned tables whose names stand in SQL."""
        if sql.is_hiding(text):
            return sorted(self._keys)
        return sorted({name.lower() for name in self._pattern.findall(text)})

    def read(self, text: str) -> Reading:
        """Return the owned tables that SQL reads without the owner criterion.

        :raises Unreadable: when the SQL names an owned table and has a form
            that this package does not know
        """
        if not self.names(text):
            return Reading()
        if sql.is_hiding(text):
            raise sql.Unreadable('it has escaped letters')
        tokens = sql.read(text)
        statement = _Statement(self._keys, self._parents)
        statement.read(tokens)
        if statement.tables != _named(tokens, self._keys):
            raise sql.Unreadable('a table stands in an unknown place')
        return Reading(
            tuple(sorted(statement.unrestricted)),
            _is_by_key(tokens, self._keys),
            aggregates.is_aggregate(tokens),
        )


class _Statement:
    """Read one statement with all queries in it."""

    def __init__(self, keys: Keys, parents: sources.Parents) -> None:
        self._keys = keys
        self._parents = parents
        self._around: sources.Sources = []
        self._from = sources.From(keys, self.read, self._expressions)
        self.unrestricted: set[str] = set()

    @property
    def tables(self) -> int:
        """The number of owned tables that stand where a table can stand."""
        return self._from.tables

    def read(self, tokens: Tokens) -> None:
        """Read a statement, or a query that stands in one."""
        first = sql.word(tokens, 0)
        if first == 'WITH':
            self._with(tokens)
        elif first in ('SELECT', 'VALUES') or sql.is_group(tokens, 0):
            self._query(tokens)
        elif first == 'INSERT':
            self._insert(tokens)
        elif first == 'UPDATE':
            self._update(tokens)
        elif first == 'DELETE':
            self._delete(tokens)
        else:
            raise sql.Unreadable(f'it begins with {first or "no word"}')

    def _with(self, tokens: Tokens) -> None:
        index = 2 if sql.word(tokens, 1) == 'RECURSIVE' else 1
        while True:
            name, index = sql.name(tokens, index)
            if name in self._keys:
                raise sql.Unreadable('a WITH is named like an owned table')
            index += sql.is_group(tokens, index)
            if sql.word(tokens, index) != 'AS':
                raise sql.Unreadable('a WITH has no AS')
            index += 1
            while sql.word(tokens, index) in ('NOT', 'MATERIALIZED'):
                index += 1
            self.read(sql.group(tokens, index))
            if sql.sign(tokens, index + 1) != ',':
                break
            index += 2
        self.read(tokens[index + 1 :])

    def _query(self, tokens: Tokens) -> None:
        for part in clauses.split(tokens, clauses.SETS):
            if sql.word(part, 0) in ('ALL', 'DISTINCT'):
                part = part[1:]
            if sql.is_group(part, 0):
                self.read(sql.group(part, 0))
                self._expressions(part[1:])
            elif sql.word(part, 0) == 'VALUES':
                self._expressions(part)
            elif sql.word(part, 0) == 'SELECT' and (
                'INTO' not in sql.words(part)
            ):
                found = clauses.of(part, clauses.OF_SELECT)
                self._judge(self._from.read(found.pop('FROM', [])), found)
            else:
                raise sql.Unreadable('a part of a query is no SELECT')

    def _update(self, tokens: Tokens) -> None:
        found = clauses.of(tokens, clauses.OF_UPDATE)
        changed = self._from.read(found.pop('UPDATE'))
        self._judge(changed + self._from.read(found.pop('FROM', [])), found)

    def _delete(self, tokens: Tokens) -> None:
        found = clauses.of(tokens, clauses.OF_DELETE)
        if found.pop('DELETE'):
            raise sql.Unreadable('words stand between DELETE and FROM')
        changed = self._from.read(found.pop('FROM', []))
        using = self._from.read(found.pop('USING', []))
        # MariaDB: USING names the changed table again.
        again = {source.alias for source in using}
        self._judge(
            [one for one in changed if one.alias not in again] + using, found
        )

    def _judge(
        self, found: sources.Sources, around: dict[str, Tokens]
    ) -> None:
        """Note the sources that neither joins nor WHERE restrict.

        :param around: the other clauses of the query
        """
        where = around.get('WHERE', [])
        sources.restrict(found, where)
        sources.restrict_children(found, where, self._around, self._parents)
        outside, self._around = self._around, found + self._around
        for clause in around.values():
            self._expressions(clause)
        self._around = outside
        if len({source.alias for source in found}) < len(found):
            raise sql.Unreadable('two tables have one alias')
        self.unrestricted.update(
            source.table
            for source in found
            if source.table in self._keys and not source.is_restricted
        )

    def _insert(self, tokens: Tokens) -> None:
        """Read an INSERT: a row that it adds is no other owner's.

        An INSERT that may find a row in an owned table reads that table.
        """
        heads = [sql.word(tokens, index) for index in range(len(tokens))]
        if 'INTO' not in heads:
            raise sql.Unreadable('an INSERT has no INTO')
        into = heads.index('INTO')
        table, end = self._from.table(tokens, into + 1)
        end += sql.is_group(tokens, end)
        ends = [
            index
            for index in range(end, len(tokens))
            if heads[index] == 'RETURNING'
            or heads[index : index + 2] == ['ON', 'CONFLICT']
            or heads[index : index + 2] == ['ON', 'DUPLICATE']
        ]
        finds = into > 1 or any(heads[index] == 'ON' for index in ends)
        if table in self._keys and finds:
            self.unrestricted.add(table)
        last = min(ends, default=len(tokens))
        self._expressions(tokens[last:])
        if sql.word(tokens, end) != 'DEFAULT':
            self.read(tokens[end:last])

    def _expressions(self, tokens: Tokens) -> None:
        """Read the queries within expressions."""
        for group in sql.groups(tokens):
            if clauses.is_query(group):
                self.read(group.tokens)
            else:
                self._expressions(group.tokens)


def _named(tokens: Tokens, keys: Keys) -> int:
    """Count the owned tables' names that belong to no column."""
    return sum(
        token.kind in ('word', 'name')
        and token.text.lower() in keys
        and sql.sign(level, index + 1) != '.'
        for level in sql.flat(tokens)
        for index, token in enumerate(level)
    )


def _is_by_key(tokens: Tokens, keys: Keys) -> bool:
    """Tell whether a statement changes one row, found by its primary key."""
    if sql.word(tokens, 0) == 'UPDATE' and sql.word(tokens, 2) == 'SET':
        found, index = clauses.of(tokens, clauses.OF_UPDATE), 1
        heads = {'UPDATE', 'SET', 'WHERE'}
    elif sql.word(tokens, 0) == 'DELETE' and sql.word(tokens, 3) == 'WHERE':
        found, index = clauses.of(tokens, clauses.OF_DELETE), 2
        heads = {'DELETE', 'FROM', 'WHERE'}
    else:
        return False
    table = tokens[index].text.lower()
    if set(found) != heads or table not in keys or clauses.has_query(tokens):
        return False
    compared = [
        conditions.compared_column(part)
        for part in conditions.split(found['WHERE'], 'AND')
    ]
    return {(table, column) for column in keys[table]} <= set(compared) and (
        {one and one[0] for one in compared} == {table}
    )
