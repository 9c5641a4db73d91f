# SPDX-License-Identifier: Apache-2.0
"""Findings of cloud-security-status: a test plants each fault."""

import dataclasses
import io
import os
import pathlib

import fixtures
from nova.conf import CONF
from oslo_db import exception as db_exception
from oslo_upgradecheck import upgradecheck
import sqlalchemy as sa

from cloud_security.cmd import service_choice
from cloud_security.compute import checks
from cloud_security.compute import indexes
from cloud_security.deploy import apis
from cloud_security.deploy import paste as pastes
from cloud_security.deploy import unchecked
from cloud_security.policy import rules
from tests.functional.compute import cloud

Code = upgradecheck.Code


class Keystone:
    """Knows some roles."""

    def __init__(self, *roles):
        self.roles = roles

    def knows_role(self, name):
        return name in self.roles


class Status(cloud.Cloud):
    def setUp(self):
        super().setUp()
        CONF.register_opt(checks.PASTE)
        self.paste_file = CONF.wsgi.api_paste_config
        self.flags(paste=self.paste_file)
        self.checks = checks.Checks()
        self.asks(None)

    def paste(self, paste):
        return pastes.enable(paste)

    def asks(self, keystone):
        """Let the OS_ variables name a Keystone."""
        self.useFixture(
            fixtures.MonkeyPatch(
                'cloud_security.keystone.connect', lambda: keystone
            )
        )

    def writes_paste(self, change):
        """Let somebody change api-paste.ini."""
        with open(self.paste_file) as stream:
            before = stream.read()
        after = change(before)
        self.assertNotEqual(before, after)
        with open(self.paste_file, 'w') as stream:
            stream.write(after)

    def writes(self, name, text):
        """Let somebody put a file into policy.d."""
        path = os.path.join(self.policy_dir, name)
        with open(path, 'w') as stream:
            stream.write(text)
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


class TestStatus(Status):
    def test_a_clean_installation_has_no_finding(self):
        self.assertEqual({}, self.findings())
        self.boot(self.alice)
        self.assertEqual({}, self.findings())

    def test_each_check_has_a_name(self):
        found = [check for _, check in checks.Checks._upgrade_checks]
        defined = {
            getattr(checks.Checks, name)
            for name in dir(checks.Checks)
            if name.startswith('check_')
        }
        self.assertEqual(defined, set(found))

    # Neutron

    def neutron_is_here(self, text):
        """Let Neutron's API be on this host; return its neutron.conf."""
        folder = pathlib.Path(self.useFixture(fixtures.TempDir()).path)
        (folder / 'neutron.conf').write_text(f'[DEFAULT]\n{text}\n')
        (folder / 'api-paste.ini').touch()
        changed = dataclasses.replace(
            apis.NEUTRON,
            folder=str(folder),
            marks=(str(folder / 'api-paste.ini'),),
            delivered=(),
        )
        self.useFixture(
            fixtures.MonkeyPatch('cloud_security.deploy.apis.NEUTRON', changed)
        )
        return folder / 'neutron.conf'

    def shown(self):
        """Run the checks; return {name: result} of those that are shown."""
        self.useFixture(fixtures.MonkeyPatch('sys.stdout', io.StringIO()))
        self.checks.check()
        return {
            name: check(self.checks)
            for name, check in self.checks._upgrade_checks
        }

    def test_token_for_neutron_is_a_warning_where_neutron_isolates(self):
        name = 'Token for Neutron'
        self.neutron_is_here('service_plugins = router,user_isolation')
        found = self.shown()[name]
        self.assertEqual(Code.WARNING, found.code)
        self.assertIn('send_service_user_token is off', found.details)
        self.flags(send_service_user_token=True, group='service_user')
        found = self.shown()[name]
        self.assertEqual(Code.WARNING, found.code)
        self.assertIn('[service_user] auth_type is not set', found.details)
        # It needs no options.
        self.flags(auth_type='none', group='service_user')
        self.assertEqual(Code.SUCCESS, self.shown()[name].code)

    def test_token_for_neutron_is_a_note_where_neutron_does_not(self):
        for text in ('service_plugins = router', 'nonsense'):
            self.neutron_is_here(text)
            found = self.shown()['Token for Neutron']
            self.assertEqual(unchecked.Code.UNCHECKED, found.code, text)
            self.assertIn('send_service_user_token is off', found.details)

    def test_token_for_neutron_is_shown_where_nova_is_named(self):
        CONF.register_opt(service_choice.OPTION)
        # Others run the command in this process.
        self.flags(service=None)
        # This machine may have a Neutron.
        self.neutron_is_here('').unlink()
        self.assertNotIn('Token for Neutron', self.shown())
        self.flags(service='compute')
        found = self.shown()['Token for Neutron']
        self.assertEqual(unchecked.Code.UNCHECKED, found.code)

    # api-paste.ini

    def test_the_filter_is_missing_in_one_pipeline(self):
        self.writes_paste(
            lambda text: text.replace(
                'legacy_v2_compatible user_isolation', 'legacy_v2_compatible'
            )
        )
        self.assert_found(
            'Filter in api-paste.ini',
            Code.FAILURE,
            '[composite:openstack_compute_api_v21_legacy_v2_compatible] '
            'keystone has no filter.',
            f'Run cloud-security-manage enable for {self.paste_file}',
        )

    def test_the_filter_is_not_the_last(self):
        self.writes_paste(
            lambda text: text.replace(
                'keystonecontext user_isolation osapi',
                'user_isolation keystonecontext osapi',
            )
        )
        self.assert_found(
            'Filter in api-paste.ini',
            Code.FAILURE,
            'In [composite:openstack_compute_api_v21] keystone the filter is '
            'not the last.',
        )

    def test_an_upgrade_brought_a_fresh_file(self):
        self.writes_paste(lambda text: cloud.api_paste())
        self.assert_found(
            'Filter in api-paste.ini',
            Code.FAILURE,
            '[composite:openstack_compute_api_v21] keystone has no filter.',
            'an upgrade may have brought a new file',
        )

    def test_an_upgrade_left_its_file_beside_ours(self):
        with open(f'{self.paste_file}.rpmnew', 'w') as stream:
            stream.write(cloud.api_paste())
        self.assert_found(
            'Filter in api-paste.ini',
            Code.WARNING,
            f'{self.paste_file}.rpmnew is what an upgrade left',
        )

    def test_there_is_no_file(self):
        os.unlink(self.paste_file)
        self.assert_found(
            'Filter in api-paste.ini',
            Code.FAILURE,
            f'There is no {self.paste_file}',
            '--paste',
        )

    def test_the_file_is_not_understood(self):
        self.writes_paste(lambda text: '[app:x]\nkey = value\n')
        self.assert_found(
            'Filter in api-paste.ini', Code.FAILURE, 'is not understood'
        )

    def test_the_file_is_no_ordinary_file(self):
        os.unlink(self.paste_file)
        os.mkfifo(self.paste_file)
        self.assert_found(
            'Filter in api-paste.ini', Code.FAILURE, 'is no ordinary file'
        )

    def test_a_file_that_paste_deploy_reads_otherwise_fails(self):
        ours = f'paste.filter_factory = {pastes.FACTORY}'
        router = f'paste.app_factory = {pastes.ROUTER}'
        tail = 'user_isolation osapi_compute_app_v21'
        with open(self.paste_file) as stream:
            before = stream.read()
        for words, *changes in (
            # An entry point of another package is the filter.
            (
                'enable cannot mend',
                (ours, f'{ours}\nuse = egg:other#filter'),
            ),
            # What the pipeline refers to has not got it.
            (
                'has no filter',
                (tail, '%(tail)s'),
                ('[composite:', '[DEFAULT]\ntail = osapi_compute_app_v21\n'),
            ),
            ('puts sizelimit', (router, f'{router}\nfilter-with = sizelimit')),
            ('another file', ('/v2.1/+: ', '/v2.1/+: config:own.ini#')),
            ('has mode: move', (ours, f'{ours}\nmode = monitor')),
        ):
            text = before
            for old, new in changes:
                self.assertIn(old, text)
                if old == '[composite:':
                    new = f'{new}\n{old}'
                    text = text.replace(old, new, 1)
                else:
                    text = text.replace(old, new)
            with open(self.paste_file, 'w') as stream:
                stream.write(text)
            self.assert_found(
                'Filter in api-paste.ini',
                Code.FAILURE,
                words,
                self.paste_file,
            )

    def test_another_file_is_read_by_nova_api_of_old(self):
        other = os.path.join(self.policy_dir, '..', 'other.ini')
        with open(other, 'w') as stream:
            stream.write(cloud.api_paste())
        self.flags(paste=other)
        self.writes_paste(lambda text: cloud.api_paste())
        self.assertIn(
            f'[wsgi] api_paste_config is {self.paste_file}',
            self.findings()['Filter in api-paste.ini'][1],
        )

    def test_the_file_is_the_one_that_the_environment_names(self):
        self.flags(paste=None)
        folder = os.path.dirname(self.paste_file)
        name = os.path.basename(self.paste_file)
        for variables in (
            {'OS_NOVA_CONFIG_DIR': folder},
            {'OS_NOVA_CONFIG_DIR': folder, 'OS_NOVA_CONFIG_FILES': name},
            {'OS_NOVA_CONFIG_FILES': f'{self.paste_file};nova.conf'},
        ):
            for variable, value in variables.items():
                self.useFixture(fixtures.EnvironmentVariable(variable, value))
            self.assertEqual({}, self.findings())

    # Policy files

    def test_an_rpmnew_lies_in_policy_d(self):
        path = self.writes(
            '50-cloud-security.yaml.rpmnew',
            '"project_member_api": "role:member"\n',
        )
        self.assert_found(
            'Policy files',
            Code.FAILURE,
            f'{path} is read, and wins over files before it: move it out',
        )

    def test_a_backup_lies_in_policy_d(self):
        for name in (
            '90-own.yaml~',
            '90-own.yaml.BAK',
            '90-own.yaml.1',
            '#90-own.yaml#',
            '50-cloud-security.yaml.20261124',
            'x.rpmsave',
        ):
            path = self.writes(name, '{}')
            self.assert_found('Policy files', Code.FAILURE, f'{path} is read')
            os.unlink(path)

    def test_hidden_files_and_folders_are_not_read(self):
        self.writes('.90-own.yaml.swp', 'nonsense')
        os.mkdir(os.path.join(self.policy_dir, 'backup.bak'))
        self.assertEqual({}, self.findings())

    def test_the_link_leads_nowhere(self):
        link = os.path.join(self.policy_dir, '50-cloud-security.yaml')
        os.unlink(link)
        os.symlink('/etc/cloud-security/policy.yaml', link)
        self.assertEqual(500, self.bob.call('GET', 'servers').status_code)
        found = self.findings()
        code, text = found['Policy files']
        self.assertEqual(Code.FAILURE, code)
        self.assertIn(f'{link} leads to /etc/cloud-security/policy.yaml', text)
        self.assertIn('every request fails', text)
        for name in ('Rules of cloud_security', 'Rules on user_id', 'Roles'):
            self.assertEqual(Code.FAILURE, found[name][0])

    def test_a_later_file_drops_the_filter_from_a_base_rule(self):
        member = 'role:member and project_id:%(project_id)s'
        self.operator_writes({'project_member_api': member})
        self.assert_found(
            'Policy files',
            Code.FAILURE,
            f'{self.policy_dir}/90-operator.yaml',
            'project_member_api',
            f'    "project_member_api": "{member} and isolation:enforced"',
        )
        self.operator_writes(
            {'project_member_api': f'{member} and isolation:enforced'}
        )
        self.assertEqual({}, self.findings())

    def test_a_policy_file_is_broken(self):
        for text in ('{"a: b', '- a list\n', '\t'):
            path = self.writes('70-broken.yaml', text)
            found = self.findings()
            self.assertEqual(Code.FAILURE, found['Policy files'][0])
            self.assertIn(
                f'{path} cannot be read, so every request fails',
                found['Policy files'][1],
            )

    # Rules

    def test_a_rule_on_user_id_locks_owners_out(self):
        self.operator_writes(
            {
                'os_compute_api:servers:show': 'rule:own and '
                'rule:project_reader_or_admin',
                'own': 'user_id:%(user_id)s',
            }
        )
        self.assertEqual(
            403,
            self.alice.call(
                'GET', f'servers/{self.boot(self.alice, state=None)}'
            ).status_code,
        )
        self.assert_found(
            'Rules on user_id',
            Code.FAILURE,
            'os_compute_api:servers:show',
            'locks owners out',
        )

    # Nova, its options and its data

    def test_the_mode_is_off_or_monitor(self):
        self.flags(mode='off', group='cloud_security')
        self.assert_found('Mode', Code.FAILURE, 'mode is off', 'enforce')
        self.flags(mode='monitor', group='cloud_security')
        self.assert_found('Mode', Code.WARNING, 'mode is monitor', 'report')

    def test_this_nova_was_not_tested(self):
        self.useFixture(
            fixtures.MonkeyPatch('nova.version.version_string', lambda: '99.0')
        )
        self.assert_found("Nova's release", Code.WARNING, 'Nova 99.0')

    def test_the_defaults_are_the_old_ones(self):
        self.flags(enforce_new_defaults=False, group='oslo_policy')
        self.assert_found(
            'Policy defaults', Code.WARNING, 'enforce_new_defaults is off'
        )

    def test_servers_have_no_owner(self):
        alices_server = self.boot(self.alice)
        cloud.map_server(alices_server, user_id=None)
        self.assert_found(
            'Servers without owner',
            Code.WARNING,
            '1 servers have no owner',
            'nova-manage db online_data_migrations',
        )

    def test_the_api_database_is_dead(self):
        def dead(statement):
            raise db_exception.DBConnectionError(
                Exception('refused\n(Background on this error)')
            )

        self.useFixture(
            fixtures.MonkeyPatch(
                'cloud_security.compute.ownership._rows', dead
            )
        )
        self.assert_found(
            'Servers without owner',
            Code.FAILURE,
            "Nova's API database does not answer, see [api_database]",
        )

    def test_an_index_is_recommended_until_it_is_there(self):
        result = self.checks.check_index()
        self.assertEqual(Code.SUCCESS, result.code)
        self.assertIn(f'cell1: {indexes.STATEMENT};', result.details)
        self.assertNotIn('cell0', result.details)
        with self.cell_engine().begin() as connection:
            connection.execute(sa.text(indexes.STATEMENT))
        result = self.checks.check_index()
        self.assertEqual((Code.SUCCESS, None), (result.code, result.details))

    def test_the_cells_do_not_answer(self):
        def dead(context, cell):
            raise db_exception.DBConnectionError()

        self.useFixture(
            fixtures.MonkeyPatch(
                'cloud_security.compute.indexes._has_index', dead
            )
        )
        self.assert_found(
            'Index for lists',
            Code.WARNING,
            'The database of the cell cell1 does not answer',
            'nova-manage cell_v2 list_cells',
        )

    def test_check_that_asked_nobody_is_no_success(self):
        self.asks(None)
        with fixtures.MonkeyPatch(
            'nova.objects.CellMappingList.get_all', self.dies
        ):
            results = [self.checks.check_roles(), self.checks.check_index()]
        for result, words in zip(results, ('OS_ variables', 'api_database')):
            self.assertNotIn(result.code, list(Code))
            self.assertIn(words, result.details)
        self.assertEqual(
            Code.SUCCESS, max(Code.SUCCESS, *(one.code for one in results))
        )

    def dies(self, *args):
        raise db_exception.DBConnectionError(Exception('refused'))

    def test_the_role_that_the_rules_name_is_missing(self):
        self.asks(Keystone('manager'))
        self.assertEqual({}, self.findings())
        self.asks(Keystone('member', 'admin'))
        self.assert_found('Roles', Code.WARNING, 'the role manager, which')
        self.operator_writes({rules.SEE_PROJECT: 'role:Lead'})
        self.asks(Keystone('manager', 'lead'))
        self.assertNotIn('Roles', self.findings())

    # The table

    def test_a_rule_stands_on_one_line_of_the_table(self):
        rule = 'role:helpdesk and project_id:%(project_id)s'
        self.operator_writes({'os_compute_api:servers:delete': rule})
        result = self.checks.check_policy_files()
        shown = self.checks._get_details(result).splitlines()
        self.assertIn(
            '    "os_compute_api:servers:delete": '
            f'"{rule} and isolation:enforced"',
            shown,
        )
        self.assertLessEqual(len(shown[0]), 60)
