# SPDX-License-Identifier: Apache-2.0
"""Checks between the services of a host."""

import dataclasses

from fixtures import TempDir
import testtools

from cloud_security.deploy import between

RULES = {'cloud_security:exempt': 'role:service', 'cloud_security:x': '@'}
NOVA = between.Facts('Nova', 'enforce', True, '2026.2', RULES)
CINDER = dataclasses.replace(NOVA, name='Cinder')
GLANCE = dataclasses.replace(NOVA, name='Glance')
NEUTRON = dataclasses.replace(GLANCE, name='Neutron')
ALL = (NOVA, CINDER, GLANCE, NEUTRON)


def results(*facts, lacking=()):
    """Return ``{title: (code, details)}``."""
    named = {one.name: one for one in facts}
    named.update(dict.fromkeys(lacking))
    checks = between.Checks(named)
    return {
        title: (int(result.code), result.details)
        for title, check in checks._upgrade_checks
        for result in [check(checks)]
    }


class TestBetween(testtools.TestCase):
    def assert_says(self, code, words, found):
        self.assertEqual(code, found[0], found)
        self.assertIn(words, found[1])

    def test_services_that_agree_are_a_success(self):
        found = results(*ALL)
        self.assertEqual(5, len(found))
        for title in found:
            self.assertEqual((0, None), found[title], title)

    def test_service_that_does_not_isolate_is_a_failure(self):
        for fault in ({'is_loaded': False}, {'mode': 'monitor'}):
            open_ = dataclasses.replace(CINDER, **fault)
            found = results(NOVA, open_, GLANCE, NEUTRON)
            said = (
                'Nova, Glance and Neutron isolate and Cinder does not: a '
                "member attaches another's volume"
            )
            self.assert_says(2, said, found['Isolation everywhere'])

    def test_cloud_that_isolates_nowhere_is_no_success(self):
        watching = [dataclasses.replace(one, mode='monitor') for one in ALL]
        found = results(*watching)
        said = 'No service of this host isolates.'
        self.assert_says(-1, said, found.pop('Isolation everywhere'))
        self.assertEqual({(0, None)}, {*found.values()})

    def test_service_elsewhere_is_not_checked(self):
        found = results(NOVA, CINDER)
        said = 'Glance and Neutron: not on this host.'
        self.assert_says(-1, said, found['Isolation everywhere'])
        self.assertEqual(0, found['Modes'][0])

    def test_modes_that_differ_are_a_warning(self):
        found = results(NOVA, dataclasses.replace(CINDER, mode='monitor'))
        said = 'mode is enforce for Nova and monitor for Cinder'
        self.assert_says(1, said, found['Modes'])

    def test_releases_that_differ_are_a_warning(self):
        older = dataclasses.replace(GLANCE, release='2026.1')
        found = results(NOVA, CINDER, older)
        said = 'OpenStack is 2026.2 for Nova and Cinder and 2026.1 for Glance'
        self.assert_says(1, said, found['Releases'])

    def test_unknown_release_is_its_own_checks(self):
        found = results(NOVA, dataclasses.replace(CINDER, release=''))
        self.assertEqual(0, found['Releases'][0])

    def test_rules_that_differ_are_a_warning(self):
        rules = {**RULES, 'cloud_security:x': 'project_id:1'}
        found = results(NOVA, dataclasses.replace(CINDER, rules=rules))
        said = 'cloud_security:x is "@" for Nova and "project_id:1" for Cinder'
        self.assert_says(1, said, found['Rules of cloud_security'])

    def test_token_that_is_off_is_a_warning(self):
        silent = dataclasses.replace(CINDER, token_fault='x is off')
        found = results(NOVA, silent, GLANCE)
        said = 'x is off for Cinder: '
        self.assert_says(1, said, found['Service tokens'])

    def test_what_was_not_looked_at_is_no_success(self):
        found = results(NOVA, GLANCE, NEUTRON, lacking=['Cinder'])
        for title, one in found.items():
            self.assert_says(-1, 'Cinder could not be compared', one)
        unread = dataclasses.replace(CINDER, rules={})
        found = results(NOVA, unread, GLANCE, NEUTRON)
        said = 'Cinder could not be compared'
        self.assert_says(-1, said, found['Rules of cloud_security'])
        self.assertEqual(0, found['Modes'][0])

    def test_facts_survive_the_file(self):
        path = self.useFixture(TempDir()).join('facts')
        between.write(path, NOVA)
        self.assertEqual(NOVA, between.read(path))
        for text in ('', '[]', '{}', '{"name": 1}'):
            with open(path, 'w') as stream:
                stream.write(text)
            self.assertIsNone(between.read(path))
        self.assertIsNone(between.read(path + '.no'))

    def test_releases_are_those_of_openstack(self):
        for name, version, release in (
            ('Nova', '34.0.0', '2026.2'),
            ('Neutron', '24.2.2', '2024.1'),
            ('Glance', '99.0.0', ''),
        ):
            self.assertEqual(release, between.release(name, version))
