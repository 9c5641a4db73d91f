# SPDX-License-Identifier: Apache-2.0
"""The owner of rows, as criteria and as parameters of SQL.

SQLAlchemy reads these parameters when it executes a statement. A statement,
its options and its place in SQLAlchemy's compiled cache are the same for all.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Any
from typing import Callable
from typing import Mapping
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.ext import compiler
from sqlalchemy.sql import elements

from cloud_security.visibility import scope as scopes

#: The comment by which the guard knows an owner criterion. MariaDB,
#: PostgreSQL and SQLite ignore it, and slow-query logs show it.
MARK = '/* own */'
#: The comment of a part of a criterion that lets rows pass which are not one
#: owner's, such as those of other projects.
OPEN_MARK = '/* open */'


class Owned(NamedTuple):
    """The owner of a model's rows.

    ``criterion`` compares a column with ``OWNER_ID``, or with a query in
    ``own()``. Where rows can be everybody's, it is an OR with parts such as
    ``column != PROJECT_ID``, ``column != open_value()`` or ``column.not_in()``
    of a query in ``foreign()``. ``owner_id`` is None where a row does not
    tell. ``parents`` maps columns to models: a row belongs to the owner, too,
    if the column refers to a row of that model that the owner may see.
    """

    criterion: elements.ColumnElement[bool]
    row_id: Callable[[Any], str]
    owner_id: Callable[[Any], str | None] | None
    parents: Mapping[str, type] = MappingProxyType({})


class OwnerParameter(elements.BindParameter[str]):
    """A parameter that renders the mark before itself."""

    inherit_cache = True


class OpenParameter(elements.BindParameter[Any]):
    """A parameter that renders the mark of open parts before itself."""

    inherit_cache = True


@compiler.compiles(OwnerParameter)
def _render(parameter: Any, sql_compiler: Any, **options: Any) -> str:
    return f'{MARK} {sql_compiler.visit_bindparam(parameter, **options)}'


@compiler.compiles(OpenParameter)
def _render_open(parameter: Any, sql_compiler: Any, **options: Any) -> str:
    return f'{OPEN_MARK} {sql_compiler.visit_bindparam(parameter, **options)}'


def own(select: sa.sql.Select[Any]) -> sa.sql.Select[Any]:
    """Mark a SELECT that returns only what belongs to the owner.

    A criterion compares a column with it: ``column.in_(own(select))``.
    """
    return select.prefix_with(MARK)


def foreign(select: sa.sql.Select[Any]) -> sa.sql.Select[Any]:
    """Mark a SELECT that returns all that belongs to other owners.

    A criterion leaves that out: ``column.not_in(foreign(select))``. The SELECT
    must return rows whose owner is unknown, and all where the scope has none.
    """
    return select.prefix_with(OPEN_MARK)


def open_value(value: str, like: Any) -> elements.BindParameter[Any]:
    """Return the value of a column in rows that can have one owner.

    A criterion lets the other rows pass: ``column != open_value(…)``.

    :param like: the column, whose type the value has
    """
    return OpenParameter(f'cloud_security_{value}', value, type_=like.type)


def _current_owner_id() -> str | None:
    scope = scopes.current()
    # No row is equal to NULL: a statement whose scope ends before SQLAlchemy
    # executes it reads no row, and so does a scope without an owner.
    return (scope.owner_id or None) if scope else None


def _current_project_id() -> str | None:
    scope = scopes.current()
    return (scope.project_id or None) if scope else None


def _reaches_needed() -> bool:
    scope = scopes.current()
    return scope is not None and scope.reaches_needed


#: The owner's ID; a criterion compares a column with it.
OWNER_ID: elements.BindParameter[str] = OwnerParameter(
    'cloud_security_owner_id', callable_=_current_owner_id, type_=sa.String
)
#: The ID of the caller's project. A criterion lets the rows of others pass,
#: which the service hides itself: ``column != PROJECT_ID``.
PROJECT_ID: elements.BindParameter[str] = OpenParameter(
    'cloud_security_project_id', callable_=_current_project_id, type_=sa.String
)
#: True where the scope includes rows that the owner's own rows need.
REACHES_NEEDED: elements.BindParameter[bool] = sa.bindparam(
    'cloud_security_reaches_needed',
    callable_=_reaches_needed,
    type_=sa.Boolean,
)
