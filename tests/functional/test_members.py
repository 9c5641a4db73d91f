"""The core of the promise."""
from tests.functional import cloud


class TestMembers(cloud.Cloud):

    def setUp(self):
        super().setUp()
        self.api = self.admin_api
        self.hers = self.boot(self.alice)
        self.his = self.boot(self.bob)

    def test_a_member_lists_only_his_own_servers(self):
        self.assertEqual([self.his], self.bob.ids())

    def test_a_member_gets_404_for_another_members_server(self):
        answer = self.bob.call('GET', f'servers/{self.hers}')
        self.assertEqual(404, answer.status_code)


class TestMembersWithoutFilter(cloud.Cloud):

    FILTERED = DROPPED_IN = False

    def setUp(self):
        super().setUp()
        self.api = self.admin_api
        self.hers = self.boot(self.alice)
        self.his = self.boot(self.bob)



    def test_hole(self):
        self.assertEqual(2, len(self.bob.ids()))
