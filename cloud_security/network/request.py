# SPDX-License-Identifier: Apache-2.0
"""Request: one of a caller to Neutron's API, up to its record.

What a deletion takes away has no owner any more, and a group that a member
puts on an own port is no longer hidden. So the plugin looks that up before
Neutron responds, but only for those who override, and in monitor mode. A
successful request of a member costs no SQL statement in enforce mode.
"""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Iterator
import copy
from typing import Any
from typing import Optional

from oslo_config import cfg
from oslo_log import log as logging

from cloud_security.audit import events
from cloud_security.network import named_ids
from cloud_security.network import ownership
from cloud_security.network import routed
from cloud_security.network import server_ports
from cloud_security.network import viewer as viewers
from cloud_security.policy import operation as operations
from cloud_security.visibility import scope as scopes
from cloud_security.wsgi import body
from cloud_security.wsgi import monitor
from cloud_security.wsgi import records

LOG = logging.getLogger(__name__)

#: Neutron refuses an unknown ID in the body of these requests with 400: the
#: object of an RBAC policy, the port of a local IP.
_DENIED_WITH_400 = frozenset({'local-ips', 'rbac-policies'})
_CHANGES = frozenset({'DELETE', 'POST', 'PUT'})
#: A router's interface is a port, which goes with it.
_TAKES_AWAY = 'remove_router_interface'


def is_monitor() -> bool:
    """Tell whether the mode is monitor."""
    return bool(cfg.CONF.cloud_security.mode == 'monitor')


class Kept:
    """The body of a response, and what of it was sent."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks = chunks
        self.sent: list[bytes] = []

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self._chunks:
            self.sent.append(chunk)
            yield chunk

    def close(self) -> None:
        """Close the chunks."""
        if hasattr(self._chunks, 'close'):
            self._chunks.close()


class Request:
    """One request of a caller, from start to record."""

    def __init__(
        self, environ: dict[str, Any], context: Any, writer: records.Records
    ) -> None:
        """Prepare.

        :param context: neutron_lib.context.Context of the caller
        """
        self._environ = environ
        self._context = context
        self._records = writer
        self._status = 0
        self._operation: Optional[operations.Operation] = None
        #: What was looked up before the response.
        self._known: Optional[monitor.Owners] = None
        #: The chunks of a list in which rows would be hidden, as sent.
        self._kept: Optional[list[bytes]] = None

    def look_ahead(self) -> None:
        """Look up what may be gone once Neutron has responded."""
        takes_away = _takes_away(self._environ)
        if not takes_away and not (
            is_monitor() and self._environ['REQUEST_METHOD'] in _CHANGES
        ):
            return
        # The decision counts once Neutron has routed the request, and a
        # context remembers it.
        context = copy.copy(self._context)
        operation = routed.operation(context)
        if operation is None:
            return
        try:
            viewer = viewers.would_be_isolated(context)
        except scopes.ScopeError:
            # Neutron responds with it, or write() logs it.
            return
        if viewer is not None:
            if is_monitor():
                self._known = ownership.hidden(viewer, self._read(operation))
        elif (
            takes_away
            and self._records.audit != 'off'
            and viewers.overrides(context)
        ):
            self._known = ownership.of_others(
                context.user_id, self._read(operation)
            )

    def _read(self, operation: operations.Operation) -> list[str]:
        """Return the IDs of a request whose body Neutron has not read."""
        body.read(self._environ)
        return named_ids.sent(self._environ, operation)

    def begin(self, status: str) -> None:
        """Note the response's status, and the operation as it was routed."""
        self._status = int(status.partition(' ')[0])
        self._operation = routed.operation(self._context)

    def kept(self, chunks: Iterable[bytes]) -> Iterable[bytes]:
        """Return a response; keep a list in which rows would be hidden."""
        if (
            self._operation is None
            or not is_monitor()
            or self._status != 200
            or not named_ids.is_list(self._operation)
        ):
            return chunks
        if isinstance(chunks, list):
            self._kept = chunks
            return chunks
        kept = Kept(chunks)
        self._kept = kept.sent
        return kept

    def write(self) -> None:
        """Write the record, if there is one to write."""
        operation = self._operation
        if operation is None or not self._may_have_record(operation):
            return
        ids = named_ids.sent(self._environ, operation)
        if self._kept is not None:
            ids += named_ids.listed(operation, b''.join(self._kept))
        if not ids:
            return
        try:
            viewer = viewers.would_be_isolated(self._context)
            event = self._event(viewer, operation)
        except scopes.ScopeError:
            if not is_monitor():
                raise
            LOG.error(events.WOULD_FAIL, exc_info=True)
            return
        if event is None:
            return
        found = self._found(viewer, ids)
        if event == events.WOULD_HIDE:
            found = self._without_own_servers(viewer, found)
        if found:
            self._records.write(
                event,
                self._context,
                records.described(operation),
                found,
                self._status,
            )

    def _may_have_record(self, operation: operations.Operation) -> bool:
        """Tell whether a record is possible, before anything is looked up."""
        return (
            is_monitor() or not operation.is_read or self._is_denial(operation)
        )

    def _is_denial(self, operation: operations.Operation) -> bool:
        return self._status == 404 or (
            self._status == 400
            and named_ids.collection(operation) in _DENIED_WITH_400
        )

    def _event(
        self,
        viewer: Optional[viewers.Viewer],
        operation: operations.Operation,
    ) -> Optional[str]:
        """Return the kind of record, None without one.

        :raises ScopeError: when the rules cannot decide
        """
        if viewer is not None and is_monitor():
            return events.WOULD_HIDE
        if self._records.audit == 'off':
            return None
        if viewer is not None:
            return events.DENIED if self._is_denial(operation) else None
        is_change = operation.verb in _CHANGES and self._status < 400
        if is_change and viewers.overrides(self._context):
            return events.OVERRODE
        return None

    def _found(
        self, viewer: Optional[viewers.Viewer], ids: list[str]
    ) -> monitor.Owners:
        """Return what a record names, with owners."""
        if self._known is not None:
            return self._known
        if viewer is None:
            return ownership.of_others(self._context.user_id, ids)
        return ownership.hidden(viewer, ids)

    def _without_own_servers(
        self, viewer: Optional[viewers.Viewer], found: monitor.Owners
    ) -> monitor.Owners:
        """Leave out ports that enforce shows to Nova."""
        return {
            thing_id: owner_id
            for thing_id, owner_id in found.items()
            if not server_ports.is_on_own_server(
                viewer, self._context, thing_id
            )
        }


def _takes_away(environ: dict[str, Any]) -> bool:
    """Tell whether a request may remove what it names.

    *routes* has not looked yet for another verb, in the query or in a form.
    """
    return (
        environ['REQUEST_METHOD'] == 'DELETE'
        or '_method' in environ.get('QUERY_STRING', '')
        or 'form' in (environ.get('CONTENT_TYPE') or '')
        or _TAKES_AWAY in environ['PATH_INFO']
    )
