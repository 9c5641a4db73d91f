# SPDX-License-Identifier: Apache-2.0
"""explain agrees with what the API answers, for everybody and each server."""

import json

import fixtures
from oslo_utils.fixture import uuidsentinel

from cloud_security import keystone as keystones
from cloud_security.compute import explain
from cloud_security.policy import rules
from tests.functional import commands
from tests.functional.compute import cloud

ACCOUNTS = {
    'alice': cloud.MEMBER,
    'bob': cloud.MEMBER,
    'dan': ('reader',),
    'carol': ('manager',) + cloud.MEMBER,
    'root': ('admin', 'manager') + cloud.MEMBER,
    'neutron_user': ('service',) + cloud.MEMBER,
    'eve': cloud.MEMBER,
}

#: Whose things a caller sees and changes.
ALL = 'as in stock Nova'
OWN = 'own servers only'


class Explain(cloud.Cloud):
    def setUp(self):
        super().setUp()
        self.alices_server = self.boot(self.alice)
        self.other = self.boot(self.eve)
        deleted = self.boot(self.alice)
        self.alice.call('DELETE', f'servers/{deleted}')
        self.wait_until_gone(deleted)
        self.servers = {
            'alices_server': self.alices_server,
            "another project's": self.other,
            'deleted': deleted,
            'unknown': uuidsentinel.unknown,
            'no id': 'x',
        }

    def explain(self, name, *arguments):
        account = getattr(self, name)
        return explain.explain(
            account.user_id, account.project_id, ACCOUNTS[name], *arguments
        )

    def assert_agrees(self):
        """Expect the API's answers to be those that were foretold."""
        answers = {}
        for name in ACCOUNTS:
            account = getattr(self, name)
            for what, server_id in self.servers.items():
                answer = account.call('GET', f'servers/{server_id}')
                found = self.explain(name, server_id, 'os-resetState')
                self.assertEqual(
                    str(answer.status_code), found.answer, (name, what)
                )
                # A body that is refused as such, once the server is found.
                acted = account.act(server_id, 'reboot', {'type': 'x'})
                answers[name, what] = found.answer
                self.assertIn(acted.status_code, (400, 403, 404))
            # An admin shows servers of other projects, but does not list them.
            if account.project_id == cloud.PROJECT:
                self.assertEqual(
                    self.alices_server in account.ids(),
                    answers[name, 'alices_server'] != '404',
                    name,
                )
        return answers


class TestExplain(Explain):
    def test_it_agrees_with_the_api(self):
        answers = self.assert_agrees()
        self.assertEqual(
            {'alice', 'carol', 'root', 'neutron_user'},
            {
                name
                for (name, what), answer in answers.items()
                if what == 'alices_server' and answer == '200'
            },
        )

    def test_it_agrees_with_the_api_where_policy_refuses(self):
        self.operator_writes({'os_compute_api:servers:show': '!'})
        answers = self.assert_agrees()
        self.assertEqual('403', answers['alice', 'alices_server'])
        self.assertEqual('404', answers['bob', 'alices_server'])

    def test_it_agrees_with_the_api_where_a_rule_cannot_be_decided(self):
        self.operator_writes({'os_compute_api:servers:show': 'role:100%'})
        answers = self.assert_agrees()
        self.assertEqual('500', answers['alice', 'alices_server'])
        self.assertEqual('404', answers['bob', 'alices_server'])

    def test_actions_agree_with_the_api(self):
        self.operator_writes(
            {rules.CHANGE_PROJECT: "'reboot':%(action)s and role:manager"}
        )
        for name in ACCOUNTS:
            for action, arguments in (
                ('reboot', {'type': 'HARD'}),
                ('addSecurityGroup', {'name': 'x'}),
            ):
                found = self.explain(name, self.alices_server, action)
                self.other_services.settle()
                self.wait_for(
                    lambda: (
                        not self.root.get(f'servers/{self.alices_server}')[
                            'server'
                        ]['OS-EXT-STS:task_state']
                    )
                )
                answer = getattr(self, name).act(
                    self.alices_server, action, arguments
                )
                hidden = (
                    answer.status_code == 404
                    and f'Instance {self.alices_server} could not'
                    in answer.text
                )
                self.assertEqual(
                    hidden, found.acts == '404', (name, action, answer.text)
                )

    def test_it_names_the_rules_and_how_they_came_out(self):
        self.assertEqual(
            {
                rules.EXEMPT: False,
                rules.ISOLATED: True,
                rules.SEE_PROJECT: False,
            },
            self.explain('bob').rules,
        )
        self.assertEqual(
            {
                rules.EXEMPT: False,
                rules.ISOLATED: True,
                rules.SEE_PROJECT: True,
                rules.CHANGE_PROJECT: True,
            },
            self.explain('carol').rules,
        )
        self.assertEqual({rules.EXEMPT: True}, self.explain('root').rules)

    def test_it_tells_what_is_seen_and_changed_and_whose_a_server_is(self):
        self.operator_writes({rules.CHANGE_PROJECT: '!'})
        found = self.explain('carol', self.alices_server)
        self.assertEqual((ALL, OWN), (found.sees, found.changes))
        self.assertEqual(
            ('alice', '200', '404'), (found.owner, found.answer, found.acts)
        )
        self.assertEqual(
            'there is no such server',
            self.explain('bob', uuidsentinel.unknown).owner,
        )
        cloud.map_server(self.alices_server, user_id=None)
        found = self.explain('alice', self.alices_server)
        self.assertEqual('404', found.answer)
        self.assertIn('nobody', found.owner)


class TestExplainOldDefaults(Explain):
    NEW_DEFAULTS = False

    def test_it_agrees_with_the_api(self):
        self.assert_agrees()


class Keystone:
    """Knows a user, a project and some roles by name."""

    def __init__(self, *roles):
        self.roles = roles or ('member', 'reader')

    def user(self, text):
        """Return the user with this ID or name."""
        if text in ('ali', 'alice'):
            return keystones.Found('alice', 'ali', True)
        return None

    def project(self, text):
        """Return the project with this ID or name."""
        if text in ('atlas', cloud.PROJECT):
            return keystones.Found(cloud.PROJECT, 'atlas', True)
        return None

    def knows_role(self, name):
        """Tell whether there is a role of this name."""
        return name in self.roles


class TestCommand(Explain):
    def setUp(self):
        super().setUp()
        self.useFixture(
            fixtures.MonkeyPatch(
                'cloud_security.compute.config.load', lambda *args: None
            )
        )
        self.asks(None)

    def asks(self, keystone):
        self.useFixture(
            fixtures.MonkeyPatch(
                'cloud_security.keystone.connect', lambda: keystone
            )
        )

    def test_a_caller_is_given(self):
        code, out, err = commands.run(
            'explain',
            *('--user', 'bob', '--project', cloud.PROJECT),
            *('--role', 'member', '--role', 'reader'),
            *('-f', 'json', self.alices_server),
        )
        self.assertEqual(0, code, err)
        self.assertEqual(
            {
                'mode': 'enforce',
                'user': 'bob',
                'project': cloud.PROJECT,
                'roles': 'member, reader',
                rules.EXEMPT: False,
                rules.ISOLATED: True,
                rules.SEE_PROJECT: False,
                'sees': OWN,
                'changes': OWN,
                'server': self.alices_server,
                'owner': 'alice',
                'answer': '404',
                'actions': '404',
                'note': 'Keystone was not asked whether this user has these '
                'roles in this project: no OS_ variables are set.',
            },
            json.loads(out),
        )

    def test_a_caller_is_who_keystone_says(self):
        class Keystone:
            def caller(self):
                return keystones.Caller('carol', cloud.PROJECT, ('manager',))

        self.asks(Keystone())
        code, out, _ = commands.run('explain', '-f', 'json')
        self.assertEqual(0, code)
        self.assertEqual('carol', json.loads(out)['user'])
        self.assertEqual(ALL, json.loads(out)['changes'])

    def test_half_a_caller_is_one_sentence(self):
        for arguments in (('--user', 'bob'), ()):
            code, out, err = commands.run('explain', *arguments)
            self.assertEqual((2, ''), (code, out))
            self.assertEqual(1, err.count('\n'), err)
            self.assertIn('Give --user, --project and --role', err)

    def explained(self, *arguments):
        """Return what explain says of Bob's roles and her server."""
        return commands.run(
            'explain',
            *arguments,
            *('--role', 'member', '--role', 'reader'),
            *('-f', 'json', self.alices_server),
        )

    def test_names_are_resolved_by_keystone(self):
        self.asks(Keystone())
        code, out, err = self.explained('--user', 'ali', '--project', 'atlas')
        self.assertEqual(0, code, err)
        found = json.loads(out)
        self.assertEqual(
            ('alice', cloud.PROJECT, '200'),
            (found['user'], found['project'], found['answer']),
        )
        self.assertNotIn('note', found)

    def test_names_that_mean_nobody_are_refused(self):
        for keystone, user, project, about in (
            (Keystone(), 'al', 'atlas', 'no user with the name or ID al'),
            (Keystone(), 'ali', 'atla', 'no project with the name or ID atla'),
            (Keystone('reader'), 'ali', 'atlas', 'no role of the name member'),
            (None, 'ali', 'atlas', 'atlas does not look like the ID of a'),
        ):
            self.asks(keystone)
            code, out, err = self.explained(
                '--user', user, '--project', project
            )
            self.assertEqual((1, ''), (code, out), err)
            self.assertEqual(1, err.count('\n'), err)
            self.assertIn(about, err)

    def test_name_of_a_user_without_keystone_is_refused(self):
        for number in range(3):
            cloud.map_server(self.boot(self.alice), user_id=f'{number:032x}')
        code, _, err = self.explained(
            '--user', 'ali', '--project', cloud.PROJECT
        )
        self.assertEqual(1, code)
        self.assertIn('ali does not look like the ID of a user', err)
        code, out, err = self.explained(
            '--user', 32 * 'a', '--project', cloud.PROJECT
        )
        self.assertEqual(0, code, err)
        self.assertEqual('404', json.loads(out)['answer'])

    def test_name_of_a_server_is_refused(self):
        for name in ('of-alice', '', 'x' * 32):
            code, out, err = commands.run(
                'explain',
                *('--user', 'bob', '--project', cloud.PROJECT),
                *('--role', 'member', name),
            )
            self.assertEqual((2, ''), (code, out))
            self.assertIn('is not the ID of a server', err)

    def test_modes_that_hide_nothing_are_said(self):
        for mode in ('monitor', 'off'):
            self.flags(mode=mode, group='cloud_security')
            code, out, _ = commands.run(
                'explain',
                *('--user', 'bob', '--project', cloud.PROJECT),
                *('--role', 'member'),
                *('-f', 'value', '-c', 'mode'),
            )
            self.assertEqual(0, code)
            self.assertIn(f'{mode}: no', out)
            self.assertIn('this is enforce', out)

    def test_it_says_that_rules_ask_what_is_done(self):
        arguments = (
            *('--user', 'bob', '--project', cloud.PROJECT),
            *('--role', 'member'),
        )
        _, out, _ = commands.run('explain', *arguments)
        self.assertNotIn('Rules ask what is done', out)
        self.operator_writes({rules.SEE_PROJECT: "'/servers':%(path)s"})
        _, out, _ = commands.run('explain', *arguments)
        self.assertIn('Rules ask what is done', out)

    def test_a_broken_policy_is_one_sentence(self):
        self.operator_writes({rules.ISOLATED: 'role:x &'})
        code, out, err = commands.run(
            'explain',
            *('--user', 'bob', '--project', cloud.PROJECT),
            *('--role', 'member'),
        )
        self.assertEqual((1, ''), (code, out))
        self.assertIn(f'{rules.ISOLATED} cannot be understood', err)
