# SPDX-License-Identifier: Apache-2.0
"""Hints that Nova stored before the servers that they name were hidden."""

import ast
import pathlib

import fixtures
from nova import context as nova_context
from nova import objects
from nova.compute import api
from oslo_utils.fixture import uuidsentinel
import testtools

from cloud_security.compute import hint_marks
from cloud_security.compute import request_specs
from cloud_security.compute.transforms import stored_hints
from cloud_security.visibility import scope as scopes
from tests.functional import commands
from tests.functional.compute import cloud
from tests.functional.compute import two_hosts


class StoredHints(two_hosts.Hints):
    """One server of alice's on each of two hosts."""

    def setUp(self):
        super().setUp()
        self.alices = {self.host: self.alices_server}
        while len(self.alices) < 2:
            server_id = self.boot(
                self.root, hints={'different_host': [self.alices_server]}
            )
            cloud.map_server(server_id, user_id='alice')
            self.alices[self.host_of(server_id)] = server_id

    def store(self, server_id, hints):
        """Write hints as a Nova without the filter stores them."""
        context = nova_context.get_admin_context()
        with scopes.on_this_thread(scopes.EVERYBODY):
            spec = objects.RequestSpec.get_by_instance_uuid(context, server_id)
            spec.scheduler_hints = {
                name: value if isinstance(value, list) else [value]
                for name, value in hints.items()
            }
            spec.save()

    def stored(self, server_id):
        """Return the hints that the scheduler reads."""
        context = nova_context.get_admin_context()
        with scopes.on_this_thread(scopes.EVERYBODY):
            return objects.RequestSpec.get_by_instance_uuid(
                context, server_id
            ).scheduler_hints

    def shelved(self, account, hints):
        """Return a shelved and offloaded server with stored hints."""
        server_id = self.boot(account)
        account.act(server_id, 'shelve')
        self.wait_for_status(server_id, 'SHELVED_OFFLOADED')
        self.store(server_id, hints)
        return server_id

    def wait_for_status(self, server_id, status):
        self.wait_for(
            lambda: (
                self.root.get(f'servers/{server_id}')['server']['status']
                == status
            )
        )

    def unshelve(self, account, server_id):
        """Return the host that a server goes to, None if it stays."""
        answer = account.act(server_id, 'unshelve')
        self.assertEqual(202, answer.status_code, answer.text)

        def is_done():
            server = self.root.get(f'servers/{server_id}')['server']
            return server['OS-EXT-STS:task_state'] is None

        self.wait_for(is_done)
        self.other_services.settle()
        return self.host_of(server_id)


class TestStoredHints(StoredHints):
    def test_unshelve_with_hidden_servers_on_all_hosts_succeeds(self):
        server_id = self.shelved(
            self.bob, {'different_host': list(self.alices.values())}
        )
        self.assertIsNotNone(self.unshelve(self.bob, server_id))

    def test_unshelve_with_same_host_as_hidden_is_as_with_unknown(self):
        for named in (self.alices_server, uuidsentinel.unknown):
            server_id = self.shelved(self.bob, {'same_host': named})
            self.assertIsNone(self.unshelve(self.bob, server_id))

    def test_resize_with_hidden_servers_on_all_hosts_succeeds(self):
        server_id = self.boot(self.bob)
        self.store(server_id, {'different_host': list(self.alices.values())})
        answer = self.bob.act(server_id, 'resize', {'flavorRef': '2'})
        self.assertEqual(202, answer.status_code, answer.text)
        self.wait_for_status(server_id, 'VERIFY_RESIZE')

    def test_query_in_escapes_is_neutralized(self):
        first, rest = self.alices_server[0], self.alices_server[1:]
        uuid_of = f'$instances.\\u00{ord(first):02x}{rest}.uuid'
        server_id = self.shelved(
            self.bob, {'query': f'["=", "{uuid_of}", "{uuid_of}"]'}
        )
        self.assertIsNone(self.unshelve(self.bob, server_id))

    def test_query_with_an_escape_beside_the_id_is_neutralized(self):
        uuid_of = f'$instances\\u002e{self.alices_server}\\u002euuid'
        server_id = self.shelved(
            self.bob, {'query': f'["=", "{uuid_of}", "{uuid_of}"]'}
        )
        for drops in (False, True):
            [found] = request_specs.foreign(drops=drops)
            self.assertEqual(
                (server_id, {self.alices_server: 'alice'}),
                (found.server_id, found.named),
            )
        self.assertIsNone(self.unshelve(self.bob, server_id))

    def test_hints_from_a_time_as_manager_are_neutralized(self):
        manager = self.account('bob', ('manager',) + cloud.MEMBER)
        server_id = self.boot(manager, hints={'same_host': self.alices_server})
        self.assertEqual(self.host, self.host_of(server_id))
        self.bob.act(server_id, 'shelve')
        self.wait_for_status(server_id, 'SHELVED_OFFLOADED')
        self.assertIsNone(self.unshelve(self.bob, server_id))

    def test_hints_of_a_manager_and_on_own_servers_are_compared(self):
        own = self.boot(self.bob)
        for account, hints in (
            (self.carol, {'same_host': [self.alices_server]}),
            (self.bob, {'same_host': [self.alices_server, own]}),
        ):
            server_id = self.shelved(account, hints)
            named = hints['same_host'][-1]
            self.assertEqual(
                self.host_of(named), self.unshelve(account, server_id)
            )

    @two_hosts.SHOWN
    def test_neutralized_hints_are_shown_as_stored(self):
        stored = {
            'same_host': [self.alices_server, uuidsentinel.unknown],
            'near': [f'peer {self.alices_server}'],
        }
        server_id = self.shelved(self.bob, stored)

        def shown(account):
            return account.get(f'servers/{server_id}', version='2.100')[
                'server'
            ]['scheduler_hints']

        self.assertEqual(stored, shown(self.bob))
        self.unshelve(self.bob, server_id)
        for account in (self.bob, self.root):
            self.assertEqual(stored, shown(account))

    def test_action_on_a_hidden_server_leaves_its_hints(self):
        own = self.boot(self.bob)
        self.store(self.alices_server, {'same_host': own})
        for action in ('unshelve', 'rebuild'):
            self.bob.act(self.alices_server, action, {'imageRef': cloud.IMAGE})
        self.assertEqual({'same_host': [own]}, self.stored(self.alices_server))

    def test_action_with_a_body_that_nova_refuses_is_refused(self):
        server_id = self.boot(self.bob)
        self.store(server_id, {'same_host': self.alices_server})
        for body in (
            b'',
            b'{',
            b'[]',
            b'{"unshelve": null, "resize": null}',
            b'{"resize": 1}',
        ):
            answer = self.bob.call('POST', f'servers/{server_id}/action', body)
            self.assertEqual(400, answer.status_code, answer.text)


class TestHandOver(StoredHints):
    """Servers that change hands, and hints that name them."""

    def test_neutralize_marks_what_the_new_owner_may_not_see(self):
        server_id = self.boot(self.bob)
        self.store(server_id, {'same_host': [self.alices_server, server_id]})
        other = self.boot(self.alice)
        self.store(other, {'different_host': [self.alices_server, server_id]})
        changed = request_specs.neutralize('bob', [server_id])
        self.assertEqual(
            [(server_id, {self.alices_server: 'alice'})],
            [(found.server_id, found.named) for found in changed],
        )
        self.assertEqual(
            {'same_host': [hint_marks.MARK + self.alices_server, server_id]},
            self.stored(server_id),
        )
        self.assertEqual([], request_specs.neutralize('bob', [server_id]))
        # All servers of an owner.
        [found] = request_specs.foreign('alice')
        self.assertEqual(
            (other, 'alice', {server_id: 'bob'}),
            (found.server_id, found.owner_id, found.named),
        )

    def test_dropped_hints_do_not_show_what_the_new_owner_may_not_see(self):
        server_id = self.boot(self.bob)
        unknown = uuidsentinel.unknown
        query = f'["=", "$instances.\\u00{ord(self.alices_server[0]):02x}'
        self.store(
            server_id,
            {
                'same_host': [self.alices_server],
                'different_host': [
                    hint_marks.MARK + self.alices_server,
                    server_id,
                ],
                'query': query + f'{self.alices_server[1:]}.uuid", "x"]',
                'near': [unknown, 'x', f'at {self.alices_server.upper()}'],
                'build_near_host_ip': '10.0.0.1',
                'group': self.alices_server,
            },
        )
        [changed] = request_specs.neutralize('bob', [server_id], drops=True)
        self.assertEqual({self.alices_server: 'alice'}, changed.named)
        self.assertEqual(
            {
                'different_host': [server_id],
                'near': [unknown, 'x'],
                'build_near_host_ip': ['10.0.0.1'],
                'group': [self.alices_server],
            },
            self.stored(server_id),
        )
        self.assertEqual(
            [], request_specs.neutralize('bob', [server_id], drops=True)
        )

    def test_neutralize_after_a_change_by_nova_reads_again(self):
        server_id = self.boot(self.bob)
        self.store(server_id, {'same_host': self.alices_server})
        [found] = request_specs.foreign('bob')
        self.store(server_id, {'different_host': self.alices_server})
        request_specs.write(found)
        self.assertEqual(
            {'different_host': [hint_marks.MARK + self.alices_server]},
            self.stored(server_id),
        )
        self.assertEqual([], list(request_specs.foreign()))

    def test_foreign_reads_in_pages(self):
        server_ids = [self.boot(self.bob) for _ in range(3)]
        for server_id in server_ids:
            self.store(server_id, {'same_host': self.alices_server})
        self.useFixture(
            fixtures.MonkeyPatch(
                'cloud_security.compute.request_specs.PAGE', 2
            )
        )
        self.assertEqual(
            server_ids, [found.server_id for found in request_specs.foreign()]
        )
        self.assertEqual([], list(request_specs.foreign('nobody')))
        self.assertEqual([], list(request_specs.foreign('bob', ['\0', 'x'])))


class TestMonitor(StoredHints):
    MODE = 'monitor'

    def test_stored_hints_stay_and_are_recorded(self):
        log = self.useFixture(fixtures.FakeLogger('cloud_security'))
        server_id = self.shelved(self.bob, {'same_host': self.alices_server})
        self.assertEqual(self.host, self.unshelve(self.bob, server_id))
        self.assertEqual(
            {'same_host': [self.alices_server]}, self.stored(server_id)
        )
        [record] = [
            line
            for line in log.output.splitlines()
            if 'would_hide' in line and 'unshelve' in line
        ]
        self.assertIn(self.alices_server, record)


class TestStoredHintsWithoutTheFilter(StoredHints):
    FILTERED = DROPPED_IN = False

    def test_unshelve_tells_where_hidden_servers_are(self):
        server_id = self.shelved(
            self.bob, {'different_host': list(self.alices.values())}
        )
        self.assertIsNone(self.unshelve(self.bob, server_id))
        server_id = self.shelved(self.bob, {'same_host': self.alices_server})
        self.assertEqual(self.host, self.unshelve(self.bob, server_id))


class TestActions(testtools.TestCase):
    def test_each_function_that_schedules_again_belongs_to_an_action(self):
        tree = ast.parse(pathlib.Path(api.__file__).read_text())
        readers = {
            function.name
            for function in ast.walk(tree)
            if isinstance(function, ast.FunctionDef)
            for node in ast.walk(function)
            if isinstance(node, ast.Attribute)
            and node.attr.startswith('get_by_instance_uuid')
            and ast.unparse(node.value).endswith('RequestSpec')
        }
        # Both read a server for other ends.
        readers -= {'_get_instance_from_cell', 'revert_resize'}
        self.assertEqual(
            # The action migrate calls resize.
            (stored_hints.ACTIONS | {'live_migrate'})
            - {'migrate', 'os-migrateLive'},
            readers,
        )


class TestCommand(StoredHints):
    def setUp(self):
        super().setUp()
        self.useFixture(
            fixtures.MonkeyPatch(
                'cloud_security.compute.config.load', lambda parsed_args: None
            )
        )
        self.server_id = self.boot(self.bob)
        self.store(self.server_id, {'same_host': self.alices_server})

    def run_command(self, *arguments):
        code, out, err = commands.run('hints', 'neutralize', *arguments)
        self.assertEqual((0, ''), (code, err))
        return out

    def test_neutralize_changes_hints_once(self):
        out = self.run_command('--dry-run')
        self.assertIn(
            f'{self.server_id} of bob: would lose its hints on '
            f'{self.alices_server}',
            out,
        )
        self.assertEqual(
            {'same_host': [self.alices_server]}, self.stored(self.server_id)
        )
        self.assertIn('owners: 1.', self.run_command())
        self.assertEqual(
            {'same_host': [hint_marks.MARK + self.alices_server]},
            self.stored(self.server_id),
        )
        self.assertEqual(
            'Servers with hints on servers of other owners: 0.\n',
            self.run_command(),
        )

    def test_dropped_same_host_lets_a_server_find_a_host_again(self):
        self.bob.act(self.server_id, 'shelve')
        self.wait_for_status(self.server_id, 'SHELVED_OFFLOADED')
        self.assertIsNone(self.unshelve(self.bob, self.server_id))
        self.assertIn('owners: 0.', self.run_command())
        self.assertIn('owners: 1.', self.run_command('--drop'))
        self.assertEqual({}, self.stored(self.server_id))
        self.assertIsNotNone(self.unshelve(self.bob, self.server_id))

    def test_move_by_an_admin_compares_hints_until_they_are_neutralized(self):
        self.bob.act(self.server_id, 'shelve')
        self.wait_for_status(self.server_id, 'SHELVED_OFFLOADED')
        self.assertEqual(self.host, self.unshelve(self.root, self.server_id))
        self.run_command()
        self.bob.act(self.server_id, 'shelve')
        self.wait_for_status(self.server_id, 'SHELVED_OFFLOADED')
        self.assertIsNone(self.unshelve(self.root, self.server_id))
