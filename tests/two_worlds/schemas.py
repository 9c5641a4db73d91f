# SPDX-License-Identifier: Apache-2.0
"""Bodies from JSON schemas: valid ones, and valid ones broken."""

import copy
import functools
import json
import re

UNKNOWN = 'b0b0b0b0-0000-4000-8000-000000000000'


class Samples:
    """Bodies for the schemas of one service."""

    def __init__(self, named, candidates, hidden, validator, refusals):
        """Choose values.

        :param named: what fits a property of a name, where its schema lets it
        :param candidates: the first that a schema accepts is taken
        :param hidden: the name of a hidden thing, for a wrong value
        :param validator: makes what has ``validate(body)``, of a schema
        :param refusals: exceptions that validation raises
        """
        self.named, self.candidates = named, candidates
        self.wrong = ([], {'sample': 1}, 'x' * 300, -1, hidden)
        self.refusals = refusals
        # Each makes classes of its own, which takes long.
        self._validator = functools.lru_cache(maxsize=None)(
            lambda schema: validator(json.loads(schema))
        )

    def valid(self, schema):
        """Return the smallest and the largest body that a schema describes."""
        found = []
        for is_full in (False, True):
            body = self._sample(schema, '', is_full)
            if body not in found:
                found.append(body)
        return found

    def broken(self, schema):
        """Return valid bodies with one thing wrong each, to the 2nd level."""
        whole = self._sample(schema, '', True)
        found = [_changed(whole, ('unknown',), 'sample')]
        for path in paths(whole):
            found.append(_changed(whole, path))
            for wrong in self.wrong:
                body = _changed(whole, path, wrong)
                if not self._accepts(schema, body):
                    found.append(body)
                    break
        return found

    def _sample(self, schema, name, is_full):
        if not isinstance(schema, dict):
            return 'sample'
        if schema.get('enum'):
            return schema['enum'][0]
        for kind in ('oneOf', 'anyOf', 'allOf'):
            for part in schema.get(kind, ()):
                rest = {key: schema[key] for key in schema if key != kind}
                body = self._sample({**rest, **part}, name, is_full)
                if self._accepts(schema, body):
                    return body
        if name in self.named and self._accepts(schema, self.named[name]):
            return self.named[name]
        if 'properties' in schema or 'patternProperties' in schema:
            return self._object(schema, is_full)
        if isinstance(schema.get('items'), dict):
            body = [self._sample(schema['items'], name, is_full)]
            if self._accepts(schema, body):
                return body
        for candidate in self.candidates:
            if self._accepts(schema, candidate):
                return candidate
        return 'sample'

    def _object(self, schema, is_full):
        body = {
            key: self._sample(part, key, is_full)
            for key, part in schema.get('properties', {}).items()
            if is_full or key in schema.get('required', ())
        }
        if is_full and not body:
            for part in schema.get('patternProperties', {}).values():
                body['sample'] = self._sample(part, 'sample', is_full)
        return body

    def _accepts(self, schema, body):
        body = json.loads(re.sub('<[^>]*>', UNKNOWN, json.dumps(body)))
        try:
            self._validator(json.dumps(schema, sort_keys=True)).validate(body)
        except self.refusals:
            return False
        return True


def paths(body, depth=3):
    """Yield the keys that lead to each value, to some depth."""
    if isinstance(body, dict) and depth:
        for key in body:
            yield (key,)
            for path in paths(body[key], depth - 1):
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
