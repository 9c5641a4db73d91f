# SPDX-License-Identifier: Apache-2.0
"""Short forms of Neutron's operations.

Paths are below ``/v2.0/``. Neutron has extensions instead of microversions:
an operation of one names a placeholder that has a value with it alone.
"""

from __future__ import annotations

from typing import Any

from cloud_security.probe.catalog import short_forms
from cloud_security.probe.catalog.operations import Effect
from cloud_security.probe.catalog.operations import Kind
from cloud_security.probe.catalog.operations import Operation

VERSION = '2.0'
_FORMS = short_forms.ShortForms('network', 'port', VERSION, VERSION)
operation = _FORMS.operation
reads = _FORMS.reads
finds = _FORMS.finds
changes = _FORMS.changes
only_refused = _FORMS.only_refused


def lists(name: str, path: str, **more: Any) -> Operation:
    """Return an operation that looks for a resource in a list."""
    return operation(name, 'GET', path, kind=Kind.SEARCHED, **more)


def updates(name: str, path: str, key: str, **more: Any) -> Operation:
    """Return a change of attributes.

    :param key: the key of the resource in the body
    """
    values = more.pop('values')
    return changes(name, 'PUT', path, {key: values}, **more)


def creates(name: str, path: str, key: str, **more: Any) -> Operation:
    """Return an operation that creates something out of a resource.

    :param key: the key of the new resource in the body
    """
    values = more.pop('values')
    return changes(name, 'POST', path, {key: values}, kind=Kind.BUILT, **more)


def deletes(name: str, path: str, **more: Any) -> Operation:
    """Return a deletion."""
    more.setdefault('method', 'DELETE')
    return changes(
        name,
        more.pop('method'),
        path,
        effect=Effect.DESTROYS,
        removes=True,
        **more,
    )
