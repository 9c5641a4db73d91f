# SPDX-License-Identifier: Apache-2.0
"""Operations on another owner's, a deleted and an unknown server."""

import re

from oslo_utils.fixture import uuidsentinel

from tests.functional.compute import cloud
from tests.functional.compute import operations

TIMES = re.compile(r'\d{4}-\d\d-\d\dT[\d:.]+Z?')
VERSIONS = ('2.1', cloud.LATEST)


class Walk(cloud.Cloud):
    """Sends every request three times and compares."""

    def setUp(self):
        super().setUp()
        self.hidden = self.boot(self.alice)
        self.deleted = self.boot(self.alice)
        self.alice.call('DELETE', f'servers/{self.deleted}')
        self.wait_until_gone(self.deleted)
        self.unknown = uuidsentinel.never_made
        self.count = 0

    def answer(self, account, request, server_id, **kwargs):
        """Return an answer, up to the id of the server and times."""
        self.count += 1
        answer = account.call(
            request.method,
            request.path.replace('ID', server_id),
            request.body,
            **kwargs,
        )
        headers = {
            name: value
            for name, value in answer.headers.items()
            if 'request-id' not in name.lower()
        }
        text = TIMES.sub('TIME', answer.text.replace(server_id, 'ID'))
        return answer.status_code, headers, text

    def differences(self, account, **kwargs):
        """Return the requests whose answers tell servers apart."""
        found = []
        for is_destructive in (False, True):
            for request in operations.requests('ID', is_destructive):
                answers = [
                    self.answer(account, request, server_id, **kwargs)
                    for server_id in (self.unknown, self.hidden, self.deleted)
                ]
                if not answers[0] == answers[1] == answers[2]:
                    found.append((request, answers))
        return found


class TestOperations(Walk):
    def test_a_member_cannot_tell_a_hidden_server_from_none(self):
        before = self.alice.get(f'servers/{self.hidden}')
        for version in VERSIONS:
            self.assertEqual([], self.differences(self.bob, version=version))
        self.assertEqual(before, self.alice.get(f'servers/{self.hidden}'))

    def test_a_reader_cannot_tell_a_hidden_server_from_none(self):
        for version in VERSIONS:
            self.assertEqual([], self.differences(self.dan, version=version))

    def test_a_member_cannot_tell_through_v2(self):
        for request in operations.requests('ID'):
            request = request._replace(path='/v2/' + request.path)
            self.assertEqual(
                self.answer(self.bob, request, self.unknown),
                self.answer(self.bob, request, self.hidden),
                request,
            )

    def test_a_member_cannot_tell_by_overriding_the_method(self):
        for method in ('GET', 'PUT', 'DELETE', 'POST'):
            request = operations.Request(
                'POST', f'servers/ID?_method={method}', {}
            )
            self.assertEqual(
                self.answer(self.bob, request, self.unknown),
                self.answer(self.bob, request, self.hidden),
                request,
            )
        self.alice.get(f'servers/{self.hidden}')

    def test_a_manager_acts_on_every_server(self):
        self.assertEqual(
            202, self.carol.act(self.hidden, 'os-stop').status_code
        )

    def test_every_action_has_a_body_here(self):
        self.assertEqual(
            set(), set(operations.action_names()) - set(operations.ACTIONS)
        )


class TestOperationsWithoutTheFilter(Walk):
    FILTERED = DROPPED_IN = False

    def test_a_member_can_tell(self):
        self.assertGreater(len(self.differences(self.bob)), 60)

    def test_a_reader_can_tell(self):
        self.assertGreater(len(self.differences(self.dan)), 60)
