# SPDX-License-Identifier: Apache-2.0
"""Filters of lists on the property ``user_id``.

Isolated callers see that property on images of servers alone, and a filter
must not find others by it: a shared image would tell who made it.
Source: glance/db/sqlalchemy/api.py _make_conditions_from_filters,
Glance 28 to 33.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from glance.db.sqlalchemy import api
from glance.db.sqlalchemy import models as glance_models
import sqlalchemy as sa

from cloud_security.image import exact_names
from cloud_security.image import models
from cloud_security.visibility import scope as scopes

# Glance has no public place for it; find_shown_owners checks the name.
NAME = '_make_image_property_condition'


class OfShown:
    """Glance's function, with a condition more on the property of owners."""

    def __init__(self, function: Callable[..., Any]) -> None:
        """Keep the function."""
        self.function = function

    def __call__(self, key: str, value: Any) -> Any:
        """Return the alias of a property, and the conditions on it."""
        alias, conditions = self.function(key=key, value=value)
        scope = scopes.current()
        # Databases compare names without regard to case, accents and spaces.
        if scope is None or not scope.is_everybody:
            table = glance_models.ImageProperty.__table__.alias(
                'cloud_security_server'
            )
            of_servers = sa.select(table.c.image_id).where(
                models.has_name(table, models.SERVER),
                table.c.deleted == sa.false(),
            )
            conditions = [
                *conditions,
                sa.or_(
                    alias.name
                    != exact_names.ExactName(
                        'cloud_security_owner_name', models.OWNER
                    ),
                    alias.image_id.in_(of_servers),
                ),
            ]
        return alias, conditions


def find_shown_owners() -> None:
    """Put this function in the place of Glance's; again changes nothing.

    :raises AttributeError: when this Glance lacks it
    """
    function = getattr(api, NAME)
    if not isinstance(function, OfShown):
        setattr(api, NAME, OfShown(function))
