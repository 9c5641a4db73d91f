# SPDX-License-Identifier: Apache-2.0
"""Owners of servers, read outside of the caller's scope.

Only for what rows cannot cover; its answers must never reach the caller.
"""

from typing import Any
from typing import Dict
from typing import Iterable
from typing import Optional
from typing import Set

from nova import context as nova_context
from nova.db.api import api as api_db
from nova.db.api import models as api_models
import sqlalchemy as sa

from cloud_security.visibility import scope as scopes
from cloud_security.visibility import storable


def hidden(
    server_ids: Iterable[str], caller_id: str
) -> Dict[str, Optional[str]]:
    """Return those of the servers that a caller may not see.

    The database decides which ids are the same, by its collation.

    :param server_ids: as the caller or another service spelled them
    :param caller_id: user id of an isolated caller
    :returns: ``{server_id: owner's user id}``, spelled as Nova does; the
        owner is None for rows without one. Unknown servers are left out.
    """
    mapping = api_models.InstanceMapping
    return _mappings(
        server_ids,
        sa.or_(mapping.user_id.is_(None), mapping.user_id != caller_id),
    )


def owners(server_ids: Iterable[str]) -> Dict[str, Optional[str]]:
    """Return the owners of servers, as ``hidden`` does, whoever asks."""
    return _mappings(server_ids, sa.true())


def own(server_ids: Iterable[str], caller_id: str) -> Set[str]:
    """Return those of the servers, deleted ones too, that are a caller's.

    :returns: ids as Nova spells them
    """
    mapping = api_models.InstanceMapping
    return set(_mappings(server_ids, mapping.user_id == caller_id))


def without_owner() -> int:
    """Return how many servers have a mapping without a user."""
    mapping = api_models.InstanceMapping
    [[count]] = _rows(
        sa.select(sa.func.count(mapping.id)).where(mapping.user_id.is_(None))
    )
    return int(count)


def _mappings(
    server_ids: Iterable[str], condition: Any
) -> Dict[str, Optional[str]]:
    mapping = api_models.InstanceMapping
    wanted = sorted(filter(storable.is_text, set(server_ids)))
    if not wanted:
        return {}
    return {
        row.instance_uuid: row.user_id
        for row in _rows(
            sa.select(mapping.instance_uuid, mapping.user_id).where(
                mapping.instance_uuid.in_(wanted), condition
            )
        )
    }


def _rows(statement: Any) -> Any:
    # Source: nova/objects/instance_mapping.py, which reads it the same way.
    context = nova_context.get_admin_context()
    with scopes.on_this_thread(scopes.EVERYBODY):
        with api_db.context_manager.reader.using(context) as session:
            return session.execute(statement).all()
