# SPDX-License-Identifier: Apache-2.0
"""The packages say and do what their documentation says, in scratch roots.

Nothing of the checkout is imported: what ships is what is tested.
"""

import dataclasses
import functools
import json
import os
import pathlib
import re
import stat
import subprocess
import sys
import tempfile
import textwrap

import fixtures
import testscenarios
import testtools

CI = pathlib.Path(__file__).resolve().parent
TREE = CI.parents[1]
#: build/rpm/PYTHON and build/rpm.
BUILT = pathlib.Path(sys.prefix).parent
TOP = BUILT.parent
PYTHON = f'python{sys.version_info[0]}.{sys.version_info[1]}'
SITE = f'usr/lib/{PYTHON}/site-packages'
TESTS = 'python3-cloud-security-tests'
LIBRARY = 'python3-cloud-security'
#: A rule that only the next release has.
NEXT = 'of_the_next_release'
MANUAL = (TREE / 'doc/source/contributor/packages.rst').read_text()
[VERSION] = re.findall(
    r'(?m)^version = (.*)$', (TREE / 'setup.cfg').read_text()
)
SCRATCH = tempfile.TemporaryDirectory()
SOURCE = f'cloud_security-{VERSION}'
LISTS = 'tests.functional.compute.test_lists.TestLists'


@dataclasses.dataclass(frozen=True)
class Service:
    """One service in a root; ``rule`` is one of those of our package."""

    option: str
    api: str
    needs: str
    refused: str
    rules: str
    rule: str
    application: str
    paste_file: str = 'api-paste.ini'
    named: str = 'cloud_security'

    @property
    def folder(self):
        return f'etc/{self.api.lower()}'

    @property
    def package(self):
        return f'openstack-{self.api.lower()}-cloud-security'

    @property
    def link(self):
        return f'{self.folder}/policy.d/50-cloud-security.yaml'

    @property
    def paste(self):
        return f'{self.folder}/{self.paste_file}'


NOVA = Service(
    option='compute',
    api='Nova',
    needs='openstack-nova-common',
    refused='openstack-nova-common >= 1:29.0.0',
    rules='etc/cloud-security/policy.yaml',
    rule='project_member_api',
    application='osapi_compute',
)
CINDER = Service(
    option='volume',
    api='Cinder',
    needs='openstack-cinder',
    refused='openstack-cinder >= 1:24.0.0',
    rules='etc/cinder/cloud-security/policy.yaml',
    rule='xena_system_admin_or_project_member',
    application='osapi_volume',
)
GLANCE = Service(
    option='image',
    api='Glance',
    needs='openstack-glance',
    refused='openstack-glance >= 1:28.0.0',
    rules='etc/glance/cloud-security/policy.yaml',
    rule='modify_image',
    application='glance-api',
    paste_file='glance-api-paste.ini',
)
# Its plugin stands in neutron.conf, which takes the place of api-paste.ini.
NEUTRON = Service(
    option='network',
    api='Neutron',
    needs='openstack-neutron',
    refused='openstack-neutron >= 1:24.0.0',
    rules='etc/neutron/cloud-security/policy.yaml',
    rule='get_port',
    application='service_plugins',
    paste_file='neutron.conf',
    named='user_isolation or cloud_security_trace',
)
SERVICES = (NOVA, CINDER, GLANCE, NEUTRON)


def run(*command, check=True, **options):
    """Run a command; return what it did, and all that it said."""
    done = subprocess.run(
        [str(part) for part in command],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        **options,
    )
    if check and done.returncode:
        raise AssertionError(
            f'{command} exited with {done.returncode}: {done.stdout}'
        )
    return done


def dnf(root, *arguments, repositories=('now',), **options):
    """Run dnf on a root, with what was built and nothing else."""
    return run(
        'dnf',
        '--assumeyes',
        '--noplugins',
        f'--installroot={root}',
        '--nogpgcheck',
        '--releasever=9',
        f'--setopt=cachedir={TOP}/cache',
        '--setopt=reposdir=/dev/null',
        *(f'--repofrompath={name},{TOP}/{name}' for name in repositories),
        *arguments,
        **options,
    )


@functools.lru_cache(maxsize=None)
def root_with(package=None):
    """Return a root with a shell and the services' configurations.

    :param package: one of ours that is installed in it
    """
    root = os.path.join(SCRATCH.name, package or 'none')
    if package:
        run('cp', '-a', root_with(), root)
        dnf(root, 'install', package)
    else:
        services = [one.needs for one in SERVICES]
        dnf(root, 'install', 'busybox', 'python3', *services)
    return root


def setUpModule():
    # The services' users go in there.
    os.chmod(SCRATCH.name, 0o755)


def tearDownModule():
    SCRATCH.cleanup()


class Root(testscenarios.WithScenarios, testtools.TestCase):
    """A test that has a root of its own, for each service."""

    scenarios = [(one.api, {'service': one}) for one in SERVICES]

    def setUp(self):
        super().setUp()
        folder = self.useFixture(fixtures.TempDir()).path
        self.root = pathlib.Path(folder) / 'root'
        run('cp', '-a', root_with(), self.root)
        self.rules = self.root / self.service.rules
        self.link = self.root / self.service.link
        self.paste = self.root / self.service.paste
        self.stock = self.files()

    def files(self):
        """Return ``{path: (content or target, mode, owner)}``.

        The files are those in the folder of the service's configuration, save
        for our rules, of which other tests speak.
        """
        found = {}
        for path in (self.root / self.service.folder).rglob('*'):
            if path in (self.rules, self.rules.parent):
                continue
            status = path.lstat()
            found[str(path.relative_to(self.root))] = (
                os.readlink(path)
                if path.is_symlink()
                else path.is_file() and path.read_bytes(),
                stat.filemode(status.st_mode),
                status.st_uid,
                status.st_gid,
            )
        return found

    def dnf(self, *arguments, **options):
        return dnf(self.root, *arguments, **options).stdout

    def install(self):
        """Have a root in which the service's package was just installed."""
        run('rm', '-r', self.root)
        run('cp', '-a', root_with(self.service.package), self.root)

    def switch(self, command):
        """Run ``enable`` or ``disable``, as installed, on the root."""
        return self.python(
            self.root / 'usr/bin/cloud-security-manage',
            *(command, '--service', self.service.option, '--root', self.root),
        )

    def python(self, *arguments, **options):
        """Run Python with what is installed, and the services."""
        return run(
            sys.executable,
            '-W',
            'ignore',
            *arguments,
            env=dict(os.environ, PYTHONPATH=str(self.root / SITE)),
            **options,
        )

    def in_force(self):
        """Return ``{name: rule}`` of the rules that files name."""
        said = self.python(
            CI / 'rules_in_force.py', self.root, self.service.api.lower()
        ).stdout
        return json.loads(said.splitlines()[-1])

    def enable(self):
        """Install and enable; return the rules in force."""
        self.install()
        self.switch('enable')
        rules = self.in_force()
        self.assertIn('isolation:enforced', rules[self.service.rule])
        return rules

    def upgrade(self):
        return self.dnf('upgrade', repositories=('now', 'next'))

    def edit(self):
        """Change a rule, as an admin does."""
        text = self.rules.read_text()
        # Neutron's rules name Neutron's defaults, and no roles of members.
        asked = 'role:service' if self.service is NEUTRON else 'role:member'
        self.rules.write_text(text.replace(asked, 'role:builder'))
        self.assertNotEqual(text, self.rules.read_text())

    def verified(self):
        """Return what rpm finds changed in files of the packages."""
        return run(
            *('rpm', '--root', self.root, '-V', self.service.package),
            LIBRARY,
            check=False,
        ).stdout


class TestMetadata(testtools.TestCase):
    """Facts about the packages that need no installation."""

    def setUp(self):
        super().setUp()
        self.folder = pathlib.Path(self.useFixture(fixtures.TempDir()).path)

    def test_rpmlint_finds_nothing(self):
        said = run(
            *('rpmlint', '-c', CI / 'rpmlint.toml'),
            *BUILT.glob('*RPMS/**/*.rpm'),
            *(TREE / 'rpm').glob('*.spec'),
        ).stdout
        self.assertIn('8 packages and 1 specfiles checked', said)
        self.assertIn('; 0 errors, 0 warnings,', said)

    def test_the_manual_shows_what_rpm_says(self):
        shown = re.findall(
            r'(?m)^    \$ (rpm .*)\n((?:    (?!\$ ).*\n)*)', MANUAL
        )
        self.assertEqual(26, len(shown))
        for command, output in shown:
            said = run(
                *('sh', '-c', command),
                check=False,
                cwd=BUILT / 'RPMS/noarch',
            ).stdout
            self.assertEqual(
                textwrap.dedent(output).replace('3.11', PYTHON[6:]),
                said,
                command,
            )

    def test_each_module_ships(self):
        [package] = (BUILT / 'RPMS/noarch').glob(f'{LIBRARY}-[0-9]*')
        listed = run('rpm', '-qlp', package).stdout.split()
        self.assertEqual(
            {
                f'/{SITE}/{path.relative_to(TREE)}'
                for path in (TREE / 'cloud_security').rglob('*.py')
            },
            {
                name
                for name in listed
                if name.startswith(f'/{SITE}/') and name.endswith('.py')
            },
        )

    def test_the_source_package_rebuilds_to_the_same_files(self):
        [source] = (BUILT / 'SRPMS').glob('*.rpm')
        self.rpmbuild('--rebuild', '-D', 'with_doc 0', source)
        built, rebuilt = (
            {
                line
                for path in (top / 'RPMS/noarch').glob('*.rpm')
                for line in run(
                    *('rpm', '-qp', '--qf'),
                    r'[%{FILENAMES} %{FILEMODES:perms} %{FILEDIGESTS}\n]',
                    path,
                ).stdout.splitlines()
                # pbr notes the commit that %autosetup makes.
                if not re.search(
                    r'/pbr\.json|/man8/|/python-cloud-security-doc', line
                )
            }
            for top in (BUILT, self.folder)
        )
        self.assertEqual(set(), built ^ rebuilt)
        self.assertIn(f'/{NOVA.rules} -rw-r--r-- ', '\n'.join(built))

    def test_a_tarball_without_a_version_is_refused(self):
        unpacked = self.folder / SOURCE
        run('tar', 'xzf', TOP / f'dist/{SOURCE}.tar.gz', '-C', self.folder)
        about = unpacked / 'PKG-INFO'
        text = about.read_text()
        self.assertEqual(0, self.prepared().returncode)
        about.write_text(
            text.replace(f'\nVersion: {VERSION}', '\nVersion: 0.0.0')
        )
        self.assert_refused()
        # As git archive makes it, and as pbr does without history.
        about.unlink()
        self.assert_refused()
        unpacked.rename(self.folder / 'cloud_security-0.0.0')
        about = self.folder / 'cloud_security-0.0.0/PKG-INFO'
        about.write_text(
            text.replace(f'\nVersion: {VERSION}', '\nVersion: 0.0.0')
        )
        self.assert_refused('0.0.0')

    def assert_refused(self, version=VERSION):
        done = self.prepared(version)
        self.assertIn('This tarball has no version of its own', done.stdout)
        self.assertEqual(1, done.returncode)

    def prepared(self, version=VERSION):
        """Return what becomes of %prep."""
        name = f'cloud_security-{version}'
        run('tar', 'czf', f'{name}.tar.gz', name, cwd=self.folder)
        return self.rpmbuild(
            *('-bp', '-D', f'upstream_version {version}'),
            TREE / 'rpm/python-cloud-security.spec',
            check=False,
        )

    def rpmbuild(self, *arguments, **options):
        return run(
            *(CI / 'rpmbuild', PYTHON[6:], '--nocheck'),
            *('-D', f'_topdir {self.folder}'),
            *('-D', f'_sourcedir {self.folder}'),
            *arguments,
            **options,
        )


class TestInstallation(Root):
    def test_it_leaves_the_service_untouched_and_enables_nothing(self):
        self.install()
        after = self.files()
        self.assertEqual(
            (False, 'drwxr-xr-x', 0, 0),
            after.pop(f'{self.service.folder}/policy.d'),
        )
        self.assertEqual(self.stock, after)
        self.assertEqual({}, self.in_force())
        self.assertEqual('', self.verified())

    def test_its_files_are_for_all_to_read_and_for_root_to_write(self):
        self.install()
        listed = run(
            *('rpm', '--root', self.root, '-ql', self.service.package)
        ).stdout
        for name in listed.split():
            path = self.root / name.lstrip('/')
            if path == self.link:
                self.assertFalse(os.path.lexists(path))
                continue
            status = path.lstat()
            mode = '755' if path.is_dir() or '/bin/' in name else '644'
            self.assertEqual(mode, f'{stat.S_IMODE(status.st_mode):o}', name)
            self.assertEqual((0, 0), (status.st_uid, status.st_gid), name)

    def test_it_refuses_an_older_release(self):
        run('rm', '-r', self.root)
        done = dnf(
            *(self.root, 'install', 'busybox', 'python3'),
            self.service.package,
            repositories=('old',),
            check=False,
        )
        self.assertIn(self.service.refused, done.stdout)
        self.assertEqual(1, done.returncode)

    def test_the_commands_run(self):
        self.install()
        for name in ('manage', 'status'):
            command = self.root / f'usr/bin/cloud-security-{name}'
            self.assertEqual(
                '#!/usr/bin/python3 -s', command.read_text().splitlines()[0]
            )
            self.assertIn('usage: ', self.python(command, '--help').stdout)
        if self.service is NEUTRON:
            command = self.root / 'usr/bin/cloud-security-trace'
            self.assertIn('usage: ', self.python(command, '--help').stdout)
        command = self.root / 'usr/bin/cloud-security-manage'
        self.assertIn(f' {VERSION}', self.python(command, '--version').stdout)


class TestEnable(Root):
    def test_it_links_the_rules_of_the_package_and_nova_reads_them(self):
        self.enable()
        self.assertEqual(f'/{self.service.rules}', os.readlink(self.link))
        self.assertIn('user_isolation', self.paste.read_text())
        self.assertIn('already', self.switch('enable').stdout)
        self.assertEqual('', self.verified())
        owner = run(
            *('rpm', '--root', self.root, '-qf', f'/{self.service.link}')
        ).stdout
        self.assertTrue(owner.startswith(self.service.package), owner)

    def test_disable_gives_back_what_there_was(self):
        self.enable()
        self.switch('disable')
        after = self.files()
        after.pop(f'{self.service.paste}.before-cloud-security')
        after.pop(f'{self.service.folder}/policy.d')
        self.assertEqual(self.stock, after)
        self.assertEqual({}, self.in_force())

    def test_what_rpm_would_leave_in_policy_d_would_be_read(self):
        # Why the rules are not in there; and that these tests would see it.
        self.enable()
        left = self.root / f'{self.service.link}.rpmnew'
        left.write_text(f'"{self.service.rule}": "!"')
        self.assertEqual('!', self.in_force()[self.service.rule])
        left.unlink()
        self.rules.unlink()
        self.assertRaises(AssertionError, self.in_force)


class TestUpgrade(Root):
    def test_rules_that_nobody_edited_are_those_of_the_new_release(self):
        self.enable()
        before = self.files()
        self.upgrade()
        self.assertEqual(f'/{self.service.rules}', os.readlink(self.link))
        self.assertEqual('@', self.in_force()[NEXT])
        self.assertFalse((self.root / f'{self.service.rules}.rpmnew').exists())
        # The service's own upgrade leaves its new file beside the edited one.
        after = self.files()
        new = after.pop(f'{self.service.paste}.rpmnew')[0]
        self.assertIn(self.service.application.encode(), new)
        self.assertEqual(before, after)

    def test_an_edit_is_kept_and_wins(self):
        self.enable()
        self.edit()
        before = self.in_force()
        self.assertIn('role:builder', before[self.service.rule])
        said = self.upgrade()
        self.assertIn(f'/{self.service.rules}.rpmnew', said)
        self.assertIn(
            NEXT, (self.root / f'{self.service.rules}.rpmnew').read_text()
        )
        self.assertEqual(before, self.in_force())
        self.assertEqual(
            [self.link.name],
            os.listdir(self.link.parent),
        )

    def test_what_is_not_enabled_stays_so(self):
        self.install()
        self.upgrade()
        self.assertEqual({}, self.in_force())
        self.assertFalse(os.path.lexists(self.link))

    def test_it_does_not_warn_as_a_removal_does(self):
        rules = self.enable()
        self.assertNotIn(
            'still names', self.dnf('reinstall', self.service.package)
        )
        self.assertEqual(rules, self.in_force())
        self.assertNotIn('still names', self.upgrade())


class TestRemoval(Root):
    def test_it_leaves_no_link_and_no_rule_edits_nothing_and_warns(self):
        self.enable()
        edited = self.paste.read_bytes()
        said = ' '.join(self.dnf('remove', self.service.package).split())
        self.assertIn(
            f'/{self.service.paste} still names {self.service.named}: '
            f"{self.service.api}'s API will not start.",
            said,
        )
        self.assertEqual({}, self.in_force())
        self.assertFalse(self.link.parent.exists())
        self.assertEqual(edited, self.paste.read_bytes())
        self.assertEqual([], list((self.root / 'etc').rglob('*.yaml*')))

    def test_what_was_edited_is_kept_where_nova_does_not_look(self):
        self.enable()
        self.edit()
        (self.link.parent / '90-own.yaml').write_text('"own": "@"')
        self.dnf('remove', self.service.package)
        self.assertEqual({'own': '@'}, self.in_force())
        saved = (self.root / f'{self.service.rules}.rpmsave').read_text()
        self.assertIn('role:builder', saved)

    def test_the_link_goes_before_what_it_leads_to(self):
        # In between, each request of the API would fail.
        self.enable()
        said = run(
            *('rpm', '--root', self.root, '-evv', self.service.package)
        ).stdout
        erased = re.findall(r'(?m)^D: erase +(\d+) .* (\S+)$', said)
        link = erased.index(('120777', self.link.name))
        self.assertLess(link, erased.index(('100644', self.rules.name)))

    def test_after_disable_it_says_nothing(self):
        self.enable()
        self.switch('disable')
        self.assertNotIn(
            'still names', self.dnf('remove', self.service.package)
        )
        self.assertEqual(
            self.stock[self.service.paste], self.files()[self.service.paste]
        )

    def test_installing_again_works(self):
        rules = self.enable()
        self.dnf('remove', self.service.package)
        self.dnf('install', self.service.package)
        self.assertEqual({}, self.in_force())
        self.switch('enable')
        self.assertEqual(rules, self.in_force())
        self.assertEqual('', self.verified())


class TestHistory(Root):
    """The plugin that keeps the history of IP addresses."""

    scenarios = ()
    service = NEUTRON

    def trace(self, command):
        """Run ``enable`` or ``disable`` of the history on the root."""
        return self.python(
            self.root / 'usr/bin/cloud-security-trace',
            *(command, '--root', self.root),
        )

    def test_timers_are_there_and_not_enabled(self):
        self.install()
        units = self.root / 'usr/lib/systemd/system'
        names = {path.name for path in units.iterdir()}
        self.assertEqual(
            {
                f'cloud-security-trace-{name}.{kind}'
                for name in ('check', 'purge', 'sync')
                for kind in ('service', 'timer')
            },
            names,
        )
        for path in units.glob('*.service'):
            text = path.read_text()
            self.assertIn('\nUser=neutron\n', text)
            [program] = re.findall('(?m)^ExecStart=/([^ ]+) ', text)
            self.assertTrue((self.root / program).exists(), program)
        self.assertFalse((self.root / 'etc/systemd').exists())

    def test_both_plugins_go_in_and_out(self):
        self.enable()
        self.trace('enable')
        self.assertIn(
            'service_plugins = router,user_isolation,cloud_security_trace\n',
            self.paste.read_text(),
        )
        self.assertIn('already', self.trace('enable').stdout)
        self.switch('disable')
        self.trace('disable')
        self.assertEqual(
            self.stock[self.service.paste], self.files()[self.service.paste]
        )

    def test_removal_warns_of_this_plugin_too(self):
        self.install()
        with open(self.paste, 'a') as stream:
            stream.write('[cloud_security_trace]\nretention_days = 90\n')
        self.trace('enable')
        self.trace('disable')
        self.assertNotIn(
            'still names', self.dnf('reinstall', self.service.package)
        )
        root = f'{self.root}.disabled'
        run('cp', '-a', self.root, root)
        said = dnf(root, 'remove', self.service.package).stdout
        self.assertNotIn('still names', said)
        self.trace('enable')
        said = self.dnf('remove', self.service.package)
        self.assertIn('still names', said)


class TestWhatShips(Root):
    scenarios = ()
    service = NOVA

    def test_it_passes_its_tests(self):
        self.dnf('install', TESTS)
        folder = self.root / 'usr/share/cloud-security-tests'
        cloud = 'tests.functional.compute.cloud'
        for module in ('cloud_security', 'tests', cloud):
            found = self.python(
                '-c', f'import {module} as x; print(x.__file__)', cwd=folder
            ).stdout.splitlines()[-1]
            self.assertTrue(found.startswith(f'{self.root}/'), found)
        # Nothing that they import is missing; it fails where something is.
        for tests in ('tests/functional', 'tests/unit'):
            self.python(
                *('-m', 'testtools.run', 'discover', '--list'),
                *('-s', tests, '-t', '.'),
                cwd=folder,
            )
        for tests in (
            # All unit tests ran when the package was built.
            ('discover', '-s', 'tests/unit/visibility', '-t', '.'),
            # The same with the filter, and without it.
            (
                f'{LISTS}.test_hidden_marker_is_refused_like_an_unknown_one',
                f'{LISTS}WithoutTheFilter.test_list_of_a_member_has_servers_of_others',
            ),
        ):
            said = self.python(
                '-m', 'testtools.run', *tests, cwd=folder
            ).stdout
            self.assertRegex(said, r'Ran [1-9]\d* tests')
            self.assertIn('\nOK\n', said)
