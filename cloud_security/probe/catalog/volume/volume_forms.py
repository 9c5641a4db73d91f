# SPDX-License-Identifier: Apache-2.0
"""Short forms of Cinder's operations, with its microversions.

Paths are below ``/v3/PROJECT/``.
"""

from __future__ import annotations

from typing import Any

from cloud_security.probe.catalog import operations
from cloud_security.probe.catalog import short_forms
from cloud_security.probe.catalog.operations import Kind
from cloud_security.probe.catalog.operations import Operation

#: The newest microversion whose request bodies this catalog follows.
NEWEST = '3.70'
OLDEST = '3.0'
#: The microversion from which a path may leave out the project.
SHORT = '3.67'
_FORMS = short_forms.ShortForms('volume', 'volume', OLDEST, NEWEST)
operation = _FORMS.operation
reads = _FORMS.reads
changes = _FORMS.changes


def lists(name: str, path: str, **more: Any) -> Operation:
    """Return an operation that looks for a resource in a list."""
    more.setdefault('repeats', False)
    return operation(name, 'GET', path, kind=Kind.SEARCHED, **more)


def acts(
    name: str, action: str, arguments: Any = None, **more: Any
) -> Operation:
    """Return an action on a volume; most actions cannot run twice."""
    path = more.pop('path', 'volumes/{volume}/action')
    return changes(name, 'POST', path, {action: arguments}, **more)


def only_refused(
    name: str, action: str, arguments: Any = None, **more: Any
) -> Operation:
    """Return an action that reveals a resource only by its refusal."""
    more.setdefault('works', operations.EITHER)
    return acts(name, action, arguments, lasts=True, **more)


def creates(
    name: str, makes: str, path: str, body: Any, **more: Any
) -> Operation:
    """Return an operation that creates something out of a resource."""
    return changes(
        name, 'POST', path, body, kind=Kind.BUILT, makes=makes, **more
    )


def pages(name: str, path: str, about: str, **more: Any) -> Operation:
    """Return a list that begins behind a resource."""
    mark = '&' if '?' in path else '?'
    return operation(
        name,
        'GET',
        f'{path}{mark}{{everywhere}}marker={{{about}}}',
        about=about,
        repeats=False,
        **more,
    )
