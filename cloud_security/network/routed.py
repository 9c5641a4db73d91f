# SPDX-License-Identifier: Apache-2.0
"""The operation of the request for which Neutron made a context.

Neutron's query hooks get a context and no request, so that each context of
the API keeps the WSGI environ from which Neutron made it. Pecan routes the
core resources, and *routes* all others. *routes* takes ``?_method=`` for the
verb.
Source: neutron/auth.py, neutron/api/extensions.py ExtensionMiddleware, Neutron
24 to 29.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from typing import Optional

from neutron import manager
from neutron_lib import context as contexts
from oslo_serialization import jsonutils

from cloud_security.policy import operation as operations

_ENVIRON = '_cloud_security_environ'
_READS = frozenset({'GET', 'HEAD'})
_NO_IDS = frozenset({'action', 'controller', 'format'})


def remember_environs() -> None:
    """Let each context of the API keep its environ; again changes nothing.

    :raises AttributeError: when contexts are made otherwise
    """
    made = contexts.Context.from_environ.__func__
    if made is _from_environ:
        return
    _originals.append(made)
    contexts.Context.from_environ = classmethod(_from_environ)


#: The method that contexts of Neutron's are made with.
_originals: list[Any] = []


def _from_environ(cls: Any, /, environ: Any, **kwargs: Any) -> Any:
    context = _originals[-1](cls, environ, **kwargs)
    setattr(context, _ENVIRON, environ)
    return context


def service_catalog(context: Any) -> Any:
    """Return the catalogue that came with a caller's token, None without one.

    Source: keystonemiddleware/auth_token/_request.py, which writes it in the
    form of Keystone v2.
    """
    environ = getattr(context, _ENVIRON, None) or {}
    text = environ.get('HTTP_X_SERVICE_CATALOG')
    return jsonutils.loads(text) if text else None


def operation(context: Any) -> Optional[operations.Operation]:
    """Return the operation, None outside of requests.

    :param context: neutron_lib.context.Context, or an elevated copy
    """
    environ = getattr(context, _ENVIRON, None)
    if environ is None:
        return None
    _, match = environ.get('wsgiorg.routing_args') or (None, {})
    parts = _parts(environ['PATH_INFO'], bool(match))
    arguments = _arguments(match, parts)
    ids = [part for part in parts if part in arguments.values()]
    named = ['{id}' if part in ids else part for part in parts]
    return operations.Operation(
        verb=_verb(environ),
        path=f'/{"/".join(named)}',
        arguments=arguments,
        resource_id=ids[0] if ids else None,
    )


def _verb(environ: Mapping[str, Any]) -> str:
    """Return the verb on which Neutron routes."""
    route = environ.get('routes.route')
    conditions = getattr(route, 'conditions', None) or {}
    verbs = conditions.get('method')
    if not verbs:
        return str(environ['REQUEST_METHOD'])
    return 'GET' if _READS.issuperset(verbs) else str(verbs[0])


def _arguments(match: Mapping[str, Any], parts: list[str]) -> dict[str, str]:
    """Return the IDs in a path, by the names that Neutron has for them.

    :param match: of *routes*, empty for a core resource
    """
    if match:
        return {
            name: value
            for name, value in match.items()
            if name not in _NO_IDS and isinstance(value, str)
        }
    # Of a core resource, such as /v2.0/ports/ID.json.
    return {'id': parts[1]} if len(parts) > 1 else {}


def _parts(path: str, is_matched: bool) -> list[str]:
    """Return the parts of a path, without the version.

    Pecan takes /qos/ports for /ports, where any extension has the prefix.
    Source: neutron/pecan_wsgi/controllers/root.py V2Controller._lookup.

    :param is_matched: *routes* has matched it, so that Pecan does not get it
    """
    parts = [part for part in path.strip('/').split('/') if part != 'v2.0']
    if (
        not is_matched
        and len(parts) > 1
        and manager.NeutronManager.get_resources_for_path_prefix(parts[0])
    ):
        return parts[1:]
    return parts
