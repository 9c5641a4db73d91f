# SPDX-License-Identifier: Apache-2.0
"""IDs that a request names, and those of the rows in a list.

Callers choose what stands in a path and in a body. Only what has the shape of
Neutron's IDs goes into a statement and into a record.
"""

from __future__ import annotations

from collections.abc import Iterator
import itertools
from typing import Any

from oslo_serialization import jsonutils

from cloud_security.policy import operation as operations
from cloud_security.wsgi import body
from cloud_security.wsgi import exchange as exchanges

#: ``{collection in a path: in a response}``
COLLECTIONS = {
    'ports': 'ports',
    'floatingips': 'floatingips',
    'security-groups': 'security_groups',
    'security-group-rules': 'security_group_rules',
    'address-groups': 'address_groups',
    'trunks': 'trunks',
    'ndp-proxies': 'ndp_proxies',
    'rbac-policies': 'rbac_policies',
}
#: First parts of paths that can name what has an owner; the path to the
#: association of a local IP ends with the ID of a port.
_HEADS = frozenset({*COLLECTIONS, 'local-ips'})
#: IDs of one request that are looked at: callers choose their number.
MAX_IDS = 1000


def sent(
    environ: dict[str, Any], operation: operations.Operation
) -> list[str]:
    """Return the IDs that a request names, in lower case, first the path's.

    A body that nobody has read stays as it is.
    """
    path = exchanges.ids_in(environ['PATH_INFO'])
    found = dict.fromkeys(
        sorted(path) if collection(operation) in _HEADS else ()
    )
    if not operation.is_read and environ.get('webob.is_body_seekable'):
        try:
            sent_body = jsonutils.loads(body.read(environ))
            found.update(
                dict.fromkeys(itertools.islice(_ids(sent_body), MAX_IDS))
            )
        except (ValueError, RecursionError):
            # Neutron has complained about it.
            pass
    return list(found)[:MAX_IDS]


def is_list(operation: operations.Operation) -> bool:
    """Tell whether an operation lists what has owners."""
    return (
        operation.is_read
        and operation.path.count('/') == 1
        and collection(operation) in COLLECTIONS
    )


def listed(operation: operations.Operation, response: bytes) -> list[str]:
    """Return the IDs of the rows in the response to a list.

    A list can lack them, with such as ``?fields=name``. Of a response that
    was not sent to its end, nothing counts.
    """
    try:
        rows = jsonutils.loads(response)[COLLECTIONS[collection(operation)]]
    except ValueError:
        return []
    return [row['id'] for row in rows if _is_id(row.get('id'))]


def collection(operation: operations.Operation) -> str:
    """Return such as ``security-groups``, also for /security_groups.json."""
    return operation.head.partition('.')[0].replace('_', '-')


def _ids(value: Any) -> Iterator[str]:
    """Yield the values in JSON that are IDs, in lower case."""
    if isinstance(value, str):
        if _is_id(value):
            yield value.lower()
    elif isinstance(value, (dict, list)):
        inner = value.values() if isinstance(value, dict) else value
        for one in inner:
            yield from _ids(one)


def _is_id(value: Any) -> bool:
    return isinstance(value, str) and bool(exchanges.UUID.fullmatch(value))
