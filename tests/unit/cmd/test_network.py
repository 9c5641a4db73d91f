# SPDX-License-Identifier: Apache-2.0
"""enable and disable on hosts of Neutron: files, order and refusals."""

import os
import pathlib
import shlex
import stat

import fixtures
from oslo_config import cfg
import sqlalchemy as sa

from cloud_security.deploy import file_changes
from cloud_security.deploy import plugin_tables
from tests.unit.cmd import hosts

OURS = 'user_isolation'
FRESH = '[DEFAULT]\ncore_plugin = ml2\nservice_plugins = router\n'
UPGRADE = 'neutron-db-manage --subproject cloud_security upgrade heads'


class Neutron(hosts.Host):
    """A host of Neutron's API, with its configuration below a folder."""

    HAS = ()

    def setUp(self):
        super().setUp()
        self.folder = self.root / 'etc/network'
        self.conf = self.folder / 'neutron.conf'
        self.conf.parent.mkdir(parents=True)
        self.conf.write_text(FRESH)
        self.mark = self.root / 'api-paste.ini'
        self.mark.write_text('')
        self.change_api(
            marks=(str(self.mark),),
            delivered=(
                f'{self.root}/usr/dist.conf',
                f'{self.root}/usr/server',
            ),
        )

    def plugins(self, *paths):
        """Return the list as Neutron reads it from these files."""
        conf = cfg.ConfigOpts()
        conf.register_opt(cfg.ListOpt('service_plugins', default=[]))
        conf(
            [],
            default_config_files=[str(path) for path in paths or [self.conf]],
            default_config_dirs=[],
        )
        return conf.service_plugins

    def writes(self, name, text):
        """Write a file of the configuration; return its path."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def assert_linked(self, is_linked=True):
        self.assertEqual(is_linked, self.link('network').is_symlink())

    def assert_refused(self, *words, arguments=('enable', '--offline')):
        before = hosts.files(self.root)
        code, out, err = self.manage(*arguments)
        self.assertEqual((1, ''), (code, out), err)
        self.assertEqual(1, err.count('\n'), err)
        for word in words:
            self.assertIn(word, err)
        self.assertEqual(before, hosts.files(self.root))


class TestSteps(Neutron):
    def test_enable_puts_the_plugin_in_and_tells_tables_and_restart(self):
        code, out, err = self.manage('enable')
        self.assertEqual((0, ''), (code, err))
        self.assertEqual(['router', OURS], self.plugins())
        self.assert_linked(False)
        self.assertIn(f'+service_plugins = router,{OURS}\n', out)
        tables, restart, then = map(
            out.index,
            (UPGRADE, "Restart Neutron's API", 'enable --restarted, which'),
        )
        self.assertLess(tables, restart)
        self.assertLess(restart, then)

    def test_edits_show_no_other_line(self):
        secret = 'transport_url = rabbit://neutron:secret@mq\n'
        self.conf.write_text(FRESH + secret)
        for command in (('enable', '--dry-run'), ('enable',), ('disable',)):
            code, out, err = self.manage(*command)
            self.assertEqual((0, ''), (code, err))
            self.assertIn('service_plugins', out)
            self.assertNotIn('secret', out)

    def test_rules_are_linked_after_the_restart(self):
        self.manage('enable')
        code, out, err = self.manage('enable')
        self.assertIn(
            f'{self.conf} has the plugin; nothing was changed. The rules are '
            "not linked yet: while Neutron's API runs without the plugin, "
            'they refuse members.',
            out,
        )
        code, out, err = self.manage('enable', '--restarted')
        self.assertEqual((0, ''), (code, err))
        self.assert_linked()
        self.assertIn('already', self.manage('enable')[1])

    def test_restarted_without_the_plugin_is_refused(self):
        self.assert_refused(
            f'{self.conf} has not got {OURS} in service_plugins, so no',
            arguments=('enable', '--restarted'),
        )

    def test_offline_does_both_and_disable_gives_back_every_byte(self):
        before = hosts.files(self.root)
        os.chmod(self.conf, 0o640)
        self.manage('enable', '--offline')
        self.assert_linked()
        backup = pathlib.Path(f'{self.conf}{file_changes.BACKUP}')
        self.assertEqual(FRESH, backup.read_text())
        self.assertEqual(0o640, stat.S_IMODE(self.conf.stat().st_mode))
        code, out, err = self.manage('disable')
        self.assertEqual((0, ''), (code, err))
        self.assertIn("Restart Neutron's API", out)
        self.assertNotIn(UPGRADE, out)
        backup.unlink()
        self.assertEqual(before, hosts.files(self.root))
        self.assertIn('already', self.manage('disable')[1])

    def test_disable_removes_the_link_before_the_plugin(self):
        self.manage('enable', '--offline')
        out = self.manage('disable', '--dry-run')[1]
        self.assertLess(out.index(' -> '), out.index(f'router,{OURS}'))
        self.assertEqual(['router', OURS], self.plugins())

    def test_disable_keeps_what_others_wrote_meanwhile(self):
        self.manage('enable', '--offline')
        text = self.conf.read_text().replace(OURS, f'{OURS},qos')
        self.conf.write_text(f'{text}[database]\n# new\n')
        self.manage('disable')
        self.assertEqual(
            FRESH.replace('router', 'router,qos') + '[database]\n# new\n',
            self.conf.read_text(),
        )

    def test_dry_run_shows_all_and_changes_nothing(self):
        before = hosts.files(self.root)
        for how in ((), ('--offline',), ('--restart', 'exit 1')):
            code, out, err = self.manage('enable', '--dry-run', *how)
            self.assertEqual(0, code, err)
            self.assertIn(f'+service_plugins = router,{OURS}\n', out)
        self.assertEqual(before, hosts.files(self.root))

    def test_rules_that_others_deliver_are_named_by_disable(self):
        self.link('network').parent.mkdir()
        own = self.link('network').parent / '90-own.yaml'
        own.write_text('get_port: isolation:enforced\n')
        self.manage('enable', '--offline')
        err = self.manage('disable')[2]
        self.assertIn(f'{own} still asks for isolation:enforced', err)
        self.assertIn('without the plugin it refuses', err)

    def test_image_has_all_below_its_root(self):
        root = self.root / 'image'
        conf = root / 'etc/neutron/neutron.conf'
        conf.parent.mkdir(parents=True)
        conf.write_text(FRESH)
        self.change_api(folder='/etc/neutron')
        where = ('--root', str(root), '--service', 'network')
        rules = root / hosts.RULES.lstrip('/')
        rules.parent.mkdir(parents=True)
        rules.write_text('get_port: "isolation:enforced"\n')
        code, out, err = self.manage('enable', *where)
        self.assertEqual((0, ''), (code, err))
        self.assertEqual(['router', OURS], self.plugins(conf))
        link = root / 'etc/neutron/policy.d' / self.apis['network'].link
        self.assertEqual(hosts.RULES, os.readlink(link))
        self.assertEqual(['router'], self.plugins())


class TestRestart(Neutron):
    def setUp(self):
        super().setUp()
        self.url = f'sqlite:///{self.root}/neutron.sqlite'
        self.seen = self.root / 'seen'
        self.restart = ('enable', '--restart', f'touch {self.seen}')

    def connects(self, url):
        with open(self.conf, 'a') as stream:
            stream.write(f'[database]\nconnection = {url}\n')

    def migrates(self, *revisions):
        engine = sa.create_engine(self.url)
        table = sa.Table(
            plugin_tables.VERSION_TABLE,
            sa.MetaData(),
            sa.Column('version_num', sa.String(32)),
        )
        table.create(engine)
        with engine.begin() as connection:
            for revision in revisions:
                connection.execute(table.insert().values(version_num=revision))
        engine.dispose()

    def heads(self):
        return [
            (plugin_tables.VERSIONS / f'{branch}_HEAD').read_text().strip()
            for branch in ('EXPAND', 'CONTRACT')
        ]

    def test_tables_that_are_there_let_all_be_done(self):
        self.connects(self.url)
        self.migrates(*self.heads())
        code, out, err = self.manage(*self.restart)
        self.assertEqual((0, ''), (code, err))
        self.assertTrue(self.seen.exists())
        self.assertEqual(['router', OURS], self.plugins())
        self.assert_linked()

    def test_missing_tables_are_refused_before_the_first_change(self):
        self.connects(self.url)
        (self.root / 'neutron.sqlite').touch()
        for revisions in ((), self.heads()[:1]):
            self.assert_refused(
                "Neutron's API would not start: ",
                UPGRADE,
                arguments=self.restart,
            )
            if not revisions:
                self.migrates(self.heads()[0])

    def test_database_that_cannot_be_asked_is_told_and_no_obstacle(self):
        for url, why in (
            ('', 'no file has [database] connection'),
            ('nonsense', '[database] connection is no URL'),
            ('sqlite:////no/where', 'unable to open'),
            ('mysql+nobody://x', "Can't load plugin"),
        ):
            self.conf.write_text(FRESH)
            self.connects(url)
            code, out, err = self.manage(*self.restart)
            self.assertEqual(0, code, err)
            self.assertIn('tables are there was not looked at (', err)
            self.assertIn(why, err)
            self.assertIn(UPGRADE, err)
            self.assert_linked()

    def test_restart_that_fails_is_undone(self):
        before = self.conf.read_bytes()
        code, out, err = self.manage('enable', '--restart', 'exit 3')
        self.assertEqual(1, code)
        self.assertIn('is taken out again', err)
        self.assertEqual(before, self.conf.read_bytes())
        self.assert_linked(False)

    def test_file_that_the_restart_changes_too_is_named(self):
        code, out, err = self.manage(
            'enable', '--restart', f'echo "# op" >>{self.conf}; exit 3'
        )
        self.assertEqual(1, code)
        self.assertNotIn('is taken out again', err)
        self.assertIn(f'{self.conf} is being changed by somebody else', err)
        self.assertIn('could not take out again', err)
        self.assertIn(OURS, self.plugins())
        self.assert_linked(False)
        self.assertEqual(0, self.manage('disable')[0])
        self.assertNotIn(OURS, self.plugins())

    def test_plugin_that_the_restart_loses_links_no_rules(self):
        code, out, err = self.manage(
            'enable', '--restart', f'echo [DEFAULT] >{self.conf}'
        )
        self.assertEqual(1, code)
        self.assertIn(f'{self.conf} lost the plugin during the restart', err)
        self.assert_linked(False)

    def test_version_table_is_that_of_the_migrations(self):
        env = plugin_tables.VERSIONS.parent / 'env.py'
        self.assertIn(
            f"VERSION_TABLE = '{plugin_tables.VERSION_TABLE}'", env.read_text()
        )


class TestFiles(Neutron):
    def test_list_of_the_last_file_that_has_it_is_edited(self):
        last = [self.conf]
        for name in (
            'plugins/ml2/ml2_conf.ini',
            'neutron.conf.d/10.conf',
            'neutron.conf.d/20.conf',
            'conf.d/neutron-server/1.conf',
        ):
            last.append(self.writes(name, '[DEFAULT]\nservice_plugins = a\n'))
            before = hosts.files(self.root)
            self.manage('enable', '--offline')
            self.assertEqual(['a', OURS], self.plugins(*last))
            self.assertEqual(['a', OURS], self.plugins(last[-1]))
            self.manage('disable')
            after = hosts.files(self.root)
            after.pop(f'{last[-1]}{file_changes.BACKUP}')
            self.assertEqual(before, after)

    def test_list_in_an_earlier_file_is_no_isolation(self):
        self.manage('enable', '--offline')
        later = self.writes(
            'neutron.conf.d/x.conf', '[DEFAULT]\nservice_plugins = qos\n'
        )
        self.manage('enable')
        self.assertEqual(['qos', OURS], self.plugins(later))
        # disable leaves none.
        self.manage('disable')
        self.assertEqual(['qos'], self.plugins(later))
        self.assertEqual(FRESH, self.conf.read_text())

    def test_files_count_in_the_order_in_which_they_are_named(self):
        a = self.writes('x/a.conf', '[DEFAULT]\nservice_plugins = a\n')
        for order, edited in (
            (
                ('--config-dir', a.parent, '--config-file', self.conf),
                self.conf,
            ),
            (('--config-file', self.conf, '--config-dir', a.parent), a),
        ):
            names = list(map(str, order))
            for place in (
                [*names, 'enable'],
                ['enable', *names],
                [*names[:2], 'enable', *names[2:]],
            ):
                code, out, err = self.manage(*place, '--service', 'network')
                self.assertEqual((0, ''), (code, err))
                self.assertIn(OURS, self.plugins(edited))
                advice = out.split('cloud-security-manage ')[1]
                advice = shlex.split(advice.partition(', which')[0])
                self.assertEqual(names, advice[-4:])
                self.manage('disable', *names, '--service', 'network')
                self.assertNotIn(OURS, self.conf.read_text() + a.read_text())

    def test_option_that_no_file_has_goes_into_neutron_conf(self):
        self.conf.write_text('[DEFAULT]\n')
        other = self.writes('plugins/ml2/ml2_conf.ini', '[ml2]\n')
        self.manage('enable', '--offline')
        self.assertEqual([OURS], self.plugins())
        self.assertEqual('[ml2]\n', other.read_text())

    def test_list_that_a_package_delivers_is_to_be_copied(self):
        dist = self.root / 'usr/dist.conf'
        dist.parent.mkdir()
        dist.write_text('[DEFAULT]\nservice_plugins = router,qos\n')
        self.conf.write_text('[DEFAULT]\n')
        self.assert_refused(
            str(dist),
            f'write service_plugins = router,qos,{OURS} into [DEFAULT] of '
            f'{self.conf}.',
        )
        self.conf.write_text('[DEFAULT]\nservice_plugins = router\n')
        self.assertEqual(0, self.manage('enable', '--offline')[0])

    def test_link_is_refused_and_as_good_where_it_has_the_plugin(self):
        real = self.writes('real.conf', FRESH)
        self.conf.unlink()
        self.conf.symlink_to(real)
        self.assert_refused('is a link: name the file itself')
        real.write_text(FRESH.replace('router', f'router,{OURS}'))
        self.assertEqual(0, self.manage('enable', '--offline')[0])
        self.assert_refused('is a link: name the', arguments=('disable',))

    def test_file_that_is_not_understood_is_refused(self):
        for text in ('service_plugins = a\n', '[DEFAULT]\nservice_plugins=$x'):
            self.conf.write_text(text)
            self.assert_refused(f'{self.conf} is not understood', 'by hand')

    def test_missing_file_is_one_sentence(self):
        self.conf.unlink()
        self.assert_refused(
            f'There is no {self.conf}',
            'name the neutron.conf that it reads with --config-file',
            arguments=('enable', '--service', 'network'),
        )

    def test_read_only_file_is_refused(self):
        def replace(*args):
            raise OSError(30, 'Read-only file system')

        with hosts.fixtures.MonkeyPatch('os.replace', replace):
            self.assertEqual(1, self.manage('enable')[0])
        self.assertEqual(FRESH, self.conf.read_text())

    def test_paste_of_neutron_is_refused(self):
        code, out, err = self.manage(
            'enable', '--service', 'network', '--paste', str(self.mark)
        )
        self.assertEqual((2, ''), (code, out))
        self.assertIn('no filter in an api-paste.ini: name its neutron', err)

    def test_folder_of_policies_is_the_one_that_neutron_conf_names(self):
        folder = self.root / 'policies'
        self.conf.write_text(f'{FRESH}[oslo_policy]\npolicy_dirs = {folder}\n')
        self.manage('enable', '--offline')
        self.assertTrue((folder / self.apis['network'].link).is_symlink())


class TestFound(Neutron):
    def test_host_of_agents_alone_is_not_neutrons(self):
        self.mark.unlink()
        code, out, err = self.manage('enable')
        self.assertIn(f'There is no {self.paste("compute")}', err)
        # With the plugin it is looked at, whatever packages left.
        self.conf.write_text(FRESH.replace('router', f'router,{OURS}'))
        self.assertIn('has the plugin', self.manage('enable')[1])

    def test_environment_names_the_files(self):
        other = self.writes('other/n.conf', FRESH)
        self.conf.unlink()
        for name, value in (
            ('OS_NEUTRON_CONFIG_DIR', str(other.parent)),
            ('OS_NEUTRON_CONFIG_FILES', ' n.conf ; none.ini'),
        ):
            self.useFixture(hosts.fixtures.EnvironmentVariable(name, value))
        self.assertEqual(0, self.manage('enable', '--offline')[0])
        self.assertEqual(['router', OURS], self.plugins(other))
        self.assertTrue(
            (other.parent / 'policy.d' / self.apis['network'].link).exists()
        )


class TestAll(Neutron):
    HAS = ('compute', 'volume')

    def test_enable_without_a_service_does_all_that_are_found(self):
        code, out, err = self.manage('enable', '--offline')
        self.assertEqual((0, ''), (code, err))
        for name in ('Nova', 'Cinder', 'Neutron'):
            self.assertIn(f"{name}: Start {name}'s API when it has", out)
        self.assertEqual(['router', OURS], self.plugins())
        self.assert_linked()
        code, out, err = self.manage('disable')
        self.assertEqual(FRESH, self.conf.read_text())

    def test_fault_of_neutron_changes_no_file_of_the_others(self):
        self.conf.write_text('nonsense\n')
        for arguments in (('enable',), ('enable', '--offline')):
            self.assert_refused(str(self.conf), arguments=arguments)

    def test_explain_speaks_of_neutron(self):
        self.useFixture(
            fixtures.MonkeyPatch(
                'cloud_security.keystone.connect', lambda: None
            )
        )
        self.useFixture(
            fixtures.MonkeyPatch('importlib.util.find_spec', lambda name: None)
        )
        code, out, err = self.manage(
            *('explain', '--service', 'network'),
            *('--user', 'u', '--project', 'p', '--role', 'member'),
        )
        self.assertEqual((1, ''), (code, out))
        self.assertIn('Neutron was not looked at', err)
