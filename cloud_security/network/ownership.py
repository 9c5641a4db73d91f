# SPDX-License-Identifier: Apache-2.0
"""Owners of things by their IDs, for records.

A rule and an RBAC policy belong to the owner of their group, a trunk to the
owner of its parent port, an NDP proxy to the owner of its port. An ID belongs
to one thing in all of Neutron, so that nothing needs to say which kind of
thing it names.
"""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Iterator
from typing import Any

from neutron.db import models_v2
from neutron.db import rbac_db_models
from neutron.db.models import address_group
from neutron.db.models import l3
from neutron.db.models import ndp_proxy
from neutron.db.models import securitygroup
from neutron.services.trunk import models as trunk_models
import sqlalchemy as sa

from cloud_security.network import database
from cloud_security.network import hooks
from cloud_security.network import models
from cloud_security.network import viewer as viewers
from cloud_security.wsgi import monitor

#: ``{Neutron's model: (its column with the ID of what has an owner, owners)}``
OWNED_BY: dict[Any, tuple[Any, Any]] = {
    models_v2.Port: (models_v2.Port.id, models.PortOwner),
    l3.FloatingIP: (l3.FloatingIP.id, models.FloatingIPOwner),
    securitygroup.SecurityGroup: (
        securitygroup.SecurityGroup.id,
        models.SecurityGroupOwner,
    ),
    securitygroup.SecurityGroupRule: (
        securitygroup.SecurityGroupRule.security_group_id,
        models.SecurityGroupOwner,
    ),
    rbac_db_models.SecurityGroupRBAC: (
        rbac_db_models.SecurityGroupRBAC.object_id,
        models.SecurityGroupOwner,
    ),
    address_group.AddressGroup: (
        address_group.AddressGroup.id,
        models.AddressGroupOwner,
    ),
    rbac_db_models.AddressGroupRBAC: (
        rbac_db_models.AddressGroupRBAC.object_id,
        models.AddressGroupOwner,
    ),
    trunk_models.Trunk: (trunk_models.Trunk.port_id, models.PortOwner),
    ndp_proxy.NDPProxy: (ndp_proxy.NDPProxy.port_id, models.PortOwner),
}
#: IDs in one statement.
_AT_ONCE = 500


def hidden(viewer: viewers.Viewer, ids: Iterable[str]) -> monitor.Owners:
    """Return those of some IDs that a viewer may not see, with their owners.

    An owner is None where nobody owns the thing.
    """

    def select(model: Any, some: list[str]) -> Any:
        owned, owner = OWNED_BY[model]
        return (
            sa.select(model.id, owner.user_id)
            .select_from(model)
            .outerjoin(owner, owner.resource_id == owned)
            .where(
                model.id.in_(some),
                sa.not_(hooks.condition(viewer, model)),
            )
        )

    return _found(select, ids)


def of_others(user_id: str, ids: Iterable[str]) -> monitor.Owners:
    """Return those of some IDs that belong to other users, with their owners.

    What belongs to the project, or to nobody, is not among them.
    """

    def select(model: Any, some: list[str]) -> Any:
        owned, owner = OWNED_BY[model]
        return (
            sa.select(model.id, owner.user_id)
            .select_from(model)
            .join(owner, owner.resource_id == owned)
            .where(model.id.in_(some), owner.user_id != user_id)
        )

    return _found(select, ids)


def _found(select: Any, ids: Iterable[str]) -> monitor.Owners:
    """Return ``{ID: owner}`` of what selects find, in one statement each.

    :param select: gets a model and IDs
    """
    found: monitor.Owners = {}
    for some in _parts(sorted(ids)):
        with database.reading() as session:
            statement = sa.union_all(
                *(select(model, some) for model in OWNED_BY)
            )
            found.update(tuple(row) for row in session.execute(statement))
    return found


def _parts(ids: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(ids), _AT_ONCE):
        yield ids[start : start + _AT_ONCE]
