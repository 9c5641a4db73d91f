# SPDX-License-Identifier: Apache-2.0
"""Routes that the Glance which is installed declares."""

from glance.api.v2 import router
from glance.common import wsgi


def operations():
    """Return ``[[method, path], …]``, each once and in order."""
    routes = router.API(wsgi.APIMapper()).map.matchlist
    found = [
        [method, route.routepath]
        for route in routes
        if route.conditions
        for method in route.conditions['method']
    ]
    return sorted(map(list, set(map(tuple, found))))


def label(operation):
    """Return such as ``GET /images/{image_id}``."""
    return ' '.join(operation)
