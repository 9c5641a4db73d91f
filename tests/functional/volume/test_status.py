# SPDX-License-Identifier: Apache-2.0
"""Findings of cloud-security-status on Cinder: a test plants each fault."""

import os
import pathlib

from cinder import context as cinder_context
from cinder import policy as cinder_policy
from cinder.tests.unit import test
import fixtures
from oslo_config import cfg
from oslo_db import exception as db_exception
from oslo_serialization import jsonutils
from oslo_service import wsgi
from oslo_upgradecheck import upgradecheck
import sqlalchemy as sa

from cloud_security import opts
from cloud_security.deploy import apis
from cloud_security.deploy import paste as pastes
from cloud_security.deploy import unchecked
from cloud_security.policy import rules
from cloud_security.volume import checks
from cloud_security.volume import database
from cloud_security.volume import indexes
from cloud_security.volume.database import api as db_api
from cloud_security.volume.database import models

CONF = cfg.CONF
Code = upgradecheck.Code
FRESH = pathlib.Path(__file__).parents[2] / 'unit/api_paste/cinder-24.ini'
DROP_IN = apis.CINDER.rules[-1]


class Keystone:
    """Knows some roles."""

    def __init__(self, *roles):
        self.roles = roles

    def knows_role(self, name):
        return name in self.roles


class Status(test.TestCase):
    """Cinder's configuration, files and database, without its services."""

    def setUp(self):
        super().setUp()
        self.state = self.useFixture(fixtures.TempDir()).path
        os.chmod(self.state, 0o755)
        self.policy_dir = os.path.join(self.state, 'policy.d')
        os.mkdir(self.policy_dir)
        self.drop_in = os.path.join(self.policy_dir, apis.CINDER.link)
        os.symlink(DROP_IN, self.drop_in)
        self.paste_file = os.path.join(self.state, 'api-paste.ini')
        self.writes_paste(pastes.enable(FRESH.read_text(), api=apis.CINDER))
        wsgi.register_opts(CONF)
        opts.register(CONF)
        CONF.register_opts(checks.host_checks.OPTIONS)
        self.flags(api_paste_config=self.paste_file, paste=None)
        self.flags(mode='enforce', audit='log', group='cloud_security')
        self.flags(
            policy_dirs=[self.policy_dir],
            policy_file=os.path.join(self.state, 'policy.yaml'),
            enforce_new_defaults=True,
            group='oslo_policy',
        )
        cinder_policy.reset()
        cinder_policy.init(suppress_deprecation_warnings=True)
        self.addCleanup(cinder_policy.reset)
        # Nobody runs Cinder's API here, and everybody may read the files.
        self.useFixture(
            fixtures.MonkeyPatch(
                'cloud_security.deploy.file_access.service_user',
                lambda *args: None,
            )
        )
        self.useFixture(
            fixtures.MonkeyPatch(
                'cloud_security.deploy.policy_files.closed_to_others',
                lambda paths: [],
            )
        )
        self.asks(None)
        self.checks = checks.Checks()

    def asks(self, keystone):
        """Let the OS_ variables name a Keystone."""
        self.useFixture(
            fixtures.MonkeyPatch(
                'cloud_security.keystone.connect', lambda: keystone
            )
        )

    def writes_paste(self, text):
        with open(self.paste_file, 'w') as stream:
            stream.write(text)

    def changes_paste(self, old, new):
        text = pathlib.Path(self.paste_file).read_text()
        self.assertIn(old, text)
        self.writes_paste(text.replace(old, new))

    def operator_writes(self, found):
        """Let the operator write rules; return the file."""
        path = os.path.join(self.policy_dir, '90-operator.yaml')
        with open(path, 'w') as stream:
            stream.write(jsonutils.dumps(found))
        return path

    def findings(self):
        """Return ``{name of a check: (code, what it says)}`` of findings."""
        return {
            name: (result.code, result.details)
            for name, check in checks.Checks._upgrade_checks
            for result in [check(self.checks)]
            if result.code > Code.SUCCESS
        }

    def assert_found(self, check, code, *words):
        """Expect one finding, which names what was found."""
        found = self.findings()
        self.assertEqual([check], list(found), found)
        self.assertEqual(code, found[check][0])
        for word in words:
            self.assertIn(word, found[check][1])
        last = found[check][1].splitlines()[-1]
        self.assertTrue(last.endswith('.') or last.startswith('    '), last)


class TestFiles(Status):
    def test_clean_installation_has_no_finding(self):
        self.assertEqual({}, self.findings())

    def test_each_check_has_a_name(self):
        found = [check for _, check in checks.Checks._upgrade_checks]
        defined = {
            getattr(checks.Checks, name)
            for name in dir(checks.Checks)
            if name.startswith('check_')
        }
        self.assertEqual(defined, set(found))

    def test_pipeline_without_the_filter_is_named(self):
        self.changes_paste(
            'keystone_nolimit = request_id cors http_proxy_to_wsgi faultwrap '
            'sizelimit osprofiler authtoken keystonecontext user_isolation',
            'keystone_nolimit = request_id cors http_proxy_to_wsgi faultwrap '
            'sizelimit osprofiler authtoken keystonecontext',
        )
        self.assert_found(
            'Filter in api-paste.ini',
            Code.FAILURE,
            '[composite:openstack_volume_api_v3] keystone_nolimit has no '
            'filter.',
            f'Run cloud-security-manage enable for {self.paste_file}',
            "restart Cinder's API",
        )

    def test_filter_that_is_not_the_last_is_named(self):
        self.changes_paste(
            'keystonecontext user_isolation apiv3',
            'user_isolation keystonecontext apiv3',
        )
        self.assert_found(
            'Filter in api-paste.ini', Code.FAILURE, 'is not the last.'
        )

    def test_fresh_file_of_an_upgrade_is_told(self):
        with open(f'{self.paste_file}.rpmnew', 'w') as stream:
            stream.write('')
        self.assert_found(
            'Filter in api-paste.ini',
            Code.WARNING,
            f'{self.paste_file}.rpmnew is what an upgrade left',
        )

    def test_missing_api_paste_is_told(self):
        os.unlink(self.paste_file)
        found = self.findings()
        self.assertEqual(['Filter in api-paste.ini'], list(found))
        self.assertEqual(Code.FAILURE, found['Filter in api-paste.ini'][0])

    def test_paste_option_names_another_file(self):
        other = os.path.join(self.state, 'other.ini')
        with open(other, 'w') as stream:
            stream.write(FRESH.read_text())
        self.flags(paste=other)
        self.assert_found(
            'Filter in api-paste.ini', Code.FAILURE, other, 'has no filter'
        )

    def test_rules_that_are_not_there_are_told(self):
        os.unlink(self.drop_in)
        self.assert_found(
            'Policy files',
            Code.FAILURE,
            '50-cloud-security.yaml is not among the policy files',
        )

    def test_dangling_link_is_told(self):
        os.unlink(self.drop_in)
        os.symlink('/nowhere/50-cloud-security.yaml', self.drop_in)
        code, said = self.findings()['Policy files']
        self.assertEqual(Code.FAILURE, code)
        self.assertIn(f'{self.drop_in} leads to /nowhere', said)

    def test_broken_policy_file_is_told(self):
        for text in ('{"a: b', '- a list\n'):
            path = os.path.join(self.policy_dir, '70-broken.yaml')
            with open(path, 'w') as stream:
                stream.write(text)
            code, said = self.findings()['Policy files']
            self.assertEqual(Code.FAILURE, code)
            self.assertIn(
                f'{path} cannot be read, so every request fails', said
            )


class TestRules(Status):
    def test_rule_that_lets_members_past_a_lost_filter_is_named(self):
        path = self.operator_writes(
            {'volume:delete': 'role:member and project_id:%(project_id)s'}
        )
        self.assert_found(
            'Policy files',
            Code.FAILURE,
            f'{path}, line 1: volume:delete lets',
            'past a lost filter',
            '"volume:delete": "role:member and project_id:%(project_id)s and '
            'isolation:enforced"',
        )

    def test_base_rule_without_the_filter_is_named(self):
        path = self.operator_writes(
            {
                'xena_system_admin_or_project_reader': 'role:admin or '
                '(role:reader and project_id:%(project_id)s)'
            }
        )
        self.assert_found(
            'Policy files',
            Code.FAILURE,
            f'{path}, line 1: xena_system_admin_or_project_reader lets',
            'rules lead to it',
        )

    def test_rule_on_a_type_is_no_open_door(self):
        self.operator_writes({'volume_extension:type_get': '@'})
        self.assertEqual({}, self.findings())

    def test_misnamed_rule_of_ours_is_told(self):
        self.operator_writes({'cloud_security:exempted': 'role:x'})
        self.assert_found(
            'Policy files', Code.FAILURE, 'there is no rule', 'exempt'
        )

    def test_rule_that_exempts_members_is_told(self):
        self.operator_writes({rules.EXEMPT: 'role:member'})
        code, said = self.findings()['Rules of cloud_security']
        self.assertEqual(Code.FAILURE, code)
        self.assertIn('holds for members: nobody is isolated', said)

    def test_rule_on_user_id_without_an_owner_lets_all_in(self):
        self.operator_writes(
            {
                'volume:attachment_delete': 'user_id:%(user_id)s and '
                'rule:xena_system_admin_or_project_member'
            }
        )
        self.assert_found(
            'Rules on user_id',
            Code.FAILURE,
            'volume:attachment_delete',
            'Cinder gives the IDs of the caller',
            'Isolation gives volumes to their owners already',
        )

    def test_rule_on_user_id_with_an_owner_is_no_finding(self):
        self.operator_writes(
            {
                'volume:delete': 'user_id:%(user_id)s and '
                'rule:xena_system_admin_or_project_member'
            }
        )
        self.assertEqual({}, self.findings())

    def test_caller_whom_hidden_volumes_disturb_is_named(self):
        self.operator_writes(
            {
                'volume:failover_host': 'rule:admin_api or (role:storage and '
                'isolation:enforced)'
            }
        )
        self.assert_found(
            'Callers to exempt',
            Code.WARNING,
            'Callers with role:storage may use operations that hidden '
            'volumes disturb',
            'or role:storage"',
        )

    def test_role_that_keystone_lacks_is_named(self):
        self.asks(Keystone('manager'))
        self.assertEqual({}, self.findings())
        self.asks(Keystone('member', 'admin'))
        self.assert_found('Roles', Code.WARNING, 'the role manager, which')

    def test_keystone_that_was_not_asked_is_no_success(self):
        self.assertEqual(
            unchecked.Code.UNCHECKED, self.checks.check_roles().code
        )


class TestData(Status):
    def test_mode_that_isolates_nobody_is_told(self):
        self.flags(mode='off', group='cloud_security')
        self.assert_found('Mode', Code.FAILURE, 'mode is off', 'enforce')
        self.flags(mode='monitor', group='cloud_security')
        self.assert_found('Mode', Code.WARNING, 'mode is monitor', 'report')

    def test_cinder_that_was_not_tested_is_told(self):
        for release in ('99.0', '23.1.0', ''):
            with fixtures.MonkeyPatch(
                'cinder.version.version_string',
                lambda release=release: release,
            ):
                self.assert_found(
                    "Cinder's release", Code.WARNING, f'Cinder {release}'
                )

    def test_old_defaults_are_told(self):
        self.flags(enforce_new_defaults=False, group='oslo_policy')
        cinder_policy.reset()
        cinder_policy.init(suppress_deprecation_warnings=True)
        self.assert_found(
            'Policy defaults',
            Code.WARNING,
            'enforce_new_defaults is off: Cinder lets everybody in',
        )

    def add(self, model, **values):
        """Put a row into the database; return its ID."""
        context = cinder_context.get_admin_context()
        with db_api.main_context_manager.writer.using(context) as session:
            row = model(deleted=False, **values)
            session.add(row)
            session.flush()
            return row.id

    def test_rows_without_an_owner_are_counted(self):
        project = {'project_id': 'p', 'volume_type_id': 't'}
        mine = self.add(models.Volume, id='v1', user_id='alice', **project)
        nobodys = self.add(models.Volume, id='v2', **project)
        self.add(models.Volume, id='v3', user_id='alice', **project)
        for number, volume_id in enumerate((mine, nobodys)):
            self.add(
                models.Snapshot,
                id=f's{number}',
                volume_id=volume_id,
                **project,
            )
        self.assert_found(
            'Volumes without owner', Code.WARNING, ': 1 volumes, 1 snapshots.'
        )
        context = cinder_context.get_admin_context()
        with db_api.main_context_manager.writer.using(context) as session:
            session.execute(sa.update(models.Volume).values(user_id='alice'))
        self.assertEqual({}, self.findings())

    def test_index_is_advised_where_there_is_none(self):
        result = self.checks.check_index()
        self.assertEqual(Code.SUCCESS, result.code)
        self.assertIn(indexes.STATEMENT, result.details)
        with database.writing() as session:
            session.execute(sa.text(indexes.STATEMENT))
        result = self.checks.check_index()
        self.assertEqual((Code.SUCCESS, None), (result.code, result.details))

    def test_dead_database_is_told(self):
        def dead():
            raise db_exception.DBConnectionError(
                Exception('refused\n(Background on this error)')
            )

        with fixtures.MonkeyPatch(
            'cloud_security.volume.ownerless.counts', dead
        ):
            self.assert_found(
                'Volumes without owner',
                Code.FAILURE,
                "Cinder's database does not answer, see [database]",
            )
        with fixtures.MonkeyPatch(
            'cloud_security.volume.database.reading', dead
        ):
            result = self.checks.check_index()
        self.assertEqual(unchecked.Code.UNCHECKED, result.code)
        self.assertIn('did not name its indexes (refused', result.details)
