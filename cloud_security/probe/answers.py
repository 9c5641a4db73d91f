"""When two answers are the same: up to the id asked for, and times."""

import json
import re
from typing import Any
from typing import Dict
from typing import Iterable
from typing import NamedTuple
from typing import Tuple

from cloud_security.probe import accounts
from cloud_security.probe import words

#: Headers whose values could tell something.
HEADERS = (
    'allow',
    'content-type',
    'link',
    'location',
    'openstack-api-version',
    'retry-after',
    'vary',
    'x-openstack-nova-api-version',
)
#: Headers that come and go with a connection, a proxy, a cache.
PASSING = re.compile(
    'age|alt-svc|cache-control|connection|content-(encoding|length)|date|etag'
    '|expires|keep-alive|nel|pragma|report-to|server|server-timing|set-cookie'
    '|transfer-encoding|via|warning|(x-)?ratelimit-.*|cf-.*'
    '|x-(amz|cache|compute-request-id|correlation-id|envoy|openstack-request'
    '-id|request-id|runtime|served-by|timer|trace).*'
)
TIME = re.compile(
    r'\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?'
)
REQUEST_ID = re.compile(r'req-[0-9a-f-]{36}')
#: Characters of a body that are kept as evidence.
EXCERPT = 500


class Normal(NamedTuple):
    """An answer without what must differ."""

    status: int
    headers: Tuple[Tuple[str, str], ...]
    text: str


def normal(answer: accounts.Answer, names: Iterable[str]) -> Normal:
    """Return an answer without what must differ.

    :param names: ids that were asked for
    """
    headers = tuple(
        (name, _plain(value, names) if name in HEADERS else '')
        for name, value in sorted(answer.headers.items())
        if not PASSING.fullmatch(name)
    )
    return Normal(answer.status, headers, _plain(answer.text, names))


def _plain(text: str, names: Iterable[str]) -> str:
    for name in names:
        if name:
            text = re.sub(re.escape(name), 'ID', text, flags=re.IGNORECASE)
    return REQUEST_ID.sub('REQUEST', TIME.sub('TIME', text))


def named(answer: accounts.Answer, names: Iterable[str]) -> str:
    """Return the first of some names that stands in an answer, or ''."""
    text = '\n'.join((answer.text, *answer.headers.values())).lower()
    return next((name for name in names if name.lower() in text), '')


def said(answer: accounts.Answer) -> Dict[str, Any]:
    """Return what Nova gave; nothing where that is no success or no JSON."""
    try:
        found = json.loads(answer.text) if answer.is_success else {}
    except ValueError:
        found = {}
    return found if isinstance(found, dict) else {}


class Evidence(NamedTuple):
    """A request and its answer, as a person reads them."""

    about: str
    request: str
    sent: str
    status: int
    answer: str


def evidence(
    answer: accounts.Answer, about: str, around: str = ''
) -> Evidence:
    """Return what to show of an answer, without secrets.

    :param around: what must be in the excerpt
    """
    text = words.masked(answer.text)
    if around.lower() not in text.lower():
        lines = [f'{name}: {value}' for name, value in answer.headers.items()]
        text = words.masked('\n'.join((*lines, '', text)))
    start = max(0, text.lower().find(around.lower()) - EXCERPT // 2)
    excerpt = text[start : start + EXCERPT]
    if start:
        excerpt = '… ' + excerpt
    if start + EXCERPT < len(text):
        excerpt += ' …'
    sent = '' if answer.sent is None else json.dumps(answer.sent)
    return Evidence(
        about,
        words.shown(f'{answer.method} {answer.url} ({answer.version})'),
        words.masked(sent),
        answer.status,
        excerpt,
    )
