# SPDX-License-Identifier: Apache-2.0
"""cloud-security-status of Neutron: owners, rules, a list of plugins."""

import os
import subprocess
import sys
from unittest import mock

import fixtures
from neutron import policy
from neutron_lib import context as contexts
from neutron_lib.db import api as db_api
from oslo_config import cfg
from oslo_upgradecheck import upgradecheck
import testtools

from cloud_security.deploy import apis
from cloud_security.deploy import own_rules
from cloud_security.deploy import policy_files
from cloud_security.deploy import rule_set
from cloud_security.network import checks
from cloud_security.network import explain
from cloud_security.network import models
from cloud_security.network import viewer
from cloud_security.policy import origin
from tests.functional.network import cloud

RUN = 'from cloud_security.cmd.status import main; raise SystemExit(main())'


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


class TestRules(cloud.Cloud):
    """Rules of Neutron's own that let a caller see everything."""

    def findings(self, text):
        with open(self.own_rules, 'w') as stream:
            stream.write(text)
        policy.refresh()
        found = rule_set.RuleSet(
            viewer.RULES.read(),
            origin.Origins(origin.files(cfg.CONF)),
            api=apis.NEUTRON,
        )
        return list(own_rules.contradictions(found))

    def test_rules_as_they_are_shipped_isolate_members(self):
        self.assertEqual([], self.findings('{}'))

    def test_rule_of_neutrons_that_lets_members_see_all_is_a_failure(self):
        names = ['context_is_admin']
        if hasattr(self.alice_context(), 'has_global_access'):
            names.append('context_with_global_access')
        for name in names:
            for text in ('@', 'role:member', 'role:admin or role:member'):
                [finding] = self.findings(
                    '"cloud_security:exempt": "role:service"\n'
                    f'"{name}": "{text}"\n'
                )
                self.assertTrue(finding.is_open)
                self.assertIn(f'{name} ({self.own_rules}', finding.text)
                self.assertIn('nobody is isolated', finding.text)

    def test_rule_that_neutron_cannot_read_is_named_with_its_line(self):
        team = 32 * '1'
        for name, advice in (
            (
                'cloud_security:isolated',
                f'Write:\n    "cloud_security:isolated": "\'{team}\''
                ':%(project_id)s"',
            ),
            ('delete_port', 'Mend it.'),
        ):
            with open(self.own_rules, 'w') as stream:
                stream.write(f'"get_port": "@"\n"{name}": "tenant_id:{team}"')
            [said] = policy_files.refused_by_the_service([self.own_rules])
            self.assertTrue(
                said.startswith(
                    f'{self.own_rules}, line 2: the service cannot read {name}'
                )
            )
            self.assertTrue(said.endswith(advice), said)
        with open(self.own_rules, 'w') as stream:
            stream.write(
                f'"cloud_security:isolated": "\'{team}\':%(project_id)s"\n'
            )
        self.assertEqual(
            [], list(policy_files.refused_by_the_service([self.own_rules]))
        )

    def test_explain_knows_who_sees_all_by_neutrons_rules(self):
        port = self.port(self.alice)
        question = 'bob', cloud.PROJECT, cloud.MEMBER, port['id']
        self.assertEqual('404', explain.explain(*question).answer)
        with mock.patch.object(viewer, 'has_global_access', return_value=True):
            found = explain.explain(*question)
        self.assertEqual('as in stock Neutron', found.sees)
        self.assertEqual('as in stock Neutron', found.answer)
        self.assertEqual({'context_with_global_access': True}, found.rules)

    @staticmethod
    def alice_context():
        return contexts.Context('alice', cloud.PROJECT)


class TestCommand(testtools.TestCase):
    def test_list_that_refers_to_another_option_is_a_sentence(self):
        conf = os.path.join(self.useFixture(fixtures.TempDir()).path, 'n.conf')
        for option in ('core_plugin', 'nonsense'):
            with open(conf, 'w') as stream:
                stream.write(
                    f'[DEFAULT]\nservice_plugins = ${option},user_isolation\n'
                )
            done = subprocess.run(
                [
                    *(sys.executable, '-W', 'ignore', '-c', RUN),
                    *('upgrade', 'check', '--service', 'network'),
                    *('--config-file', conf),
                ],
                stderr=subprocess.PIPE,
                text=True,
            )
            self.assertEqual(255, done.returncode, done.stderr)
            self.assertIn('service_plugins in neutron.conf', done.stderr)
            self.assertNotIn('Traceback', done.stderr)
