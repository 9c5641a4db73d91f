# SPDX-License-Identifier: Apache-2.0
"""Short forms of Glance's operations.

Paths are below ``/v2/``. Glance has no microversions: ``since`` is the version
in Glance's list of them that brought an operation.
"""

from __future__ import annotations

from typing import Any

from cloud_security.probe.catalog import operations
from cloud_security.probe.catalog import short_forms
from cloud_security.probe.catalog.operations import Kind
from cloud_security.probe.catalog.operations import Operation
from cloud_security.probe.client import media

OLDEST = '2.0'
#: No release of Glance has a newer one.
NEWEST = '2.99'
_FORMS = short_forms.ShortForms('image', 'image', OLDEST, NEWEST)
operation = _FORMS.operation


def reads(name: str, path: str, **more: Any) -> Operation:
    """Return an operation that reads something of one image."""
    return _FORMS.reads(name, f'images/{{image}}{path}', **more)


def finds(name: str, query: str, **more: Any) -> Operation:
    """Return a list that a query narrows down to one image.

    Glance repeats the query in its response, so that the probe cannot search
    it: the list about the target must be the one about an unknown value.
    """
    return _FORMS.finds(name, f'images?{query}', **more)


def lists(name: str, query: str = '', **more: Any) -> Operation:
    """Return an operation that looks for an image in a list."""
    return operation(
        name,
        'GET',
        f'images?limit=1000{query}',
        kind=Kind.SEARCHED,
        repeats=False,
        **more,
    )


def changes(
    name: str, method: str, path: str, body: Any = None, **more: Any
) -> Operation:
    """Return an operation that changes an image."""
    path = f'images/{{{more.get("about", "image")}}}{path}'
    return _FORMS.changes(name, method, path, body, **more)


def patches(name: str, *steps: dict[str, Any], **more: Any) -> Operation:
    """Return a change of properties."""
    return changes(name, 'PATCH', '', list(steps), media=media.PATCH, **more)


def only_refused(
    name: str, method: str, path: str, body: Any = None, **more: Any
) -> Operation:
    """Return a change that reveals an image only by its refusal."""
    more.setdefault('works', operations.EITHER)
    return changes(name, method, path, body, **more)
