# SPDX-License-Identifier: Apache-2.0
"""Evidence: a request and its response, for people to read."""

from __future__ import annotations

import json
from typing import Any
from typing import NamedTuple

from cloud_security.probe.client import redaction
from cloud_security.probe.client.responses import Response

#: The subjects of requests, in the words of a report.
OWNERS = "the owner's resource"
UNKNOWN = 'an ID that does not exist'
#: Characters of a body that a report keeps.
EXCERPT = 1000


class Evidence(NamedTuple):
    """A request and its response, without secrets."""

    about: str
    request: str
    sent: str
    status: int
    answer: str


def evidence(response: Response, about: str, around: str = '') -> Evidence:
    """Return the evidence of a response.

    :param around: an ID that the excerpt must hold
    """
    text = redaction.masked(indented(response.text))
    if around.lower() not in text.lower():
        # JSON with a key twice loses one of the values.
        text = redaction.masked(response.text)
    if around.lower() not in text.lower():
        headers = response.headers.items()
        lines = [f'{name}: {value}' for name, value in headers]
        text = redaction.masked('\n'.join((*lines, '', text)))
    sent = '' if response.sent is None else pretty(response.sent)
    return Evidence(
        about,
        redaction.shown(
            f'{response.method} {response.url} ({response.version})'
        ),
        redaction.masked(sent),
        response.status,
        _excerpt(text, around),
    )


def _excerpt(text: str, around: str) -> str:
    start = max(0, text.lower().find(around.lower()) - EXCERPT // 2)
    excerpt = text[start : start + EXCERPT]
    if start:
        excerpt = '… ' + excerpt
    if start + EXCERPT < len(text):
        excerpt += ' …'
    return excerpt


def indented(text: str) -> str:
    """Return a JSON text with one value a line, any other as it is."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return text
    return pretty(value) if isinstance(value, (dict, list)) else text


def pretty(value: Any) -> str:
    """Return JSON with one value a line; escape what does not print."""
    try:
        text = json.dumps(value, indent=2, ensure_ascii=False)
    except RecursionError:
        text = json.dumps(str(value))
    return ''.join(
        one if one.isprintable() or one == '\n' else json.dumps(one)[1:-1]
        for one in text
    )
