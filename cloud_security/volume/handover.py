# SPDX-License-Identifier: Apache-2.0
"""Hand-over of Cinder's things to another owner, when somebody leaves.

Cinder keeps owners in one database, so a holding changes hands in one
transaction: wherever the command stops, no volume is apart from what was made
of it, and the next run finds what is left.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from typing import Optional

from oslo_log import log as logging
from oslo_serialization import jsonutils
import sqlalchemy as sa

from cloud_security.audit import events
from cloud_security.volume import database
from cloud_security.volume import holdings

LOG = logging.getLogger(__name__)

#: Things that stay with the user who leaves.
STAYS = (
    'keys of encrypted volumes: Barbican has owners of its own',
    'what other users made of these volumes, or put into these groups, which '
    '"cloud-security-manage volume crossings" lists',
    'the history of the volumes: who did what',
)
#: States in which no task of Cinder's runs, beside errors. A volume of a
#: shelved server is reserved.
_IDLE = frozenset({'available', 'in-use', 'maintenance', 'reserved'})
_ERROR = 'error'
_IDLE_MIGRATIONS = frozenset({None, 'none', 'success', 'error'})


class Refused(Exception):
    """A holding cannot change hands now; the message says why."""


def hand_over(
    holding: holdings.Holding,
    from_id: str,
    to_id: str,
    project_id: str,
    operator: str,
) -> None:
    """Give a holding to another user, or leave it whole.

    A record is logged before the first write, and another after the last.

    :param operator: who does it, for the record
    :raises Refused: when a part is busy, or was changed meanwhile
    """
    why = refusal(holding)
    if why:
        raise Refused(why)
    record = jsonutils.dumps(
        events.hand_over(
            'Cinder',
            [(part.kind.noun, part.id) for part in holding.parts],
            project_id,
            from_id,
            to_id,
            operator,
        ),
        sort_keys=True,
    )
    LOG.info('%s %s', events.HANDING_OVER, record)
    with database.writing() as session:
        for part in holding.parts:
            _write(session, part, from_id, to_id)
        for noun, part_id in _made_meanwhile(
            session, holding, from_id, project_id
        ):
            raise Refused(
                f'The {noun} {part_id} was made meanwhile: run the command '
                'again.'
            )
    LOG.info('%s %s', events.HANDED_OVER, record)


def _write(
    session: Any, part: holdings.Part, from_id: str, to_id: str
) -> None:
    """Write the owner of a row that is idle and as it was found.

    :raises Refused: when it is not
    """
    model = part.kind.model
    conditions = [
        model.id == part.id,
        model.user_id == from_id,
        model.status == part.status,
        model.deleted.is_(False),
    ]
    if part.is_volume:
        migration = model.migration_status
        conditions.append(
            migration.is_(None)
            if part.migration is None
            else migration == part.migration
        )
    statement = sa.update(model).where(*conditions).values(user_id=to_id)
    done = session.execute(
        statement.execution_options(synchronize_session=False)
    )
    if done.rowcount != 1:
        raise Refused(
            f'The {part.kind.noun} {part.id} changed meanwhile: run the '
            'command again.'
        )


def refusal(holding: holdings.Holding) -> Optional[str]:
    """Return why a holding cannot change hands now."""
    for transfer_id, volume_id in holding.transfers.items():
        return (
            f'A transfer of volume {volume_id} is pending, and whoever has '
            'its key could take the volume from the new owner: let it be '
            'accepted, or run openstack volume transfer request delete '
            f'{transfer_id}, and then this command again.'
        )
    for part in holding.parts:
        status = part.status or ''
        if status not in _IDLE and not status.startswith(_ERROR):
            return (
                f'A task is running on {part.kind.noun} {part.id} '
                f'({part.status}): run the command again when it is done, or '
                'when you have reset the state.'
            )
        if part.migration not in _IDLE_MIGRATIONS:
            return (
                f'Cinder is moving volume {part.id} ({part.migration}): run '
                'the command again when it is done.'
            )
    return None


def _made_meanwhile(
    session: Any, holding: holdings.Holding, from_id: str, project_id: str
) -> Iterator[tuple[str, str]]:
    """Yield kind and ID of what the former owner has hung on a holding."""
    ids = sorted(part.id for part in holding.parts)
    for kind in holdings.KINDS:
        model = kind.model
        for name in kind.parents:
            column = getattr(model, name)
            for start in range(0, len(ids), holdings.PAGE):
                page = ids[start : start + holdings.PAGE]
                statement = sa.select(model.id).where(
                    column.in_(page),
                    model.user_id == from_id,
                    model.project_id == project_id,
                    model.deleted.is_(False),
                )
                for found in session.execute(statement):
                    yield kind.noun, found.id
