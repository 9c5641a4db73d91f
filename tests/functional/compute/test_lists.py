# SPDX-License-Identifier: Apache-2.0
"""Lists of servers: only the caller's own, in Nova's order and pages."""

import fixtures
from nova.tests import fixtures as nova_fixtures
from oslo_utils import fixture as utils_fixtures
from oslo_utils.fixture import uuidsentinel

from tests.functional.compute import cloud

VERSIONS = ('2.1', '2.26', '2.69', '2.75', '2.82', '2.83', cloud.LATEST)


class Lists(cloud.Cloud):
    def setUp(self):
        super().setUp()
        self.bobs_servers = []
        self.alices_servers = []
        clock = self.useFixture(utils_fixtures.TimeFixture())
        for _ in range(3):
            for ids, account in (
                (self.alices_servers, self.alice),
                (self.bobs_servers, self.bob),
            ):
                ids.append(self.boot(account, name='same-name'))
                # Those of one second Nova lists by their ids.
                clock.advance_time_seconds(1)

    def newest(self, ids):
        return list(reversed(ids))


class TestLists(Lists):
    def test_list_of_a_member_has_full_pages_of_own_servers(self):
        for version in VERSIONS:
            for path in (
                'servers',
                'servers/detail',
                '/v2/servers/detail',
                'os-volumes_boot',
                'os-volumes_boot/detail',
            ):
                if version == VERSIONS[-1] and 'boot' in path:
                    continue  # removed in 2.103
                self.assertEqual(
                    self.newest(self.bobs_servers),
                    self.bob.ids(path, version=version),
                    path,
                )
        page = self.bob.get('servers?limit=2')
        self.assertEqual(
            self.newest(self.bobs_servers)[:2],
            [server['id'] for server in page['servers']],
        )
        link = page['servers_links'][0]['href']
        self.assertIn(f'marker={self.bobs_servers[1]}', link)
        last = self.bob.get('servers?' + link.split('?')[1])
        self.assertEqual(
            [self.bobs_servers[0]],
            [server['id'] for server in last['servers']],
        )
        self.assertNotIn('servers_links', self.bob.get('servers?limit=4'))

    def test_hidden_marker_is_refused_like_an_unknown_one(self):
        for server_id, is_deleted in zip(self.alices_servers, (False, True)):
            if is_deleted:
                self.alice.call('DELETE', f'servers/{server_id}')
                self.wait_until_gone(server_id)
            answers = [
                (answer.status_code, answer.text.replace(marker, 'MARKER'))
                for marker in (server_id, uuidsentinel.unknown)
                for answer in [
                    self.bob.call('GET', f'servers?marker={marker}')
                ]
            ]
            self.assertEqual(400, answers[0][0])
            self.assertEqual(answers[0], answers[1])

    def test_sorted_or_filtered_list_has_own_servers_alone(self):
        for query in (
            'sort_key=display_name&sort_dir=asc',
            'name=same',
            'status=ACTIVE',
            'changes-since=2000-01-01T00:00:00Z',
            'user_id=bob',
            'image=' + cloud.IMAGE,
            'flavor=1',
            'all_tenants=0',
            f'project_id={cloud.PROJECT}',
        ):
            for version in VERSIONS:
                self.assertEqual(
                    sorted(self.bobs_servers),
                    sorted(self.bob.ids(f'servers?{query}', version=version)),
                    query,
                )
        for query in (
            'user_id=alice',
            f'uuid={self.alices_servers[0]}',
            'user_id=alice&user_id=bob',
        ):
            for version in VERSIONS:
                answer = self.bob.call(
                    'GET', f'servers?{query}', version=version
                )
                for server_id in self.alices_servers:
                    self.assertNotIn(server_id, answer.text, query)
        self.assertEqual(
            403, self.bob.call('GET', 'servers?all_tenants=1').status_code
        )

    def test_changes_since_hides_deleted_servers_of_others(self):
        for account, server_id in (
            (self.alice, self.alices_servers[0]),
            (self.bob, self.bobs_servers[0]),
        ):
            account.call('DELETE', f'servers/{server_id}')
            self.wait_until_gone(server_id)
        self.assertEqual(
            sorted(self.bobs_servers),
            sorted(self.bob.ids('servers?changes-since=2000-01-01T00:00:00Z')),
        )

    def test_list_of_managers_and_admins_has_all_servers(self):
        for account in (self.carol, self.root):
            self.assertEqual(
                sorted(self.alices_servers + self.bobs_servers),
                sorted(account.ids()),
            )
        # A reader without servers, and a member of another project.
        for account in (self.dan, self.eve):
            self.assertEqual([], account.ids())

    def test_down_cell_hides_servers_of_others(self):
        for version in ('2.1', '2.69', cloud.LATEST):
            with nova_fixtures.DownCellFixture():
                for path in ('servers', 'servers/detail'):
                    listed = self.bob.ids(path, version=version)
                    self.assertEqual(
                        sorted(self.bobs_servers) if version != '2.1' else [],
                        sorted(listed),
                    )
                answers = [
                    (answer.status_code, answer.text.replace(server_id, 'ID'))
                    for server_id in (
                        self.alices_servers[0],
                        uuidsentinel.unknown,
                    )
                    for answer in [
                        self.bob.call(
                            'GET', f'servers/{server_id}', version=version
                        )
                    ]
                ]
                self.assertEqual(answers[0], answers[1])

    def test_mapping_without_owner_is_hidden_from_isolated_callers(self):
        self.forget_owner(self.bobs_servers[0])
        self.assertEqual(
            404,
            self.bob.call(
                'GET', f'servers/{self.bobs_servers[0]}'
            ).status_code,
        )
        self.carol.get(f'servers/{self.bobs_servers[0]}')


class TestListsWithoutTheFilter(Lists):
    FILTERED = DROPPED_IN = False

    def test_list_of_a_member_has_servers_of_others(self):
        for version in VERSIONS:
            self.assertEqual(6, len(self.bob.ids(version=version)))
        self.assertEqual(6, len(self.dan.ids()))
        self.assertEqual(
            200,
            self.bob.call(
                'GET', f'servers?marker={self.alices_servers[0]}'
            ).status_code,
        )
        with nova_fixtures.DownCellFixture():
            self.assertEqual(6, len(self.bob.ids(version='2.69')))


class Building(cloud.Cloud):
    """Servers that no cell knows yet: they are build requests."""

    CAST_AS_CALL = False

    def setUp(self):
        super().setUp()
        # Nothing is scheduled any more.
        self.useFixture(
            fixtures.MonkeyPatch(
                'nova.conductor.api.ComputeTaskAPI.schedule_and_build_instances',
                lambda *args, **kwargs: None,
            )
        )
        self.alices_server = self.boot(self.alice, state=None)
        self.bobs_server = self.boot(self.bob, state=None)


class TestBuilding(Building):
    def test_own_builds_alone_are_listed_and_shown(self):
        for version in VERSIONS:
            self.assertEqual([self.bobs_server], self.bob.ids(version=version))
        self.assertEqual(
            404,
            self.bob.call('GET', f'servers/{self.alices_server}').status_code,
        )
        self.assertEqual(
            404,
            self.bob.call(
                'DELETE', f'servers/{self.alices_server}'
            ).status_code,
        )
        self.bob.get(f'servers/{self.bobs_server}')
        self.alice.get(f'servers/{self.alices_server}')
        self.forget_owner(self.alices_server)
        self.assertEqual([self.bobs_server], self.bob.ids())

    def test_own_build_can_be_deleted(self):
        self.assertEqual(
            204,
            self.bob.call('DELETE', f'servers/{self.bobs_server}').status_code,
        )
        self.assertEqual([], self.bob.ids())
        self.assertEqual([self.alices_server], self.carol.ids())


class TestBuildingWithoutTheFilter(Building):
    FILTERED = DROPPED_IN = False

    def test_builds_of_all_members_are_listed_and_shown(self):
        self.assertEqual(2, len(self.bob.ids()))
        self.bob.get(f'servers/{self.alices_server}')
