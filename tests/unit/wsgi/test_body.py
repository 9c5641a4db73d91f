# SPDX-License-Identifier: Apache-2.0
"""Bodies that the filter reads before the service."""

import io

import testtools
import webob

from cloud_security.wsgi import body

SENT = b'{"lock": null}'


class Late:
    """A body whose first read fails and whose second does not."""

    def __init__(self):
        self.reads = [SENT, TimeoutError('too late')]

    def read(self, *_):
        found = self.reads.pop()
        if isinstance(found, Exception):
            raise found
        return found


def environ(stream, length=len(SENT), **others):
    found = {'REQUEST_METHOD': 'POST', 'wsgi.input': stream, **others}
    if length is not None:
        found['CONTENT_LENGTH'] = str(length)
    return found


class TestBody(testtools.TestCase):
    def test_a_body_stays_readable(self):
        sent = environ(io.BytesIO(SENT))
        self.assertEqual(SENT, body.read(sent))
        self.assertEqual(SENT, body.read(sent))
        self.assertEqual(SENT, webob.Request(sent).body)

    def test_a_body_that_was_not_read_stays_unreadable(self):
        for sent in (
            environ(Late()),
            environ(Late(), None, **{'wsgi.input_terminated': True}),
            environ(io.BytesIO(SENT), len(SENT) + 1),
        ):
            self.assertEqual(b'', body.read(sent))
            for _ in range(2):
                error = self.assertRaises(
                    OSError, getattr, webob.Request(sent), 'body'
                )
            self.assertEqual(b'', body.read(sent))
            self.assertIsInstance(error, OSError)

    def test_a_withheld_body_is_an_error_for_the_service(self):
        sent = environ(io.BytesIO(SENT))
        self.assertEqual(SENT, body.read(sent))
        body.withhold(sent, RecursionError())
        self.assertRaises(RecursionError, getattr, webob.Request(sent), 'body')

    def test_escapes_of_printable_ascii_go_and_all_others_stay(self):
        for text, expected in (
            (r'\u002e\u0020\u007e\/', '. ~/'),
            (r'\x\u00e9\u007f\ud83d\ude00', r'\x\u00e9\u007f\ud83d\ude00'),
            (r'\u0061\u002D\u0039', 'a-9'),
            (r'\u007b\u007D', '{}'),
            (r'\u0022\u005c\u000a\u0067', r'\u0022\u005c\u000ag'),
            (r'\\u0061', r'\\u0061'),
            (r'\\\u0061', r'\\a'),
            (r'\"\n\u006', r'\"\n\u006'),
            ('\\', '\\'),
        ):
            self.assertEqual(expected, body.without_escapes(text), text)

    def test_decoded_text_has_the_characters_of_all_escapes(self):
        for text, expected in (
            (r'\u002e\u0022\u005C\/\"\\', '."\\/"\\'),
            (r'\n\t\u000a', '\n\t\n'),
            (r'\\u002e', r'\u002e'),
            ('\\', '\\'),
        ):
            self.assertEqual(expected, body.decoded(text), text)
