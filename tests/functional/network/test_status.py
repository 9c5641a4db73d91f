# SPDX-License-Identifier: Apache-2.0
"""cloud-security-status counts what Neutron has without owner."""

from unittest import mock

from neutron_lib import context as contexts
from neutron_lib.db import api as db_api
from oslo_upgradecheck import upgradecheck

from cloud_security.network import checks
from cloud_security.network import models
from tests.functional.network import cloud


class TestStatus(cloud.Cloud):
    def check(self):
        # The fixture has configured Neutron.
        with mock.patch.object(checks.Checks, 'read_configuration'):
            found = dict(checks.Checks._upgrade_checks)['Ports without owner'](
                checks.Checks()
            )
        return found.code, found.details or ''

    def test_new_things_have_owners(self):
        self.port(self.alice)
        self.assertEqual((upgradecheck.Code.SUCCESS, ''), self.check())

    def test_things_without_owner_are_counted(self):
        self.port(self.alice)
        context = contexts.get_admin_context()
        with db_api.CONTEXT_WRITER.using(context):
            context.session.query(models.PortOwner).delete()
        code, details = self.check()
        self.assertEqual(upgradecheck.Code.WARNING, code)
        self.assertIn('1 ports', details)
        self.assertIn('network adopt', details)

    def test_database_that_does_not_answer_is_a_failure(self):
        with mock.patch(
            'cloud_security.network.holdings.without_owner',
            side_effect=OSError('gone'),
        ):
            code, details = self.check()
        self.assertEqual(upgradecheck.Code.FAILURE, code)
        self.assertIn('gone', details)
