# SPDX-License-Identifier: Apache-2.0
"""Rows of Neutron's that a transaction touches, noted as SQLAlchemy tells."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from typing import Optional

from neutron.db import models_v2
from neutron.db.models import allowed_address_pair
from neutron.db.models import l3
from neutron.db.models import port_forwarding
from neutron.db.port_security import models as port_security
from oslo_config import cfg
from oslo_log import log as logging
import sqlalchemy as sa
from sqlalchemy import orm

from cloud_security.trace import current
from cloud_security.trace import savepoint
from cloud_security.trace import writing

LOG = logging.getLogger(__name__)

#: Keys of a session's ``info``.
_NOTES, _CAUSE = 'cloud_security_notes', 'cloud_security_cause'

#: ``{Neutron's model: (kind, attributes of the key, others that change)}``
WATCHED: dict[Any, tuple[str, tuple[str, ...], tuple[str, ...]]] = {
    models_v2.Port: (
        'port',
        ('id',),
        ('device_id', 'device_owner', 'mac_address'),
    ),
    models_v2.IPAllocation: (
        'fixed',
        ('network_id', 'subnet_id', 'ip_address'),
        ('port_id',),
    ),
    l3.FloatingIP: (
        'floating',
        ('id',),
        ('fixed_port_id', 'fixed_ip_address'),
    ),
    port_forwarding.PortForwarding: (
        'forward',
        ('id',),
        (
            'protocol',
            'internal_neutron_port_id',
            'internal_ip_address',
            *('internal_port_start', 'internal_port_end'),
            *('external_port_start', 'external_port_end'),
        ),
    ),
    allowed_address_pair.AllowedAddressPair: (
        'pair',
        ('port_id', 'ip_address', 'mac_address'),
        (),
    ),
    l3.Router: ('snat', ('id',), ('gw_port_id', 'enable_snat')),
    port_security.PortSecurityBinding: (
        'port',
        ('port_id',),
        ('port_security_enabled',),
    ),
}


class Notes:
    """Rows that one transaction touched."""

    def __init__(self) -> None:
        #: ``{(kind, key): the transaction inserted the row}``
        self.rows: dict[tuple[str, current.Key], bool] = {}
        self.deleted_ports: set[str] = set()
        self.deleted_subnets: set[str] = set()
        #: Why not all was noted.
        self.failure: Optional[Exception] = None

    def touch(self, kind: str, key: current.Key, is_new: bool) -> None:
        """Note a row; what it was at first counts."""
        self.rows.setdefault((kind, key), is_new)


def listeners() -> list[tuple[Any, str, Any]]:
    """Return what SQLAlchemy calls, ``[(target, event, function)]``."""
    return [
        *(
            (model, event, function)
            for model in WATCHED
            for event, function in (
                ('after_insert', _inserted),
                ('after_update', _updated),
                ('after_delete', _deleted),
            )
        ),
        (models_v2.Subnet, 'after_delete', _subnet_deleted),
        (orm.Session, 'after_begin', _beginning),
        (orm.Session, 'do_orm_execute', _changing_many),
        (orm.Session, 'after_transaction_end', _forget),
    ]


def taken(session: Any) -> tuple[Optional[Notes], writing.Cause]:
    """Return what a session's transaction touched, and who did; forget it."""
    cause: writing.Cause = session.info.get(_CAUSE, writing.Cause())
    return session.info.pop(_NOTES, None), cause


def _beginning(session: Any, transaction: Any, connection: Any) -> None:
    """Remember the context, which oslo.db takes away before the commit.

    Source: oslo_db/sqlalchemy/enginefacade.py, 15.0 to 18.0.
    """
    context = session.info.get('using_context')
    if context is not None:
        session.info[_CAUSE] = writing.Cause(
            getattr(context, 'user_id', None),
            getattr(context, 'request_id', None),
        )


def _notes(session: Any) -> Notes:
    found: Notes = session.info.setdefault(_NOTES, Notes())
    return found


def _key(target: Any, names: tuple[str, ...]) -> current.Key:
    return tuple(str(getattr(target, name)) for name in names)


def _inserted(mapper: Any, connection: Any, target: Any) -> None:
    kind, key, _ = WATCHED[type(target)]
    # The port is new, too, or has got its first setting of port security.
    is_new = not isinstance(target, port_security.PortSecurityBinding)
    _notes(orm.object_session(target)).touch(kind, _key(target, key), is_new)


def _updated(mapper: Any, connection: Any, target: Any) -> None:
    kind, key, others = WATCHED[type(target)]
    attributes = sa.inspect(target).attrs
    changes = {
        name: attributes[name].history
        for name in (*key, *others)
        if attributes[name].history.has_changes()
    }
    if not changes:
        return
    notes = _notes(orm.object_session(target))
    notes.touch(kind, _key(target, key), False)
    before = tuple(
        str(changes[name].deleted[0])
        if name in changes and changes[name].deleted
        else str(getattr(target, name))
        for name in key
    )
    notes.touch(kind, before, False)


def _deleted(mapper: Any, connection: Any, target: Any) -> None:
    kind, key, _ = WATCHED[type(target)]
    notes = _notes(orm.object_session(target))
    notes.touch(kind, _key(target, key), False)
    if isinstance(target, models_v2.Port):
        notes.deleted_ports.add(str(target.id))


def _subnet_deleted(mapper: Any, connection: Any, target: Any) -> None:
    notes = _notes(orm.object_session(target))
    notes.deleted_subnets.add(str(target.id))


def _changing_many(state: Any) -> None:
    """Note the rows that an UPDATE or DELETE of many is about to change."""
    if not (state.is_update or state.is_delete):
        return
    mapper = state.bind_mapper
    for model, (kind, key, _) in WATCHED.items():
        is_meant = (
            state.statement.table is model.__table__
            if mapper is None
            else mapper.class_ is model
        )
        if not is_meant:
            continue
        notes = _notes(state.session)

        def note() -> None:
            for values in _meant(state, model.__table__, key):
                notes.touch(kind, values, False)
                if model is models_v2.Port and state.is_delete:
                    notes.deleted_ports.add(values[0])

        error = savepoint.attempt(state.session.connection(), note)
        if error is None:
            continue
        if cfg.CONF.cloud_security_trace.strict:
            raise error
        LOG.error(
            'The history of IP addresses may lack changes', exc_info=error
        )
        notes.failure = error


def _meant(
    state: Any, table: Any, names: tuple[str, ...]
) -> Iterator[current.Key]:
    """Yield the keys of the rows that a statement is about to change."""
    condition = state.statement.whereclause
    given = state.parameters or {}
    for parameters in given if isinstance(given, list) else [given]:
        if condition is None and {*names} <= parameters.keys():
            # An UPDATE by primary key.
            yield tuple(str(parameters[name]) for name in names)
            continue
        # The rows as they are now, also where the transaction sees an older
        # state of them.
        rows = state.session.connection().execute(
            sa.select(*(table.c[name] for name in names))
            .where(sa.true() if condition is None else condition)
            .with_for_update(),
            parameters,
        )
        for row in rows:
            yield tuple(str(value) for value in row)


def _forget(session: Any, transaction: Any) -> None:
    if transaction.parent is None:
        session.info.pop(_NOTES, None)
        session.info.pop(_CAUSE, None)
