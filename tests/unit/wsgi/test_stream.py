# SPDX-License-Identifier: Apache-2.0
"""Bodies that the filter passes on as they come."""

import testtools

from cloud_security.visibility import scope as scopes
from cloud_security.wsgi import stream

OWN = scopes.Scope(owner_id='bob')
DATA = frozenset({'application/octet-stream'})


class Chunks:
    """The iterable of a service, which notes its scopes."""

    def __init__(self):
        self.seen = []
        self.is_closed = False

    def __iter__(self):
        for chunk in (b'1', b'2'):
            self.seen.append(scopes.current())
            yield chunk

    def close(self):
        self.seen.append(scopes.current())
        self.is_closed = True


class TestStream(testtools.TestCase):
    def test_scope_holds_while_the_service_works(self):
        sent = Chunks()
        for chunk in stream.Stream([b'0'], sent, OWN):
            self.assertIsNone(scopes.current(), chunk)
        self.assertEqual([OWN] * 2, sent.seen)

    def test_service_makes_no_chunk_before_somebody_reads_it(self):
        sent = Chunks()
        body = stream.Stream([], sent, OWN)
        self.assertEqual([], sent.seen)
        self.assertEqual(b'1', next(body))
        self.assertEqual([OWN], sent.seen)

    def test_close_lets_the_service_finish_in_the_scope(self):
        sent = Chunks()
        stream.Stream([], sent, OWN).close()
        self.assertTrue(sent.is_closed)
        self.assertEqual([OWN], sent.seen)
        stream.Stream([], [b'x'], OWN).close()

    def test_scope_ends_where_the_service_fails(self):
        def fails():
            raise ValueError
            yield b''

        self.assertRaises(ValueError, next, stream.Stream([], fails(), OWN))
        self.assertIsNone(scopes.current())

    def test_content_type_tells_a_stream(self):
        for text, expected in (
            ('application/octet-stream', True),
            ('Application/Octet-Stream; charset=x', True),
            ('application/json', False),
            ('', False),
        ):
            started = ['200 OK', [('Content-TYPE', text)]]
            self.assertEqual(expected, stream.is_stream(DATA, started), text)
            self.assertFalse(stream.is_stream(frozenset(), started))

    def test_response_that_has_not_begun_is_no_stream(self):
        self.assertFalse(stream.is_stream(DATA, []))
        self.assertFalse(stream.is_stream(DATA, ['204 No Content', []]))
