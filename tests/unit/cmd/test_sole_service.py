# SPDX-License-Identifier: Apache-2.0
"""Commands about one service, where this Python has not got it."""

import importlib.util

import fixtures

from tests.unit.cmd import manage_fixture

USERS = ('--from', 'a', '--to', 'b', '--project', 'p')
COMMANDS = {
    'nova': (
        ('hints', 'neutralize'),
        ('project', 'hand-over', *USERS),
        ('project', 'hand-over', '--with-volumes', *USERS),
        ('project', 'hand-over', '--with-images', *USERS),
        ('project', 'hand-over', '--with-ports', *USERS),
        ('server', 'set-owner', 's', 'u'),
    ),
    'cinder': (('volume', 'hand-over', *USERS), ('volume', 'crossings')),
    'glance': (('image', 'adopt'), ('image', 'hand-over', *USERS)),
    'neutron': (
        ('network', 'adopt'),
        ('network', 'hand-over', *USERS),
        ('network', 'set-owner', 'p', 'u'),
    ),
}


class TestSoleService(manage_fixture.Manage):
    def setUp(self):
        super().setUp()
        find_spec = importlib.util.find_spec
        self.useFixture(
            fixtures.MonkeyPatch(
                'importlib.util.find_spec',
                lambda name, *args: (
                    None if name in COMMANDS else find_spec(name, *args)
                ),
            )
        )

    def test_service_that_is_not_there_is_one_sentence(self):
        for package, commands in COMMANDS.items():
            for command in commands:
                code, out, err = self.manage(*command)
                self.assertEqual((1, ''), (code, out), command)
                self.assertEqual(1, err.count('\n'), err)
                self.assertIn(f'has no package {package}. Run the', err)
                self.assertTrue(err.endswith('Nothing was changed.\n'), err)
                self.assertNotIn('--service', err)

    def test_help_needs_no_service(self):
        code, out, err = self.manage('--help')
        self.assertEqual((0, ''), (code, err))
        for commands in COMMANDS.values():
            for command in commands:
                self.assertIn(f'  {command[0]} {command[1]}', out)
