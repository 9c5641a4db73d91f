# SPDX-License-Identifier: Apache-2.0
"""IDs that a request to Neutron names, in every shape."""

import io
import json
import uuid

import testtools

from cloud_security.network import named_ids
from cloud_security.policy import operation as operations

ONE, OTHER = str(uuid.uuid4()), str(uuid.uuid4())


def operation(path, verb='GET'):
    return operations.Operation(verb, path, {})


def environ(path='/ports', body=None, is_read=True):
    """Return the environ of a request whose body Neutron has read."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return {
        'REQUEST_METHOD': 'PUT',
        'PATH_INFO': path,
        'CONTENT_LENGTH': str(len(raw)),
        'wsgi.input': io.BytesIO(raw),
        'webob.is_body_seekable': is_read,
    }


class TestPaths(testtools.TestCase):
    def sent(self, path, template):
        return named_ids.sent(environ(path), operation(template))

    def test_id_in_a_path_is_found_in_lower_case(self):
        for path in ('/ports/{}', '/ports/{}.json', '/ports/{}/tags/x'):
            for text in (ONE, ONE.upper()):
                self.assertEqual(
                    [ONE], self.sent(path.format(text), '/ports/{id}')
                )

    def test_path_of_what_has_no_owner_names_nothing(self):
        for head in ('networks', 'subnets', 'routers'):
            self.assertEqual(
                [], self.sent(f'/{head}/{ONE}', f'/{head}/{{id}}')
            )

    def test_text_without_the_shape_of_an_id_is_left_out(self):
        for text in ('x', ONE[:-1], f'req-{ONE}', "' OR 1=1 --"):
            self.assertEqual([], self.sent(f'/ports/{text}', '/ports/{id}'))


class TestBodies(testtools.TestCase):
    def sent(self, body, verb='PUT', **options):
        return named_ids.sent(
            environ('/networks', body, **options), operation('/networks', verb)
        )

    def test_ids_at_any_depth_are_found(self):
        body = {'port': {'a': [{'b': ONE}], 'c': OTHER.upper(), 'd': None}}
        self.assertEqual([ONE, OTHER], self.sent(body))

    def test_escaped_id_is_found(self):
        escaped = ''.join(f'\\u{ord(letter):04x}' for letter in ONE)
        self.assertEqual([ONE], self.sent(f'["{escaped}"]'.encode()))

    def test_id_within_a_text_or_as_a_key_is_left_out(self):
        self.assertEqual([], self.sent({'name': f'x {ONE}', ONE: 1}))
        self.assertEqual([], self.sent([f'{ONE}\n', f'req-{ONE}']))

    def test_body_that_is_no_json_names_nothing(self):
        for raw in (b'', b'{', b'\xff', b'[' * 100000):
            self.assertEqual([], self.sent(raw))

    def test_body_that_nobody_has_read_is_left_alone(self):
        self.assertEqual([], self.sent([ONE], is_read=False))

    def test_body_of_a_read_names_nothing(self):
        self.assertEqual([], self.sent([ONE], verb='GET'))

    def test_number_of_ids_is_limited(self):
        many = [str(uuid.uuid4()) for _ in range(named_ids.MAX_IDS + 1)]
        self.assertEqual(many[:-1], self.sent(many))


class TestLists(testtools.TestCase):
    def listed(self, rows, path='/security-groups'):
        return named_ids.listed(
            operation(path),
            rows
            if isinstance(rows, bytes)
            else json.dumps({'security_groups': rows}).encode(),
        )

    def test_ids_of_rows_are_found(self):
        for path in ('/security-groups', '/security-groups.json'):
            self.assertTrue(named_ids.is_list(operation(path)))
            self.assertEqual(
                [ONE, OTHER],
                self.listed([{'id': ONE}, {'id': OTHER, 'x': 'y'}], path),
            )

    def test_rows_without_id_are_left_out(self):
        self.assertEqual([], self.listed([{'name': ONE}, {'id': 1}, {}]))

    def test_response_that_was_cut_has_no_rows(self):
        for rows in (b'', b'{"security_groups": [{'):
            self.assertEqual([], self.listed(rows))

    def test_other_operations_are_no_lists(self):
        for path, verb in (
            ('/ports', 'POST'),
            ('/ports/{id}', 'GET'),
            ('/networks', 'GET'),
            ('/', 'GET'),
        ):
            self.assertFalse(named_ids.is_list(operation(path, verb)), path)
