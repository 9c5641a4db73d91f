# SPDX-License-Identifier: Apache-2.0
"""Records: lines of the log, and events on the bus, about one request each.

A caller must not recognize a record, neither by content nor by time. So a
function writes it after the response has been sent.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from typing import Any
from typing import Optional

from oslo_config import cfg
from oslo_log import log as logging
from oslo_serialization import jsonutils
from oslo_utils import timeutils

from cloud_security.audit import cadf
from cloud_security.audit import events
from cloud_security.policy import operation as operations

LOG = logging.getLogger(__name__)


class Records:
    """Writes records of one service, to where ``audit`` says."""

    def __init__(
        self,
        name: str,
        conf: cfg.ConfigOpts,
        notifications: Callable[[], Any],
        host: Callable[[], str],
        cadf_type: str,
    ) -> None:
        """Read ``[cloud_security] audit``.

        :param name: the service, such as ``Nova``
        :param conf: the service's configuration
        :param notifications: returns the service's transport of notifications
        :param host: returns the name of this host in notifications
        :param cadf_type: CADF's type URI of what records name
        """
        self._name = name
        self.audit: str = conf.cloud_security.audit
        self._bus = (
            cadf.Bus(notifications, host(), cadf_type)
            if self.audit == 'both'
            else None
        )

    def write(
        self,
        event: str,
        context: Any,
        operation: str,
        found: Mapping[str, Optional[str]],
        status: int,
    ) -> None:
        """Write a record.

        :param event: such as ``cloud_security.denied``
        :param context: the caller's
        :param operation: such as ``POST /servers/{id}/action reboot``
        :param found: ``{ID: the owner's user ID}``
        :param status: of the response
        """
        record = events.record(
            context,
            operation,
            found,
            timeutils.utcnow(with_timezone=True).isoformat(),
            status,
            self._name,
        )
        LOG.info(
            '%s %s',
            event,
            jsonutils.dumps(record, sort_keys=True),
            extra={'cloud_security': record},
        )
        if self._bus is not None and event != events.WOULD_HIDE:
            self._bus.send(event, record, status)


def followed(
    chunks: Iterable[bytes], write: Callable[[], None], things: str
) -> Iterable[bytes]:
    """Return the body of a response, with a function to call after it.

    WSGI servers ask a list for its length, and write Content-Length then.

    :param write: writes a record
    :param things: the noun for what records name, such as ``servers``
    """
    made = FollowedList if isinstance(chunks, list) else Followed
    return made(chunks, write, things)


class Followed:
    """The body of a response, with a function to call after it was sent."""

    def __init__(
        self, chunks: Iterable[bytes], write: Callable[[], None], things: str
    ) -> None:
        """Prepare; see ``followed``."""
        self._chunks = chunks
        self._write = write
        self._things = things

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._chunks)

    def close(self) -> None:
        """Close the chunks, and call the function."""
        try:
            if hasattr(self._chunks, 'close'):
                self._chunks.close()
        finally:
            guarded(self._write, self._things)


class FollowedList(Followed):
    """The same of a list."""

    _chunks: list[bytes]

    def __len__(self) -> int:
        return len(self._chunks)


def guarded(write: Callable[[], None], things: str) -> None:
    """Call a function, and log an exception of it.

    The response is right, whatever becomes of its record: a record that
    cannot be written must not end the connection.
    """
    try:
        write()
    except Exception:
        LOG.exception('A record of hidden %s could not be written.', things)


def described(operation: operations.Operation) -> str:
    """Return such as ``POST /servers/{id}/action reboot``."""
    return f'{operation.verb} {operation.path} {operation.action}'.strip()
