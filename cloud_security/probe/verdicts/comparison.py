# SPDX-License-Identifier: Apache-2.0
"""Comparison of two responses, up to IDs in the request, and times."""

from __future__ import annotations

from collections.abc import Iterable
import re
from typing import NamedTuple

from cloud_security.probe.client.responses import Response

#: Headers whose values could reveal something.
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


class Normal(NamedTuple):
    """A response without the parts that differ from request to request."""

    status: int
    headers: tuple[tuple[str, str], ...]
    text: str


def normal(response: Response, ids: Iterable[str]) -> Normal:
    """Return a response without the parts that differ by request.

    :param ids: IDs that the request names
    """
    headers = tuple(
        (name, _plain(value, ids) if name in HEADERS else '')
        for name, value in sorted(response.headers.items())
        if not PASSING.fullmatch(name)
    )
    return Normal(response.status, headers, _plain(response.text, ids))


def _plain(text: str, ids: Iterable[str]) -> str:
    for one in ids:
        if one:
            text = re.sub(re.escape(one), 'ID', text, flags=re.IGNORECASE)
    return REQUEST_ID.sub('REQUEST', TIME.sub('TIME', text))
