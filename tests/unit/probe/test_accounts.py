# SPDX-License-Identifier: Apache-2.0
"""Accounts of a run: different users, one project, Nova's endpoint."""

import testtools

from tests.unit.probe import fake_cloud


class TestAccounts(testtools.TestCase):
    def setUp(self):
        super().setUp()
        self.cloud = self.useFixture(fake_cloud.FakeCloud())

    def test_two_accounts_of_one_user_are_an_error(self):
        for user, other in (('alice', 'owner'), ('bob', 'peer')):
            summary = self.cloud.probe('show', others=[('manager', user)])
            self.assertIn(
                f'The {other} and the manager are the same', summary.error
            )
        self.assertEqual([], self.cloud.of('alice'))

    def test_root_of_an_endpoint_has_no_version_and_project(self):
        for url, root in (
            ('http://h/v2/nova/v2.1/p', 'http://h/v2/nova'),
            ('http://h/compute/v2.1', 'http://h/compute'),
            ('http://h/v2/p/', 'http://h'),
        ):
            account = self.cloud.account('owner', 'alice')
            account.adapter.endpoint_override = url
            self.assertEqual(root, account.root)
