# SPDX-License-Identifier: Apache-2.0
"""Findings of cloud-security-status on Glance: a test plants each fault."""

import os
import pathlib
import shutil

import fixtures
from oslo_config import cfg
from oslo_serialization import jsonutils
from oslo_upgradecheck import upgradecheck
import sqlalchemy as sa

from cloud_security.cmd import own_process
from cloud_security.deploy import apis
from cloud_security.deploy import paste as pastes
from cloud_security.deploy import unchecked
from cloud_security.image import checks
from cloud_security.image import service
from cloud_security.policy import rules
from tests.functional.image import cloud

CONF = cfg.CONF
Code = upgradecheck.Code
FRESH = pathlib.Path(__file__).parents[2] / 'unit/api_paste/glance-28.ini'


class Status(cloud.Cloud):
    """Glance's configuration, files and database."""

    FILTERED = False

    def setUp(self):
        super().setUp()
        os.chmod(self.test_dir, 0o755)
        self.paste_file = os.path.join(self.test_dir, 'enabled-paste.ini')
        self.writes_paste(pastes.enable(FRESH.read_text(), api=apis.GLANCE))
        CONF.register_opts(checks.host_checks.OPTIONS)
        self.config(config_file=self.paste_file, group='paste_deploy')
        self.config(paste=None)
        service._enforcer.cache_clear()
        self.addCleanup(service._enforcer.cache_clear)
        # Nobody runs Glance's API here, and everybody may read the files.
        for name, found in (
            ('file_access.service_user', lambda *args: None),
            ('policy_files.closed_to_others', lambda paths: []),
        ):
            self.useFixture(
                fixtures.MonkeyPatch(f'cloud_security.deploy.{name}', found)
            )
        self.useFixture(
            fixtures.MonkeyPatch(
                'cloud_security.keystone.connect', lambda: None
            )
        )
        self.checks = checks.Checks()

    def writes_paste(self, text):
        with open(self.paste_file, 'w') as stream:
            stream.write(text)

    def changes_paste(self, old, new):
        text = pathlib.Path(self.paste_file).read_text()
        self.assertIn(old, text)
        self.writes_paste(text.replace(old, new))

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
        self.assertEqual(code, found[check][0], found)
        for word in words:
            self.assertIn(word, found[check][1])


class TestStatus(Status):
    def test_clean_installation_has_no_finding(self):
        self.assertEqual({}, self.findings())
        result = self.checks.check_roles()
        self.assertEqual(unchecked.Code.UNCHECKED, result.code)

    def test_pipeline_without_the_filter_is_named(self):
        self.changes_paste(
            'authtoken context user_isolation cache rootapp',
            'authtoken context cache rootapp',
        )
        self.assert_found(
            'Filter in api-paste.ini',
            Code.FAILURE,
            '[composite:api] keystone+caching has no filter.',
            f'Run cloud-security-manage enable for {self.paste_file}',
            "restart Glance's API",
        )

    def test_filter_behind_the_cache_is_named(self):
        self.changes_paste(
            'authtoken context user_isolation cache rootapp',
            'authtoken context cache user_isolation rootapp',
        )
        self.assert_found(
            'Filter in api-paste.ini',
            Code.FAILURE,
            '[composite:api] keystone+caching the filter is not directly '
            'before cache.',
        )

    def test_missing_api_paste_is_told(self):
        os.unlink(self.paste_file)
        self.assert_found(
            'Filter in api-paste.ini', Code.FAILURE, self.paste_file
        )

    def test_rules_that_are_not_there_are_told(self):
        os.unlink(os.path.join(self.policy_dir, apis.GLANCE.link))
        self.assert_found(
            'Policy files',
            Code.FAILURE,
            '50-cloud-security.yaml is not among the policy files',
        )

    def test_rule_that_lets_members_past_a_lost_filter_is_named(self):
        self.operator_writes({'get_image': 'role:reader'})
        found = self.findings()
        self.assertEqual(Code.FAILURE, found['Policy files'][0], found)
        self.assertIn('get_image', found['Policy files'][1])

    def test_rule_of_ours_that_cannot_be_meant_is_named(self):
        self.operator_writes({rules.ISOLATED: 'role:x or ro le'})
        found = self.findings()
        self.assertIn('Rules of cloud_security', found)

    def test_modes_that_isolate_nobody_are_told(self):
        for mode, code in (('off', Code.FAILURE), ('monitor', Code.WARNING)):
            self.config(mode=mode, group='cloud_security')
            self.assert_found('Mode', code, mode)

    def test_private_images_without_owner_are_counted(self):
        image_id = self.root.image(data=None)
        self.root.image(data=None, visibility='shared')
        self.root.image(data=None, user_id='alice')
        deleted = self.root.image(data=None)
        self.root.call('DELETE', f'images/{deleted}')
        self.assert_found(
            'Images without owner', Code.WARNING, '1 private images'
        )
        self.root.call('DELETE', f'images/{image_id}')
        self.assertEqual({}, self.findings())

    def test_database_that_does_not_answer_is_told(self):
        self.useFixture(
            fixtures.MonkeyPatch(
                'glance.db.sqlalchemy.api.get_engine',
                lambda: sa.create_engine('sqlite:////nowhere/x.db'),
            )
        )
        self.assert_found(
            'Images without owner', Code.FAILURE, 'does not answer'
        )

    def protects(self, text, **options):
        """Write a property_protection_file."""
        path = os.path.join(self.test_dir, 'protections.conf')
        pathlib.Path(path).write_text(text)
        self.config(property_protection_file=path, **options)

    def test_owner_that_not_everybody_may_read_is_told(self):
        for section, words in (
            ('', 'no section is about it'),
            ('[x_.*]\nread = @\ncreate = @', 'no section is about it'),
            ('[.*]\ncreate = @\nread = admin, member', 'admin, member'),
            ('[user]\ncreate = @\nread = !', '[user] read = !'),
            ('[^user_id$]\ncreate = @\nread =', 'write @ there'),
            ('[x]\nread = @\n[x]\nread = @', 'Glance does not start'),
            ('[*]\ncreate = @\nread = @', 'Glance does not start'),
            ('read = @', 'Glance does not start'),
        ):
            self.protects(section)
            found = self.findings()
            code, said = found["Glance's options"]
            self.assertEqual((1, Code.FAILURE), (len(found), code), found)
            self.assertIn(words, said)
            self.assertIn('property_protection_file', said)

    def test_owner_that_not_everybody_may_create_is_told(self):
        self.protects('[.*]\ncreate = admin,member\nread = @')
        self.assert_found(
            "Glance's options", Code.WARNING, '[.*] create = admin,member'
        )

    def test_owner_that_everybody_may_read_and_create_is_no_finding(self):
        for section in (
            '[^user_id$]\ncreate = @\nread = @\nupdate = !\ndelete = !',
            '[.*]\ncreate = @\nread = @\nupdate = @\ndelete = @',
        ):
            for form in ('roles', 'policies'):
                self.protects(section, property_protection_rule_format=form)
                self.assertEqual({}, self.findings())

    def test_protections_that_are_not_there_are_told(self):
        self.config(property_protection_file='/nowhere/protections.conf')
        self.assert_found(
            "Glance's options", Code.FAILURE, 'there is no such file'
        )

    def test_option_that_gives_imports_away_is_told(self):
        for name in ('user_id', 'instance_uuid'):
            self.config(
                inject={'x': 'y', name: 'z'},
                group='inject_metadata_properties',
            )
            self.assert_found(
                "Glance's options", Code.FAILURE, f'writes {name} on each'
            )

    def test_option_that_disturbs_is_told(self):
        for group, name, value in (
            (None, 'image_property_quota', 0),
            (None, 'show_multiple_locations', True),
            (None, 'allow_anonymous_access', True),
            ('keystone_authtoken', 'include_service_catalog', False),
            (None, 'allow_additional_image_properties', False),
        ):
            options = CONF[group] if group else CONF
            if name not in options:
                # Newer releases have not got it.
                continue
            before = options[name]
            self.config(group=group, **{name: value})
            self.assert_found("Glance's options", Code.WARNING, name)
            self.config(group=group, **{name: before})
        self.assertEqual({}, self.findings())

    def test_caller_who_may_list_the_cache_is_told(self):
        self.operator_writes({'cache_list': 'role:member'})
        found = self.findings()
        self.assertIn('Callers to exempt', found)
        self.assertIn('hidden images', found['Callers to exempt'][1])


class TestCommands(cloud.Cloud):
    """The commands, with files of a whole /etc/glance."""

    def setUp(self):
        super().setUp()
        folder = self.useFixture(fixtures.TempDir()).path
        os.chmod(folder, 0o755)
        self.folder = folder
        shutil.copy(FRESH, os.path.join(folder, 'glance-api-paste.ini'))
        with open(os.path.join(folder, 'glance-api.conf'), 'w') as stream:
            stream.write(
                '[database]\n'
                f'connection = sqlite:///{self.test_dir}/test.db\n'
                '[paste_deploy]\nflavor = keystone+caching\n'
            )
        self.useFixture(
            fixtures.EnvironmentVariable('OS_GLANCE_CONFIG_DIR', folder)
        )

    def run_command(self, module, *arguments):
        return own_process.run(module, list(arguments), is_captured=True)

    def test_enable_status_explain_and_disable_agree(self):
        paste = pathlib.Path(self.folder, 'glance-api-paste.ini')
        before = paste.read_text()
        image_id = self.alice.image()
        manage = 'cloud_security.cmd.manage'
        done = self.run_command(
            manage, 'enable', '--offline', '--service', 'image'
        )
        self.assertEqual(0, done.returncode, done.stderr)
        self.assertEqual(
            pastes.enable(before, api=apis.GLANCE), paste.read_text()
        )
        link = pathlib.Path(self.folder, 'policy.d', apis.GLANCE.link)
        self.assertTrue(link.is_symlink())
        done = self.run_command(
            'cloud_security.cmd.status', 'upgrade', 'check', '--service=image'
        )
        self.assertNotIn('Failure', done.stdout, done.stderr)
        self.assertIn('Filter in api-paste.ini', done.stdout)
        done = self.run_command(
            manage,
            *('explain', '--service', 'image', '-f', 'json'),
            *('--user', 'bob', '--project', cloud.PROJECT),
            *('--role', 'member', '--role', 'reader', image_id),
        )
        self.assertEqual(0, done.returncode, done.stderr)
        said = jsonutils.loads(done.stdout)
        self.assertEqual(('alice', '404'), (said['owner'], said['answer']))
        done = self.run_command(manage, 'disable', '--service', 'image')
        self.assertEqual(0, done.returncode, done.stderr)
        self.assertEqual(before, paste.read_text())
        self.assertFalse(link.is_symlink())
