# SPDX-License-Identifier: Apache-2.0
"""Owner tables: the user to whom a row of Neutron's belongs.

Neutron's tables name no user. Each owner table has a foreign key that the
database cascades: Neutron reads what hangs on a port after it has announced
the deletion of that port, in the same transaction, so that nothing may remove
the owner earlier.
A row without ``user_id`` belongs to the project. What has no row is hidden.
Source: neutron/db/models_v2.py, neutron/db/models/, Neutron 24 to 29.
"""

from __future__ import annotations

from typing import Any

from neutron.db import models_v2
from neutron.db.models import address_group
from neutron.db.models import l3
from neutron.db.models import securitygroup
from neutron_lib.db import model_base
import sqlalchemy as sa


def _key(target: str) -> Any:
    return sa.Column(
        sa.String(36),
        sa.ForeignKey(target, ondelete='CASCADE'),
        primary_key=True,
    )


def _user_id() -> Any:
    return sa.Column(sa.String(255), nullable=True, index=True)


class PortOwner(model_base.BASEV2):  # type: ignore[misc]
    """The owner of a port."""

    __tablename__ = 'cloud_security_port_owners'
    resource_id = _key('ports.id')
    user_id = _user_id()


class FloatingIPOwner(model_base.BASEV2):  # type: ignore[misc]
    """The owner of a floating IP."""

    __tablename__ = 'cloud_security_floatingip_owners'
    resource_id = _key('floatingips.id')
    user_id = _user_id()


class SecurityGroupOwner(model_base.BASEV2):  # type: ignore[misc]
    """The owner of a security group."""

    __tablename__ = 'cloud_security_securitygroup_owners'
    resource_id = _key('securitygroups.id')
    user_id = _user_id()


class AddressGroupOwner(model_base.BASEV2):  # type: ignore[misc]
    """The owner of an address group."""

    __tablename__ = 'cloud_security_addressgroup_owners'
    resource_id = _key('address_groups.id')
    user_id = _user_id()


#: ``{Neutron's model: the owners of its rows}``
OWNERS: dict[type, type] = {
    models_v2.Port: PortOwner,
    l3.FloatingIP: FloatingIPOwner,
    securitygroup.SecurityGroup: SecurityGroupOwner,
    address_group.AddressGroup: AddressGroupOwner,
}
