# SPDX-License-Identifier: Apache-2.0
"""Records as CADF events on the message bus.

A full or dead bus must neither delay nor break a request. So each process
has one thread that sends, behind a queue that drops events when it is full.
The log counts dropped events, and has every record.
Source: keystonemiddleware/audit, which builds the same event with pycadf.
"""

from __future__ import annotations

from collections.abc import Callable
import os
import queue
import threading
from typing import Any
from typing import Optional

from oslo_log import log as logging
import oslo_messaging
from pycadf import attachment
from pycadf import cadftaxonomy
from pycadf import cadftype
from pycadf import eventfactory
from pycadf import reason
from pycadf import resource

LOG = logging.getLogger(__name__)

#: Events that may wait; a busy cloud makes a few each second.
SIZE = 1000

ACTIONS = {
    'GET': cadftaxonomy.ACTION_READ,
    # Neutron's Pecan does not turn it into GET.
    'HEAD': cadftaxonomy.ACTION_READ,
    'POST': cadftaxonomy.ACTION_CREATE,
    'PUT': cadftaxonomy.ACTION_UPDATE,
    'DELETE': cadftaxonomy.ACTION_DELETE,
}

_Event = tuple[str, dict[str, Any], dict[str, Any], int]


class Bus:
    """Sends through ``[oslo_messaging_notifications]`` of a service."""

    def __init__(
        self, transport: Callable[[], Any], host: str, target_type: str
    ) -> None:
        """Prepare; the first event starts the thread.

        :param transport: returns the service's transport of notifications,
            which is set up after the filter has been loaded
        :param host: the name of this host in publisher IDs
        :param target_type: CADF's type URI of what records name
        """
        self._transport = transport
        self._publisher_id = f'cloud_security.{host}'
        self._target_type = target_type
        self._lock = threading.Lock()
        self._process_id: Optional[int] = None
        self._waiting: queue.Queue[_Event] = queue.Queue(SIZE)
        self._dropped = 0

    def send(self, event: str, record: dict[str, Any], status: int) -> None:
        """Queue an event for each server; never wait.

        :param event: such as ``cloud_security.denied``, which becomes the
            event type ``audit.cloud_security.denied``
        :param record: as in the log
        :param status: of the response, HTTP's
        """
        self._start()
        for server in record['servers']:
            try:
                self._waiting.put_nowait((event, record, server, status))
            except queue.Full:
                self._dropped += 1
                # Powers of two: the log must not fill up, either.
                if self._dropped & (self._dropped - 1) == 0:
                    LOG.warning(
                        'The message bus does not take audit events: %d '
                        'were dropped, which are in this log only.',
                        self._dropped,
                    )

    def _start(self) -> None:
        """Start the thread; WSGI servers fork after loading the filter."""
        with self._lock:
            if self._process_id != os.getpid():
                self._process_id = os.getpid()
                self._waiting = queue.Queue(SIZE)
                threading.Thread(
                    target=self._work, name='cloud_security-audit', daemon=True
                ).start()

    def _work(self) -> None:
        notifier = oslo_messaging.Notifier(
            self._transport(), publisher_id=self._publisher_id
        )
        while True:
            event, record, server, status = self._waiting.get()
            try:
                payload = cadf(record, server, status, self._target_type)
                notifier.info({}, f'audit.{event}', payload)
            except Exception:
                LOG.exception('An audit event could not be sent.')


def cadf(
    record: dict[str, Any],
    server: dict[str, Any],
    status: int,
    target_type: str,
) -> dict[str, Any]:
    """Return a CADF activity event about one server.

    The initiator is the caller, the target the server; the attachment has
    ``{'owner_id': …, 'project_id': …, 'operation': …, 'request_id': …}``.
    """
    event = eventfactory.EventFactory().new_event(
        eventType=cadftype.EVENTTYPE_ACTIVITY,
        outcome=(
            cadftaxonomy.OUTCOME_FAILURE
            if status >= 400
            else cadftaxonomy.OUTCOME_SUCCESS
        ),
        action=_action(record['operation']),
        initiator=resource.Resource(
            id=record['user_id'], typeURI=cadftaxonomy.ACCOUNT_USER
        ),
        target=resource.Resource(id=server['server_id'], typeURI=target_type),
        observer=resource.Resource(
            id='cloud_security', typeURI='service/security'
        ),
        reason=reason.Reason(reasonType='HTTP', reasonCode=str(status)),
    )
    content = {
        name: record[name]
        for name in ('project_id', 'operation', 'request_id')
    }
    content['owner_id'] = server['owner_id']
    event.add_attachment(
        attachment.Attachment(
            typeURI='mime:application/json', content=content, name='isolation'
        )
    )
    payload: dict[str, Any] = event.as_dict()
    return payload


def _action(operation: str) -> str:
    """Return CADF's word for an operation, such as ``update/reboot``."""
    verb, path, *names = operation.split(' ')
    if path.endswith('/action'):
        return '/'.join([cadftaxonomy.ACTION_UPDATE] + names)
    return str(ACTIONS[verb])
