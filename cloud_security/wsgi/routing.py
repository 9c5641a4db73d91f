"""Which of Nova's operations a request is, told by Nova's own router."""

import dataclasses
import re
from typing import Any
from typing import Dict
from typing import Optional

from oslo_serialization import jsonutils
from routes import middleware as routes_middleware
import webob

_PROJECT = re.compile(r'^/\{project_id:[^}]*\}')
# A server id in the path, in Nova's two spellings and under its alias.
_SERVER = re.compile(r'^/(servers|os-volumes_boot)/\{(server_id|id)\}')


@dataclasses.dataclass(frozen=True)
class Operation:
    """A routed request.

    ``verb`` is the one that Nova routes on, which ``?_method=`` can make
    another than REQUEST_METHOD; ``path`` is a template without the project,
    such as ``/servers/{id}/action``.
    """

    verb: str
    path: str
    arguments: Dict[str, Any]
    environ: Dict[str, Any] = dataclasses.field(
        default_factory=dict, repr=False, compare=False
    )

    @property
    def action(self) -> str:
        """The name of the action that Nova runs, '' where it runs none.

        Source: nova/api/openstack/wsgi.py action_peek.
        """
        if not self.path.endswith('/action'):
            return ''
        try:
            body = jsonutils.loads(webob.Request(self.environ).body)
        except (ValueError, RecursionError):
            return ''
        if not isinstance(body, dict) or len(body) != 1:
            return ''
        [name] = body
        return str(name)

    @property
    def is_read(self) -> bool:
        return self.verb == 'GET'

    @property
    def head(self) -> str:
        """The first part of the path, such as ``servers``."""
        return self.path.split('/')[1]

    @property
    def server_id(self) -> Optional[str]:
        """The id of the server in the path, as the caller spelled it."""
        found = _SERVER.match(self.path)
        return self.arguments[found.group(2)] if found else None


def operation(router: Any, environ: Dict[str, Any]) -> Optional[Operation]:
    """Route a request as Nova will.

    :param router: Nova's APIRouterV21
    :returns: None for what Nova answers without any of its operations
    Source: nova/api/wsgi.py Router; routes/middleware.py.
    """
    # The library decides, with its method override and on the same environ:
    # it reads a form's body in a way that leaves it readable.
    routes_middleware.RoutesMiddleware(
        lambda environ, start_response: [], router.map
    )(environ, lambda *args: None)
    route = environ['routes.route']
    if route is None or not route.conditions:
        return None
    return Operation(
        verb=route.conditions['method'][0],
        path=_PROJECT.sub('', route.routepath),
        arguments=environ['wsgiorg.routing_args'][1],
        environ=environ,
    )
