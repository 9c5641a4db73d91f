# SPDX-License-Identifier: Apache-2.0
"""Nova's models whose rows belong to a user.

Everything else that members are served hangs off a row that was read first.
Source: nova/db/main/models.py and nova/db/api/models.py, Nova 29 to 34.
"""

import functools
from typing import Any
from typing import Dict
from typing import Optional

from nova.db.api import models as api_models
from nova.db.main import models
from oslo_serialization import jsonutils
import sqlalchemy as sa

from cloud_security.visibility import criteria


@functools.lru_cache(maxsize=None)
def owned() -> Dict[type, criteria.Owned]:
    """Return Nova's owned models and how their rows belong to a user.

    :raises AttributeError: when this Nova lacks a model or a column
    """
    instance = models.Instance
    mapping = api_models.InstanceMapping
    group = api_models.InstanceGroup
    build = api_models.BuildRequest
    # A build request carries no user, but its mapping is in the same
    # database. Mappings without a user (rows older than Nova 20) are hidden
    # from everybody who is isolated, and so are their build requests.
    member = api_models.InstanceGroupMember
    migration = models.Migration
    own_mappings = criteria.own(
        sa.select(mapping.instance_uuid).where(
            mapping.user_id == criteria.OWNER_ID
        )
    )
    return {
        instance: criteria.Owned(
            criterion=instance.user_id == criteria.OWNER_ID,
            row_id=lambda row: row.uuid,
            owner_id=lambda row: row.user_id,
        ),
        mapping: criteria.Owned(
            criterion=mapping.user_id == criteria.OWNER_ID,
            row_id=lambda row: row.instance_uuid,
            owner_id=lambda row: row.user_id,
        ),
        group: criteria.Owned(
            # Without the group of its own, which may be somebody else's,
            # a server cannot be scheduled again.
            criterion=sa.or_(
                group.user_id == criteria.OWNER_ID,
                sa.and_(
                    criteria.REACHES_NEEDED,
                    group.id.in_(
                        criteria.own(
                            sa.select(member.group_id).where(
                                member.instance_uuid.in_(own_mappings)
                            )
                        )
                    ),
                ),
            ),
            row_id=lambda row: row.uuid,
            owner_id=lambda row: row.user_id,
        ),
        migration: criteria.Owned(
            # GET /os-migrations lists them by project, for managers from
            # Nova 32 on; its own user_id is who moved the server.
            criterion=migration.instance_uuid.in_(
                criteria.own(
                    sa.select(instance.uuid).where(
                        instance.user_id == criteria.OWNER_ID
                    )
                )
            ),
            row_id=lambda row: row.instance_uuid,
            owner_id=None,
        ),
        build: criteria.Owned(
            criterion=build.instance_uuid.in_(own_mappings),
            row_id=lambda row: row.instance_uuid,
            owner_id=_builder,
        ),
    }


def _builder(request: Any) -> Optional[str]:
    """Return who asked for a build: it is only in the serialized instance."""
    instance = jsonutils.loads(request.instance or '{}')
    owner_id: Optional[str] = instance.get('nova_object.data', {}).get(
        'user_id'
    )
    return owner_id
