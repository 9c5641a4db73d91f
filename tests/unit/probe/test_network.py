# SPDX-License-Identifier: Apache-2.0
"""Neutron: operations, controls, holes, and clouds that lack something."""

from cloud_security.probe import catalog
from cloud_security.probe.client import limits
from cloud_security.probe.client import services
from cloud_security.probe.resources import footprint as footprints
from cloud_security.probe.resources import supplies
from cloud_security.probe.resources.network import network_stage
from cloud_security.probe.results.summary import Outcome
from cloud_security.probe.verdicts.findings import Verdict
from tests.unit.probe import fake_neutron
from tests.unit.probe import runs

NETWORK = catalog.TABLES['network']
ALL = {one.name for one in NETWORK}
UNTOUCHED = "the owner's port is untouched"
ATTACH = 'attach a port to a server of its own'
#: An operation of Nova, so that the run has servers.
SHOW = 'show'
NOVAS = {SHOW, "the owner's server is untouched"}
#: Operations that must find a leak, by the way in which alone a cloud leaks.
HOLES = {
    'list': (
        'list ports',
        'list IDs of ports',
        'list ports of a network',
        'find a port by ID',
        'find a port by device',
        'find a port by MAC address',
        'find a port by address',
        'list floating IPs',
        'find a trunk by port',
    ),
    'page': ('page behind a port', 'page of one behind a security group'),
    'GET': (
        'show a port',
        'show a security group rule',
        'show an RBAC policy',
    ),
    'PUT': (
        'rename a port',
        'describe a floating IP',
        'give a floating IP to a port of its own',
        'put a port of its own into a trunk',
    ),
    'tags': ('tag a port', "look for a trunk's tag"),
    'security_groups': (
        'make a port in a security group',
        'put a port of its own into a security group',
    ),
    'security_group_id': ('make a rule in a security group',),
    'remote_group_id': ('let a security group in',),
    'remote_address_group_id': ('let an address group in',),
    'object_id': (
        'share a security group with a project',
        "share a security group with one's project",
    ),
    'port_id': (
        'make a floating IP for a port',
        'give a floating IP of its own to a port',
        'make a trunk of a port',
    ),
    'internal_port_id': ('forward a floating IP of its own to a port',),
    'POST': ('forward a floating IP to a port of its own',),
    'sub_ports': ('put a port into a trunk of its own',),
    'DELETE': (
        'delete a security group',
        'delete a trunk by an overridden method',
    ),
    'compute': ('boot with a port',),
}


class NetworkTest(runs.RunTest):
    """A test of Neutron's operations in this process."""

    def run_probe(self, *names, others=(), **kwargs):
        """Return the summary of some operations, of all by default."""
        names = names or {*ALL, SHOW}
        return super().run_probe(*names, others=others, **kwargs)

    def sent(self, user, method, *parts):
        """Return the paths of a user's requests that have all parts."""
        return [
            path
            for who, how, path in self.cloud.requests
            if (who, how) == (user, method)
            and all(one in path for one in parts)
        ]


class TestCatalog(runs.WholeTable, NetworkTest):
    TABLE = NETWORK
    UNTOUCHED = UNTOUCHED
    BESIDE = NOVAS
    SAID = "another member's servers and ports."

    def test_placeholders_have_values(self):
        asked = runs.placeholders(NETWORK)
        accounts = self.members(services.NETWORK)
        stage = network_stage.NetworkStage(
            *accounts,
            footprints.Footprint(600),
            supplies.Choice(),
            '2.0',
            {'example': 'a', 'own': 'b'},
        )
        stage.supply()
        stage.make()
        known = stage.values(stage.owner, 'example')
        self.assertEqual(set(), asked - {*known})

    def test_operations_are_neutrons(self):
        self.assertEqual({'network'}, {one.service for one in NETWORK})
        self.assertGreaterEqual(len(NETWORK), 100)


class TestHoles(NetworkTest):
    """A cloud that leaks in one way alone."""

    def test_each_way_is_looked_at(self):
        for way, names in HOLES.items():
            self.cloud.neutron.holes = {way}
            summary = self.run_probe(*names)
            leaks = {one.operation for one in summary.leaks} - {UNTOUCHED}
            self.assertEqual({*names}, leaks, (way, summary.sentence))
            self.assert_cloud_is_empty(summary)

    def test_port_that_nova_attaches_is_a_leak_and_comes_off(self):
        self.cloud.neutron.holes = {'compute'}
        summary = self.run_probe(ATTACH, SHOW)
        self.assertEqual({ATTACH}, {one.operation for one in summary.leaks})
        for user in ('alice', 'bob'):
            detached = self.sent(user, 'DELETE', '/os-interface/')
            self.assertEqual(1, len(detached), user)
        self.assert_cloud_is_empty(summary)

    def test_changed_target_was_touched(self):
        def hooked(user, method, path, body):
            if user == 'bob' and '/bindings' in path:
                for port in self.cloud.neutron.things['ports'].values():
                    port['admin_state_up'] = False

        self.cloud.hook = hooked
        found = self.verdicts(self.run_probe("list a port's bindings"))
        self.assertEqual(Verdict.OPEN, found[UNTOUCHED])

    def test_forbidden_instead_of_not_found_tells(self):
        def hooked(user, method, path, body):
            alices = [
                one['id']
                for one in self.cloud.neutron.things['ports'].values()
                if one['user_id'] == 'alice'
            ]
            if user == 'bob' and any(one in path for one in alices):
                body = {'type': 'PolicyNotAuthorized', 'message': 'No.'}
                return 403, {'NeutronError': body}

        self.cloud.hook = hooked
        self.assertEqual(Verdict.TELLS, self.verdict('show a port'))

    def test_reader_who_may_make_nothing_is_closed(self):
        def hooked(user, method, path, body):
            if (user, method) == ('dan', 'POST') and '/v2.0/' in path:
                body = {'type': 'PolicyNotAuthorized', 'message': 'No.'}
                return 403, {'NeutronError': body}

        self.cloud.hook = hooked
        summary = self.run_probe(
            'make a port in a security group', others=[('reader', 'dan')]
        )
        (found,) = [one for one in summary.findings if one.account == 'reader']
        self.assertEqual(Verdict.CLOSED, found.verdict)
        self.assertIn('role does not allow', found.reason)


class TestMissing(NetworkTest):
    """A cloud that lacks something: named, and never green."""

    def test_missing_extension_is_named(self):
        for extension, name, parts in (
            ('trunk', 'show a trunk', 'tags of trunks, trunks'),
            (
                'floating-ip-port-forwarding',
                'show a port forwarding',
                'port forwardings',
            ),
            ('address-group', 'show an address group', 'address groups'),
            ('binding-extended', "list a port's bindings", 'port bindings'),
            (
                'rbac-security-groups',
                'show an RBAC policy',
                'shared security groups',
            ),
        ):
            self.cloud.neutron.extensions = {*fake_neutron.EXTENSIONS} - {
                extension
            }
            chosen = [
                one.name
                for one in NETWORK
                if one.part in ('', *parts.split(', ')) and one.effect == 1
            ]
            summary = self.run_probe(*chosen)
            found = self.verdicts(summary)
            self.assertEqual(Verdict.INCONCLUSIVE, found[name])
            self.assertEqual(Verdict.CLOSED, found['show a port'])
            self.assertIn(f'Not tried: {parts}.', summary.sentence)
            self.assertIn(
                f'Neutron has no extension {extension}.',
                {one.reason for one in summary.skipped},
            )
            self.assert_cloud_is_empty(summary)

    def test_cloud_without_an_external_network_has_no_floating_ips(self):
        self.cloud.neutron._networks = lambda: []
        self.cloud.neutron.is_routed = False
        summary = self.run_probe(
            'show a port',
            'show a floating IP',
            'give a floating IP of its own to a port',
        )
        found = self.verdicts(summary)
        self.assertEqual(Verdict.INCONCLUSIVE, found['show a floating IP'])
        self.assertEqual(Verdict.CLOSED, found['show a port'])
        self.assertIn(
            'There is no external network.',
            [one.reason for one in summary.skipped],
        )
        self.assert_cloud_is_empty(summary)

    def test_network_without_a_router_takes_no_floating_ips(self):
        self.cloud.neutron.is_routed = False
        found = self.verdicts(self.run_probe())
        self.assertEqual(Verdict.CLOSED, found['show a floating IP'])
        for name in (
            'make a floating IP for a port',
            'show a port forwarding',
        ):
            self.assertEqual(Verdict.INCONCLUSIVE, found[name])

    def test_run_without_nova_attaches_nothing(self):
        found = self.verdicts(self.run_probe(*ALL))
        self.assertEqual(Verdict.INCONCLUSIVE, found[ATTACH])
        self.assertEqual(Verdict.CLOSED, found['boot with a port'])
        self.assertEqual([], self.sent('bob', 'POST', '/os-interface'))
        del self.cloud.catalog['compute']
        self.assertEqual(
            Verdict.INCONCLUSIVE, self.verdict('boot with a port')
        )

    def test_owner_without_a_network_makes_one(self):
        self.cloud.neutron.has_network = False
        summary = self.run_probe('show a port')
        self.assertEqual(Outcome.OK, summary.outcome, summary.sentence)
        self.assertEqual(1, len(self.sent('alice', 'POST', '/networks')))
        self.assertEqual(1, len(self.sent('alice', 'DELETE', '/networks/')))
        self.assert_cloud_is_empty(summary)

    def test_network_that_an_operator_names_counts(self):
        choice = supplies.Choice(network=fake_neutron.SHARED)
        summary = self.run_probe('show a port', choice=choice)
        self.assertEqual(Outcome.OK, summary.outcome)
        summary = self.run_probe(
            'show a port', choice=supplies.Choice(network='x')
        )
        self.assertIn('There is no network x.', summary.error)
        self.assertEqual(Outcome.UNKNOWN, summary.outcome)

    def test_full_quota_is_an_error_for_ports_alone(self):
        body = {'type': 'OverQuota', 'message': 'Quota exceeded for it.'}
        full = 409, {'NeutronError': body}
        self.once(full, lambda method, path: path.endswith('/v2.0/ports'))
        summary = self.run_probe('show a port')
        self.assertIn(
            'The owner may not create a port: Quota exceeded', summary.error
        )
        self.assert_cloud_is_empty(summary)
        self.once(
            full,
            lambda method, path: (
                method == 'POST' and path.endswith('/floatingips')
            ),
        )
        found = self.verdicts(
            self.run_probe('show a port', 'show a floating IP')
        )
        self.assertEqual(Verdict.CLOSED, found['show a port'])
        self.assertEqual(Verdict.INCONCLUSIVE, found['show a floating IP'])

    def test_neutron_that_one_cannot_look_at_is_no_verdict(self):
        def forbidden(user, method, path, body):
            if path.startswith('/network/v2.0/ports'):
                return 403, {'NeutronError': {'message': 'No.'}}

        def maintenance(user, method, path, body):
            if path == '/network/':
                return 200, b'<html>'

        for hook, words in (
            (forbidden, 'No.'),
            (maintenance, 'the response is no JSON'),
        ):
            self.cloud.hook = hook
            summary = self.run_probe(SHOW, 'list servers, 2.1', 'show a port')
            self.assertEqual({'network'}, {*summary.unseen})
            self.assertIn('network: not looked at: ', summary.sentence)
            self.assertIn(words, summary.sentence)
            self.assertEqual(Outcome.UNKNOWN, summary.outcome)

    def test_cloud_without_neutron_is_not_green(self):
        del self.cloud.catalog['network']
        summary = self.run_probe('show a port')
        self.assertEqual(Outcome.UNKNOWN, summary.outcome)
        self.assertIn(
            'network: not looked at: Keystone knows no endpoint of the '
            'network service for the owner.',
            summary.sentence,
        )


class TestCleanup(NetworkTest):
    def test_stranger_or_unmarked_port_stays(self):
        ended = f'{footprints.PREFIX}-000000-1-1-'
        stays = {
            'carols': f'{ended}example of carol',
            'unmarked': f'{ended}example',
            'notes': f'{ended}example-notes of alice',
        }
        goes = {
            'port': f'{ended}example of alice',
            'spare': f'{ended}target-spare of alice',
            'own': f'{ended}own-parent of bob',
        }
        for collection in ('ports', 'floatingips', 'security-groups'):
            for name, description in {**stays, **goes}.items():
                self.cloud.neutron.things[collection][name] = {
                    'id': name,
                    'user_id': 'bob' if name == 'own' else 'alice',
                    'description': description,
                    'security_groups': [],
                }
        self.cloud.neutron.page = 2
        self.run_probe('show a port')
        for collection in ('ports', 'floatingips', 'security-groups'):
            self.assertEqual(
                {*stays}, {*self.cloud.neutron.things[collection]}
            )

    def test_one_failed_list_leaves_nothing(self):
        done = self.once(
            runs.ERROR,
            lambda method, path: (
                'ports?fields' in path and self.cloud.neutron.things['ports']
            ),
        )
        self.assert_cloud_is_empty(self.run_probe('show a port'))
        self.assertEqual(1, len(done))

    def test_stopped_run_leaves_nothing(self):
        for method, part in (
            ('POST', '/v2.0/networks'),
            ('POST', '/v2.0/trunks'),
            ('PUT', '/add_subports'),
            ('POST', '/v2.0/rbac-policies'),
            ('POST', '/port_forwardings'),
            ('PUT', '/v2.0/ports/'),
        ):
            stop = limits.Stop()

            def hooked(user, how, path, body):
                if (how, part in path) == (method, True):
                    stop.note('SIGINT stopped the run.')

            self.cloud.neutron.has_network = 'networks' not in part
            self.cloud.hook = hooked
            summary = self.run_probe(
                *ALL, allowed=limits.Limits(60, 1000, stop)
            )
            self.assertEqual('SIGINT stopped the run.', summary.error, part)
            self.assert_cloud_is_empty(summary)
