# SPDX-License-Identifier: Apache-2.0
"""The proof that criteria and guard work with this SQLAlchemy."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy import engine
from sqlalchemy import event
from sqlalchemy import orm

from cloud_security.visibility import criteria
from cloud_security.visibility import scope as scopes

_SCOPE = scopes.Scope(owner_id='proof')


class _Captured(Exception):
    """A statement that the session would have executed."""


def unproven(installed: criteria.Criteria, session: orm.Session) -> list[type]:
    """Return the owned models whose statements could pass unrestricted.

    Nothing is executed.

    :param session: a session as the service uses them
    """
    event.listen(session, 'do_orm_execute', _capture)
    is_guarded = event.contains(
        engine.Engine, 'before_cursor_execute', installed.guard.check
    )
    return [
        model
        for model in installed.owned
        if not is_guarded or not _is_proven(installed, session, model)
    ]


def _is_proven(
    installed: criteria.Criteria, session: orm.Session, model: type
) -> bool:
    """Tell whether the guard refuses a statement, unless it is restricted."""
    statement: Any = sa.select(model)
    with scopes.on_this_thread(_SCOPE):
        try:
            session.execute(statement)
        except _Captured as captured:
            restricted = captured.args[0].compile()
            return (
                _SCOPE.owner_id in restricted.params.values()
                and not installed.guard.problem(str(restricted)).reason
                and bool(
                    installed.guard.problem(str(statement.compile())).reason
                )
            )
    return False


def _capture(state: Any) -> None:
    raise _Captured(state.statement)
