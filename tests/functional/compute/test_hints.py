# SPDX-License-Identifier: Apache-2.0
"""Scheduler hints that name hidden servers match none."""

from oslo_utils.fixture import uuidsentinel

from cloud_security.compute import hint_marks
from tests.functional.compute import cloud
from tests.functional.compute import two_hosts


class TestHints(two_hosts.Hints):
    def test_same_host_as_a_hidden_server_finds_no_host(self):
        for value in (
            self.alices_server,
            [self.alices_server],
            uuidsentinel.unknown,
        ):
            self.assertIsNone(self.outcome(self.bob, {'same_host': value}))

    def test_same_host_as_an_own_server_finds_its_host(self):
        own = self.boot(self.bob)
        for value in (own, [self.alices_server, own]):
            self.assertEqual(
                {self.host_of(own)},
                self.outcomes(self.bob, {'same_host': value}, 2),
            )

    def test_different_host_from_a_hidden_server_excludes_no_host(self):
        self.assertEqual(
            {'host1', 'host2'},
            self.outcomes(
                self.bob, {'different_host': [self.alices_server]}, 6
            ),
        )

    def test_query_about_a_hidden_server_finds_no_host(self):
        query = '["=", "$instances.{0}.uuid", "$instances.{0}.uuid"]'
        for server_id in (self.alices_server, uuidsentinel.unknown):
            self.assertIsNone(
                self.outcome(self.bob, {'query': query.format(server_id)})
            )

    def test_query_with_any_escape_finds_no_host_of_a_hidden_server(self):
        for start in (
            r'$instances\u002e',
            r'$instances\u002E',
            r'\u0024instances.',
        ):
            for server_id in (self.alices_server, uuidsentinel.unknown):
                uuid_of = f'"{start}{server_id}.uuid"'
                query = f'["=", {uuid_of}, {uuid_of}]'
                self.assertIsNone(
                    self.outcome(self.bob, {'query': query}), query
                )

    def test_query_in_escapes_about_an_own_server_finds_its_host(self):
        own = self.boot(self.bob)
        uuid_of = f'"$instances\\u002e{own}.uuid"'
        self.assertEqual(
            self.host_of(own),
            self.outcome(self.bob, {'query': f'["=", {uuid_of}, {uuid_of}]'}),
        )

    def test_same_host_by_a_manager_finds_every_server(self):
        self.assertEqual(
            {self.host},
            self.outcomes(self.carol, {'same_host': self.alices_server}, 2),
        )

    @two_hosts.SHOWN
    def test_hints_are_shown_as_sent(self):
        sent = {
            'same_host': [self.alices_server],
            'different_host': [
                uuidsentinel.unknown,
                self.alices_server.upper(),
                hint_marks.MARK + self.alices_server,
                hint_marks.MARK + uuidsentinel.unknown,
            ],
        }
        for sender in (self.bob, self.carol, self.root):
            server_id = self.boot(sender, state=None, hints=sent)
            for account in (sender, self.carol, self.root):
                self.assertEqual(
                    sent,
                    account.get(f'servers/{server_id}', version='2.100')[
                        'server'
                    ]['scheduler_hints'],
                )
            shown = [
                server
                for server in sender.get('servers/detail', version='2.100')[
                    'servers'
                ]
                if server['id'] == server_id
            ]
            self.assertEqual(sent, shown[0]['scheduler_hints'])

    @two_hosts.SHOWN
    def test_error_about_stored_hints_repeats_them_as_sent(self):
        # Nova's own schema refuses to show what it accepted as "query"; where
        # responses are validated, from Nova 33 on, the complaint repeats the
        # whole server.
        status, key = (
            (400, "'scheduler_hints':")
            if int(cloud.LATEST.partition('.')[2]) > 100
            else (200, '"scheduler_hints":')
        )
        texts = []
        for named in (self.alices_server, uuidsentinel.unknown):
            server_id = self.boot(
                self.bob,
                state=None,
                hints={'query': f'["=", "$instances.{named}.host", "x"]'},
            )
            answer = self.bob.call(
                'GET', f'servers/{server_id}', version='2.100'
            )
            self.assertEqual(status, answer.status_code)
            texts.append(
                answer.text.split(key)[1].split('}')[0].replace(named, 'ID')
            )
        self.assertIn('ID', texts[0])
        self.assertEqual(texts[0], texts[1])

    def test_error_about_hints_repeats_them_as_sent(self):
        answers = []
        for server_id in (self.alices_server, uuidsentinel.unknown):
            answer = self.bob.call(
                'POST',
                'servers',
                {
                    'server': {'name': 'x', 'flavorRef': '1'},
                    'os:scheduler_hints': {
                        'same_host': [server_id],
                        'different_host': {'bad': server_id},
                    },
                },
            )
            answers.append(
                (answer.status_code, answer.text.replace(server_id, 'ID'))
            )
        self.assertEqual(400, answers[0][0])
        self.assertIn('ID', answers[0][1])
        self.assertEqual(answers[0], answers[1])


class TestHintsWithoutTheFilter(two_hosts.Hints):
    FILTERED = DROPPED_IN = False

    def test_hints_tell_the_host_of_a_hidden_server(self):
        self.assertEqual(
            {self.host},
            self.outcomes(self.bob, {'same_host': self.alices_server}, 2),
        )
        self.assertEqual(
            1,
            len(
                self.outcomes(self.bob, {'different_host': self.alices_server})
            ),
        )
        uuid_of = f'"$instances.{self.alices_server}.uuid"'
        query = f'["=", {uuid_of}, {uuid_of}]'
        self.assertEqual(self.host, self.outcome(self.bob, {'query': query}))
