# SPDX-License-Identifier: Apache-2.0
"""Bodies from Nova's JSON schemas: valid ones, and valid ones broken."""

import copy
import functools
import json
import re

from nova import exception
from nova.api.validation import validators

UNKNOWN = 'b0b0b0b0-0000-4000-8000-000000000000'
#: What fits a property of this name, where its schema lets it.
NAMED = {
    'imageRef': '155d900f-4e14-4e4c-a73d-069cbf4541e6',
    'flavorRef': '1',
    'networks': 'none',
    'name': 'sample',
    'same_host': ['<hidden.active>'],
    'different_host': ['<hidden.active>'],
    'group': '<hidden.group>',
    'instance_uuid': '<hidden.active>',
    'server_id': '<hidden.active>',
    'instance_id': '<hidden.active>',
    'volumeId': '<hidden.volume>',
    'volume_id': '<hidden.volume>',
    'port': '<hidden.port>',
    'port_id': '<hidden.port>',
    'net_id': '3cb9bc59-5699-4588-a4b1-b87f96708bc6',
    'address': '192.168.1.30',
    'status': 'active',
    'key_name': None,
    'availability_zone': 'one',
}
#: The first that a schema accepts is taken.
CANDIDATES = (
    'sample',
    '1',
    1,
    True,
    None,
    UNKNOWN,
    '<hidden.active>',
    '192.168.1.30',
    '2026-01-01T00:00:00',
    'c2FtcGxl',
    'ssh-rsa AAAA sample',
    'network-changed',
    'sda',
    'a',
    0,
    {},
    [],
)
WRONG = ([], {'sample': 1}, 'x' * 300, -1, '<hidden.active>')


def valid(schema):
    """Return the smallest and the largest body that a schema describes."""
    found = []
    for is_full in (False, True):
        body = _sample(schema, '', is_full)
        if body not in found:
            found.append(body)
    return found


def broken(schema):
    """Return valid bodies with one thing wrong each, to the second level."""
    whole = _sample(schema, '', True)
    found = [_changed(whole, ('unknown',), 'sample')]
    for path in _paths(whole):
        found.append(_changed(whole, path))
        for wrong in WRONG:
            body = _changed(whole, path, wrong)
            if not _accepts(schema, body):
                found.append(body)
                break
    return found


def _paths(body, depth=3):
    if isinstance(body, dict) and depth:
        for key in body:
            yield (key,)
            for path in _paths(body[key], depth - 1):
                yield (key,) + path


def _changed(body, path, *value):
    """Return a copy with a value put in place, or taken out."""
    body = copy.deepcopy(body)
    place = body
    for key in path[:-1]:
        place = place[key]
    if not isinstance(place, dict):
        return list(value)
    if value:
        place[path[-1]] = value[0]
    else:
        del place[path[-1]]
    return body


def _sample(schema, name, is_full):
    if not isinstance(schema, dict):
        return 'sample'
    if schema.get('enum'):
        return schema['enum'][0]
    for kind in ('oneOf', 'anyOf', 'allOf'):
        for part in schema.get(kind, ()):
            rest = {key: schema[key] for key in schema if key != kind}
            body = _sample({**rest, **part}, name, is_full)
            if _accepts(schema, body):
                return body
    if name in NAMED and _accepts(schema, NAMED[name]):
        return NAMED[name]
    if 'properties' in schema or 'patternProperties' in schema:
        body = {
            key: _sample(part, key, is_full)
            for key, part in schema.get('properties', {}).items()
            if is_full or key in schema.get('required', ())
        }
        if is_full and not body:
            for part in schema.get('patternProperties', {}).values():
                body['sample'] = _sample(part, 'sample', is_full)
        return body
    if isinstance(schema.get('items'), dict):
        body = [_sample(schema['items'], name, is_full)]
        if _accepts(schema, body):
            return body
    for candidate in CANDIDATES:
        if _accepts(schema, candidate):
            return candidate
    return 'sample'


def _accepts(schema, body):
    body = json.loads(re.sub('<[^>]*>', UNKNOWN, json.dumps(body)))
    try:
        _validator(json.dumps(schema, sort_keys=True)).validate(body)
    except (exception.ValidationError, AttributeError):
        # Nova 29 has a schema that is none; it answers 500.
        return False
    return True


@functools.lru_cache(maxsize=None)
def _validator(schema):
    # Each makes classes of its own, which takes long.
    return validators._SchemaValidator(json.loads(schema))
