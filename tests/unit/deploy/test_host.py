# SPDX-License-Identifier: Apache-2.0
"""Switching on and off: files, links, and what stands in the way."""

import errno
import json
import os
import pathlib
import shutil
import socket
import stat

import fixtures
import testtools
import yaml

from cloud_security.deploy import apis
from cloud_security.deploy import file_changes
from cloud_security.deploy import host
from cloud_security.deploy import paste
from cloud_security.deploy import rule_files
from tests.unit.deploy.checkout import FOLDER
from tests.unit.deploy.checkout import RULES

FRESH = pathlib.Path(__file__).parents[1] / 'api_paste' / 'nova-32.ini'
PACKAGED = apis.NOVA.packaged


class TestHost(testtools.TestCase):
    def setUp(self):
        super().setUp()
        self.etc = pathlib.Path(self.useFixture(fixtures.TempDir()).path)
        self.paste = self.etc / 'api-paste.ini'
        shutil.copyfile(FRESH, self.paste)
        self.link = self.etc / 'policy.d' / host.LINK
        self.host = host.Host(str(self.paste))
        self.rules_are(RULES)

    def rules_are(self, *paths):
        self.useFixture(
            fixtures.MonkeyPatch('cloud_security.deploy.apis.Api.rules', paths)
        )

    def test_folder_of_policies_that_leads_out_of_an_image_is_refused(self):
        outside = pathlib.Path(self.useFixture(fixtures.TempDir()).path)
        root = pathlib.Path(self.useFixture(fixtures.TempDir()).path)
        nova = root / 'etc/nova'
        nova.mkdir(parents=True)
        shutil.copyfile(FRESH, nova / 'api-paste.ini')
        rules = root / PACKAGED[1:]
        rules.parent.mkdir()
        shutil.copyfile(RULES, rules)
        self.rules_are(PACKAGED)
        (nova / 'policy.d').symlink_to(outside)
        (outside / host.LINK).symlink_to(PACKAGED)
        image = host.Host('/etc/nova/api-paste.ini', root=str(root))
        for steps in (
            image.enabling,
            image.linking_the_rules,
            image.disabling,
        ):
            error = self.assertRaises(file_changes.Refused, steps)
            self.assertIn('leads out of', str(error))
        (nova / 'policy.d').unlink()
        (nova / 'policies').mkdir()
        (nova / 'policy.d').symlink_to('policies')
        self.assertEqual(2, len(image.enabling()))

    def test_relative_path_in_an_image_is_refused(self):
        image = host.Host('api-paste.ini', root=str(self.etc))
        error = self.assertRaises(file_changes.Refused, image.enabling)
        self.assertIn('with --root, name paths from the root', str(error))

    def test_path_that_is_no_file_asks_for_no_root_account(self):
        loop = self.etc / 'loop'
        loop.symlink_to(loop)
        for path in (self.etc, loop, self.paste / 'x'):
            error = self.assertRaises(
                file_changes.Refused, file_changes.read, str(path)
            )
            self.assertNotIn('as root', str(error))
            self.assertIn('name the ', str(error))

    def enable(self):
        file_changes.carry_out(self.host.enabling())

    def disable(self):
        file_changes.carry_out(self.host.disabling())

    def files(self):
        """Return ``{path: content or target of a link}``."""
        return {
            str(path.relative_to(self.etc)): (
                os.readlink(path)
                if path.is_symlink()
                else path.read_text(errors='replace')
            )
            for path in self.etc.rglob('*')
            if path.is_symlink() or path.is_file()
        }

    def assert_refused(self, why, *steps):
        before = self.files()
        for name in steps or ('enabling', 'disabling'):
            error = self.assertRaises(
                file_changes.Refused, getattr(self.host, name)
            )
            self.assertIn(why, str(error))
            self.assertTrue(str(error).endswith('.'), error)
        self.assertEqual(before, self.files())

    def test_enable_changes_the_file_and_links_the_rules(self):
        self.enable()
        self.assertEqual(
            {
                'api-paste.ini': paste.enable(FRESH.read_text()),
                'api-paste.ini.before-cloud-security': FRESH.read_text(),
                f'policy.d/{host.LINK}': RULES,
            },
            self.files(),
        )
        self.assertTrue(self.link.read_text().startswith('# cloud_security'))

    def test_the_second_time_there_is_nothing_to_do(self):
        self.enable()
        before = self.files()
        self.assertEqual([], self.host.enabling())
        self.enable()
        self.assertEqual(before, self.files())

    def test_disable_gives_back_the_same_bytes_and_removes_the_link(self):
        self.enable()
        self.disable()
        self.assertEqual(FRESH.read_bytes(), self.paste.read_bytes())
        self.assertFalse(os.path.lexists(self.link))
        self.assertEqual([], self.host.disabling())

    def test_disable_removes_the_link_before_the_filter(self):
        self.enable()
        kinds = [type(step) for step in self.host.disabling()]
        self.assertEqual([file_changes.Unlink, file_changes.Edit], kinds)

    def test_mode_and_owner_are_kept_and_the_file_is_another(self):
        os.chmod(self.paste, 0o640)
        owner = (1234, 2345) if os.getuid() == 0 else (-1, -1)
        os.chown(self.paste, *owner)
        before = self.paste.stat()
        self.enable()
        for path in (self.paste, f'{self.paste}{file_changes.BACKUP}'):
            after = os.stat(path)
            self.assertNotEqual(before.st_ino, after.st_ino)
            self.assertEqual(0o640, stat.S_IMODE(after.st_mode))
            self.assertEqual(before.st_uid, after.st_uid)
            self.assertEqual(before.st_gid, after.st_gid)

    def test_what_is_shown_is_a_diff_and_a_link(self):
        edit, link = self.host.enabling()
        self.assertIn(f'--- {self.paste}\n+++ {self.paste}\n', edit.shown())
        added = [
            line
            for line in edit.shown().splitlines()
            if line.startswith('+') and 'user_isolation' in line
        ]
        self.assertEqual(3, len(added))
        self.assertEqual(f'+{self.link} -> {RULES}\n', link.shown())
        self.assertEqual({'api-paste.ini'}, set(self.files()))
        self.enable()
        unlink, edit = self.host.disabling()
        self.assertEqual(f'-{self.link} -> {RULES}\n', unlink.shown())

    def test_a_write_that_fails_leaves_the_old_file_and_no_other(self):
        before = self.files()
        edit = self.host.enabling()[0]
        self.useFixture(
            fixtures.MonkeyPatch(
                'os.replace', lambda *args: os.stat('/no such file')
            )
        )
        error = self.assertRaises(file_changes.Refused, edit.do)
        self.assertIn('cannot be written (No such file', str(error))
        self.assertEqual(before, self.files())

    def test_a_file_that_changes_meanwhile_is_left_alone(self):
        edit = self.host.enabling()[0]
        self.paste.write_text('somebody wrote this')
        error = self.assertRaises(file_changes.Refused, edit.do)
        self.assertIn('changed by somebody else', str(error))
        self.assertEqual('somebody wrote this', self.paste.read_text())

    def test_a_missing_file_is_one_sentence_with_what_to_do(self):
        self.paste.unlink()
        self.assert_refused(f'There is no {self.paste}: run this on a host')

    def test_a_folder_instead_of_a_file_is_refused(self):
        self.paste.unlink()
        self.paste.mkdir()
        self.assert_refused('cannot be read (Is a directory)')

    def test_a_file_that_is_no_text_is_refused(self):
        self.paste.write_bytes(b'\xff\xfe')
        error = self.assertRaises(file_changes.Refused, self.host.enabling)
        self.assertIn('is no text', str(error))

    def test_a_link_to_a_file_that_has_the_filter_is_as_good(self):
        self.enable()
        self.paste.rename(self.etc / 'real.ini')
        self.paste.symlink_to('real.ini')
        self.assertEqual([], self.host.enabling())
        self.assert_refused('is a link: name the file', 'disabling')

    def test_a_file_that_is_a_link_is_refused(self):
        self.paste.rename(self.etc / 'real.ini')
        self.paste.symlink_to('real.ini')
        self.assert_refused('is a link: name the file itself', 'enabling')

    def test_a_file_that_is_not_understood_is_refused(self):
        self.paste.write_text('[app:x]\nkey = value\n')
        self.assert_refused('edit it by hand')

    def test_a_foreign_file_in_policy_d_is_refused(self):
        self.link.parent.mkdir()
        self.link.write_text('{}')
        self.assert_refused('is not the link that cloud-sec', 'enabling')

    def test_a_file_in_the_place_of_policy_d_is_refused(self):
        folder = self.etc / 'policy.d'
        for make in (folder.touch, lambda: folder.symlink_to('nowhere')):
            make()
            self.assert_refused('is no directory', 'enabling')
            folder.unlink()

    def test_a_foreign_link_in_policy_d_is_refused(self):
        self.link.parent.mkdir()
        self.link.symlink_to('/etc/hostname')
        self.assert_refused('is not the link that cloud-sec', 'enabling')

    def test_other_files_in_policy_d_stay(self):
        self.link.parent.mkdir()
        own = self.link.parent / '90-own.yaml'
        own.write_text('{}')
        self.enable()
        self.disable()
        self.assertEqual('{}', own.read_text())

    def test_nova_can_read_the_folder_whatever_the_umask(self):
        before = os.umask(0o077)
        self.addCleanup(os.umask, before)
        self.enable()
        mode = stat.S_IMODE(self.link.parent.stat().st_mode)
        self.assertEqual(0o755, mode)

    def test_a_dangling_link_of_ours_is_made_again(self):
        self.link.parent.mkdir()
        gone = '/opt/python3.9/share/cloud_security/policy.d/'
        self.link.symlink_to(gone + host.LINK)
        kinds = [type(step) for step in self.host.enabling()]
        self.assertEqual(
            [file_changes.Edit, file_changes.Unlink, file_changes.Link], kinds
        )
        self.enable()
        self.assertEqual(RULES, os.readlink(self.link))

    def test_a_link_to_what_pip_installed_is_made_again_with_a_package(self):
        self.enable()
        packaged = self.etc / PACKAGED.lstrip('/')
        packaged.parent.mkdir(parents=True)
        packaged.write_text('{}')
        self.rules_are(str(packaged), RULES)
        kinds = [type(step) for step in self.host.enabling()]
        self.assertEqual([file_changes.Unlink, file_changes.Link], kinds)
        self.enable()
        self.assertEqual(str(packaged), os.readlink(self.link))
        self.assertEqual([], self.host.enabling())

    def test_a_dangling_link_of_ours_is_removed(self):
        self.link.parent.mkdir()
        self.link.symlink_to('/etc/cloud-security/policy.yaml')
        self.disable()
        self.assertFalse(os.path.lexists(self.link))

    # Rules that others deliver

    def deliver(self, text, name=host.LINK):
        """Let a configuration management write rules; return the file."""
        self.link.parent.mkdir(exist_ok=True)
        path = self.link.parent / name
        path.write_text(text)
        return path

    def rules(self, **changed):
        """Return the rules that come with cloud_security, with changes."""
        return {**rule_files.rules_in(RULES), **changed}

    def test_delivered_rules_are_as_good_as_the_link(self):
        own = 'role:member and isolation:enforced and project_id:x'
        for_nova_31 = self.rules()
        del for_nova_31['project_manager_api']
        for text in (
            json.dumps(for_nova_31),
            json.dumps(self.rules(project_manager_api='role:admin')),
            pathlib.Path(RULES).read_text(),
            yaml.safe_dump(self.rules()),
            json.dumps(self.rules(), indent=4),
            json.dumps(self.rules(project_member_api=own)),
            json.dumps(self.rules(**{'own:rule': '@'})),
            json.dumps(
                self.rules(
                    admin_or_owner='is_admin:True or (isolation:enforced  '
                    'and project_id:%(project_id)s)'
                )
            ),
        ):
            path = self.deliver(text)
            self.enable()
            self.assertEqual(
                {'api-paste.ini', f'api-paste.ini{file_changes.BACKUP}'},
                set(self.files()) - {f'policy.d/{host.LINK}'},
            )
            self.assertEqual([], self.host.enabling())
            self.disable()
            self.assertEqual(text, path.read_text())
            self.assertEqual(FRESH.read_bytes(), self.paste.read_bytes())
            [asking] = self.host.still_asking()
            self.assertEqual(str(path), asking)

    def test_delivered_rules_may_have_another_name(self):
        self.deliver(pathlib.Path(RULES).read_text(), '60-isolation.yaml')
        self.assertEqual([], self.host.linking_the_rules())

    def test_delivered_rules_may_be_in_policy_yaml(self):
        for folder, option in (('', ''), ('own', 'policy_file = own/p.yaml')):
            path = self.etc / folder / ('p.yaml' if folder else 'policy.yaml')
            path.parent.mkdir(exist_ok=True)
            shutil.copyfile(RULES, path)
            (self.etc / 'nova.conf').write_text(f'[oslo_policy]\n{option}\n')
            self.assertEqual([], self.host.linking_the_rules())
            self.assertEqual([str(path)], list(self.host.still_asking()))
            path.unlink()
            self.assertEqual(1, len(self.host.linking_the_rules()))

    def test_a_link_in_another_folder_of_nova_is_found(self):
        other = self.etc / 'other'
        (self.etc / 'nova.conf').write_text(
            f'[oslo_policy]\npolicy_dirs = policy.d\npolicy_dirs = {other}\n'
        )
        self.assertEqual(str(self.link), self.host.link_path)
        other.mkdir()
        (other / host.LINK).symlink_to(RULES)
        self.assertEqual([], self.host.linking_the_rules())
        self.disable()
        self.assertEqual([], os.listdir(other))

    def test_rules_of_a_config_map_are_as_good_as_the_link(self):
        data = self.etc / 'policy.d' / '..2026_11_28'
        data.mkdir(parents=True)
        shutil.copyfile(RULES, data / host.LINK)
        (data.parent / '..data').symlink_to(data.name)
        self.link.symlink_to(f'..data/{host.LINK}')
        self.enable()
        self.assertEqual([], self.host.enabling())
        self.disable()
        self.assertEqual(f'..data/{host.LINK}', os.readlink(self.link))
        self.assertIn(str(self.link), self.host.still_asking())

    def test_delivered_rules_that_lack_something_are_refused(self):
        member = 'project_member_api'
        project = 'project_id:%(project_id)s'
        without = self.rules()
        del without[member]
        for rules, phrase in (
            (without, f'{member} is missing'),
            (
                self.rules(**{member: project}),
                f'{self.link} has {member} without isolation:enforced',
            ),
            (
                self.rules(**{member: f'{project} or isolation:enforced'}),
                f'behind "or" ({project} or isolation:enforced)',
            ),
            (
                self.rules(**{member: 'not isolation:enforced'}),
                f'has {member} without',
            ),
            (
                self.rules(**{member: 'rule:own', 'own': 'role:member'}),
                f'has {member} without',
            ),
            (self.rules(**{member: True}), f'has no rule for {member}'),
            (['a list'], 'holds no rules'),
            ({}, 'none of its rules is there'),
        ):
            self.deliver(json.dumps(rules))
            self.assert_refused(phrase, 'enabling')

    def test_a_later_file_that_opens_a_rule_is_named(self):
        self.deliver(pathlib.Path(RULES).read_text())
        path = self.deliver('{"project_member_api": "@"}', '90-own.yaml')
        self.assert_refused(f'{path} has project_member_api', 'enabling')

    def test_a_fifo_among_the_rules_is_refused(self):
        self.link.parent.mkdir()
        os.mkfifo(self.link)
        self.assert_refused('is no ordinary file', 'enabling')
        self.assertEqual({}, self.host.still_asking())

    def test_own_rules_that_ask_for_the_filter_are_named(self):
        path = self.deliver(
            '"own": "isolation:enforced and role:x"\n"other": "@"\n',
            '90-own.yaml',
        )
        self.deliver('# isolation:enforced\n"other": "@"\n', '91-own.yaml')
        beside = self.etc / 'policy.yaml'
        beside.write_text('"more": "isolation:enforced"\n')
        self.enable()
        self.assertEqual(
            {str(beside): ['more'], str(path): ['own']},
            self.host.still_asking(),
        )

    # Where nova.conf says that the rules are

    def test_the_folder_is_the_one_that_nova_conf_names(self):
        other = self.etc / 'other'
        for value in (other, 'other'):
            (self.etc / 'nova.conf').write_text(
                f'[oslo_policy]\npolicy_dirs = {value}\n'
            )
            self.assertEqual(
                str(other / host.LINK), self.host.link_path, value
            )
        self.host.policy_dir = str(self.etc / 'policy.d')
        for path in ('linking_the_rules', 'enabling', 'disabling'):
            self.assert_refused(
                f'[oslo_policy] policy_dirs in {self.etc}/nova.conf names '
                f'{other}',
                path,
            )
        self.host.policy_dir = str(other)
        self.assertEqual(str(other / host.LINK), self.host.link_path)

    def test_the_folder_is_the_one_that_other_configuration_names(self):
        folder = self.etc / 'nova.conf.d'
        folder.mkdir()
        own = folder / '10-own.conf'
        own.write_text('[oslo_policy]\npolicy_dirs = /srv/policy.d\n')
        for found in (
            self.host,
            host.Host(str(self.paste), config_files=(str(own),)),
            host.Host(str(self.paste), config_dirs=(str(folder),)),
        ):
            self.assertEqual(f'/srv/policy.d/{host.LINK}', found.link_path)

    def test_links_in_all_folders_are_removed(self):
        # nova.conf named one folder, then another one, then none.
        first, second = self.etc / 'first', self.etc / 'second'
        for folder in (first, second, self.link.parent):
            folder.mkdir()
            (folder / host.LINK).symlink_to(RULES)
        (self.etc / 'nova.conf').write_text(
            f'[oslo_policy]\npolicy_dirs = {first}\npolicy_dirs = {second}\n'
        )
        self.disable()
        for folder in (first, second, self.link.parent):
            self.assertEqual([], os.listdir(folder))

    def test_a_nova_conf_that_is_none_is_refused(self):
        (self.etc / 'nova.conf').write_text('nonsense')
        self.assert_refused(f'{self.etc}/nova.conf cannot be read')
        (self.etc / 'nova.conf').write_bytes(b'[DEFAULT]\n# \xff\n')
        self.assert_refused(f'{self.etc}/nova.conf cannot be read')

    def test_a_nova_conf_that_would_wait_is_refused(self):
        os.mkfifo(self.etc / 'nova.fifo')
        self.host.config_files = (str(self.etc / 'nova.fifo'),)
        self.assert_refused(f'{self.etc}/nova.fifo is no ordinary file: name')

    def test_a_folder_by_an_option_of_novas_is_refused(self):
        (self.etc / 'nova.conf').write_text(
            '[oslo_policy]\npolicy_dirs = $state_path/policy.d\n'
        )
        self.assert_refused(
            f'policy_dirs or another path in {self.etc}/nova.conf refers to '
            'an option that this command does not know: write the path there.'
        )

    # Files that cannot be changed

    def assert_nothing_is_left(self, why, *wrong):
        """Expect that neither step can be done, and leaves no file."""
        before = self.files()
        replace = os.replace

        def failing(source, target):
            if str(target) == str(self.paste):
                raise OSError(*wrong)
            replace(source, target)

        with fixtures.MonkeyPatch('os.replace', failing):
            for steps in (self.host.enabling, self.host.disabling):
                planned = steps()
                if planned:
                    error = self.assertRaises(
                        file_changes.Refused, file_changes.carry_out, planned
                    )
                    self.assertIn(why, str(error))
                self.assertEqual(before, self.files())

    def test_a_file_that_is_mounted_leaves_nothing_behind(self):
        for why, number in (
            ('it is mounted by itself', errno.EBUSY),
            ('mounted read-only', errno.EROFS),
            ('run this as root', errno.EACCES),
            ('make room', errno.ENOSPC),
        ):
            self.assert_nothing_is_left(why, number, os.strerror(number))
        self.enable()
        for why, number in (
            ('it is mounted by itself', errno.EBUSY),
            ('mounted read-only', errno.EROFS),
        ):
            self.assert_nothing_is_left(why, number, os.strerror(number))

    def test_a_backup_of_before_is_kept_when_the_edit_fails(self):
        backup = pathlib.Path(f'{self.paste}{file_changes.BACKUP}')
        backup.write_text('of before')
        self.assert_nothing_is_left('mounted', errno.EBUSY, 'Busy')
        self.assertEqual('of before', backup.read_text())

    def test_a_backup_that_cannot_be_written_undoes_the_edit(self):
        (self.etc / f'api-paste.ini{file_changes.BACKUP}').mkdir()
        before = self.files()
        self.assertRaises(file_changes.Refused, self.enable)
        self.assertEqual(before, self.files())

    def test_an_interrupted_edit_leaves_nothing_behind(self):
        before = self.files()
        self.useFixture(
            fixtures.MockPatch('os.replace', side_effect=KeyboardInterrupt)
        )
        self.assertRaises(KeyboardInterrupt, self.enable)
        self.assertEqual(before, self.files())

    def test_a_link_that_cannot_be_made_undoes_the_edit(self):
        before = self.files()
        steps = self.host.enabling()
        self.useFixture(
            fixtures.MockPatch(
                'os.symlink', side_effect=OSError(errno.EROFS, 'Read-only')
            )
        )
        self.assertRaises(file_changes.Refused, file_changes.carry_out, steps)
        self.assertEqual(before, self.files())
        self.assertFalse(os.path.lexists(self.link.parent))

    # What is kept

    def test_what_is_kept_never_has_the_filter(self):
        backup = pathlib.Path(f'{self.paste}{file_changes.BACKUP}')
        self.enable()
        self.assertEqual(FRESH.read_text(), backup.read_text())
        self.disable()
        self.assertEqual(FRESH.read_text(), backup.read_text())
        # One pipeline has it, an upgrade took it out of the other.
        text = paste.enable(FRESH.read_text())
        self.paste.write_text(text.replace(' user_isolation', '', 1))
        self.enable()
        self.assertEqual(text, self.paste.read_text())
        self.assertEqual(FRESH.read_text(), backup.read_text())

    # What is no file

    def test_what_is_no_ordinary_file_is_refused_at_once(self):
        self.paste.unlink()
        os.mkfifo(self.paste)
        self.assert_refused('is no ordinary file')
        self.paste.unlink()
        for path in ('/dev/zero', '/dev/null', '/dev/stdin'):
            self.host.paste = path
            self.assert_refused('is ')
        self.host.paste = str(self.paste)
        with socket.socket(socket.AF_UNIX) as listening:
            listening.bind(str(self.paste))
            self.assert_refused('cannot be read')

    def test_a_file_that_is_too_large_is_refused(self):
        with open(self.paste, 'a') as stream:
            stream.write('#' * file_changes.LARGEST)
        self.assert_refused('is larger than')

    def test_without_the_rules_nothing_is_done(self):
        self.rules_are('/nowhere/policy.yaml')
        self.assert_refused('install cloud_security again', 'enabling')

    def test_the_rules_of_a_package_come_first(self):
        self.assertEqual('/etc/cloud-security/policy.yaml', PACKAGED)
        self.rules_are('/nowhere/policy.yaml', RULES)
        self.enable()
        self.assertEqual(RULES, os.readlink(self.link))


class TestRoot(testtools.TestCase):
    """The files of an image, where nothing of this host may be meant."""

    def setUp(self):
        super().setUp()
        self.root = pathlib.Path(self.useFixture(fixtures.TempDir()).path)
        etc = self.root / 'etc'
        (etc / 'nova').mkdir(parents=True)
        (etc / 'cloud-security').mkdir()
        (etc / 'cloud-security' / 'policy.yaml').write_text('{}')
        shutil.copyfile(FRESH, etc / 'nova' / 'api-paste.ini')
        self.host = host.Host(root=str(self.root))

    def test_paths_are_those_of_the_image(self):
        for step in self.host.enabling():
            step.do()
        link = self.root / 'etc/nova/policy.d' / host.LINK
        self.assertEqual('/etc/cloud-security/policy.yaml', os.readlink(link))
        self.assertIn(
            paste.NAME, (self.root / 'etc/nova/api-paste.ini').read_text()
        )
        self.assertEqual([], self.host.enabling())
        for step in self.host.disabling():
            step.do()
        self.assertEqual(
            FRESH.read_bytes(),
            (self.root / 'etc/nova/api-paste.ini').read_bytes(),
        )

    def test_links_that_lead_out_of_the_image_are_refused(self):
        outside = pathlib.Path(self.useFixture(fixtures.TempDir()).path)
        shutil.copyfile(FRESH, outside / 'api-paste.ini')
        before = (outside / 'api-paste.ini').read_bytes()
        nova = self.root / 'etc' / 'nova'
        shutil.rmtree(nova)
        nova.symlink_to(outside)
        for steps in (self.host.enabling, self.host.disabling):
            error = self.assertRaises(file_changes.Refused, steps)
            self.assertIn('leads out of', str(error))
        self.assertEqual(['api-paste.ini'], os.listdir(outside))
        self.assertEqual(before, (outside / 'api-paste.ini').read_bytes())

    def test_the_folder_of_policies_can_be_another(self):
        other = host.Host(
            policy_dir='/etc/kolla/policy.d', root=str(self.root)
        )
        self.assertEqual(
            str(self.root / 'etc/kolla/policy.d' / host.LINK),
            other.link_path,
        )


class TestRules(testtools.TestCase):
    def test_rules_of_each_file_are_those_that_its_api_names(self):
        for api in apis.ALL.values():
            path = FOLDER / api.rules_file
            found = rule_files.rules_in(str(path))
            self.assertEqual(api.base_rules, found.keys(), path)
            self.assertLessEqual(api.essential_rules, api.base_rules)
            self.assertLessEqual(api.bridging_rules, api.base_rules)
            self.assertLessEqual(api.late_rules, api.base_rules)
            for name in api.base_rules - api.bridging_rules:
                self.assertIn(rule_files.CHECK, found[name], name)
