# SPDX-License-Identifier: Apache-2.0
"""Names of image properties, compared letter by letter.

MariaDB and MySQL take ``USER_ID`` and ``user_id`` for equal, Glance does not.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy.ext import compiler
from sqlalchemy.sql import elements


class ExactName(elements.BindParameter[str]):
    """A name that is equal to the same letters only."""

    inherit_cache = True


@compiler.compiles(ExactName)
def _render(name: Any, sql_compiler: Any, **options: Any) -> str:
    return str(sql_compiler.visit_bindparam(name, **options))


@compiler.compiles(ExactName, 'mysql')
@compiler.compiles(ExactName, 'mariadb')
def _render_bytes(name: Any, sql_compiler: Any, **options: Any) -> str:
    return f'CAST({_render(name, sql_compiler, **options)} AS BINARY)'
