# SPDX-License-Identifier: Apache-2.0
"""Documentation of all that an operator can set, write or call."""

import configparser
import contextlib
import io
import itertools
import re
import shlex

import testtools

from cloud_security import opts
from cloud_security.cmd import disable
from cloud_security.cmd import enable
from cloud_security.cmd import manage
from cloud_security.deploy import apis
from cloud_security.policy import rules
from cloud_security.probe.cli import arguments
from tests.packaging import ROOT

SOURCE = ROOT / 'doc' / 'source'
ROOM = ROOT / 'cloud_security'
TEXT = '\n'.join(path.read_text() for path in SOURCE.rglob('*.rst'))
COMMANDS = configparser.ConfigParser()
COMMANDS.read(ROOT / 'setup.cfg')
#: Services that have a filter.
FILTERED = [
    key for key, api in apis.ALL.items() if not isinstance(api, apis.PluginApi)
]
#: Modules with the checks of status, in the order of its tables.
MODULES = (
    *(f'{key}/checks.py' for key in FILTERED),
    'deploy/plugin_checks.py',
    'network/checks.py',
    'deploy/between.py',
)


def entries(group):
    """Return the names of entry points."""
    return [
        line.partition('=')[0].strip()
        for line in COMMANDS['entry_points'][group].strip().splitlines()
    ]


def check_names(module='compute/checks.py'):
    """Return the names of the checks of status, in their order."""
    return re.findall(
        r"""(?m)^        \((?:'|")(.*)(?:'|"), (?:[\w.]+\.)?check_""",
        (ROOM / module).read_text(),
    )


class TestDocumentation(testtools.TestCase):
    def test_options_are_generated_from_the_code(self):
        reference = (SOURCE / 'configuration' / 'options.rst').read_text()
        for directive in ('show-options', 'show-policy'):
            self.assertIn(f'.. {directive}::\n', reference)
        self.assertIn('\n   cloud_security\n', reference)
        self.assertIn(
            'namespace = cloud_security\n',
            (SOURCE / 'configuration' / 'policy-generator.conf').read_text(),
        )

    def test_each_option_and_choice_is_told_what_it_is_for(self):
        for group, options in opts.list_opts():
            for option in options:
                self.assertIn(f'[{group.name}] {option.name}', TEXT)
                for choice in option.type.choices:
                    self.assertRegex(TEXT, rf'``{choice}``|= {choice}')

    def test_each_rule_is_told_what_it_is_for(self):
        recipes = ''.join(
            path.read_text()
            for path in (SOURCE / 'configuration' / 'recipes').iterdir()
        )
        page = (SOURCE / 'configuration' / 'callers.rst').read_text()
        for rule in rules.list_rules():
            self.assertIn(
                f'``{rule.name}``\n     - ``{rule.check_str}``', page
            )
            self.assertTrue(rule.description and rule.operations, rule.name)
        for rule in rules.list_rules()[1:]:
            self.assertIn(f'"{rule.name}"', recipes)

    def test_each_program_has_a_man_page(self):
        conf = (SOURCE / 'conf.py').read_text()
        programs = entries('console_scripts')
        self.assertEqual(4, len(programs))
        for name in programs:
            self.assertTrue((SOURCE / 'cli' / f'{name}.rst').exists())
            self.assertIn(f"'cli/{name}'", conf)
            self.assertIn(f'\n   {name}\n', TEXT)

    def test_each_command_is_told_when_to_use_it(self):
        page = (SOURCE / 'cli' / 'cloud-security-manage.rst').read_text()
        self.assertIn('.. autoprogram-cliff:: cloud_security.manage\n', page)
        for name in entries('cloud_security.manage'):
            self.assertIn(
                f'cloud-security-manage {name.replace("_", " ")}', TEXT
            )

    def test_each_look_up_is_told_when_to_use_it(self):
        page = (SOURCE / 'cli' / 'cloud-security-trace.rst').read_text()
        self.assertIn('.. autoprogram-cliff:: cloud_security.trace\n', page)
        for name in entries('cloud_security.trace'):
            self.assertIn(
                f'cloud-security-trace {name.replace("_", " ")}', page
            )

    def test_each_option_of_the_probe_is_on_its_page(self):
        page = (SOURCE / 'cli' / 'cloud-security-probe.rst').read_text()
        for option in re.findall(
            r'--[a-z-]+', arguments.parser().format_help()
        ):
            if option not in ('--help', '--version'):
                self.assertIn(option, page)

    def test_each_check_of_status_is_on_its_page(self):
        page = (SOURCE / 'cli' / 'cloud-security-status.rst').read_text()
        names = check_names()
        self.assertEqual(11, len(names))
        names += [one for module in MODULES for one in check_names(module)]
        for name in names:
            self.assertIn(f'\n{name}\n    ', page)

    def test_each_way_to_install_is_told(self):
        install = (SOURCE / 'install' / 'index.rst').read_text()
        for name in (
            'pip',
            "RDO's packages",
            'Kolla-Ansible',
            'OpenStack-Ansible',
            'openstack-helm',
            'Juju',
        ):
            self.assertIn(f'\nWith {name}\n====', install)

    def test_commands_of_the_install_guide_are_understood(self):
        text = (SOURCE / 'install' / 'index.rst').read_text()
        parsers = {
            'enable': enable.Enable(None, None).get_parser('enable'),
            'disable': disable.Disable(None, None).get_parser('disable'),
        }
        lines = re.findall(
            r'(?m)cloud-security-manage (enable|disable)([^`]*?)(?:``|$)',
            re.sub(r'\s*\\\n\s*', ' ', text),
        )
        self.assertGreater(len(lines), 10)
        for name, words in lines:
            parsers[name].parse_args(shlex.split(words))


class TestThreatModel(testtools.TestCase):
    def test_each_way_that_stays_open_has_a_source(self):
        page = (SOURCE / 'reference' / 'threat-model.rst').read_text()
        _, _, table = page.partition('.. begin-not-covered\n')
        table, _, _ = table.partition('.. end-not-covered')
        rows = re.split(r'(?m)^   \* - ', table)[2:]
        self.assertLess(5, len(rows))
        for row in rows:
            cells = re.split(r'(?m)^     - ', row)
            self.assertEqual(4, len(cells), row)
            tests = re.findall(r'``(tests/[^`]+)``', cells[3])
            for name in tests:
                self.assertTrue((ROOT / name).exists(), name)
            if not tests:
                self.assertRegex(
                    cells[3], r'\A[a-z-]+ \d+\.\d+\.\d+: ``[\w/]+\.py``'
                )


class TestTranscript(testtools.TestCase):
    """tools/operators_day.py types the transcript anew, on a real cloud."""

    TEXT = (SOURCE / 'admin' / 'transcript.txt').read_text()

    def test_first_line_says_when_and_with_what(self):
        first, _, _ = self.TEXT.partition('\n')
        self.assertRegex(
            first,
            r'\ATyped on \d{4}-\d\d-\d\d with cloud_security \d+\.\d+\S*, '
            r'nova \d+\S*, cinder \d+\S*, glance \d+\S*, neutron \d+\S*, '
            r'python-openstackclient \d+\S*\.\Z',
        )

    def test_checks_are_those_of_the_code(self):
        shown = dict.fromkeys(re.findall(r'Check: (.*?) *\|', self.TEXT))
        # Nova's, where Neutron's API is on the host as well.
        shown.pop('Token for Neutron', None)
        names = itertools.chain(*map(check_names, MODULES))
        self.assertEqual(list(dict.fromkeys(names)), list(shown))

    def test_commands_are_understood(self):
        typed = re.findall(r'# cloud-security-manage (.*)', self.TEXT)
        self.assertLess(5, len(typed))
        program = manage.Manage()
        for line in typed:
            words = shlex.split(line)
            command, name, rest = program.command_manager.find_command(words)
            parser = command(program, None).get_parser(name)
            with contextlib.redirect_stderr(io.StringIO()) as complaint:
                try:
                    parser.parse_args(rest)
                except SystemExit:
                    self.fail(f'{line}: {complaint.getvalue()}')
