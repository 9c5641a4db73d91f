# SPDX-License-Identifier: Apache-2.0
"""The recipes of the documentation, loaded as they stand there, and proven."""

import pathlib

import yaml

from tests.functional.compute import cloud

RECIPES = (
    pathlib.Path(cloud.DROP_IN).parents[2] / 'doc/source/configuration/recipes'
)
CONSOLE = {'remote_console': {'protocol': 'vnc', 'type': 'novnc'}}


class Recipe(cloud.Cloud):
    #: Name of the file.
    RECIPE = ''
    COPIES = False

    def setUp(self):
        with open(RECIPES / f'{self.RECIPE}.yaml') as recipe:
            self.RULES = yaml.safe_load(recipe)
        self.flags(enabled=True, group='vnc')
        super().setUp()
        self.alices_server = self.boot(self.alice)

    def assert_seen(self, account, server_id):
        account.get(f'servers/{server_id}')
        self.assertIn(server_id, account.ids())

    def assert_hidden(self, account, server_id):
        for method, path, body in (
            ('GET', '', None),
            ('DELETE', '', None),
            ('POST', '/action', {'reboot': {'type': 'HARD'}}),
        ):
            answer = account.call(method, f'servers/{server_id}{path}', body)
            self.assertEqual(404, answer.status_code, (method, path))
        self.assertNotIn(server_id, account.ids())

    def reboots(self, account, server_id):
        """Tell whether an account reboots a server, and wait for it."""
        answer = account.act(server_id, 'reboot', {'type': 'HARD'})
        self.assertIn(answer.status_code, (202, 404), answer.text)
        self.wait_for(
            lambda: (
                not self.root.get(f'servers/{server_id}')['server'][
                    'OS-EXT-STS:task_state'
                ]
            )
        )
        return answer.status_code == 202

    def opens_console(self, account, server_id):
        answer = account.call(
            'POST',
            f'servers/{server_id}/remote-consoles',
            CONSOLE,
            version='2.6',
        )
        self.assertIn(answer.status_code, (200, 404), answer.text)
        return answer.status_code == 200

    def deletes(self, account, server_id):
        answer = account.call('DELETE', f'servers/{server_id}')
        self.assertIn(answer.status_code, (204, 404), answer.text)
        return answer.status_code == 204


class TestNamedProjects(Recipe):
    RECIPE = 'named-projects'

    def test_members_of_a_named_project_are_isolated(self):
        self.assert_hidden(self.bob, self.alices_server)
        self.assert_seen(self.alice, self.alices_server)

    def test_members_of_another_share_it(self):
        eves = self.boot(self.eve)
        adam = self.account('adam', project_id='a' * 32)
        self.assert_hidden(adam, eves)
        friend = self.account('friend', project_id='f' * 32)
        self.assert_seen(friend, eves)
        self.assertTrue(self.deletes(friend, eves))


class TestTeamProjects(Recipe):
    RECIPE = 'team-projects'

    def test_members_of_a_team_share_its_project(self):
        eves = self.boot(self.eve)
        friend = self.account('friend', project_id='f' * 32)
        self.assert_seen(friend, eves)
        self.assertTrue(self.reboots(friend, eves))

    def test_members_of_another_are_isolated(self):
        self.assert_hidden(self.bob, self.alices_server)
        self.assert_seen(self.alice, self.alices_server)


class TestObserver(Recipe):
    RECIPE = 'observer'

    def test_an_observer_sees_and_does_not_touch(self):
        olga = self.account('olga', ('observer',) + cloud.MEMBER)
        self.assert_seen(olga, self.alices_server)
        for act in (self.reboots, self.opens_console, self.deletes):
            self.assertFalse(act(olga, self.alices_server), act)
        own = self.boot(olga)
        for act in (self.reboots, self.opens_console, self.deletes):
            self.assertTrue(act(olga, own), act)

    def test_an_observer_who_only_reads_sees(self):
        self.assert_seen(
            self.account('olga', ('observer', 'reader')), self.alices_server
        )

    def test_others_are_as_before(self):
        self.assert_hidden(self.bob, self.alices_server)
        self.assertTrue(self.reboots(self.carol, self.alices_server))


class TestSupporter(Recipe):
    RECIPE = 'supporter'

    def test_a_supporter_reboots_and_opens_consoles(self):
        sam = self.account('sam', ('supporter',) + cloud.MEMBER)
        self.assert_seen(sam, self.alices_server)
        self.assertTrue(self.reboots(sam, self.alices_server))
        self.assertTrue(self.opens_console(sam, self.alices_server))

    def test_a_supporter_does_nothing_else(self):
        sam = self.account('sam', ('supporter',) + cloud.MEMBER)
        self.assertFalse(self.deletes(sam, self.alices_server))
        for name, arguments in (
            ('os-stop', None),
            ('rebuild', {'imageRef': cloud.IMAGE}),
            ('createImage', {'name': 'copy'}),
            ('lock', None),
        ):
            answer = sam.act(self.alices_server, name, arguments)
            self.assertEqual(404, answer.status_code, name)
        for method, path, body in (
            ('PUT', '', {'server': {'name': 'x'}}),
            ('POST', '/metadata', {'metadata': {'a': 'b'}}),
            ('PUT', '/tags/x', None),
        ):
            answer = sam.call(
                method,
                f'servers/{self.alices_server}{path}',
                body,
                version='2.26',
            )
            self.assertEqual(404, answer.status_code, path)

    def test_others_are_as_before(self):
        self.assert_hidden(self.bob, self.alices_server)
        self.assertTrue(self.deletes(self.carol, self.alices_server))


class TestAllSee(Recipe):
    RECIPE = 'all-see'

    def test_all_members_see_the_server(self):
        for account in (self.bob, self.dan, self.carol):
            self.assert_seen(account, self.alices_server)

    def test_only_its_owner_and_a_manager_act_on_it(self):
        for account in (self.bob, self.dan):
            for act in (self.reboots, self.opens_console, self.deletes):
                self.assertFalse(act(account, self.alices_server), act)
        for account in (self.alice, self.carol):
            self.assertTrue(self.reboots(account, self.alices_server))
        self.assertTrue(self.deletes(self.alice, self.alices_server))

    def test_other_projects_stay_hidden(self):
        self.assert_hidden(self.eve, self.alices_server)


class TestOwnerDestroys(Recipe):
    RECIPE = 'owner-destroys'

    def test_all_members_work_on_the_server(self):
        self.assert_seen(self.bob, self.alices_server)
        self.assertTrue(self.reboots(self.bob, self.alices_server))
        self.assertTrue(self.opens_console(self.bob, self.alices_server))
        answer = self.bob.call(
            'PUT',
            f'servers/{self.alices_server}',
            {'server': {'name': 'shared'}},
        )
        self.assertEqual(200, answer.status_code)

    def test_only_its_owner_and_a_manager_destroy_it(self):
        for path in ('servers', 'os-volumes_boot'):
            answer = self.bob.call('DELETE', f'{path}/{self.alices_server}')
            self.assertEqual(404, answer.status_code, path)
            answer = self.bob.call(
                'GET', f'{path}/{self.alices_server}?_method=DELETE'
            )
            self.assertEqual(404, answer.status_code, path)
        for name, arguments in (
            ('forceDelete', None),
            ('rebuild', {'imageRef': cloud.IMAGE}),
        ):
            answer = self.bob.act(self.alices_server, name, arguments)
            self.assertEqual(404, answer.status_code, name)
        self.assertTrue(self.deletes(self.carol, self.boot(self.bob)))
        self.assertTrue(self.deletes(self.alice, self.alices_server))


class TestAccounting(Recipe):
    RECIPE = 'accounting'

    def setUp(self):
        super().setUp()
        self.eves = self.boot(self.eve)

    def lists(self, roles):
        account = self.account('caso', roles, project_id='a' * 32)
        usage = account.call('GET', 'os-simple-tenant-usage?detailed=1')
        self.assertIn(usage.status_code, (200, 403))
        listed = account.call('GET', 'servers/detail?all_tenants=1')
        self.assertIn(listed.status_code, (200, 403))
        return {
            *(server['id'] for server in listed.json().get('servers', ())),
        }, {
            used['tenant_id'] for used in usage.json().get('tenant_usages', ())
        }

    def test_an_accounting_account_lists_all_projects(self):
        expected = {self.alices_server, self.eves}, {cloud.PROJECT, 'f' * 32}
        # Usage begins a second after a server was launched.
        self.wait_for(lambda: self.lists(('accounting', 'reader')) == expected)

    def test_without_the_exemption_its_lists_are_empty(self):
        self.operator_writes(
            {
                name: rule
                for name, rule in self.RULES.items()
                if not name.startswith('cloud_security:')
            }
        )
        self.assertEqual((set(), set()), self.lists(('accounting', 'reader')))

    def test_an_accounting_account_changes_nothing(self):
        account = self.account('caso', ('accounting', 'reader'))
        for method in ('DELETE', 'PUT'):
            answer = account.call(
                method,
                f'servers/{self.alices_server}',
                {'server': {'name': 'x'}},
            )
            self.assertEqual(403, answer.status_code, method)


class TestNoManager(Recipe):
    RECIPE = 'no-manager'

    def test_a_manager_is_a_member_like_any_other(self):
        self.assert_hidden(self.carol, self.alices_server)
        self.assert_hidden(self.bob, self.alices_server)
        own = self.boot(self.carol)
        self.assertTrue(self.deletes(self.carol, own))

    def test_admins_still_see_all(self):
        self.assert_seen(self.root, self.alices_server)
        self.assertTrue(self.deletes(self.root, self.alices_server))


class TestEach(Recipe):
    RECIPE = 'observer'

    def test_each_recipe_is_proven_here_and_shown_in_the_documentation(self):
        names = {path.stem for path in RECIPES.glob('*.yaml')}
        proven = {recipe.RECIPE for recipe in Recipe.__subclasses__()}
        self.assertEqual(names, proven)
        text = (RECIPES.parent / 'recipes.rst').read_text()
        for name in names:
            self.assertIn(f'.. literalinclude:: recipes/{name}.yaml\n', text)
