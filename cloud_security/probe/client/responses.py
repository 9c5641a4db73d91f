# SPDX-License-Identifier: Apache-2.0
"""Responses of a service, each with the request that led to it."""

from __future__ import annotations

from collections.abc import Iterable
import json
from typing import Any
from typing import NamedTuple

from cloud_security.probe.client import limits
from cloud_security.probe.client import redaction

#: Statuses of a gateway, or of a service that has too much to do.
BUSY = (429, 502, 503, 504)
#: Statuses of a gateway that does not know whether Nova acted on a request.
LOST = (502, 504)
#: WebOb's end of a line, which is in Glance's messages.
BREAK = '<br />'


class Response(NamedTuple):
    """A response, and the request that led to it."""

    method: str
    url: str
    version: str
    sent: Any
    status: int
    headers: dict[str, str]
    text: str

    @property
    def is_success(self) -> bool:
        """Return True if Nova did as requested."""
        return 200 <= self.status < 300

    def json(self) -> Any:
        """Return the body.

        :raises CannotTell: when the body is no JSON
        """
        try:
            return json.loads(self.text)
        except (ValueError, RecursionError):
            raise limits.CannotTell(
                f'{self.method} {self.url}: the response is no JSON.'
            ) from None

    @property
    def said(self) -> dict[str, Any]:
        """Return the body of a success; {} if the body is no JSON object."""
        try:
            found = json.loads(self.text) if self.is_success else {}
        except (ValueError, RecursionError):
            found = {}
        return found if isinstance(found, dict) else {}

    @property
    def fault(self) -> str:
        """Return the service's own message of a refusal, else ''.

        A gateway or a firewall sends no such body:
        ``{'itemNotFound': {'code': 404, 'message': 'Instance …'}}``, or
        ``{'code': '404 Not Found', 'title': …, 'message': …}`` of Glance.
        """
        try:
            fault = json.loads(self.text)
            if {*fault} == {'code', 'message', 'title'}:
                return ' '.join(fault['message'].replace(BREAK, ' ').split())
            (fault,) = fault.values()
            return str(fault['message'])
        except (
            ValueError,
            RecursionError,
            AttributeError,
            TypeError,
            KeyError,
        ):
            return ''

    @property
    def complaint(self) -> str:
        """Return the message of a refusal on one line, else the body."""
        return redaction.brief(self.fault or self.text)

    def names(self, ids: Iterable[str]) -> str:
        """Return the first of some IDs that the response names, or ''."""
        text = '\n'.join((self.text, *self.headers.values())).lower()
        return next((one for one in ids if one.lower() in text), '')

    def __str__(self) -> str:
        """Return the status and the message."""
        return f'{self.status} {self.complaint}'.strip()
