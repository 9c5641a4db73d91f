# SPDX-License-Identifier: Apache-2.0
"""Things of Neutron's that can belong to a user, as commands find them.

Source: neutron/db/models_v2.py, neutron/db/models/, Neutron 24 to 29.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterable
from typing import Any
from typing import NamedTuple
from typing import Optional

from neutron.db import models_v2
from neutron.db.models import address_group
from neutron.db.models import l3
from neutron.db.models import securitygroup
import sqlalchemy as sa

from cloud_security.network import database
from cloud_security.network import models
from cloud_security.visibility import storable

#: IDs in one statement.
PAGE = 500
#: ``{Neutron's model: the noun for a row}``, ports first.
KINDS: dict[Any, str] = {
    models_v2.Port: 'port',
    l3.FloatingIP: 'floating IP',
    securitygroup.SecurityGroup: 'security group',
    address_group.AddressGroup: 'address group',
}


class Thing(NamedTuple):
    """A row that can belong to a user.

    ``device_id`` is the server of a port, ``port_id`` the port of a floating
    IP; '' where there is none. ``is_projects`` is true for what belongs to
    the project in any case. ``owner_id`` is None for the project's.
    """

    kind: str
    id: str
    name: str
    project_id: str
    device_id: str = ''
    port_id: str = ''
    is_projects: bool = False
    has_owner: bool = False
    owner_id: Optional[str] = None

    @property
    def ids(self) -> frozenset[str]:
        """The IDs by which it can be chosen."""
        return frozenset({self.id})

    @property
    def is_default(self) -> bool:
        """Tell whether it is the default security group of its project."""
        return self.is_projects and self.kind == 'security group'

    def __str__(self) -> str:
        """Return what an operator reads."""
        return f'{self.kind} {self.id} {self.name}'.rstrip()


def things(project_id: Optional[str] = None) -> list[Thing]:
    """Return what can belong to users, ports first.

    :param project_id: of the things; None for those of all projects
    """
    found = []
    with database.reading() as session:
        for model in KINDS:
            statement = _statement(model)
            if project_id is not None:
                project = model.__table__.c.project_id
                statement = statement.where(project == project_id)
            found += _found(session, model, statement)
    return found


def thing(resource_id: str) -> Optional[Thing]:
    """Return one thing by its ID, None where there is none."""
    with database.reading() as session:
        for model in KINDS:
            column = model.__table__.c.id
            statement = _statement(model).where(column == resource_id)
            for one in _found(session, model, statement):
                return one
    return None


def current(session: Any, one: Thing) -> Optional[Thing]:
    """Lock a thing until a transaction ends; return it as it is then."""
    model = model_of(one)
    column = model.__table__.c.id
    locked = sa.select(column).where(column == one.id).with_for_update()
    if session.execute(locked).scalar() is None:
        return None
    # MariaDB cannot lock one table of a join alone.
    [found] = _found(session, model, _statement(model).where(column == one.id))
    return found


def model_of(one: Thing) -> Any:
    """Return Neutron's model of a thing."""
    [model] = [model for model, noun in KINDS.items() if noun == one.kind]
    return model


def ports(port_ids: Iterable[str]) -> list[Thing]:
    """Return the ports that have some IDs."""
    port = models_v2.Port.__table__.c
    return _paged(models_v2.Port, port.id.in_, port_ids)


def on_servers(server_ids: Iterable[str]) -> list[Thing]:
    """Return the ports on some servers."""
    device_id = sa.func.lower(models_v2.Port.__table__.c.device_id)
    wanted = {one.lower() for one in server_ids}
    found = _paged(models_v2.Port, device_id.in_, wanted)
    return [one for one in found if one.device_id]


def floating_ips_on(port_ids: Iterable[str]) -> list[Thing]:
    """Return the floating IPs on some ports."""
    floating_ip = l3.FloatingIP.__table__.c
    return _paged(l3.FloatingIP, floating_ip.fixed_port_id.in_, port_ids)


def groups_on(port_ids: Iterable[str]) -> list[Thing]:
    """Return the security groups of some ports."""
    group = securitygroup.SecurityGroup
    binding = securitygroup.SecurityGroupPortBinding.__table__.c

    def is_on(page: list[str]) -> Any:
        of_ports = sa.select(binding.security_group_id).where(
            binding.port_id.in_(page)
        )
        return group.__table__.c.id.in_(of_ports)

    return _paged(group, is_on, port_ids)


def without_owner() -> dict[str, int]:
    """Return how many things have no row of an owner, by kind.

    Those are hidden from all isolated callers.
    """
    counts: dict[str, int] = {}
    with database.reading() as session:
        for model in KINDS:
            columns = model.__table__.c
            owner: Any = models.OWNERS[model].__table__  # type: ignore
            statement = (
                sa.select(sa.func.count())
                .select_from(
                    model.__table__.outerjoin(
                        owner, owner.c.resource_id == columns.id
                    )
                )
                .where(owner.c.resource_id.is_(None))
            )
            if model is models_v2.Port:
                statement = statement.where(
                    sa.not_(columns.device_owner.like('network:%'))
                )
            counts[KINDS[model]] = int(session.execute(statement).scalar())
    return counts


def _paged(
    model: Any, is_wanted: Callable[[list[str]], Any], ids: Iterable[str]
) -> list[Thing]:
    """Return things, each once, that fulfill a condition on some IDs."""
    wanted = sorted(filter(storable.is_storable, set(ids)))
    found: dict[str, Thing] = {}
    with database.reading() as session:
        for start in range(0, len(wanted), PAGE):
            page = is_wanted(wanted[start : start + PAGE])
            statement = _statement(model).where(page)
            found.update(
                (one.id, one) for one in _found(session, model, statement)
            )
    return list(found.values())


def _found(session: Any, model: Any, statement: Any) -> list[Thing]:
    return [_thing(model, row) for row in session.execute(statement)]


def _statement(model: Any) -> Any:
    columns = model.__table__.c
    owner: Any = models.OWNERS[model].__table__  # type: ignore[attr-defined]
    default = securitygroup.DefaultSecurityGroup.__table__
    nothing = sa.literal('')
    name, device, device_owner, port, is_default = (
        getattr(columns, 'name', columns.id),
        nothing,
        nothing,
        nothing,
        sa.literal(None),
    )
    source = model.__table__.outerjoin(
        owner, owner.c.resource_id == columns.id
    )
    if model is models_v2.Port:
        device, device_owner = columns.device_id, columns.device_owner
    elif model is l3.FloatingIP:
        name, port = columns.floating_ip_address, columns.fixed_port_id
    elif model is securitygroup.SecurityGroup:
        source = source.outerjoin(
            default, default.c.security_group_id == columns.id
        )
        is_default = default.c.security_group_id
    return (
        sa.select(
            *(columns.id, name, columns.project_id),
            *(device, device_owner, port, is_default),
            *(owner.c.resource_id, owner.c.user_id),
        )
        .select_from(source)
        .order_by(columns.project_id, columns.id)
    )


def _thing(model: Any, row: Any) -> Thing:
    device_owner = row[4] or ''
    is_bound = device_owner.startswith(('compute:', 'baremetal:'))
    return Thing(
        KINDS[model],
        row[0],
        row[1] or '',
        row[2] or '',
        device_id=(row[3] or '').lower() if is_bound else '',
        port_id=row[5] or '',
        is_projects=device_owner.startswith('network:') or row[6] is not None,
        has_owner=row[7] is not None,
        owner_id=row[8],
    )
