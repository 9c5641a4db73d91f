# SPDX-License-Identifier: Apache-2.0
"""Redaction of secrets in text of other parties."""

import fixtures
import testtools

from cloud_security.probe.client import redaction
from cloud_security.probe.client import responses
from cloud_security.probe.verdicts import evidence


class TestRedaction(testtools.TestCase):
    def setUp(self):
        super().setUp()
        self.useFixture(
            fixtures.MonkeyPatch(
                'cloud_security.probe.client.redaction.KNOWN', set()
            )
        )

    def test_known_secret_is_masked(self):
        redaction.keep('hunter2')
        self.assertEqual('It was ***.', redaction.masked('It was hunter2.'))

    def test_known_secret_in_json_escapes_is_masked(self):
        redaction.keep('hünt"er2')
        for text in ('hünt"er2', 'hünt\\"er2', 'h\\u00fcnt\\"er2'):
            self.assertEqual('<***>', redaction.masked(f'<{text}>'))

    def test_secret_by_its_key_is_masked(self):
        for text in (
            '{"adminPass": "hunter2"}',
            '{"adminPass": "a\\"hunter2"}',
            '{"Password":"hunter2","ADMINPASS":"hunter2"}',
            '{"log": "set \\"password\\": \\"hunter2\\" done"}',
            '{"token":"hunter2"}',
            '{"metadata":{"secret_key":"hunter2","os_passwd":"hunter2"}}',
            '{"user_data":"hunter2"}',
            'GET / X-Auth-Token: hunter2',
            'wss://h/?path=%3Ftoken%3Dhunter2',
            'https://user:hunter2@h/v3',
        ):
            self.assertNotIn('hunter2', redaction.masked(text))
            self.assertNotIn(
                'hunter2', redaction.masked(evidence.indented(text))
            )

    def test_secret_by_a_key_that_holds_a_known_one_is_masked(self):
        redaction.keep('secret')
        for text in ('{"secret_key":"hunter2"}', 'my-secret-1: hunter2'):
            self.assertNotIn('hunter2', redaction.masked(text))

    def test_text_without_a_secret_stays(self):
        for text in ('Keystone gave no token: Unable', '{"token": {"a": 1}}'):
            self.assertEqual(text, redaction.masked(text))

    def test_secret_is_masked_before_the_excerpt_is_cut(self):
        text = '{"adminPass": "' + 'S' * 2000 + '", "x": "the-id"}'
        response = responses.Response('GET', 'x', '2.1', None, 200, {}, text)
        proof = evidence.evidence(response, 'it', 'the-id')
        self.assertIn('the-id', proof.answer)
        self.assertNotIn('SS', proof.answer)


class TestEvidence(testtools.TestCase):
    def proof(self, text, around='', sent=None):
        response = responses.Response('GET', 'x', '2.1', sent, 200, {}, text)
        return evidence.evidence(response, 'it', around)

    def test_json_is_indented(self):
        self.assertEqual(
            '{\n  "server": {\n    "id": "ü"\n  }\n}',
            self.proof('{"server":{"id":"\\u00fc"}}').answer,
        )

    def test_request_body_is_indented(self):
        self.assertEqual(
            '{\n  "reboot": {\n    "type": "HARD"\n  }\n}',
            self.proof('', sent={'reboot': {'type': 'HARD'}}).sent,
        )

    def test_other_text_stays(self):
        for text in ('', 'ACTIVE', '<html>', '{"a":', '7', '[' * 100000):
            self.assertIn(self.proof(text).answer.rstrip(' …'), text)

    def test_named_id_is_in_the_excerpt(self):
        for text in (
            '{"id": "the-id", "id": "other"}',
            '{"a": "'
            + 'x' * 9000
            + '", "id": "the-id", "b": "'
            + 'x' * 9000
            + '"}',
        ):
            self.assertIn('the-id', self.proof(text, 'the-id').answer)

    def test_invisible_characters_are_escaped(self):
        text = self.proof('{"a": "\\u202e\\ud800\\u001b"}').answer
        self.assertIn('\\u202e\\ud800\\u001b', text)
        text.encode()
