# SPDX-License-Identifier: Apache-2.0
"""Request specs: the scheduler hints that Nova stored with each server.

Nova reads them again whenever it schedules a server again. Hints that were
stored before the filter was on, or before a server changed hands, can name
servers of other owners. This module finds such hints and marks the IDs in
them, so that the scheduler matches them with no server.
Source: nova/objects/request_spec.py, Nova 29 to 34.
"""

from __future__ import annotations

from collections.abc import Container
from collections.abc import Iterable
from collections.abc import Iterator
from typing import Any
from typing import NamedTuple
from typing import Optional

from nova import context as nova_context
from nova.db.api import api as api_db
from nova.db.api import models as api_models
from oslo_serialization import jsonutils
import sqlalchemy as sa

from cloud_security.compute import hint_marks
from cloud_security.compute import ownership
from cloud_security.visibility import scope as scopes
from cloud_security.visibility import storable
from cloud_security.wsgi import body as bodies

#: How often a spec is read again that Nova changed at the same time.
ATTEMPTS = 5
#: How many specs one statement reads; each has some kilobytes.
PAGE = 500
_DATA = 'nova_object.data'
_HINTS = 'scheduler_hints'
#: What Nova stores for a server without hints.
_WITHOUT_HINTS = ('"scheduler_hints": {}', '"scheduler_hints": null')


class Changed(Exception):
    """Nova wrote the request spec of a server again and again."""


class Foreign(NamedTuple):
    """A server whose stored hints name servers of other owners.

    ``named`` maps those servers to their owners. ``spec`` is the stored
    text, and ``neutral`` the same with marked IDs or, where ``drops`` is
    true, without the hints that name them.
    """

    server_id: str
    owner_id: str
    named: dict[str, Optional[str]]
    spec: str
    neutral: str
    drops: bool


def foreign(
    owner_id: Optional[str] = None,
    server_ids: Optional[Iterable[str]] = None,
    drops: bool = False,
) -> Iterator[Foreign]:
    """Yield the servers whose stored hints name servers of other owners.

    The database decides which owners and servers are the same.

    :param owner_id: owner of the servers; None for those of every user
    :param server_ids: the only servers to look at; None for all
    :param drops: whether hints are to go that Nova shows to an owner who did
        not write them; then marked IDs count, too
    """
    mapping = api_models.InstanceMapping
    spec = api_models.RequestSpec
    statement = (
        sa.select(
            mapping.id, mapping.instance_uuid, mapping.user_id, spec.spec
        )
        .join(spec, spec.instance_uuid == mapping.instance_uuid)
        .order_by(mapping.id)
        .limit(PAGE)
    )
    if owner_id is None:
        statement = statement.where(mapping.user_id.is_not(None))
    else:
        statement = statement.where(mapping.user_id == owner_id)
    if server_ids is None:
        # Nova drops the hints of deleted servers when it archives them.
        statement = statement.where(
            mapping.queued_for_delete.is_not(True),
            *(~spec.spec.contains(text) for text in _WITHOUT_HINTS),
        )
    else:
        wanted = list(filter(storable.is_text, server_ids))
        statement = statement.where(mapping.instance_uuid.in_(wanted))
    last = 0
    while True:
        rows = _read(statement.where(mapping.id > last))
        for last, server_id, user_id, text in rows:
            found = _foreign(server_id, user_id, text, drops)
            if found:
                yield found
        if len(rows) < PAGE:
            return


def neutralize(
    owner_id: Optional[str] = None,
    server_ids: Optional[Iterable[str]] = None,
    drops: bool = False,
) -> list[Foreign]:
    """Mark or drop others' servers in stored hints; again changes nothing.

    The parameters are those of ``foreign``.

    :returns: the servers whose hints were changed
    :raises Changed: when Nova changes a request spec at the same time
    """
    changed = []
    for found in foreign(owner_id, server_ids, drops):
        write(found)
        changed.append(found)
    return changed


def write(found: Foreign) -> None:
    """Store the neutral hints of a server.

    :raises Changed: when Nova changes its request spec at the same time
    """
    spec = api_models.RequestSpec
    for _ in range(ATTEMPTS):
        statement = sa.update(spec).where(
            spec.instance_uuid == found.server_id, spec.spec == found.spec
        )
        if _wrote(statement.values(spec=found.neutral)):
            return
        again = list(foreign(found.owner_id, [found.server_id], found.drops))
        if not again:
            return
        [found] = again
    raise Changed(
        f'Nova keeps changing the request spec of server {found.server_id}: '
        'try again later.'
    )


def _foreign(
    server_id: str, owner_id: str, text: str, drops: bool
) -> Optional[Foreign]:
    spec = jsonutils.loads(text)
    stored = spec.get(_DATA, {}).get(_HINTS) or {}
    hints = {
        name: [
            bodies.without_escapes(value)
            if name == hint_marks.QUERY
            else value
            for value in values
        ]
        for name, values in stored.items()
        if name != hint_marks.GROUP
    }
    # The scheduler compares spellings, and people read any.
    named = {
        hint_marks.plain(found) if drops else found
        for values in hints.values()
        for value in values
        for found in hint_marks.named(value)
        if drops or not hint_marks.is_marked(found)
    }
    hidden = ownership.hidden(named, owner_id) if named else {}
    foreign_ids = {
        found: owner for found, owner in hidden.items() if found in named
    }
    if not foreign_ids:
        return None
    for name, values in hints.items():
        if not drops:
            stored[name] = [_marked(value, foreign_ids) for value in values]
            continue
        stored[name] = [
            value for value in values if not _names(value, foreign_ids)
        ]
        if not stored[name]:
            del stored[name]
    return Foreign(
        server_id,
        owner_id,
        foreign_ids,
        text,
        jsonutils.dumps(spec),
        drops,
    )


def _marked(value: str, server_ids: Container[str]) -> str:
    """Return the value of a hint, with marks at some IDs."""
    return hint_marks.mapped(
        value, lambda found: hint_marks.MARK * (found in server_ids) + found
    )


def _names(value: str, server_ids: Container[str]) -> bool:
    """Tell whether the value of a hint names servers, marked or not."""
    return any(
        hint_marks.plain(found) in server_ids
        for found in hint_marks.named(value)
    )


def _read(statement: Any) -> list[Any]:
    context = nova_context.get_admin_context()
    with scopes.on_this_thread(scopes.EVERYBODY):
        with api_db.context_manager.reader.using(context) as session:
            return list(session.execute(statement))


def _wrote(statement: Any) -> bool:
    """Tell whether a statement changed a row."""
    context = nova_context.get_admin_context()
    with scopes.on_this_thread(scopes.EVERYBODY):
        with api_db.context_manager.writer.using(context) as session:
            return bool(
                session.execute(
                    statement.execution_options(synchronize_session=False)
                ).rowcount
            )
