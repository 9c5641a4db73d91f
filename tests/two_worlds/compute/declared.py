# SPDX-License-Identifier: Apache-2.0
"""Declarations of Nova about its API: routes, actions, schemas, versions.

Nova's decorators keep little that could be asked later, so they are listened
to: this module must be imported before nova.api.openstack.compute.
Source: nova/api/validation/__init__.py, nova/api/openstack/wsgi.py, Nova 29
to 34.
"""

import collections
import inspect
import json
import sys

from nova.api import validation
from nova.api.openstack import api_version_request
from nova.api.openstack import wsgi

from tests.two_worlds.compute import samples

assert 'nova.api.openstack.compute.servers' not in sys.modules

LATEST = api_version_request.max_api_version().ver_minor

#: {(module, function): {'body': [...], 'query': [...], 'version': [...]}}
_declared = collections.defaultdict(lambda: collections.defaultdict(list))
#: {action: places}; os-volumes_boot declares those of servers again.
_actions = collections.defaultdict(set)


def _listen(holder, name, kind):
    decorator_of = getattr(holder, name)

    def listening(*args, **kwargs):
        decorator = decorator_of(*args, **kwargs)

        def decorate(function):
            place = (function.__module__, function.__qualname__)
            if kind == 'action':
                _actions[args[0]].add(place)
            else:
                schema = None if kind == 'version' else args[0]
                bounds = args if kind == 'version' else args[1:]
                names = ('min_ver', 'max_ver')
                if kind != 'version' or holder is wsgi:
                    names = ('min_version', 'max_version')
                lowest, highest = (
                    bounds[at] if len(bounds) > at else kwargs.get(names[at])
                    for at in (0, 1)
                )
                _declared[place][kind].append(
                    (_minor(lowest, 1), _minor(highest, LATEST), schema)
                )
            return decorator(function)

        return decorate

    setattr(holder, name, listening)


def _minor(version, default):
    return int(version.partition('.')[2]) if version else default


_listen(validation, 'schema', 'body')
_listen(validation, 'query_schema', 'query')
_listen(wsgi, 'action', 'action')
# Up to Nova 32 wsgi.api_version is a module, and the decorator elsewhere.
_listen(
    wsgi
    if inspect.isfunction(getattr(wsgi, 'api_version', None))
    else wsgi.Controller,
    'api_version',
    'version',
)


def operations():
    """Return every operation of Nova's API, with what it accepts.

    :returns: ``[{'method': 'POST', 'path': '/servers/{id}/action',
        'action': 'lock', 'newest': 104, 'versions': [1, 73, …], 'bodies':
        [[first, last, [valid, …], [broken, …]], …], 'query': ['limit', …]},
        …]``, versions as minor microversions, ``newest`` the last that has it
    """
    from nova.api.openstack.compute import routes

    found = []
    for path, methods in routes.ROUTE_LIST:
        if isinstance(methods, str):
            continue  # a redirection
        for method, (controller, function) in sorted(methods.items()):
            main, others = controller.args
            if function != 'action':
                place = _place(main, function)
                found.append(_operation(method, path, None, place))
                continue
            for action, places in sorted(_actions.items()):
                found.extend(
                    _operation(method, path, action, place)
                    for place in sorted(places)
                    if any(_has(part, place) for part in [main] + others)
                )
    return found


def names():
    """Return the names of what can be written, in ``query`` and ``body``."""
    found = {'query': set(), 'body': set()}
    operations()
    for declared in _declared.values():
        for kind, known in found.items():
            for _, _, schema in declared.get(kind, ()):
                known.update(_properties(schema))
    return {kind: sorted(known) for kind, known in found.items()}


def _properties(schema):
    if isinstance(schema, dict):
        yield from schema.get('properties', ())
        for part in schema.values():
            yield from _properties(part)
    elif isinstance(schema, (list, tuple)):
        for part in schema:
            yield from _properties(part)


def _has(controller, place):
    module, function = place
    return (module, function.partition('.')[0]) == (
        controller.__module__,
        controller.__name__,
    )


def _place(controller, function):
    for base in controller.__mro__:
        place = (base.__module__, f'{base.__name__}.{function}')
        if place in _declared:
            return place
    return None


def _operation(method, path, action, place):
    declared = _declared.get(place, {})
    edges = {1, LATEST}
    for entries in declared.values():
        for first, last, _ in entries:
            edges |= {first, first - 1, last, last + 1}
    query = set()
    for _, _, schema in declared.get('query', ()):
        query |= set(schema.get('properties', ()))
    return {
        'method': method,
        'path': path,
        'action': action,
        'newest': max(
            (last for _, last, _ in declared.get('version', ())),
            default=LATEST,
        ),
        'versions': sorted(edge for edge in edges if 0 < edge <= LATEST),
        'bodies': [
            [
                first,
                last,
                samples.SAMPLES.valid(schema),
                samples.SAMPLES.broken(schema),
            ]
            for first, last, schema in declared.get('body', ())
            if last > 0
        ],
        'query': sorted(query),
    }


if __name__ == '__main__':
    json.dump(names(), sys.stdout)
