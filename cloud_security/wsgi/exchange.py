# SPDX-License-Identifier: Apache-2.0
"""Exchange: one request and its caller, as transforms and recorder see it."""

from __future__ import annotations

import dataclasses
import functools
import re
from typing import Any
from typing import Optional
from urllib import parse

from oslo_serialization import jsonutils
import webob

from cloud_security.policy import decision as decisions
from cloud_security.policy import operation as operations
from cloud_security.wsgi import body

_UUID = r'[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}'
#: IDs of resources, but not those of requests.
UUID = re.compile(rf'(?<!req-)\b{_UUID}\b', re.IGNORECASE)
#: IDs between any characters, also where two of them overlap.
_ANYWHERE = re.compile(f'(?=({_UUID}))', re.IGNORECASE)
_ANYWHERE_BUT_REQUESTS = re.compile(f'(?<!req-){_ANYWHERE.pattern}', re.I)
#: A text can be JSON in a string of JSON in a query.
DECODINGS = 3


def ids_in(text: str) -> set[str]:
    """Return the IDs of resources in a text, in lower case."""
    return {found.lower() for found in _ANYWHERE_BUT_REQUESTS.findall(text)}


@dataclasses.dataclass(frozen=True)
class Exchange:
    """A request, its caller and the decision about both.

    ``head`` is a copy of the environ from before the service saw it.
    """

    environ: dict[str, Any]
    head: dict[str, Any]
    context: Any
    operation: Optional[operations.Operation]
    decision: decisions.Decision

    @functools.cached_property
    def request(self) -> webob.Request:
        """The request as the service gets it."""
        return webob.Request(self.environ)

    @functools.cached_property
    def sent_in_head(self) -> str:
        """The text of the path, the query and the headers."""
        # The text keeps bytes that are no characters. keystonemiddleware
        # writes headers whose value is None.
        query = self.head.get('QUERY_STRING', '')
        return '\n'.join(
            [self.head.get('SCRIPT_NAME', '') + self.head.get('PATH_INFO', '')]
            + [query, parse.unquote(query)]
            + [str(text) for text in webob.Request(self.head).headers.values()]
        )

    @functools.cached_property
    def sent_text(self) -> str:
        """All that the caller sent: head and body, in every spelling."""
        raw = body.read(self.environ).decode('latin-1')
        spellings = {'\n'.join((self.sent_in_head, raw)): None}
        for _ in range(DECODINGS):
            for text in tuple(spellings):
                spellings[body.decoded(text)] = None
                spellings[parse.unquote(text)] = None
        return '\n'.join(spellings)

    @property
    def caller_id(self) -> str:
        """The user ID of the caller."""
        return str(self.context.user_id)

    def sent_ids(self) -> set[str]:
        """Return the IDs that the caller named, in lower case.

        These include the IDs that the filter wrote into the request.
        """
        query = parse.unquote_plus(self.environ.get('QUERY_STRING', ''))
        raw = body.read(self.environ).decode('latin-1')
        text = '\n'.join((self.sent_text, query, raw))
        return {found.lower() for found in _ANYWHERE.findall(text)}

    def json_body(self) -> Any:
        """Return the JSON in the request's body, None where there is none.

        The service complains about malformed JSON, in its own order.
        """
        try:
            return jsonutils.loads(body.read(self.environ))
        except (ValueError, RecursionError):
            return None

    def written(self) -> Any:
        """Return the JSON that the service is to store, else None."""
        operation = self.operation
        stores = operation is not None and operation.verb in ('POST', 'PUT')
        return self.json_body() if stores else None
