# SPDX-License-Identifier: Apache-2.0
"""The flushes of sessions: they write rows by primary key, without criterion.

A session may write the rows that it has loaded, or inserted, in the current
scope. Objects come into sessions in other ways, too.
"""

from __future__ import annotations

from typing import Any
from typing import Callable
from typing import Iterable

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy import orm
from sqlalchemy import pool

from cloud_security.visibility import scope as scopes

# Keys of the info dictionaries that SQLAlchemy keeps for its users.
_PROVEN = 'cloud_security_proven'
_WRITING = 'cloud_security_writing'


def is_writing(connection: Any) -> bool:
    """Tell whether a flush writes proven rows with this connection."""
    scope = scopes.current()
    return scope is not None and connection.info.get(_WRITING) == scope


class Flushes:
    """The listener to what sessions load and write of some models."""

    def __init__(
        self, models: Iterable[type], refuse: Callable[[str], None]
    ) -> None:
        """Prepare the listeners.

        :param refuse: called with the reason when a flush must not write
        """
        self._models = tuple(models)
        self._refuse = refuse
        by_model: tuple[tuple[str, Callable[..., None]], ...] = (
            ('load', _prove_loaded),
            ('refresh', _prove_loaded),
            ('before_insert', self._begin_insert),
            ('after_insert', _prove_inserted),
            ('before_update', self._begin),
            ('before_delete', self._begin),
        )
        self._of_models = [
            (model, *listener)
            for model in self._models
            for listener in by_model
        ]
        self._of_all: tuple[tuple[Any, str, Callable[..., None]], ...] = (
            (orm.Session, 'before_flush', self._verify_all),
            (orm.Session, 'after_flush', _end),
            (orm.Session, 'after_soft_rollback', _end),
            # A listener of another may fail before those two.
            (orm.Session, 'after_transaction_end', _end),
            (pool.Pool, 'checkin', _check_in),
        )

    def install(self) -> None:
        """Listen in this process; again changes nothing."""
        for listener in self._of_all:
            if not event.contains(*listener):
                event.listen(*listener)
        for listener in self._of_models:
            if not event.contains(*listener):
                event.listen(*listener, raw=True, propagate=True)

    def uninstall(self) -> None:
        """Stop listening."""
        for listener in self.listeners:
            if event.contains(*listener):
                event.remove(*listener)

    @property
    def listeners(self) -> list[tuple[Any, str, Callable[..., None]]]:
        """All listeners, each with its target and the name of the event."""
        return [*self._of_all, *self._of_models]

    def _verify_all(self, session: Any, *_: Any) -> None:
        """Refuse a flush before it writes any row."""
        if _isolating() is not None:
            for row in (*session.dirty, *session.deleted):
                if isinstance(row, self._models):
                    self._verify(sa.inspect(row))

    def _verify(self, state: Any) -> None:
        proven = state.info.get(_PROVEN)
        if proven != (_isolating(), state.key) or not _is_of_key(state):
            self._refuse(
                f'A flush writes a row of {state.mapper.local_table} that '
                'the request has not read.'
            )

    def _begin(self, _mapper: Any, connection: Any, state: Any) -> None:
        """Let the flush write with the connection of a proven row."""
        scope = _isolating()
        if scope is not None:
            self._verify(state)
            info = connection.info
            info[_WRITING] = scope
            state.session.info.setdefault(_WRITING, []).append(info)

    def _begin_insert(self, mapper: Any, connection: Any, state: Any) -> None:
        """Verify a deleted row whose key a new row takes.

        SQLAlchemy updates such a row.
        """
        if _isolating() is not None:
            key = mapper.identity_key_from_instance(state.obj())
            replaced = state.session.identity_map.get(key)
            if replaced is not None:
                self._begin(mapper, connection, sa.inspect(replaced))


def _isolating() -> scopes.Scope | None:
    """Return the scope, None where it holds everybody's rows."""
    scope = scopes.current()
    return None if scope is None or scope.is_everybody else scope


def _prove_loaded(state: Any, context: Any, *_: Any) -> None:
    """Note that a query in the current scope returned a row.

    Without a context, Session.merge() or an UPDATE made the values.
    """
    scope = _isolating()
    if scope is not None and context is not None:
        state.info[_PROVEN] = scope, state.key


def _prove_inserted(mapper: Any, _connection: Any, state: Any) -> None:
    scope = _isolating()
    if scope is not None:
        key = mapper.identity_key_from_instance(state.obj())
        state.info[_PROVEN] = scope, key


def _is_of_key(state: Any) -> bool:
    """Tell whether SQLAlchemy finds the row by the key of its identity.

    SQLAlchemy takes the values of the attributes as it has loaded them.
    """
    for column, value in zip(state.mapper.primary_key, state.key[1]):
        attribute = state.mapper.get_property_by_column(column).key
        history = state.attrs[attribute].history
        known = history.deleted or history.unchanged or ()
        if any(old != value for old in known):
            return False
    return True


def _end(session: Any, *_: Any) -> None:
    for info in session.info.pop(_WRITING, ()):
        info.pop(_WRITING, None)


def _check_in(_connection: Any, record: Any) -> None:
    record.info.pop(_WRITING, None)
