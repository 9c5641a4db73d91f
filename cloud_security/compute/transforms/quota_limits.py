# SPDX-License-Identifier: Apache-2.0
"""Quota limits of another user, which Nova compares with that user's usage.

Only admins may set limits, until an operator opens that. Nova refuses a limit
below what the user's servers use. Without these servers Nova takes the limit.
Source: nova/api/openstack/compute/quota_sets.py update, Nova 29 to 34.
"""

from __future__ import annotations

import re
import secrets
from typing import Any
from typing import NamedTuple
from typing import Optional
from urllib import parse

from nova import exception
from nova import quota
from nova.api.openstack import wsgi
from nova.api.openstack.compute.schemas import quota_sets as schemas
from nova.api.validation import parameter_types
from nova.limit import utils as limit_utils
from nova.policies import quota_sets
from oslo_serialization import jsonutils
from oslo_utils import strutils

from cloud_security.compute.transforms import quotas
from cloud_security.visibility import scope as scopes
from cloud_security.visibility import storable
from cloud_security.wsgi import exchange as exchanges
from cloud_security.wsgi import transform

UPDATE = ('PUT', '/os-quota-sets/{id}')
FORCE = 'force'
#: The largest limit that Nova's schema accepts.
MOST = 0x7FFFFFFF
#: Larger than any quota of a project.
LARGE = 2 * 10**9


class Limit(NamedTuple):
    """A limit that the caller sent, and what Nova compares it with.

    ``least`` is what is in use, ``most`` what the project has left.
    ``is_of_servers`` tells whether Nova counts servers for it.
    """

    number: float
    least: float
    most: float
    is_of_servers: bool

    @property
    def is_below_usage(self) -> bool:
        """Tell whether Nova refuses the limit because of servers."""
        return self.is_of_servers and self.number < self.least

    @property
    def is_too_large(self) -> bool:
        """Tell whether Nova refuses the limit because of the project's."""
        return self.number > self.most

    @property
    def is_refused_anyway(self) -> bool:
        """Tell whether Nova refuses the limit of a user without servers."""
        return self.is_too_large or (
            not self.is_of_servers and self.number < self.least
        )


def accept(exchange: exchanges.Exchange) -> Optional[transform.Change]:
    """Let Nova take limits below another user's usage.

    Nova checks the limits one by one, and no limit when it is forced to.
    Where Nova refuses a limit for another reason, Nova's response is to be
    about that one.
    """
    body = exchange.json_body()
    if exchange.operation is None or not isinstance(body, dict):
        return None
    sent = body.get('quota_set')
    if not isinstance(sent, dict) or not _is_known(exchange, body, sent):
        return None
    project_id = str(exchange.operation.arguments['id'])
    limits = _limits(exchange, project_id, sent)
    below = {
        name: limit for name, limit in limits.items() if limit.is_below_usage
    }
    if not below:
        return None
    restores = {}
    if any(limit.is_refused_anyway for limit in limits.values()):
        for name, limit in below.items():
            if limit.is_too_large:
                large = str(LARGE + secrets.randbelow(10**8))
                restores[large] = str(int(sent[name]))
                sent[name] = large
            else:
                del sent[name]
    else:
        sent[FORCE] = True
    return transform.Change(
        body=jsonutils.dump_as_bytes(body), restores=restores
    )


def _limits(
    exchange: exchanges.Exchange, project_id: str, sent: dict[str, Any]
) -> dict[str, Limit]:
    """Return the limits that Nova compares with another user's usage."""
    query = parse.parse_qs(exchange.environ.get('QUERY_STRING', ''))
    # Nova takes the first one here.
    user_id = query.get('user_id', [''])[0]
    force = sent.get(FORCE, False)
    numbers = {
        name: _number(value) for name, value in sent.items() if name != FORCE
    }
    if (
        user_id in ('', exchange.caller_id)
        or not storable.is_text(user_id + project_id)
        # Nova's schema refuses these.
        or not isinstance(force, (bool, str))
        or force not in parameter_types.boolean['enum']
        or None in numbers.values()
        or strutils.bool_from_string(force)
        or limit_utils.use_unified_limits()
        or not exchange.context.can(
            quota_sets.POLICY_ROOT % 'update',
            target={'project_id': project_id},
            fatal=False,
        )
    ):
        return {}
    # Nova counts in threads, which find the scope by the request's ID.
    with scopes.entered(scopes.EVERYBODY, exchange.context.request_id):
        ranges = quota.QUOTAS.get_settable_quotas(
            exchange.context, project_id, user_id=user_id
        )
    return {
        name: Limit(
            _or_infinite(number),
            _or_infinite(ranges[name]['minimum']),
            _or_infinite(ranges[name]['maximum']),
            name in quotas.RESOURCES,
        )
        for name, number in numbers.items()
        if name in ranges and number is not None
    }


def _is_known(
    exchange: exchanges.Exchange, body: dict[str, Any], sent: dict[str, Any]
) -> bool:
    """Tell whether Nova's schema accepts all names in a body.

    Where Nova's schema refuses a body, the response repeats it.
    """
    request = wsgi.Request(dict(exchange.environ))
    if request.is_legacy_v2():
        # Nova drops the names that it does not know.
        return True
    try:
        request.set_api_version_request()
    except (
        exception.InvalidAPIVersionString,
        exception.InvalidGlobalAPIVersion,
        ValueError,
    ):
        return False
    version = request.api_version_request.ver_minor
    schema = schemas.update
    if version >= 57:
        schema = schemas.update_v257
    elif version >= 36:
        schema = schemas.update_v236
    names = schema['properties']['quota_set']['properties'].keys()
    return body.keys() == {'quota_set'} and sent.keys() <= names


def _number(value: Any) -> Optional[int]:
    """Return the number of a limit, None for what Nova's schema refuses."""
    if isinstance(value, str):
        is_number = re.fullmatch('-?[0-9]+', value) is not None
    elif isinstance(value, float):
        is_number = value.is_integer()
    else:
        is_number = isinstance(value, int) and not isinstance(value, bool)
    try:
        number = int(value) if is_number else None
    except ValueError:
        # Python reads no text of more than 4,300 digits.
        return None
    return number if number is not None and -1 <= number <= MOST else None


def _or_infinite(number: int) -> float:
    """Return a number; Nova writes -1 for what has no limit."""
    return float('inf') if number == -1 else number


ACCEPT = transform.Transform(before=accept, routes=frozenset({UPDATE}))
