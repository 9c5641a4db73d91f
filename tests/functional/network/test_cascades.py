# SPDX-License-Identifier: Apache-2.0
"""Deletions of the project's things, and hidden rows that would go along."""

from tests.functional.network import cloud
from tests.functional.network import shared
from tests.functional.network import things


class TestGroups(shared.Shared):
    def populate(self):
        super().populate()
        self.group_of_all = self.group(
            self.root, name='of all', project_id=cloud.PROJECT
        )

    def name_it(self, account, group):
        """Make a rule that names the group of the project; return its path."""
        rule = self.rule(
            account,
            group,
            remote_group_id=self.group_of_all['id'],
            protocol='tcp',
        )
        return f'security-group-rules/{rule["id"]}'

    def assert_kept(self, rule, owner):
        path = f'security-groups/{self.group_of_all["id"]}'
        status, body = self.bob.delete(path)
        self.assertEqual(409, status)
        self.assertEqual('SecurityGroupInUse', body['NeutronError']['type'])
        self.assertEqual(200, owner.get(rule)[0])
        self.assertEqual(204, self.carol.delete(path)[0])
        self.assertEqual(404, owner.get(rule)[0])

    def test_group_that_a_hidden_rule_names_stays(self):
        rule = self.name_it(self.alice, self.group(self.alice))
        self.assert_kept(rule, self.alice)

    def test_group_that_the_default_group_names_stays(self):
        _, body = self.alice.get('security-groups?name=default')
        [default] = body['security_groups']
        self.assert_kept(self.name_it(self.carol, default), self.alice)

    def test_group_that_nothing_hidden_names_goes(self):
        self.name_it(self.bob, self.group(self.bob))
        path = f'security-groups/{self.group_of_all["id"]}'
        self.assertEqual(204, self.bob.delete(path)[0])


class TestTrunks(shared.Shared):
    def test_trunk_with_a_hidden_subport_stays(self):
        path = self.trunk_of_the_project()
        subport = {'port_id': self.port(self.alice)['id'], **things.SUBPORT}
        for verb, status in (('add', 409), ('remove', 204)):
            done, body = self.alice.put(
                f'{path}/{verb}_subports', {'sub_ports': [subport]}
            )
            self.assertEqual(200, done, body)
            self.assertEqual(status, self.bob.delete(path)[0], verb)


class TestLocalIPs(shared.Shared):
    def test_port_with_a_hidden_local_ip_stays(self):
        local_ip = self.alice.make(
            'local_ips', 'local_ip', local_port_id=self.port(self.alice)['id']
        )
        path = f'local_ips/{local_ip["id"]}/port_associations'
        self.alice.make(
            path, 'port_association', fixed_port_id=self.shared['id']
        )
        port = f'ports/{self.shared["id"]}'
        self.assertEqual(409, self.bob.delete(port)[0])
        association = f'{path}/{self.shared["id"]}'
        self.assertEqual(204, self.alice.delete(association)[0])
        self.assertEqual(204, self.bob.delete(port)[0])
