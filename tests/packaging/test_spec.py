# SPDX-License-Identifier: Apache-2.0
"""The spec says what setup.cfg, requirements.txt, tox.ini and the code say."""

import configparser
import re

import testtools

from cloud_security import releases
from cloud_security.deploy import apis
from cloud_security.deploy import host
from tests.packaging import ROOT

SPEC = (ROOT / 'rpm/python-cloud-security.spec').read_text()
FILES = SPEC[SPEC.index('\n%files ') :]
MACROS = (ROOT / 'rpm/ci/macros').read_text()
MANUAL = (ROOT / 'doc/source/contributor/packages.rst').read_text()
TOX = (ROOT / 'tox.ini').read_text()
SETUP = configparser.ConfigParser()
SETUP.read(ROOT / 'setup.cfg')
#: Paths as the spec writes them.
ETC = '%{_sysconfdir}/'
#: What test-requirements.txt has and the tests that ship do not need, and
#: what RDO's packages call the others.
NOT_NEEDED = {'hypothesis', 'psycopg2-binary', 'pymysql'}
NAMES = {
    'cinder': 'cinder-tests',
    'glance': 'glance-tests',
    'neutron': 'neutron-tests',
    'nova': 'nova-tests',
    'openstack-placement': 'placement-tests',
    'wsgi-intercept': 'wsgi_intercept',
}


def tags(name):
    """Return what a tag of the spec says, wherever it stands."""
    return re.findall(rf'(?m)^{re.escape(name)}: +(.*)$', SPEC)


def requirements(name):
    """Return ``{package: floor}`` of a file; no line says anything else."""
    found = {}
    for line in (ROOT / name).read_text().splitlines():
        if line and not line.startswith('#'):
            read = re.fullmatch(r'([\w.-]+)(?:>=([\d.]+))?( #.*)?', line)
            found[read[1].lower()] = read[2] or ''
    return found


def version(text):
    """Return a version that can be compared."""
    return tuple(map(int, text.split('.')))


class TestSpec(testtools.TestCase):
    def test_the_version_is_the_next_release(self):
        version = SETUP['metadata']['version']
        self.assertEqual([version], tags('Version'))
        self.assertIn(f'-{version}-1.noarch.rpm', MANUAL)

    def test_dlrn_can_write_versions_and_sources(self):
        # It replaces what follows these words, wherever they stand.
        for word in ('Version:', 'Release:'):
            self.assertEqual(1, SPEC.count(word), word)
        self.assertEqual(1, len(re.findall('(?m)^Source0?:', SPEC)))
        self.assertTrue((ROOT / 'setup.py').exists())

    def test_the_oldest_python_is_that_of_setup_cfg(self):
        floor = SETUP['metadata']['python_requires']
        self.assertIn(f'python3-devel {floor.replace(">=", ">= ")}', SPEC)
        oldest = floor[2:].replace('.', '')
        self.assertRegex(TOX, rf'\[testenv:py{{{oldest},')
        self.assertRegex(
            (ROOT / 'README.rst').read_text(), rf'also on\s+{floor[2:]}, '
        )

    def test_the_oldest_services_are_those_of_the_code(self):
        self.assertEqual(
            [
                f'openstack-nova-common >= 1:{releases.OLDEST}.0.0',
                f'openstack-cinder >= 1:{min(releases.CINDER)}.0.0',
                f'openstack-glance >= 1:{min(releases.GLANCE)}.0.0',
                f'openstack-neutron >= 1:{min(releases.NEUTRON)}.0.0',
            ],
            [line for line in tags('Requires') if line[:9] == 'openstack'],
        )

    def test_the_manual_names_the_oldest_nova(self):
        self.assertIn(f'Nova {releases.OLDEST} to ', MANUAL)

    def test_the_description_names_the_range(self):
        oldest, newest = releases.OLDEST, releases.NEWEST
        self.assertIn(
            f'Tested with Nova {oldest} ({releases.NOVA[oldest]}) to {newest} '
            f'({releases.NOVA[newest]}), and with ',
            SPEC,
        )

    def test_no_floor_of_a_python_package_is_written_twice(self):
        for line in tags('Requires') + tags('BuildRequires'):
            if re.match('python3-(?!devel)', line):
                self.assertNotRegex(line, '[<>]')
        self.assertIn('%pyproject_buildrequires -t', SPEC)
        self.assertIn(
            f"pbr>={requirements('requirements.txt')['pbr']}'",
            (ROOT / 'setup.py').read_text(),
        )

    def test_floors_are_no_higher_than_what_the_oldest_site_has(self):
        pins = (ROOT / f'constraints/nova-{releases.OLDEST}.txt').read_text()
        had = {
            name.replace('.', '-'): found
            for name, found in re.findall(
                r'(?m)^([\w.-]+)===?([\d.]+)', pins.lower()
            )
        }
        # RDO takes it from EL9.
        had['pyyaml'] = '5.4.1'
        for name, floor in requirements('requirements.txt').items():
            self.assertLessEqual(
                version(floor), version(had[name.replace('.', '-')]), name
            )

    def test_the_manual_has_the_floors(self):
        found = dict(re.findall(r'3\.11dist\((\S+)\) >= (\S+)', MANUAL))
        self.assertEqual(
            {
                name.replace('.', '-'): re.sub(r'(\.0)+$', '', floor)
                for name, floor in requirements('requirements.txt').items()
            },
            found,
        )

    def test_the_tests_require_what_they_need(self):
        needed = requirements('test-requirements.txt').keys() - NOT_NEEDED
        # These have environments of their own.
        needed |= {'cinder', 'glance', 'neutron'}
        self.assertEqual(
            {f'python3-{NAMES.get(name, name)}' for name in needed},
            {line for line in tags('Requires') if ' ' not in line} - {'grep'},
        )

    def test_the_check_is_that_of_tox(self):
        [commands] = re.findall(
            r'(?s)\[testenv:py\{39.*?\ncommands = (.*?) \{posargs\}', TOX
        )
        self.assertIn(f' {commands}\n', MACROS)
        self.assertRegex(
            SPEC, r'(?m)^rm -r cloud_security\n%tox -e %\{default_toxenv\}$'
        )

    def test_all_commands_and_man_pages_are_listed(self):
        scripts = SETUP['entry_points']['console_scripts']
        names = re.findall(r'(?m)^(\S+) =', scripts)
        self.assertEqual(4, len(names))
        for name in names:
            self.assertIn(f'%{{_bindir}}/{name}\n', FILES)
            self.assertTrue(name.startswith('cloud-security-'), name)
        self.assertIn('%{_mandir}/man8/cloud-security-*.8*\n', FILES)

    def test_all_data_files_are_listed(self):
        [line] = SETUP['files']['data_files'].strip().splitlines()
        folder, pattern = line.split(' = ')
        top = ROOT / pattern.rpartition('/')[0]
        found = {
            str(path.relative_to(top))
            for path in top.rglob('*')
            if path.is_file()
        }
        rules = {api.rules_file for api in apis.ALL.values()}
        self.assertEqual(rules, found)
        self.assertEqual('share/cloud_security/policy.d', folder)
        self.assertIn('\n%{_datadir}/%{sname}\n', FILES)

    def test_the_layout_is_what_enable_expects(self):
        for api in apis.ALL.values():
            rules = api.packaged.replace('/etc/', ETC, 1)
            self.assertIn(
                f'\n%config(noreplace) %attr(0644, root, root) {rules}\n',
                FILES,
            )
            folder = api.folder.replace('/etc/', ETC, 1)
            self.assertIn(f'\n%dir {folder}/policy.d\n', FILES)
            self.assertIn(f'\n%ghost {folder}/policy.d/{api.link}\n', FILES)
            self.assertLess(rules, f'{folder}/policy.d')
            self.assertIn(f'\n%preun -n openstack-{api.name.lower()}-%', SPEC)
            if isinstance(api, apis.PluginApi):
                self.assertIn(f"' {folder}/{api.conf_file} {folder}/", SPEC)
                self.assertIn(api.plugin, SPEC)
            else:
                self.assertIn(
                    f"cloud_security' {folder}/{api.paste_file}", SPEC
                )
            # oslo.policy reads .rpmnew and .rpmsave of any other file there.
            self.assertEqual(2, FILES.count(f'{folder}/policy.d'))
        self.assertEqual(len(apis.ALL), FILES.count('%config'))
        self.assertEqual('/etc/nova/api-paste.ini', host.Host().paste)

    def test_nothing_is_enabled_by_a_script(self):
        scripts = re.findall(r'(?m)^%((?:pre|post|\w*trigger)\w*)', SPEC)
        self.assertEqual(['prep', *['preun'] * len(apis.ALL)], scripts)
        _, _, script = SPEC.partition('\n%preun')
        self.assertNotIn('manage enable', script.partition('\n%files')[0])

    def test_it_has_no_branch_for_the_machine_that_builds_it(self):
        for line in re.findall('(?m)^%if.*$', SPEC):
            self.assertEqual('%if 0%{?with_doc}', line)
        for word in ('debian', 'rhel', 'fedora', 'centos'):
            self.assertNotIn(word, SPEC.lower())
