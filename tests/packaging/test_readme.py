# SPDX-License-Identifier: Apache-2.0
"""The README is short, and names files and commands that exist."""

import re

import testtools

from tests.packaging import ROOT

README = (ROOT / 'README.rst').read_text()


class TestReadme(testtools.TestCase):
    def test_readme_is_one_page(self):
        self.assertLess(len(README.splitlines()), 150)

    def test_readme_links_lead_to_files(self):
        links = re.findall(r'<([\w/.-]+)>`_', README)
        self.assertGreater(len(links), 5)
        for link in links:
            self.assertTrue((ROOT / link).is_file(), link)

    def test_readme_begins_with_the_two_commands(self):
        commands = re.findall(r'(?m)^    (.*\.venv/bin/.*)$', README)
        self.assertRegex(commands[0], r'^python3\.11 -m venv .* -e demo$')
        self.assertEqual('.venv/bin/tox -q -e tests', commands[1])

    def test_readme_names_each_mode(self):
        for name in ('monitor', 'enforce'):
            self.assertIn(name, README)
