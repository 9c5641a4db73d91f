# SPDX-License-Identifier: Apache-2.0
"""The live probe on stock Neutron, and with the plugin."""

import fixtures

from cloud_security.probe import catalog
from cloud_security.probe.results.summary import Outcome
from tests.functional.network import cloud
from tests.functional.network import probing
from tests.functional.probing import Verdicts

TABLE = catalog.TABLES['network']
#: Operations that prove nothing here: there is no Nova in Neutron's fixtures.
NEVER = {one.name for one in TABLE if one.asks}
UNTOUCHED = "the owner's port is untouched"


class Probed(Verdicts, cloud.Cloud):
    """A Neutron that the probe looks at."""

    def populate(self):
        super().populate()
        self.external = self.external_network()

    def setUp(self):
        super().setUp()
        # Nova knows no server here, so that none is the caller's own.
        self.useFixture(
            fixtures.MonkeyPatch(
                'cloud_security.network.device_ids.is_own_server',
                lambda context, user_id, device_id, thing: False,
            )
        )

    def assert_nothing_left(self):
        for path in (
            'ports?device_owner=',
            'ports?device_owner=probe:none',
            'floatingips',
            'trunks',
            'address-groups',
            'rbac-policies?object_type=security_group',
        ):
            self.assertEqual(set(), self.root.ids(path), path)
        groups = self.root.get('security-groups?fields=name')[1]
        names = {one['name'] for one in groups['security_groups']}
        self.assertEqual({'default'}, names)
        self.assertEqual(2, len(self.root.ids('networks')))


class TestProbe(Probed):
    def test_probe_finds_no_leak(self):
        summary = probing.run(self)
        self.assert_no_leak(summary, NEVER)
        self.assertEqual(
            {one.name for one in TABLE} | {UNTOUCHED},
            {*self.verdicts(summary)},
        )
        self.assert_works(summary, 'rename a port')


class TestProbeWithoutThePlugin(Probed):
    plugins = cloud.PLUGINS

    def test_every_operation_leaks(self):
        summary = probing.run(self, others=False)
        self.assert_all_leak(summary, NEVER)


class TestProbeWithoutANetwork(cloud.Cloud):
    def test_owner_makes_a_network_and_removes_it(self):
        self.root.delete(f'networks/{self.network["id"]}')
        summary = probing.run(
            self,
            ('show a port', 'list ports', 'find a port by address'),
            others=False,
        )
        self.assertEqual(Outcome.OK, summary.outcome, summary.sentence)
        self.assertEqual(set(), self.root.ids('networks'))
        self.assertEqual(set(), self.root.ids('ports'))
