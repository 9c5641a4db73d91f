"""The live probe: on stock Nova, with the filter, and with a broken one."""

import os
import threading

import fixtures
from nova.conductor import api as conductor
from nova.tests import fixtures as nova_fixtures
import testscenarios

from cloud_security.compute import service
from cloud_security.probe import belongings
from cloud_security.probe import building
from cloud_security.probe import findings
from cloud_security.probe import limits
from cloud_security.probe import operations
from cloud_security.probe import run
from cloud_security.probe import supplies
from cloud_security.wsgi import startup
from tests.functional import cloud
from tests.functional import mutations
from tests.functional import operations as requests
from tests.functional import probing

ADDRESS = '10.0.0.1'
NEUTRON = 'nova.tests.fixtures.NeutronFixture.'
#: What Nova's fixtures let nobody do, and why.
NEVER = {
    'show in capitals': 'SQLite compares ids letter by letter',
}
NEVER.update(
    (operation.name, 'this Nova is too old')
    for operation in run.TABLE
    if operations.version(operation, cloud.LATEST) is None
)
if int(cloud.LATEST.partition('.')[2]) > 100:
    NEVER.update(
        {
            'rename by its alias': 'Nova answers 500 from 33 on',
            'reboot by its alias': 'Nova answers 500 from 33 on',
        }
    )
#: What can be told by a difference, but never succeeds for the owner.
ONLY_DIFFERS = {
    'add a security group': 'no such call in the fixture of Neutron',
    'attach an interface to no network': 'Nova answers 500',
    'open the serial console': 'there is none',
    'open the serial console, before 2.6': 'there is none',
    'open the spice console': 'there is none',
    'open the spice console, before 2.6': 'there is none',
    'read security groups': 'the fixture of Neutron fails',
    'remove a security group': 'no such call in the fixture of Neutron',
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
        self.told = []

    def start_scheduler(self, test):
        self.flags(
            enabled_filters=['SameHostFilter', 'ComputeFilter'],
            group='filter_scheduler',
        )
        return test.start_service('scheduler')

    def hold_the_first_build(self):
        """Nova builds the owner's first server when the peer has looked."""
        looked = threading.Event()
        look = building.Builder._look
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
            ('cloud_security.probe.building.Builder._look', noted),
        ):
            self.useFixture(fixtures.MonkeyPatch(place, stand_in))

    def have_a_floating_ip(self):
        """Let Neutron know a floating IP; ports are servers here."""
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
        """Let Cinder tell of a volume that servers hold."""

        def volumes(*args, **kwargs):
            return [requests.volume(*self.servers[:1])]

        self.useFixture(
            fixtures.MonkeyPatch('nova.volume.cinder.API.get_all', volumes)
        )

    def probe(self, **kwargs):
        """Return a probe that is given everything there is."""
        kwargs.setdefault(
            'choice',
            supplies.Choice(
                network=nova_fixtures.NeutronFixture.network_1['id'],
                address=ADDRESS,
                snapshot=True,
            ),
        )
        # Admins are of projects of their own.
        admin = self.account('root', self.root.roles, project_id='f' * 32)
        kwargs.setdefault(
            'others',
            (
                probing.account('manager', self.carol),
                probing.account('admin', admin),
            ),
        )
        return probing.probe(self, tell=self.told.append, **kwargs)

    def assert_nothing_left(self):
        """Look as the admin."""
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

    def named(self, found):
        """Return the operations of findings by the peer."""
        return {one.operation for one in found if one.account == 'peer'}


class TestFilter(Probed):
    def test_nothing_leaks(self):
        report = self.probe().run()
        self.assertEqual('', report.error)
        self.assertEqual([], report.leaks + report.refused)
        self.assertEqual(0, report.outcome)
        self.assertEqual(
            {**NEVER, **ONLY_DIFFERS}.keys(), self.named(report.skipped)
        )
        self.assertEqual(self.told, report.findings)
        self.assertEqual((), report.left)
        self.assert_nothing_left()


class TestStock(Probed):
    FILTERED = DROPPED_IN = False

    def test_everything_leaks(self):
        report = self.probe().run()
        self.assertEqual('', report.error)
        self.assertEqual(2, report.outcome)
        every = {operation.name for operation in run.TABLE}
        every.add("the owner's server is untouched")
        self.assertEqual(every - NEVER.keys(), self.named(report.leaks))
        self.assertEqual([], report.refused)
        for leak in report.leaks:
            self.assertTrue(leak.evidence or leak.reason, leak)
        self.assertEqual((), report.left)
        self.assert_nothing_left()


#: What is taken out of the filter, and an attempt that shows it.
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
#: What must have happened before that.
BEFORE = {
    'list migrations': {'resize'},
    'who holds a floating IP': {'give it a floating IP'},
}


class TestMutations(testscenarios.WithScenarios, Probed):
    """Whatever single part of the filter is missing, it is a leak."""

    scenarios = [(name, {'mutation': name}) for name in SHOWN_BY]

    def setUp(self):
        self.useFixture(
            fixtures.MonkeyPatch(
                'cloud_security.compute.service.NOVA', service.NOVA
            )
        )
        mutations.apply(self.mutation)
        # It is made once a process, of the models that are owned.
        startup._criteria.cache_clear()
        self.addCleanup(startup._criteria.cache_clear)
        super().setUp()

    def test_it_is_a_leak(self):
        shown_by = SHOWN_BY[self.mutation]
        names = {shown_by, *BEFORE.get(shown_by, ())}
        probe = self.probe(
            table=[one for one in run.TABLE if one.name in names]
        )
        report = probe.run()
        self.assertEqual('', report.error)
        self.assertIn(shown_by, self.named(report.leaks), report.findings)
        self.assertEqual(findings.Outcome.CRITICAL, report.outcome)
        self.assert_nothing_left()


class TestRemoving(Probed):
    """Whatever happens, nothing stays."""

    def fail_after(self, count, error):
        """Let the run break off when it has told this many findings."""

        def tell(finding):
            self.told.append(finding)
            if len(self.told) == count:
                raise error

        return tell

    def test_an_error_and_a_full_quota_leave_nothing(self):
        tell = self.fail_after(3, limits.CannotTell('Nova is down.'))
        report = probing.probe(self, tell=tell).run()
        self.assertEqual('Nova is down.', report.error)
        self.assertEqual(2 if report.leaks else 3, report.outcome)
        self.assert_nothing_left()
        self.flags(instances=2, group='quota')
        report = self.probe().run()
        self.assertEqual(3, report.outcome)
        self.assertRegex(
            report.error, 'The owner may not make a server: Quota'
        )
        self.assertEqual([], report.findings)
        self.assert_nothing_left()

    def test_what_a_killed_run_left_is_removed_by_the_next(self):
        mark = {'metadata': {belongings.MARK: 'x'}}
        others = self.boot(
            self.alice, name='cloud-security-probe-notes', **mark
        )
        foreign = self.boot(
            self.carol, name='cloud-security-probe-000000-1-1-example', **mark
        )
        killed = probing.probe(
            self, tell=self.fail_after(3, KeyboardInterrupt)
        )
        self.useFixture(
            fixtures.MockPatchObject(killed, '_remove', return_value=[])
        )
        self.assertRaises(KeyboardInterrupt, killed.run)
        self.assertEqual(5, len(self.root.ids('servers?all_tenants=1')))
        report = probing.probe(self, table=()).run()
        self.assertEqual('', report.error)
        self.assertEqual(
            {others, foreign}, set(self.root.ids('servers?all_tenants=1'))
        )

    def test_a_run_that_goes_on_is_left_alone(self):
        other = run.Probe(None, None)._run
        name = other.name('example').replace(
            f'-{os.getpid()}-', f'-{os.getppid()}-'
        )
        server = self.boot(
            self.alice, name=name, metadata={belongings.MARK: 'x'}
        )
        report = probing.probe(self, table=()).run()
        self.assertEqual('', report.error)
        self.assertEqual([server], self.root.ids('servers?all_tenants=1'))
