# SPDX-License-Identifier: Apache-2.0
"""The live probe on stock Nova, with the filter, and with a broken one."""

import os
import threading

import fixtures
from nova.conductor import api as conductor
from nova.tests import fixtures as nova_fixtures
import testscenarios

from cloud_security.compute import service
from cloud_security.probe import catalog
from cloud_security.probe import runner
from cloud_security.probe.catalog import operations
from cloud_security.probe.client import limits
from cloud_security.probe.resources import builder as builders
from cloud_security.probe.resources import footprint as footprints
from cloud_security.probe.resources import supplies
from cloud_security.probe.results import summary as summaries
from cloud_security.wsgi import startup
from tests.functional.compute import cloud
from tests.functional.compute import mutations
from tests.functional.compute import operations as requests
from tests.functional.compute import probing

ADDRESS = '10.0.0.1'
NEUTRON = 'nova.tests.fixtures.NeutronFixture.'
#: Operations that nobody can do in Nova's fixtures, and why.
NEVER = {
    'show in capitals': 'SQLite compares IDs letter by letter',
}
NEVER.update(
    (operation.name, 'this Nova is too old')
    for operation in catalog.TABLE
    if operations.version(operation, cloud.LATEST) is None
)
if int(cloud.LATEST.partition('.')[2]) > 100:
    NEVER.update(
        {
            'rename by its alias': 'Nova answers 500 from 33 on',
            'reboot by its alias': 'Nova answers 500 from 33 on',
        }
    )
#: Operations that reveal a server, but prove nothing of isolation.
ONLY_DIFFERS = {
    'add a security group': 'no such call in the fixture of Neutron',
    'attach an interface to no network': 'Nova answers 500',
    'read security groups': 'the fixture of Neutron fails',
    'remove a security group': 'no such call in the fixture of Neutron',
}
#: Consoles that the fake driver does not have.
UNAVAILABLE = {
    'open the serial console',
    'open the serial console, before 2.6',
    'open the spice console',
    'open the spice console, before 2.6',
}


class Probed(cloud.Cloud):
    """A cloud in which every attempt can succeed."""

    COPIES = False

    #: Operators may let members list migrations.
    RULES = dict.fromkeys(
        (
            'os_compute_api:os-migrations:index',
            'os_compute_api:os-migrations:index:all_projects',
        ),
        'rule:project_reader_api',
    )

    def setUp(self):
        self.useFixture(
            fixtures.MonkeyPatch(
                'nova.tests.functional.integrated_helpers._IntegratedTestBase.'
                '_setup_scheduler_service',
                self.start_scheduler,
            )
        )
        super().setUp()
        self.flags(allow_resize_to_same_host=True)
        self.servers = []
        self.hold_the_first_build()
        self.have_a_floating_ip()
        self.have_a_volume()
        self.reported = []

    def start_scheduler(self, test):
        self.flags(
            enabled_filters=['SameHostFilter', 'ComputeFilter'],
            group='filter_scheduler',
        )
        return test.start_service('scheduler')

    def hold_the_first_build(self):
        """Let Nova build the owner's first server once the peer has looked."""
        looked = threading.Event()
        look = builders.Builder.look
        build = conductor.ComputeTaskAPI.schedule_and_build_instances

        def held(api, context, *args, **kwargs):
            request = kwargs['build_requests'][0]
            self.servers.append(request.instance_uuid)
            if request.instance.display_name.endswith('-example'):
                threading.Thread(
                    target=lambda: (
                        looked.wait(20),
                        build(api, context, *args, **kwargs),
                    )
                ).start()
            else:
                build(api, context, *args, **kwargs)

        def noted(builder, server_id):
            try:
                look(builder, server_id)
            finally:
                looked.set()

        for place, stand_in in (
            (
                'nova.conductor.api.ComputeTaskAPI.'
                'schedule_and_build_instances',
                held,
            ),
            (
                'cloud_security.probe.resources.builder.Builder.look',
                noted,
            ),
        ):
            self.useFixture(fixtures.MonkeyPatch(place, stand_in))

    def have_a_floating_ip(self):
        """Give Neutron a floating IP; the ID of a port is the server's."""
        address = {
            'id': 'd0f3a8a4-30cd-4a4e-9d0b-0f6a8b3a5a11',
            'floating_ip_address': ADDRESS,
            'floating_network_id': nova_fixtures.NeutronFixture.network_1[
                'id'
            ],
            'fixed_ip_address': None,
            'port_id': None,
            'router_id': 'r',
            'tenant_id': cloud.PROJECT,
            'status': 'ACTIVE',
        }

        def listed(*args, floating_ip_address=ADDRESS, **kwargs):
            found = floating_ip_address == ADDRESS
            return {'floatingips': [dict(address)] if found else []}

        def given(fixture, floatingip_id, body):
            address['port_id'] = body['floatingip']['port_id']

        def shown(context, *args, **kwargs):
            return [
                dict(
                    address,
                    network_details={'name': 'pool', 'id': 'net'},
                    port_details={'device_id': address['port_id']},
                )
            ]

        show_port = nova_fixtures.NeutronFixture.show_port

        def port(fixture, port_id, *args, **kwargs):
            if port_id == address['port_id']:
                return {'port': {'id': port_id, 'device_id': port_id}}
            return show_port(fixture, port_id, *args, **kwargs)

        api = 'nova.network.neutron.API.'
        for place, stand_in in (
            (NEUTRON + 'list_floatingips', listed),
            (NEUTRON + 'update_floatingip', given),
            (NEUTRON + 'show_port', port),
            (api + 'get_floating_ips_by_project', shown),
            (
                api + '_get_port_id_by_fixed_address',
                lambda api, client, instance, address: instance.uuid,
            ),
        ):
            self.useFixture(fixtures.MonkeyPatch(place, stand_in))

    def have_a_volume(self):
        """Give Cinder a volume that servers hold."""

        def volumes(*args, **kwargs):
            return [requests.volume(*self.servers[:1])]

        self.useFixture(
            fixtures.MonkeyPatch('nova.volume.cinder.API.get_all', volumes)
        )

    def probe(self, **kwargs):
        """Return a probe with all supplies and all accounts."""
        kwargs.setdefault(
            'choice',
            supplies.Choice(
                network=nova_fixtures.NeutronFixture.network_1['id'],
                address=ADDRESS,
                snapshot=True,
            ),
        )
        # An admin has a project of its own.
        admin = self.account('root', self.root.roles, project_id='f' * 32)
        kwargs.setdefault(
            'others',
            (
                probing.account('manager', self.carol),
                probing.account('admin', admin),
            ),
        )
        kwargs.setdefault('report', self.reported.append)
        return probing.probe(self, **kwargs)

    def assert_cloud_is_empty(self):
        """Check as the admin that the probe deleted all that it made."""
        self.assertEqual([], self.root.ids('servers?all_tenants=1'))
        groups = self.root.get(
            'os-server-groups?all_projects=1', version='2.64'
        )
        self.assertEqual([], groups['server_groups'])
        self.assertEqual(
            [],
            [
                image['name']
                for image in self.root.get('images/detail')['images']
                if image['name'] and image['name'].startswith('cloud-sec')
            ],
        )

    def operations_of(self, found):
        """Return the operations of the peer's findings."""
        return {one.operation for one in found if one.account == 'peer'}


class TestFilter(Probed):
    def test_no_operation_leaks(self):
        summary = self.probe().run()
        self.assertEqual('', summary.error)
        self.assertEqual([], summary.leaks + summary.refused)
        self.assertEqual(0, summary.outcome)
        self.assertEqual(
            {**NEVER, **ONLY_DIFFERS}.keys(),
            self.operations_of(summary.skipped),
        )
        self.assertEqual(self.reported, summary.findings)
        self.assertEqual(
            UNAVAILABLE,
            {one.operation for one in summary.closed if one.reason},
        )
        self.assertEqual((), summary.left)
        self.assert_cloud_is_empty()


class TestStock(Probed):
    FILTERED = DROPPED_IN = False

    def test_every_operation_leaks(self):
        summary = self.probe().run()
        self.assertEqual('', summary.error)
        self.assertEqual(2, summary.outcome)
        every = {operation.name for operation in catalog.TABLE}
        every.add("the owner's server is untouched")
        self.assertEqual(
            every - NEVER.keys(), self.operations_of(summary.leaks)
        )
        self.assertEqual([], summary.refused)
        for leak in summary.leaks:
            self.assertTrue(leak.evidence or leak.reason, leak)
        self.assertEqual((), summary.left)
        self.assert_cloud_is_empty()


#: Mutations of the filter, and an operation that shows each.
SHOWN_BY = {
    'Instance is not owned': 'list servers, 2.1',
    'InstanceMapping is not owned': 'read tags',
    'InstanceGroup is not owned': 'show a server group',
    'BuildRequest is not owned': 'list while Nova builds it',
    'Migration is not owned': 'list migrations',
    'attachments are not refused': 'read one volume',
    'usage of the quota is shown': "the owner's part of the quota",
    'foreign ids are shown': 'who holds a floating IP',
    'hints reach the scheduler': 'make a server beside it',
    'floating IPs are not guarded': 'take its floating IP',
}
#: Operations that must come before.
BEFORE = {
    'list migrations': {'resize'},
    'who holds a floating IP': {'give it a floating IP'},
}


class TestMutations(testscenarios.WithScenarios, Probed):
    """Each part of the filter is necessary: without it there is a leak."""

    scenarios = [(name, {'mutation': name}) for name in SHOWN_BY]

    def setUp(self):
        self.useFixture(
            fixtures.MonkeyPatch(
                'cloud_security.compute.service.NOVA', service.NOVA
            )
        )
        mutations.apply(self.mutation)
        # The filter makes the criteria once a process, for all owned models.
        startup._criteria.cache_clear()
        self.addCleanup(startup._criteria.cache_clear)
        super().setUp()

    def test_missing_part_is_a_leak(self):
        shown_by = SHOWN_BY[self.mutation]
        names = {shown_by, *BEFORE.get(shown_by, ())}
        probe = self.probe(
            table=[one for one in catalog.TABLE if one.name in names]
        )
        summary = probe.run()
        self.assertEqual('', summary.error)
        self.assertIn(
            shown_by, self.operations_of(summary.leaks), summary.findings
        )
        self.assertEqual(summaries.Outcome.CRITICAL, summary.outcome)
        self.assert_cloud_is_empty()


class TestCleanup(Probed):
    """Cleanup deletes all that a run made, whatever happens."""

    def fail_after(self, count, error):
        """Let the run break off after this many findings."""

        def report(finding):
            self.reported.append(finding)
            if len(self.reported) == count:
                raise error

        return report

    def test_error_and_full_quota_leave_an_empty_cloud(self):
        report = self.fail_after(3, limits.CannotTell('Nova is down.'))
        summary = probing.probe(self, report=report).run()
        self.assertEqual('Nova is down.', summary.error)
        self.assertEqual(2 if summary.leaks else 3, summary.outcome)
        self.assert_cloud_is_empty()
        self.flags(instances=2, group='quota')
        summary = self.probe().run()
        self.assertEqual(3, summary.outcome)
        self.assertRegex(
            summary.error, 'The owner may not boot a server: Quota'
        )
        self.assertEqual([], summary.findings)
        self.assert_cloud_is_empty()

    def test_next_run_cleans_up_after_a_killed_one(self):
        mark = {'metadata': {footprints.MARK: 'x'}}
        others = self.boot(
            self.alice, name='cloud-security-probe-notes', **mark
        )
        foreign = self.boot(
            self.carol, name='cloud-security-probe-000000-1-1-example', **mark
        )
        killed = probing.probe(
            self, report=self.fail_after(3, KeyboardInterrupt)
        )
        self.useFixture(
            fixtures.MockPatchObject(killed, 'clean', return_value=[])
        )
        self.assertRaises(KeyboardInterrupt, killed.run)
        self.assertEqual(5, len(self.root.ids('servers?all_tenants=1')))
        summary = probing.probe(self, table=()).run()
        self.assertEqual('', summary.error)
        self.assertEqual(
            {others, foreign}, set(self.root.ids('servers?all_tenants=1'))
        )

    def test_server_of_a_run_that_goes_on_stays(self):
        other = runner.Probe(None, None).footprint
        name = other.name('example').replace(
            f'-{os.getpid()}-', f'-{os.getppid()}-'
        )
        server = self.boot(
            self.alice, name=name, metadata={footprints.MARK: 'x'}
        )
        summary = probing.probe(self, table=()).run()
        self.assertEqual('', summary.error)
        self.assertEqual([server], self.root.ids('servers?all_tenants=1'))
