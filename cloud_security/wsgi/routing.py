# SPDX-License-Identifier: Apache-2.0
"""Router: routes a request as a service does that uses the routes library."""

from __future__ import annotations

import dataclasses
import functools
import re
from typing import Any
from typing import NamedTuple
from typing import Optional

from oslo_serialization import jsonutils
from routes import middleware as routes_middleware

from cloud_security.policy import operation as operations
from cloud_security.wsgi import body

_PROJECT = re.compile(r'^/\{project_id(?::[^}]*)?\}')
#: The library's old spelling of an argument, ``:id`` or ``:(id)``.
_ARGUMENT = re.compile(r':\(?(\w+)\)?')
#: Routes that the library makes for a resource exist with a format, too.
_FORMAT = re.compile(r'\.:?[({]format[)}]$')


class _Template(NamedTuple):
    """A route of the service, and the argument that names a resource."""

    verb: str
    path: str
    resource_key: Optional[str]
    has_action: bool


class Router:
    """Finds the operation of a request, with the service's own table.

    Source: nova/api/wsgi.py Router; routes/middleware.py.
    """

    def __init__(self, mapper: Any, resource: re.Pattern[str]) -> None:
        """Prepare for one application.

        :param mapper: routes.Mapper of the service
        :param resource: matches path templates with the ID of something that
            has an owner; its last group is the name of that argument
        """
        # The library decides, with its method override and on the same
        # environ: it reads a form's body and leaves it readable.
        self._route = routes_middleware.RoutesMiddleware(
            lambda environ, start_response: [], mapper, singleton=False
        )
        self._resource = resource
        self._templates: dict[Any, _Template] = {}

    def operation(
        self, environ: dict[str, Any]
    ) -> Optional[operations.Operation]:
        """Route a request.

        :returns: None where the service runs none of its operations
        """
        self._route(environ, lambda *args: None)
        # The library sets nothing where it redirects.
        route = environ.get('routes.route')
        if route is None or not route.conditions:
            return None
        template = self._templates.get(route)
        if template is None:
            template = self._templates[route] = self._template(route)
        arguments = environ['wsgiorg.routing_args'][1]
        operation = operations.Operation(
            template.verb,
            template.path,
            arguments,
            arguments.get(template.resource_key),
        )
        if template.has_action:
            return dataclasses.replace(
                operation, read_action=functools.partial(_action, environ)
            )
        return operation

    def _template(self, route: Any) -> _Template:
        path = _FORMAT.sub('', _PROJECT.sub('', route.routepath))
        path = _ARGUMENT.sub(r'{\1}', path)
        found = self._resource.match(path)
        return _Template(
            route.conditions['method'][0],
            path,
            found.group(found.re.groups) if found else None,
            path.endswith('/action'),
        )


def _action(environ: dict[str, Any]) -> str:
    """Return the name of the action in a body, '' where there is none.

    Source: nova/api/openstack/wsgi.py action_peek.
    """
    try:
        sent = jsonutils.loads(body.read(environ))
    except (ValueError, RecursionError):
        return ''
    if not isinstance(sent, dict) or len(sent) != 1:
        return ''
    [name] = sent
    return str(name)
