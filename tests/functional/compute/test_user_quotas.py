# SPDX-License-Identifier: Apache-2.0
"""Quota of one user inside a project, as the recipe sets it."""

import pathlib
import runpy

import fixtures
import openstack

from tests.functional.compute import cloud

RECIPE = (
    pathlib.Path(cloud.DROP_IN).parents[2]
    / 'doc/source/configuration/recipes/user-quota.py'
)
#: The user whom the recipe names; the project is that of all tests.
BOB = 'b0b' + 29 * '0'
EXCEEDED = 'Quota exceeded for instances'


class TestUserQuotas(cloud.Cloud):
    def setUp(self):
        super().setUp()
        # Nova asks Keystone, which is not there, for the project.
        self.useFixture(
            fixtures.MonkeyPatch(
                'nova.api.openstack.identity.verify_project_id',
                lambda *args: None,
            )
        )
        self.bob = self.account(BOB)
        self.boot(self.bob)
        self.boot(self.bob)

    def create(self, account):
        """Let somebody create a server; return the response."""
        return account.call(
            'POST',
            'servers',
            {
                'server': {
                    'name': 'one-more',
                    'flavorRef': '1',
                    'imageRef': cloud.IMAGE,
                    'networks': 'none',
                }
            },
            version='2.37',
        )

    def set_quota(self):
        """Run the recipe with the account of an admin."""
        connection = openstack.connect(
            auth_type='none',
            compute_endpoint_override=self.root.base_url,
        )
        connection.session.additional_headers.update(self.root.headers())
        self.addCleanup(connection.close)
        with fixtures.MonkeyPatch('openstack.connect', lambda: connection):
            runpy.run_path(str(RECIPE))

    def test_user_is_stopped_at_their_quota_and_the_colleague_goes_on(self):
        self.set_quota()
        response = self.create(self.bob)
        self.assertEqual(403, response.status_code)
        self.assertIn(EXCEEDED, response.text)
        for _ in range(3):
            response = self.create(self.alice)
            self.assertEqual(202, response.status_code, response.text)

    def test_user_without_a_quota_goes_on(self):
        response = self.create(self.bob)
        self.assertEqual(202, response.status_code, response.text)

    def test_servers_of_the_colleague_do_not_count(self):
        self.set_quota()
        self.boot(self.alice)
        server_id = self.bob.ids()[0]
        self.bob.call('DELETE', f'servers/{server_id}')
        self.wait_until_gone(server_id)
        response = self.create(self.bob)
        self.assertEqual(202, response.status_code, response.text)
