# SPDX-License-Identifier: Apache-2.0
"""Routes of Glance's API, below the URL map that follows the filter.

Behind the filter stand the image cache and others, then a URL map, then the
API with its routes. The map and the API themselves decide about a request.
"""

from __future__ import annotations

from collections.abc import Callable
import re
from typing import Any
from typing import Optional

from glance.api.v2 import router
from paste import urlmap

from cloud_security.policy import operation as operations
from cloud_security.wsgi import routing
from cloud_security.wsgi import startup

#: The ID of something that has an owner, in the paths of Glance.
_RESOURCE = re.compile(
    r'^/(?:images|tasks|cache(?:/nodes)?|stores/\{store_id\})/\{(\w+)\}'
)
Route = Callable[[dict[str, Any]], Optional[operations.Operation]]


def route(application: Any) -> Route:
    """Return the function that routes requests to an application.

    :raises UnsafeStart: when the application does not lead to Glance's API
    """
    while not isinstance(application, urlmap.URLMap):
        application = getattr(application, 'application', None)
        if application is None:
            raise startup.UnsafeStart(
                'What follows user_isolation in glance-api-paste.ini does not '
                'lead to rootapp: move it between context and cache in every '
                'pipeline, or before rootapp where there is no cache.'
            )
    return _Map(application).operation


class _Map:
    """A copy of a URL map, which routes and calls no application."""

    def __init__(self, original: urlmap.URLMap) -> None:
        self._map = urlmap.URLMap(not_found_app=_ignore)
        self._map.applications = [
            (key, _Recorder(application))
            for key, application in original.applications
        ]
        if not any(one.router for _, one in self._map.applications):
            raise startup.UnsafeStart(
                'rootapp in glance-api-paste.ini has no path to '
                'glance.api.v2.router, without which user_isolation cannot '
                'tell who makes an image. Add "/v2: apiv2app".'
            )

    def operation(
        self, environ: dict[str, Any]
    ) -> Optional[operations.Operation]:
        """Route a request, None where Glance runs none of its operations."""
        # The map moves a part of the path from one to the other.
        before = environ.get('SCRIPT_NAME', ''), environ.get('PATH_INFO', '')
        found: list[Optional[operations.Operation]] = []
        try:
            self._map(environ, found.append)
        finally:
            environ['SCRIPT_NAME'], environ['PATH_INFO'] = before
        return found[0] if found else None


class _Recorder:
    """Stands for an application of the map, and routes as it would."""

    def __init__(self, application: Any) -> None:
        self.router: Optional[routing.Router] = None
        while application is not None and self.router is None:
            if isinstance(application, router.API):
                self.router = routing.Router(application.map, _RESOURCE)
            application = getattr(application, 'application', None)

    def __call__(
        self, environ: dict[str, Any], found: Callable[[Any], None]
    ) -> list[bytes]:
        if self.router is not None:
            found(self.router.operation(environ))
        return []


def _ignore(_environ: dict[str, Any], _found: Any) -> list[bytes]:
    return []
