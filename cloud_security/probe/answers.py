"""When two answers are the same: up to the id asked for, and times.

It also keeps secrets out of what is shown.
"""

import json
import re
from typing import Any
from typing import Iterable
from typing import NamedTuple
from typing import Tuple

from cloud_security.probe import accounts

#: Headers by which Nova could tell something; others are of proxies.
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
TIME = re.compile(
    r'\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?'
)
REQUEST_ID = re.compile(r'req-[0-9a-f-]{36}')
SECRETS = re.compile(
    r'((?:adminPass|admin_pass|password)["\']?\s*[:=]\s*["\']?'
    r'|token(?:=|%3[dD]))[^"\'&\s}]+'
)
#: Characters of a body that are kept as evidence.
EXCERPT = 500


def normal(answer: accounts.Answer, names: Iterable[str]) -> Tuple[Any, ...]:
    """Return an answer without what must differ.

    :param names: ids that were asked for
    """
    headers = tuple(answer.headers.get(name, '') for name in HEADERS)
    return (
        answer.status,
        _plain(repr(headers), names),
        _plain(answer.text, names),
    )


def _plain(text: str, names: Iterable[str]) -> str:
    for name in names:
        if name:
            text = re.sub(re.escape(name), 'ID', text, flags=re.IGNORECASE)
    return REQUEST_ID.sub('REQUEST', TIME.sub('TIME', text))


def named(answer: accounts.Answer, names: Iterable[str]) -> str:
    """Return the first of some names that stands in an answer, or ''."""
    text = answer.text.lower()
    return next((name for name in names if name.lower() in text), '')


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
    text = answer.text
    start = max(0, text.lower().find(around.lower()) - EXCERPT // 2)
    excerpt = text[start : start + EXCERPT]
    if start:
        excerpt = '… ' + excerpt
    if start + EXCERPT < len(text):
        excerpt += ' …'
    sent = '' if answer.sent is None else json.dumps(answer.sent)
    return Evidence(
        about,
        f'{answer.method} {answer.url} ({answer.version})',
        SECRETS.sub(r'\1***', sent),
        answer.status,
        SECRETS.sub(r'\1***', excerpt),
    )
