"""The README names what there is."""

import re

import testtools

from cloud_security import opts
from cloud_security.policy import rules
from tests.packaging import ROOT

README = (ROOT / 'README.rst').read_text()


class TestReadme(testtools.TestCase):
    def test_the_readme_names_each_folder(self):
        for name in (
            'visibility',
            'policy',
            'compute',
            'probe',
            'cmd',
            'etc/policy.d',
            'tests',
            'tools',
            'constraints',
            'doc',
            'releasenotes',
            'rpm',
        ):
            self.assertTrue(
                (ROOT / name).exists()
                or (ROOT / 'cloud_security' / name).exists(),
                name,
            )
            self.assertIn(f'{name}/', README)

    def test_the_readme_has_each_rule_with_its_default(self):
        for rule in rules.list_rules():
            self.assertRegex(
                README,
                rf'``{rule.name}``\n     - ``{re.escape(rule.check_str)}``',
            )

    def test_the_readme_has_each_option_and_choice(self):
        for _, options in opts.list_opts():
            for option in options:
                self.assertIn(f'{option.name} = ', README)
        for choice in ('monitor', 'enforce', 'off'):
            self.assertIn(choice, README)
