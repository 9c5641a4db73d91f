"""One request of an isolated caller, as the exceptions' modules see it."""

import dataclasses
import functools
import re
from typing import Any
from typing import Dict
from typing import Iterable
from typing import Optional
from typing import Set
from urllib import parse

from oslo_serialization import jsonutils
import webob

from cloud_security.compute import ownership
from cloud_security.policy import decision as decisions
from cloud_security.wsgi import routing

#: Ids of servers, but not those of requests.
UUID = re.compile(
    r'(?<!req-)\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}'
    r'\b',
    re.IGNORECASE,
)


@dataclasses.dataclass
class Exchange:
    """A request on its way in and its answer on the way out.

    ``decision`` is about its caller. ``enforces`` is false in monitor mode:
    then nothing is changed.
    ``found`` collects hidden servers and their owners, for the record;
    ``said`` tells what the caller wrote where the request now differs.
    """

    request: webob.Request
    context: Any
    operation: Optional[routing.Operation]
    decision: decisions.Decision
    enforces: bool = True
    found: Dict[str, Optional[str]] = dataclasses.field(default_factory=dict)
    said: Dict[str, str] = dataclasses.field(default_factory=dict)

    def __post_init__(self) -> None:
        """Keep what Nova may take out of the request."""
        self._sent = dict(self.request.environ)

    @functools.cached_property
    def sent_in_head(self) -> str:
        """What the caller said in the path, the query and the headers."""
        # Bytes that are no text stay; keystonemiddleware writes headers
        # whose value is None.
        environ = self._sent
        return '\n'.join(
            [environ.get('SCRIPT_NAME', '') + environ.get('PATH_INFO', '')]
            + [parse.unquote(environ.get('QUERY_STRING', ''))]
            + [str(value) for value in webob.Request(environ).headers.values()]
        )

    @property
    def caller_id(self) -> str:
        """The user id of the caller."""
        return str(self.context.user_id)

    def is_for(self, verb: str, *paths: str) -> bool:
        """Tell whether Nova routes the request to one of these."""
        return (
            self.operation is not None
            and self.operation.verb == verb
            and self.operation.path in paths
        )

    def sent_ids(self) -> Set[str]:
        """Return the ids that the caller named himself, in lower case."""
        sent = (
            self.sent_in_head,
            self.request.body.decode('latin-1'),
            # JSON can spell any character as an escape.
            jsonutils.dumps(self.json_body()),
        )
        return {found.lower() for found in UUID.findall('\n'.join(sent))}

    def has_sent(self, text: str) -> bool:
        """Tell whether a text stands in the head of the request."""
        return text in self.sent_in_head

    def json_body(self) -> Any:
        """Return the request's body, or None where it is no JSON.

        Nova complains about that itself, in its own order.
        """
        try:
            return jsonutils.loads(self.request.body)
        except (ValueError, RecursionError):
            return None

    def written(self) -> Any:
        """Return the JSON that is to be stored, None for other requests."""
        operation = self.operation
        stores = operation is not None and operation.verb in ('POST', 'PUT')
        return self.json_body() if stores else None

    def rewrite(self, body: Any, said: Dict[str, str]) -> None:
        """Send Nova another body.

        :param said: ``{what stands there now: what the caller sent}``, for
            answers that repeat it
        """
        self.request.body = jsonutils.dump_as_bytes(body)
        self.said.update(said)

    def restore(self, answer: webob.Response) -> None:
        """Let an answer repeat what the caller sent."""
        for now, sent in self.said.items():
            put(answer, answer.body.replace(now.encode(), sent.encode()))

    def own(self, server_ids: Iterable[str]) -> Set[str]:
        """Return which of the servers are the caller's."""
        return ownership.own(server_ids, self.caller_id)

    def hidden(self, server_ids: Iterable[str]) -> Dict[str, Optional[str]]:
        """Return which of the servers the caller may not see, with owners."""
        hidden = ownership.hidden(server_ids, self.caller_id)
        self.found.update(hidden)
        return hidden


def put(answer: webob.Response, body: bytes) -> None:
    """Give an answer another body; its headers stay in their order."""
    headers = [
        (name, str(len(body)) if name.lower() == 'content-length' else value)
        for name, value in answer.headerlist
    ]
    answer.body = body
    answer.headerlist = headers
