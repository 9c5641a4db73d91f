# SPDX-License-Identifier: Apache-2.0
"""One world: a process with a whole Nova that does what it is told.

``python -m tests.two_worlds.compute.world a`` is Nova with the filter, ``… b``
stock Nova. Commands come as process.py says.
"""

import datetime
import sys

import fixtures

import tests.functional.compute  # noqa: F401  decides about threads
import tests.two_worlds.compute.declared  # noqa: F401  listens to decorators

# isort: split
import futurist
from futurist import _thread as futurist_thread
import nova
from nova import context as nova_context
from nova import exception
from nova.cmd import manage
from nova.conductor import api as conductor
from nova.db.api import api as api_db
from nova.db.api import models as api_models
from nova.tests import fixtures as nova_fixtures
from nova.virt import fake
import sqlalchemy as sa
import webob

from cloud_security.visibility import scope as scopes
from tests.functional.compute import cloud
from tests.two_worlds import process
from tests.two_worlds import steps
from tests.two_worlds.compute import databases
from tests.two_worlds.compute import declared
from tests.two_worlds.compute import neutron

FILTERS = (
    'SameHostFilter',
    'DifferentHostFilter',
    'JsonFilter',
    'ComputeFilter',
    'ServerGroupAntiAffinityFilter',
    'ServerGroupAffinityFilter',
)


STAND_INS = (
    ('nova.utils.generate_password', lambda *_, **__: 'password'),
    (
        'nova.crypto.generate_key_pair',
        lambda *_, **__: ('private', 'ssh-rsa AAAA', '00:11:22'),
    ),
)


class World(cloud.Cloud):
    """A cloud of two cells, where servers fail or stay behind by name."""

    NUMBER_OF_CELLS = 2
    COPIES = False

    def setUp(self):
        self.steps = self.useFixture(steps.Steps(STAND_INS))
        if databases.URL:
            self.useFixture(databases.Databases())
        if hasattr(nova, 'thread_pool_factory'):  # since Nova 34
            # Addresses come before the server is built, not beside it: two
            # threads that write would decide by chance who is first.
            self.useFixture(
                fixtures.MonkeyPatch(
                    'nova.thread_pool_factory.spawn',
                    futurist.SynchronousExecutor().submit,
                )
            )
        super().setUp()
        # Nova's tests have idle threads look a hundred times a second whether
        # they may end; here they live long, and are many.
        futurist_thread.ThreadWorker.MAX_IDLE_FOR = 1
        self.useFixture(
            fixtures.MonkeyPatch('sqlalchemy.MetaData.reflect', _reflect_once)
        )
        self.floating_ips = self.useFixture(
            neutron.FloatingIPs(self.neutron, cloud.PROJECT)
        )
        self.create_image = self.glance.create
        self.glance.create = self._create_sorted
        self.held_volumes = set()
        self.first_images = set(self.glance.images)
        self.useFixture(
            fixtures.MonkeyPatch(
                'nova.volume.cinder.API.attachment_create', self._attach
            )
        )
        self.app = self.api_fixture.app()
        self.accounts = {
            'alice': self.alice,
            'bob': self.bob,
            'reader': self.account('bob', ('reader',)),
            'root': self.root,
            'carol': self.carol,
            'neutron': self.neutron_user,
        }
        self.down = None
        self.holding = set()
        for zone, host in (('one', 'host1'), ('two', 'host2')):
            body = {'aggregate': {'name': zone, 'availability_zone': zone}}
            made = self.root.call('POST', 'os-aggregates', body).json()
            self.root.call(
                'POST',
                f'os-aggregates/{made["aggregate"]["id"]}/action',
                {'add_host': {'host': host}},
            )

    def _setup_services(self):
        self.flags(
            compute_driver='fake.FakeDriver',
            # Hours pass between requests, and nobody sends heartbeats.
            service_down_time=10**9,
            report_interval=10**6,
            # Deleted servers can be restored, and two hosts are few.
            reclaim_instance_interval=10**9,
            allow_resize_to_same_host=True,
            default_schedule_zone='one',
        )
        for name in ('instances', 'cores', 'ram', 'server_groups'):
            self.flags(**{name: -1}, group='quota')
        super()._setup_services()
        for name, function in (
            ('nova.virt.fake.FakeDriver.spawn', _spawn),
            (
                'nova.conductor.api.ComputeTaskAPI.'
                'schedule_and_build_instances',
                _schedule,
            ),
        ):
            self.useFixture(fixtures.MonkeyPatch(name, function))

    def _setup_scheduler_service(self):
        self.flags(enabled_filters=FILTERS, group='filter_scheduler')
        return super()._setup_scheduler_service()

    def _setup_compute_service(self):
        self._start_compute('host1', cell_name='cell1')
        self._start_compute('host2', cell_name='cell2')

    def runTest(self):
        """Obey until the input ends."""
        process.obey(self)

    def do_call(self, step, second, who, method, path, body, version, headers):
        """Send a request; return ``[status, [[header, value], …], body]``."""
        self.steps.begin(step, second)
        request = webob.Request.blank(
            path, method=method, body=body.encode('utf-8', 'surrogateescape')
        )
        request.headers['Content-Type'] = 'application/json'
        request.headers.update(self.accounts[who].headers(version), **headers)
        try:
            answer = request.get_response(self.app)
        except Exception as error:
            return [599, [], repr(error)]
        finally:
            self.other_services.settle()
        return [answer.status_int, answer.headerlist, answer.text]

    def do_cell_down(self, is_down):
        """Take the second cell down, or bring it up."""
        if self.down:
            self.down.cleanUp()
            self.down = None
        if is_down:
            self.down = nova_fixtures.DownCellFixture(
                [self.cell_mappings['cell2']]
            )
            self.down.setUp()

    def do_archive(self):
        """Archive deleted servers where all cells are up, and purge.

        SQLite gives numbers of rows again, which the archive would refuse.
        """
        if not self.down:
            manage.DbCommands().archive_deleted_rows(
                until_complete=True, purge=True, all_cells=True
            )
            for name in self.cell_mappings:
                with self.cell_engine(name).connect() as connection:
                    left = connection.execute(
                        sa.text('SELECT id FROM instances WHERE deleted != 0')
                    )
                    assert not left.all(), 'They are not archived.'

    def _attach(self, context, volume_id, server_id, *args, **kwargs):
        """Refuse a volume that another server has, as Cinder does."""
        held = self.cinder.volume_to_attachment.get(volume_id, {})
        if volume_id in self.held_volumes or any(
            attachment['instance_uuid'] != server_id
            for attachment in held.values()
        ):
            raise exception.InvalidVolume(reason='Volume is in use.')
        return self.cinder.fake_attachment_create(
            context, volume_id, server_id, *args, **kwargs
        )

    def _create_sorted(self, context, image, *args, **kwargs):
        """Make an image whose properties are in order.

        A server's come in the order of rows, which PostgreSQL chooses.
        """
        image = dict(image)
        if image.get('properties'):
            image['properties'] = dict(sorted(image['properties'].items()))
        return self.create_image(context, image, *args, **kwargs)

    def do_held(self):
        """Return what Cinder, Neutron and Glance say of servers.

        :returns: ``{'volumes': [[volume id, server id], …], 'ports': [{…}, …],
            'images': [{…}, …], 'floating_ips': [{…}, …]}``
        """
        return {
            'volumes': [
                [volume_id, attachment['instance_uuid']]
                for volume_id, held in self.cinder.volume_to_attachment.items()
                for attachment in held.values()
            ],
            'ports': [
                port
                for port in self.neutron._ports.values()
                if port.get('device_id')
            ],
            'images': [
                {
                    key: value
                    for key, value in image.items()
                    if not isinstance(value, datetime.datetime)
                }
                for image in self.glance.images.values()
            ],
            'floating_ips': self.floating_ips.held(),
        }

    def do_disown(self, server_id):
        """Take the owner out of a server's mapping, as before Nova 20."""
        mapping = api_models.InstanceMapping
        with scopes.on_this_thread(scopes.EVERYBODY):
            context = nova_context.get_admin_context()
            with api_db.context_manager.writer.using(context) as session:
                session.execute(
                    sa.update(mapping)
                    .where(mapping.instance_uuid == server_id)
                    .values(user_id=None)
                )

    def do_hold(self, volumes, ports, images, floating_ips, order):
        """Let them say that of servers which are not in this world.

        :param order: the ids of all images, as Glance lists them in A
        """
        for held in self.cinder.volume_to_attachment.values():
            for attachment_id in self.holding & held.keys():
                del held[attachment_id]
        for kept in (self.neutron._ports, self.glance.images):
            for held_id in self.holding & kept.keys():
                del kept[held_id]
        self.holding = set()
        self.held_volumes = {volume_id for volume_id, _ in volumes}
        for volume_id, server_id in volumes:
            made = self.cinder.create_vol_attachment(volume_id, server_id)
            self.holding.add(made['id'])
        for port in ports:
            self.neutron._ports[port['id']] = port
            self.holding.add(port['id'])
        for image in images:
            self.create_image(None, image)
            self.holding.add(image['id'])
        self.floating_ips.hold(floating_ips)
        places = {image_id: place for place, image_id in enumerate(order)}
        places.update(dict.fromkeys(self.first_images, -1))
        self.glance.images = {
            image_id: self.glance.images[image_id]
            for image_id in sorted(self.glance.images, key=places.get)
        }

    def do_operations(self):
        """Return what Nova declares."""
        return declared.operations()


_reflect_original = sa.MetaData.reflect
_reflected = {}


def _reflect_once(metadata, bind, *args, **kwargs):
    """Reflect a database once: archiving would, for seconds, each time."""
    if bind.url not in _reflected:
        _reflect_original(metadata, bind, *args, **kwargs)
        _reflected[bind.url] = metadata
    vars(metadata).update(vars(_reflected[bind.url]))


_spawn_original = fake.FakeDriver.spawn
_schedule_original = conductor.ComputeTaskAPI.schedule_and_build_instances


def _spawn(driver, context, instance, *args, **kwargs):
    if instance.display_name.startswith('failing'):
        raise exception.BuildAbortException(
            instance_uuid=instance.uuid, reason='told to'
        )
    return _spawn_original(driver, context, instance, *args, **kwargs)


def _schedule(conductor, context, build_requests, *args, **kwargs):
    name = build_requests[0].instance.display_name
    if not name.startswith('building'):
        _schedule_original(conductor, context, build_requests, *args, **kwargs)


if __name__ == '__main__':
    World.FILTERED = World.DROPPED_IN = sys.argv[1] == 'a'
    process.run(World())
