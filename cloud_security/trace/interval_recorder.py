# SPDX-License-Identifier: Apache-2.0
"""Recorder: writes intervals in the transaction that changes an assignment.

SQLAlchemy tells of each row that Neutron inserts, updates or deletes. Before
the commit, the recorder reads what those rows have become, ends their open
intervals and begins new ones. A rollback takes all of it back, and a process
that dies leaves either both or nothing.

The column ``open_key`` is unique, so that a new row needs no look at the
history. InnoDB locks the gap where it finds no key, and the next transaction
that writes there waits. So intervals are ended by their IDs where they are
known.
"""

from __future__ import annotations

from typing import Any
from typing import Optional

from neutron_lib.db import api as db_api
from oslo_config import cfg
from oslo_db import exception as db_exc
from oslo_log import log as logging
from sqlalchemy import orm

from cloud_security.trace import check_times
from cloud_security.trace import current
from cloud_security.trace import gaps
from cloud_security.trace import savepoint
from cloud_security.trace import tables
from cloud_security.trace import touched_rows
from cloud_security.trace import writing

LOG = logging.getLogger(__name__)


def install() -> None:
    """Let SQLAlchemy tell the recorder; Neutron's tests take it back."""
    for listener in listeners():
        db_api.sqla_listen(*listener)


def listeners() -> list[tuple[Any, str, Any]]:
    """Return what SQLAlchemy calls, ``[(target, event, function)]``."""
    return [
        *touched_rows.listeners(),
        (orm.Session, 'before_commit', _committing),
    ]


def _committing(session: Any) -> None:
    if session.in_nested_transaction():
        # The end of the outermost transaction writes.
        return
    session.flush()
    notes, cause = touched_rows.taken(session)
    if notes is None:
        return
    connection = session.connection()
    if notes.failure is not None:
        _note_failure(connection, notes.failure)
    error = _write_safely(connection, notes, cause)
    if error is None:
        return
    if cfg.CONF.cloud_security_trace.strict:
        raise error
    LOG.error('The history of IP addresses lacks a change', exc_info=error)
    _note_failure(connection, error)


def _write_safely(
    connection: Any, notes: touched_rows.Notes, cause: writing.Cause
) -> Optional[Exception]:
    """Write, a second time where intervals are open that were not seen.

    :returns: the error that kept the history from being written
    """
    error = savepoint.attempt(
        connection, lambda: _write(connection, notes, cause)
    )
    if isinstance(error, db_exc.DBDuplicateEntry):
        return savepoint.attempt(
            connection, lambda: _write_again(connection, notes, cause)
        )
    return error


def _write_again(
    connection: Any, notes: touched_rows.Notes, cause: writing.Cause
) -> None:
    """Write, and end intervals that another transaction has just begun."""
    new = {
        current.open_key(kind, key)
        for (kind, key), is_new in notes.rows.items()
        if is_new
    }
    if writing.open_keys(connection, 'open_key', new):
        LOG.warning(
            'The history of IP addresses has open intervals of rows that are '
            'new: somebody changed them without Neutron.'
        )
        gaps.note(
            connection,
            gaps.DIFFERENCE,
            'open intervals of rows that are new',
            check_times.read(connection, check_times.CHECK),
            tables.utc_now(),
        )
    notes.rows = dict.fromkeys(notes.rows, False)
    _write(connection, notes, cause, is_again=True)


def _note_failure(connection: Any, failure: Exception) -> None:
    error = savepoint.attempt(
        connection,
        lambda: gaps.note(
            connection,
            gaps.FAILURE,
            ' '.join(str(failure).split()),
            tables.utc_now(),
        ),
    )
    if error is not None:
        LOG.error(
            'The gap was not noted in the history of IP addresses: run '
            'cloud-security-trace check --repair.',
            exc_info=error,
        )


def _write(
    connection: Any,
    notes: touched_rows.Notes,
    cause: writing.Cause,
    is_again: bool = False,
) -> None:
    """End and begin the intervals of rows.

    :param is_again: whether an interval was open that was not seen
    """
    keys: dict[str, list[current.Key]] = {}
    for kind, key in notes.rows:
        keys.setdefault(kind, []).append(key)
    wanted = [
        one
        for kind, of_kind in keys.items()
        for one in current.wanted(connection, kind, of_kind)
    ]
    over = {
        current.open_key(kind, key)
        for (kind, key), is_new in notes.rows.items()
        if not is_new
    }
    for column, values in (
        ('port_id', notes.deleted_ports),
        ('subnet_id', notes.deleted_subnets),
    ):
        if values:
            over |= writing.open_keys(connection, column, values)
    # One moment for what ends and what begins, so that nothing is between.
    now = min((one.now for one in wanted), default=None)
    if over:
        begins = () if is_again else {one.open_key for one in wanted}
        writing.end(connection, over, cause, now, begins=begins)
    if now is not None:
        writing.begin(
            connection,
            [
                writing.Beginning(one.kind, one.open_key, one.content, now)
                for one in wanted
            ],
            cause,
        )
