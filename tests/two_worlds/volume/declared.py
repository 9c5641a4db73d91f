# SPDX-License-Identifier: Apache-2.0
"""Declarations of Cinder about its API: routes, actions, schemas, versions.

Cinder's decorators keep little that could be asked later, so they are listened
to: this module must be imported before cinder.api.v3.
Source: cinder/api/validation/__init__.py, cinder/api/openstack/wsgi.py,
Cinder 24 to 29.
"""

import collections
import re
import sys

from cinder.api import validation
from cinder.api.openstack import api_version_request

from tests.two_worlds.volume import samples

assert 'cinder.api.v3.volumes' not in sys.modules

LATEST = api_version_request.max_api_version()._ver_minor

#: {(module, function): [(first, last, schema), …]}
_schemas = collections.defaultdict(list)
_schema_of = validation.schema


def _listening(schema, min_version=None, max_version=None):
    decorator = _schema_of(schema, min_version, max_version)

    def decorate(function):
        place = function.__module__, function.__qualname__
        _schemas[place].append(
            (minor(min_version, 0), minor(max_version, LATEST), schema)
        )
        return decorator(function)

    return decorate


validation.schema = _listening


def minor(version, default):
    """Return the number after the dot, or a default."""
    return int(version.partition('.')[2]) if version else default


def router_of(application):
    """Return Cinder's router, which stands behind filters."""
    from cinder.api.v3 import router

    seen = []
    waiting = [application]
    while waiting:
        found = waiting.pop()
        if isinstance(found, router.APIRouter):
            return found
        if any(found is one for one in seen):
            continue
        seen.append(found)
        if hasattr(found, 'applications'):
            waiting.extend(one for _, one in found.applications)
        waiting.extend(
            value
            for value in getattr(found, '__dict__', {}).values()
            if callable(value)
        )
    raise LookupError('Cinder has another router: change router_of().')


def routes(router):
    """Return the routes of the API, without the project in their paths.

    :returns: ``[(method, path, resource, name of the controller's method)]``
    """
    found = {}
    for route in router.map.matchlist:
        path = re.sub(r':\((\w+)\)|:(\w+)', _braces, route.routepath)
        if path.startswith(('/{project_id', '{project_id')):
            continue
        if '{format}' in path or 'controller' not in route.defaults:
            continue
        path = '/' + path.lstrip('/')
        methods = (route.conditions or {}).get('method', ['GET'])
        for method in [methods] if isinstance(methods, str) else methods:
            # The first route that fits answers.
            found.setdefault(
                (method, re.sub(r'\{\w+\}', '{}', path)),
                (
                    method,
                    path,
                    route.defaults['controller'],
                    route.defaults.get('action', 'index'),
                ),
            )
    return sorted(found.values(), key=lambda one: (one[1], one[0]))


def _braces(found):
    return '{%s}' % (found.group(1) or found.group(2))


def operations(router):
    """Return every operation of Cinder's API, with what it accepts.

    :returns: ``[{'method': 'POST', 'path': '/volumes/{id}/action', 'action':
        'os-extend', 'newest': 71, 'versions': [0, 42, …], 'bodies': [[first,
        last, [valid, …], [broken, …]], …], 'exists': True}, …]``, versions as
        minor microversions, ``newest`` the last that has it
    """
    found = []
    for method, path, resource, name in routes(router):
        if name != 'action':
            found.append(_operation(method, path, None, resource, name))
            continue
        for action in sorted(resource.wsgi_actions):
            if action not in ('create', 'delete', 'update', 'index'):
                found.append(
                    _operation(method, path, action, resource, action)
                )
    return found


def names():
    """Return the names of what can be written into bodies."""
    found = set()
    for declared in _schemas.values():
        for _, _, schema in declared:
            found.update(_properties(schema))
    return sorted(found)


def _properties(schema):
    if isinstance(schema, dict):
        known = schema.get('properties', {})
        yield from known if isinstance(known, dict) else ()
        for part in schema.values():
            yield from _properties(part)
    elif isinstance(schema, (list, tuple)):
        for part in schema:
            yield from _properties(part)


def _function(resource, name):
    """Return the controller and the method's name, or None."""
    if name in resource.wsgi_actions:
        method = resource.wsgi_actions[name]
        return method.__self__ if hasattr(method, '__self__') else None, method
    method = getattr(resource.controller, name, None)
    return (resource.controller, method) if method else (None, None)


def _operation(method, path, action, resource, name):
    controller, function = _function(resource, name)
    schemas, edges, newest = [], {0, LATEST}, LATEST
    if function is not None:
        places, versioned = _places(controller, resource, name)
        for first, last in versioned:
            edges |= {first, first - 1, last, last + 1}
        newest = max((last for _, last in versioned), default=LATEST)
        for place in places:
            schemas += _schemas.get(place, [])
    for first, last, _ in schemas:
        edges |= {first, first - 1, last, last + 1}
    return {
        'method': method,
        'path': path,
        'action': action,
        'exists': function is not None,
        'newest': newest,
        'versions': sorted(edge for edge in edges if 0 <= edge <= LATEST),
        'bodies': [
            [
                first,
                last,
                samples.SAMPLES.valid(schema),
                samples.SAMPLES.broken(schema),
            ]
            for first, last, schema in schemas
        ],
    }


def _places(controller, resource, name):
    """Return where a method is defined, and its first and last versions."""
    # Extensions have controllers of their own for actions.
    classes = dict.fromkeys(
        [type(resource.controller)]
        + [
            type(method.__self__)
            for method in resource.wsgi_actions.values()
            if hasattr(method, '__self__')
        ]
    )
    places, versioned = [], []
    for kind in classes:
        method = getattr(kind, 'wsgi_actions', {}).get(name, name)
        for base in kind.__mro__:
            places.append((base.__module__, f'{base.__name__}.{method}'))
        for one in getattr(kind, 'versioned_methods', {}).get(method, ()):
            last = one.end_version._ver_minor
            versioned.append(
                (
                    one.start_version._ver_minor,
                    LATEST if last is None else last,
                )
            )
    return dict.fromkeys(places), versioned
