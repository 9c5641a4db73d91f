# SPDX-License-Identifier: Apache-2.0
"""Scheduler hints that name servers.

The scheduler compares hints with the servers of every project. The filter
marks the ID of a hidden server, so that it matches no server there, and
removes the mark wherever Nova shows the hint. Such a hint does what one does
that names no server.
Source: nova/scheduler/filters/affinity_filter.py and json_filter.py; shown
from microversion 2.100 on, nova/api/openstack/compute/views/servers.py.
"""

from __future__ import annotations

import dataclasses
from typing import Any
from typing import Optional

from oslo_serialization import jsonutils
import webob

from cloud_security.compute import hint_marks
from cloud_security.compute import ownership
from cloud_security.compute.transforms import foreign_ids
from cloud_security.wsgi import body as bodies
from cloud_security.wsgi import exchange as exchanges
from cloud_security.wsgi import transform

#: The operations that create servers.
CREATES = frozenset({('POST', '/servers'), ('POST', '/os-volumes_boot')})
HINTS = ('os:scheduler_hints', 'OS-SCH-HNT:scheduler_hints')


def keep_marks(exchange: exchanges.Exchange) -> Optional[transform.Change]:
    """Mark once more what the caller marked, so that it comes back whole."""
    body = exchange.json_body()
    hints = _hints(body)
    marked = {
        found
        for text in _texts(hints).values()
        for found in hint_marks.named(text)
        if hint_marks.is_marked(found)
    }
    return _marked(exchange, body, hints, marked) if marked else None


def neutralize(exchange: exchanges.Exchange) -> Optional[transform.Change]:
    """Mark hidden servers, and once more what the caller marked."""
    body = exchange.json_body()
    hints = _hints(body)
    for hint in hints:
        if isinstance(hint.get(hint_marks.QUERY), str):
            hint[hint_marks.QUERY] = bodies.without_escapes(
                hint[hint_marks.QUERY]
            )
    named = {
        found
        for text in _texts(hints).values()
        for found in hint_marks.named(text)
    }
    if not named:
        return None
    marked = set(filter(hint_marks.is_marked, named))
    hidden = ownership.hidden(named - marked, exchange.caller_id)
    # Also without hidden servers: all requests that name IDs look the same.
    change = _marked(exchange, body, hints, marked | (named & hidden.keys()))
    return dataclasses.replace(change, hidden=hidden)


def show_as_sent(
    exchange: exchanges.Exchange, response: webob.Response
) -> Optional[transform.Change]:
    """Remove marks from servers in responses, and from complaints on hints."""
    # Marks and IDs are ASCII; this decoding keeps every other byte.
    text = response.body.decode('latin-1')
    if not hint_marks.is_in(text):
        return None
    if response.status_code >= 400:
        if 'scheduler_hints' not in text:
            return None
        # Marks that the caller sent stay, but not those of stored hints.
        if hint_marks.is_in(
            exchange.sent_text
        ) and not foreign_ids.SHOWN.match(text):
            return None
        text = hint_marks.mapped(text, hint_marks.without_mark)
        return transform.Change(body=text.encode('latin-1'))
    body = jsonutils.loads(response.body)
    shown = False
    for server in body.get('servers') or [body.get('server')]:
        if isinstance(server, dict) and 'scheduler_hints' in server:
            text = jsonutils.dumps(server['scheduler_hints'])
            server['scheduler_hints'] = jsonutils.loads(
                hint_marks.mapped(text, hint_marks.without_mark)
            )
            shown = True
    if not shown:
        return None
    return transform.Change(body=jsonutils.dump_as_bytes(body))


def _hints(body: Any) -> list[dict[str, Any]]:
    """Return the hints in the body of a request, under either name."""
    if not isinstance(body, dict):
        return []
    return [body[key] for key in HINTS if isinstance(body.get(key), dict)]


def _texts(hints: list[dict[str, Any]]) -> dict[tuple[int, str], str]:
    """Return ``{(number of the hint, name): JSON}`` of all but groups."""
    return {
        (number, name): jsonutils.dumps(value)
        for number, hint in enumerate(hints)
        for name, value in hint.items()
        if name != hint_marks.GROUP
    }


def _marked(
    exchange: exchanges.Exchange,
    body: Any,
    hints: list[dict[str, Any]],
    marked: set[str],
) -> transform.Change:
    """Return a body with one more mark at each of some IDs."""
    mark = hint_marks.new_mark(exchange.sent_text)
    for (number, name), text in _texts(hints).items():
        hints[number][name] = jsonutils.loads(
            hint_marks.mapped(
                text, lambda found: mark * (found in marked) + found
            )
        )
    return transform.Change(
        body=jsonutils.dump_as_bytes(body),
        restores={mark + found: found for found in marked},
    )


NEUTRALIZE = transform.Transform(before=neutralize, routes=CREATES)
KEEP_MARKS = transform.Transform(
    before=keep_marks, routes=CREATES, for_unrestricted=True
)
SHOW_AS_SENT = transform.Transform(after=show_as_sent)
SHOW_TO_EVERYBODY = dataclasses.replace(SHOW_AS_SENT, for_unrestricted=True)
