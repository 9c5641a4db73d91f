# SPDX-License-Identifier: Apache-2.0
"""Records of Neutron's API, without a filter of ours in api-paste.ini.

*routes* stands before all that answers from Neutron's data: Pecan, with the
core resources, comes behind it. So the plugin stands around the middleware of
*routes*, and writes once the response has been sent.
Source: neutron/api/extensions.py ExtensionMiddleware, Neutron 24 to 29.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterable
from typing import Any

from neutron.api import extensions
from neutron_lib import rpc
from oslo_config import cfg

from cloud_security.deploy import apis
from cloud_security.network import request as requests
from cloud_security.network import wrapping
from cloud_security.wsgi import records

#: Where Neutron's filters keep the caller's context.
_CONTEXT = 'neutron.context'

#: The records of this process.
_records: list[records.Records] = []


def write_records() -> None:
    """Let Neutron's API write records; again changes nothing.

    :raises AttributeError: when this Neutron lacks what routes requests
    """
    middleware = extensions.ExtensionMiddleware
    # Each class has the method of its type.
    if not hasattr(vars(middleware).get('__call__'), '__get__'):
        raise AttributeError('ExtensionMiddleware has no method __call__')
    _records[:] = [
        records.Records(
            apis.NEUTRON.name,
            cfg.CONF,
            lambda: rpc.NOTIFICATION_TRANSPORT,
            lambda: str(cfg.CONF.host),
            'service/network',
        )
    ]
    wrapping.wrap(middleware, '__call__', _respond)


def _respond(
    original: Any,
    self: Any,
    environ: dict[str, Any],
    start_response: Callable[..., Any],
) -> Iterable[bytes]:
    """Let Neutron respond, and write a record of it."""
    application = original.__get__(self, type(self))
    context = environ.get(_CONTEXT)
    if (
        context is None
        or not context.user_id
        or (_records[-1].audit == 'off' and not requests.is_monitor())
    ):
        sent: Iterable[bytes] = application(environ, start_response)
        return sent
    request = requests.Request(environ, context, _records[-1])
    things = apis.NEUTRON.things
    records.guarded(request.look_ahead, things)

    def start(status: str, *headers: Any) -> Any:
        records.guarded(lambda: request.begin(status), things)
        return start_response(status, *headers)

    chunks = application(environ, start)
    return records.followed(request.kept(chunks), request.write, things)
