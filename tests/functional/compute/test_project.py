# SPDX-License-Identifier: Apache-2.0
"""Things that a project shares, or not: usage, quota, groups."""

import datetime

import fixtures
from nova import context as nova_context
from nova import objects
from nova import quota
from oslo_utils.fixture import uuidsentinel

from cloud_security.policy import rules
from cloud_security.visibility import scope as scopes
from tests.functional.compute import cloud

USAGE = f'os-simple-tenant-usage/{cloud.PROJECT}'


def usage_query():
    """Return a query for yesterday to tomorrow."""
    now = datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None)
    day = datetime.timedelta(days=1)
    return f'?start={(now - day).isoformat()}&end={(now + day).isoformat()}'


class Project(cloud.Cloud):
    def setUp(self):
        super().setUp()
        self.alices_servers = [self.boot(self.alice), self.boot(self.alice)]
        self.bobs_servers = [self.boot(self.bob)]
        self.wait_for_usage(3)

    def wait_for_usage(self, count):
        """Wait for Nova to count servers that have just been launched."""
        self.wait_for(
            lambda: (
                count == len(self.usage(self.carol).get('server_usages', ()))
            )
        )

    def used(self, account, query=''):
        quota = account.get(f'os-quota-sets/{cloud.PROJECT}/detail{query}')
        return {
            name: quota['quota_set'][name]['in_use']
            for name in ('instances', 'cores', 'ram', 'server_groups')
        }

    def usage(self, account, query='', **kwargs):
        return account.get(USAGE + usage_query() + query, **kwargs)[
            'tenant_usage'
        ]

    def group(self, account, policy='affinity'):
        answer = account.call(
            'POST',
            'os-server-groups',
            {'server_group': {'name': account.user_id, 'policies': [policy]}},
        )
        self.assertEqual(200, answer.status_code, answer.text)
        return answer.json()['server_group']['id']


class TestProject(Project):
    def test_usage_lists_and_adds_up_the_own_servers(self):
        for version in ('2.1', '2.40', cloud.LATEST):
            usage = self.usage(self.bob, version=version)
            self.assertEqual(
                self.bobs_servers,
                [server['instance_id'] for server in usage['server_usages']],
            )
            self.assertEqual(
                sum(server['hours'] for server in usage['server_usages']),
                usage['total_hours'],
            )
        self.assertEqual({}, self.usage(self.dan))
        self.assertEqual(3, len(self.usage(self.carol)['server_usages']))

    def test_usage_has_full_pages_of_the_own_servers(self):
        self.bobs_servers.append(self.boot(self.bob))
        self.wait_for_usage(4)
        seen, marker = [], ''
        for _ in range(2):
            usage = self.usage(self.bob, f'&limit=1{marker}', version='2.40')
            seen += [
                server['instance_id'] for server in usage['server_usages']
            ]
            marker = f'&marker={seen[-1]}'
        self.assertEqual(sorted(self.bobs_servers), sorted(seen))

    def test_a_hidden_usage_marker_is_answered_like_an_unknown_one(self):
        answers = []
        for marker in (self.alices_servers[0], uuidsentinel.unknown):
            answer = self.bob.call(
                'GET',
                f'{USAGE}{usage_query()}&marker={marker}',
                version='2.40',
            )
            answers.append(
                (answer.status_code, answer.text.replace(marker, 'MARKER'))
            )
        self.assertEqual(400, answers[0][0])
        self.assertEqual(answers[0], answers[1])

    def test_quota_counts_the_whole_project(self):
        for account in (self.bob, self.dan, self.carol):
            self.assertEqual(3, self.used(account)['instances'])
        self.assertEqual(
            3,
            self.bob.get('limits')['limits']['absolute']['totalInstancesUsed'],
        )

    def test_quota_holds_for_the_whole_project(self):
        self.flags(instances=3, group='quota')
        answer = self.bob.call(
            'POST',
            'servers',
            {
                'server': {
                    'name': 'one-too-many',
                    'flavorRef': '1',
                    'networks': 'none',
                    'imageRef': cloud.IMAGE,
                }
            },
            version='2.37',
        )
        self.assertEqual(403, answer.status_code)
        self.assertIn('Quota exceeded for instances', answer.text)

    def test_somebody_elses_usage_of_the_quota_is_nothing(self):
        self.group(self.alice)
        nothing = {'instances': 0, 'cores': 0, 'ram': 0, 'server_groups': 0}
        for account in (self.bob, self.dan):
            for query in (
                '?user_id=alice',
                '?user_id=nobody',
                '?user_id=bob&user_id=alice',
            ):
                self.assertEqual(nothing, self.used(account, query))
        self.assertEqual(1, self.used(self.bob, '?user_id=bob')['instances'])
        self.assertEqual(
            2, self.used(self.carol, '?user_id=alice')['instances']
        )

    def test_what_is_not_counted_stays_so(self):
        self.flags(driver='nova.quota.NoopQuotaDriver', group='quota')
        self.assertEqual(-1, self.used(self.bob, '?user_id=alice')['cores'])

    def test_groups_are_their_owners(self):
        alices_group, bobs_group = self.group(self.alice), self.group(self.bob)
        self.assertEqual(
            [bobs_group],
            [
                group['id']
                for group in self.bob.get('os-server-groups')['server_groups']
            ],
        )
        self.assertEqual(
            2, len(self.carol.get('os-server-groups')['server_groups'])
        )
        for method in ('GET', 'DELETE'):
            answers = [
                (answer.status_code, answer.text.replace(group, 'GROUP'))
                for group in (alices_group, uuidsentinel.unknown)
                for answer in [
                    self.bob.call(method, f'os-server-groups/{group}')
                ]
            ]
            self.assertEqual(404, answers[0][0])
            self.assertEqual(answers[0], answers[1])
        self.alice.get(f'os-server-groups/{alices_group}')
        # Whatever a manager changes, not only servers.
        self.assertEqual(
            204,
            self.carol.call(
                'DELETE', f'os-server-groups/{alices_group}'
            ).status_code,
        )

    def test_nobody_boots_into_a_hidden_group(self):
        answers = []
        for group in (self.group(self.alice), uuidsentinel.unknown):
            answer = self.bob.call(
                'POST',
                'servers',
                {
                    'server': {
                        'name': 'x',
                        'flavorRef': '1',
                        'imageRef': cloud.IMAGE,
                        'networks': 'none',
                    },
                    'os:scheduler_hints': {'group': group},
                },
                version='2.37',
            )
            answers.append(
                (answer.status_code, answer.text.replace(group, 'GROUP'))
            )
        self.assertEqual(400, answers[0][0])
        self.assertEqual(answers[0], answers[1])

    def test_a_group_does_not_name_hidden_members(self):
        group = self.group(self.alice)
        own = self.boot(self.alice, hints={'group': group})
        managers = self.boot(self.carol, hints={'group': group})
        self.assertEqual(
            [own],
            self.alice.get(f'os-server-groups/{group}')['server_group'][
                'members'
            ],
        )
        self.assertEqual(
            [own],
            self.alice.get('os-server-groups')['server_groups'][0]['members'],
        )
        self.assertEqual(
            {own, managers},
            set(
                self.carol.get(f'os-server-groups/{group}')['server_group'][
                    'members'
                ]
            ),
        )


class TestQuotaCache(Project):
    """Nova asks once whether all rows tell whose they are, and remembers."""

    def setUp(self):
        super().setUp()
        self.forget()
        self.addCleanup(self.forget)

    def forget(self):
        quota.UID_QFD_POPULATED_CACHE_ALL = False
        quota.UID_QFD_POPULATED_CACHE_BY_PROJECT = set()

    def test_it_is_asked_of_everybodys_rows(self):
        self.flags(
            count_usage_from_placement=True,
            server_group_members=1,
            group='quota',
        )
        for server_id in self.alices_servers:
            self.forget_owner(server_id)
        group = self.group(self.bob)
        self.assertEqual(3, self.used(self.bob)['instances'])
        self.boot(self.bob, hints={'group': group})
        self.assertFalse(quota.UID_QFD_POPULATED_CACHE_ALL)
        self.assertEqual(set(), quota.UID_QFD_POPULATED_CACHE_BY_PROJECT)


class TestSharedGroup(Project):
    """A member's server is in another member's group from before."""

    def setUp(self):
        super().setUp()
        self.operator_writes({rules.ISOLATED: '!'})
        self.alices_group = self.group(self.alice)
        self.bobs_server = self.boot(
            self.bob, hints={'group': self.alices_group}
        )
        self.operator_writes({})

    def test_the_own_server_works_on(self):
        for action, arguments in (
            ('rebuild', {'imageRef': 'a2459075-d96c-40d5-893e-577ff92e721c'}),
            ('shelve', None),
            ('unshelve', None),
        ):
            answer = self.bob.act(self.bobs_server, action, arguments)
            self.assertEqual(202, answer.status_code, action + answer.text)
            self.wait_for(
                lambda: (
                    not self.root.get(f'servers/{self.bobs_server}')['server'][
                        'OS-EXT-STS:task_state'
                    ]
                )
            )
        with scopes.on_this_thread(scopes.EVERYBODY):
            spec = objects.RequestSpec.get_by_instance_uuid(
                nova_context.get_admin_context(), self.bobs_server
            )
        self.assertEqual(self.alices_group, spec.instance_group.uuid)

    def test_the_group_stays_its_owners(self):
        self.assertEqual([], self.bob.get('os-server-groups')['server_groups'])
        for method in ('GET', 'DELETE'):
            self.assertEqual(
                404,
                self.bob.call(
                    method, f'os-server-groups/{self.alices_group}'
                ).status_code,
            )


class TestUniqueNames(cloud.Cloud):
    def test_names_that_others_use_are_taken(self):
        self.flags(osapi_compute_unique_server_name_scope='project')
        self.boot(self.alice, name='taken')
        body = {
            'server': {
                'name': 'taken',
                'flavorRef': '1',
                'imageRef': cloud.IMAGE,
                'networks': 'none',
            }
        }
        answer = self.bob.call('POST', 'servers', body, version='2.37')
        self.assertEqual(409, answer.status_code, answer.text)


class TestMigrations(cloud.Cloud):
    """GET /os-migrations reads no server first, and operators may open it."""

    RULES = dict.fromkeys(
        (
            'os_compute_api:os-migrations:index',
            'os_compute_api:os-migrations:index:all_projects',
        ),
        'rule:project_reader_api',
    )

    def setUp(self):
        super().setUp()
        self.bobs_server = self.boot(self.bob)
        self.alices_server = self.boot(self.alice)
        context = nova_context.get_admin_context()
        with scopes.on_this_thread(scopes.EVERYBODY):
            cell = objects.InstanceMapping.get_by_instance_uuid(
                context, self.alices_server
            ).cell_mapping
            with nova_context.target_cell(context, cell) as target:
                for server_id in (self.bobs_server, self.alices_server):
                    objects.Migration(
                        target,
                        instance_uuid=server_id,
                        status='done',
                        migration_type='migration',
                        source_compute='one',
                        dest_compute='other',
                        user_id='root',
                        project_id=cloud.PROJECT,
                    ).create()

    def servers(self, account, query=''):
        path = f'os-migrations?project_id={cloud.PROJECT}{query}'
        return {
            migration['instance_uuid']
            for migration in account.get(path, version='2.80')['migrations']
        }

    def test_a_member_sees_those_of_his_servers(self):
        self.assertEqual({self.bobs_server}, self.servers(self.bob))
        self.assertEqual(
            set(),
            self.servers(self.bob, f'&instance_uuid={self.alices_server}'),
        )

    def test_a_manager_sees_all(self):
        self.assertEqual(
            {self.bobs_server, self.alices_server}, self.servers(self.carol)
        )


class TestMigrationsInMonitorMode(TestMigrations):
    MODE = 'monitor'

    def test_a_member_sees_those_of_his_servers(self):
        log = self.useFixture(fixtures.FakeLogger('cloud_security'))
        self.assertEqual(
            {self.bobs_server, self.alices_server}, self.servers(self.bob)
        )
        self.assertIn(
            '"servers": '
            f'[{{"owner_id": "alice", "server_id": "{self.alices_server}"}}]',
            log.output,
        )


class TestMigrationsWithoutTheFilter(TestMigrations):
    FILTERED = DROPPED_IN = False

    def test_a_member_sees_those_of_his_servers(self):
        self.assertEqual(
            {self.bobs_server, self.alices_server}, self.servers(self.bob)
        )


class TestProjectWithoutTheFilter(Project):
    FILTERED = DROPPED_IN = False

    def test_everything_is_shared(self):
        group = self.group(self.alice)
        self.assertEqual(3, len(self.usage(self.bob)['server_usages']))
        self.assertEqual(2, self.used(self.bob, '?user_id=alice')['instances'])
        self.assertEqual(
            1, len(self.bob.get('os-server-groups')['server_groups'])
        )
        self.boot(self.bob, hints={'group': group})
        self.assertEqual(
            204,
            self.bob.call('DELETE', f'os-server-groups/{group}').status_code,
        )
