"""Scheduler hints that name servers.

The scheduler compares them with the servers of every project. A hidden
server's id is spelled so that it matches nothing there, and spelled back
wherever Nova shows it: such a hint does what one does that names no server.
Source: nova/scheduler/filters/affinity_filter.py and json_filter.py; shown
from microversion 2.100 on, nova/api/openstack/compute/views/servers.py.
"""

import re
from typing import Any
from typing import Callable
from typing import Set

from oslo_serialization import jsonutils
import webob

from cloud_security.compute import exchange as exchanges

PATHS = ('/servers', '/os-volumes_boot')
HINTS = ('os:scheduler_hints', 'OS-SCH-HNT:scheduler_hints')
#: Looked up as a server group, whose rows have owners of their own.
GROUP = 'group'
#: Braces around an id are valid in Nova's schemas and part of no id.
MARK = '{}{}'
_MARKED = re.compile(f'(?:{re.escape(MARK)})*{exchanges.UUID.pattern}')


def neutralize(exchange: exchanges.Exchange) -> None:
    """Let hints not match hidden servers."""
    if not exchange.is_for('POST', *PATHS):
        return
    body = exchange.json_body() or {}
    hints = [body[key] for key in HINTS if isinstance(body.get(key), dict)]
    named = {
        found
        for hint in hints
        for name, value in hint.items()
        if name != GROUP
        for found in _MARKED.findall(jsonutils.dumps(value))
    }
    hidden = (
        exchange.hidden({text.replace(MARK, '') for text in named})
        if named
        else {}
    )
    # What the caller marked himself is marked once more, to come back whole.
    marked = {
        text for text in named if text in hidden or text.startswith(MARK)
    }
    if marked:
        for hint in hints:
            for name in hint.keys() - {GROUP}:
                hint[name] = _mapped(
                    hint[name],
                    lambda text: MARK + text if text in marked else text,
                )
        exchange.rewrite(body, {})


def show_as_sent(answer: webob.Response) -> None:
    """Spell marked ids back: in servers that are shown, and in complaints."""
    if MARK.encode() not in answer.body:
        return
    if answer.status_code >= 400:
        # Marks and ids are ASCII, the rest stays.
        text = _mapped(answer.body.decode('latin-1'), _without_mark)
        answer.body = text.encode('latin-1')
        return
    body = jsonutils.loads(answer.body)
    servers = body.get('servers') or [body.get('server')]
    for server in servers:
        if isinstance(server, dict) and 'scheduler_hints' in server:
            server['scheduler_hints'] = _mapped(
                server['scheduler_hints'], _without_mark
            )
            answer.body = jsonutils.dump_as_bytes(body)


def marked_ids(text: str) -> Set[str]:
    """Return the ids in a text that were marked: callers sent them."""
    return {
        found.replace(MARK, '').lower()
        for found in _MARKED.findall(text)
        if found.startswith(MARK)
    }


def _without_mark(text: str) -> str:
    return text.replace(MARK, '', 1)


def _mapped(node: Any, change: Callable[[str], str]) -> Any:
    """Return JSON with each id in it, and its marks, changed."""
    if isinstance(node, str):
        return _MARKED.sub(lambda found: change(found.group()), node)
    if isinstance(node, list):
        return [_mapped(item, change) for item in node]
    if isinstance(node, dict):
        return {key: _mapped(value, change) for key, value in node.items()}
    return node
