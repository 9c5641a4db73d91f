"""Scheduler hints that name servers.

The scheduler compares them with the servers of every project. A hidden
server's id is spelled so that it matches nothing there, and spelled back
wherever Nova shows it: such a hint does what one does that names no server.
Source: nova/scheduler/filters/affinity_filter.py and json_filter.py; shown
from microversion 2.100 on, nova/api/openstack/compute/views/servers.py.
"""

from typing import Any
from typing import Callable
from typing import Iterator
from typing import Set
from typing import Tuple

from oslo_serialization import jsonutils
import webob

from cloud_security.wsgi import exchange as exchanges

PATHS = ('/servers', '/os-volumes_boot')
HINTS = ('os:scheduler_hints', 'OS-SCH-HNT:scheduler_hints')
#: Looked up as a server group, whose rows have owners of their own.
GROUP = 'group'
#: JSON in a string; its own escapes must not hide an id.
QUERY = 'query'
#: Braces before an id are valid in Nova's schemas and part of no id.
MARK = '{}}{{{}}{}{{}{}}'


def neutralize(exchange: exchanges.Exchange) -> None:
    """Let hints not match hidden servers.

    Whoever asks, what he marked himself is marked once more, so that it comes
    back whole.
    """
    if not exchange.is_for('POST', *PATHS):
        return
    body = exchange.json_body()
    if not isinstance(body, dict):
        return
    is_isolated = not exchange.decision.scope.is_everybody
    changes = is_isolated and exchange.enforces
    hints = [body[key] for key in HINTS if isinstance(body.get(key), dict)]
    for hint in hints:
        if changes and '\\' in str(hint.get(QUERY)):
            hint[QUERY] = _without_escapes(hint[QUERY])
    texts = {
        (number, name): jsonutils.dumps(value)
        for number, hint in enumerate(hints)
        for name, value in hint.items()
        if name != GROUP
    }
    named = {
        text[start:end]
        for text in texts.values()
        for start, end in _spans(text)
    }
    if not named:
        return
    marked = {found for found in named if found.startswith(MARK)}
    if is_isolated:
        hidden = exchange.hidden(found.replace(MARK, '') for found in named)
        if changes:
            marked |= named & hidden.keys()
    if not marked and not changes:
        return
    for (number, name), text in texts.items():
        hints[number][name] = jsonutils.loads(
            _mapped(text, lambda found: MARK * (found in marked) + found)
        )
    exchange.rewrite(body, {MARK + found: found for found in marked})


def show_as_sent(exchange: exchanges.Exchange, answer: webob.Response) -> None:
    """Spell marked ids back: in servers that are shown, and in complaints
    about showing them.
    """
    if MARK.encode() not in answer.body:
        return
    if answer.status_code >= 400:
        if b'scheduler_hints' in answer.body and not exchange.has_sent(MARK):
            # Marks and ids are ASCII, the rest stays.
            text = _mapped(answer.body.decode('latin-1'), _without_mark)
            exchanges.put(answer, text.encode('latin-1'))
        return
    body = jsonutils.loads(answer.body)
    for server in body.get('servers') or [body.get('server')]:
        if isinstance(server, dict) and 'scheduler_hints' in server:
            text = jsonutils.dumps(server['scheduler_hints'])
            server['scheduler_hints'] = jsonutils.loads(
                _mapped(text, _without_mark)
            )
            exchanges.put(answer, jsonutils.dump_as_bytes(body))


def marked_ids(text: str) -> Set[str]:
    """Return the ids in a text that were marked: callers sent them."""
    named = (text[start:end] for start, end in _spans(text))
    return {
        found.replace(MARK, '').lower()
        for found in named
        if found.startswith(MARK)
    }


def _without_mark(text: str) -> str:
    return text.replace(MARK, '', 1)


def _without_escapes(query: Any) -> Any:
    try:
        return jsonutils.dumps(jsonutils.loads(query))
    except (TypeError, ValueError):
        # The scheduler cannot read it either.
        return query


def _mapped(text: str, change: Callable[[str], str]) -> str:
    """Return a text with each id in it, and its marks, changed."""
    parts = []
    end = 0
    for start, next_end in _spans(text):
        parts += [text[end:start], change(text[start:next_end])]
        end = next_end
    return ''.join(parts) + text[end:]


def _spans(text: str) -> Iterator[Tuple[int, int]]:
    """Yield where each id in a text begins, with its marks, and ends."""
    for found in exchanges.UUID.finditer(text):
        start = found.start()
        while text.startswith(MARK, max(0, start - len(MARK)), start):
            start -= len(MARK)
        yield start, found.end()
