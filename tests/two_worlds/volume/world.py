# SPDX-License-Identifier: Apache-2.0
"""One world: a process with a whole Cinder that does what it is told.

``python -m tests.two_worlds.volume.world a`` is Cinder with the filter,
``… b`` stock Cinder. Commands come as process.py says.
"""

import datetime
import hashlib
import os
import sys
import sysconfig

# Cinder's tests patch the standard library first.
import cinder.tests.unit  # noqa: F401

# isort: split
import tests.two_worlds.volume.declared  # noqa: F401  listens to decorators

# isort: split
from cinder import exception
from cinder import manager
from cinder import policy
from cinder import service
import cinder.backup.manager  # noqa: F401  registers options
import cinder.scheduler.filter_scheduler  # noqa: F401  registers options
from cinder.tests import fake_driver
from cinder.tests.unit import test
from cinder.tests.unit.image import fake as fake_image
import fixtures
from oslo_config import cfg
from oslo_service import wsgi
import webob

from tests.two_worlds import process
from tests.two_worlds import steps
from tests.two_worlds.volume import declared
from tests.two_worlds.volume import messaging

FILTER = """
[filter:user_isolation]
paste.filter_factory = cloud_security.volume.middleware:factory
"""
DROP_INS = os.path.join(process.ROOT, 'etc', 'policy.d', 'cinder')
PROJECT = '6f70656e737461636b20342065766572'
MEMBER = ('member', 'reader')
ACCOUNTS = {
    'alice': ('alice', MEMBER),
    'bob': ('bob', MEMBER),
    'reader': ('bob', ('reader',)),
    'carol': ('carol', ('manager', *MEMBER)),
    'root': ('root', ('admin', 'manager', *MEMBER)),
    'nova': ('nova', ('service', 'member', 'reader')),
}


class World(test.TestCase):
    """A Cinder with two backends; drivers and other services do nothing."""

    FILTERED = False

    def setUp(self):
        self.steps = self.useFixture(
            steps.Steps([('os.urandom', self._random)])
        )
        super().setUp()
        self._configure()
        policy.reset()
        self.addCleanup(policy.reset)
        self.post = self.useFixture(messaging.Post())
        fake_image.mock_image_service(self)
        self._replace_what_is_outside()
        for binary, host in (
            ('cinder-volume', 'host1'),
            ('cinder-volume', 'host2'),
            ('cinder-backup', 'host1'),
            ('cinder-scheduler', 'host1'),
        ):
            service.Service.create(
                host=host,
                binary=binary,
                report_interval=0,
                periodic_interval=0,
            ).start()
        self.post.settle()
        self.app = self._load()

    def _configure(self):
        self.flags(
            auth_strategy='keystone',
            # As in production, not as in Cinder's tests.
            project_id_regex=r'[0-9a-f\-]+',
            # Hours pass between requests, and nobody sends heartbeats.
            service_down_time=10**9,
            backup_use_same_host=True,
            resource_query_filters_file=os.path.join(
                sysconfig.get_path('data'), 'etc/cinder/resource_filters.json'
            ),
            scheduler_driver_init_wait_time=1,
            scheduler_default_filters=[
                'AvailabilityZoneFilter',
                'CapabilitiesFilter',
                'SameBackendFilter',
                'DifferentBackendFilter',
            ],
        )
        self.flags(group='oslo_policy', policy_file='none.yaml')
        if self.FILTERED and os.path.isdir(DROP_INS):
            self.flags(group='oslo_policy', policy_dirs=[DROP_INS])

    def _replace_what_is_outside(self):
        for name, stand_in in (
            # Who waits, waits for other services.
            ('time.sleep', self._settle),
            ('eventlet.greenthread.sleep', self._settle),
            # Time that stands still has no zone.
            ('cinder.utils.service_expired_time', _long_ago),
            # No server holds a volume: Cinder may delete each attachment.
            ('cinder.compute.nova.API.get_server_volume', _not_found),
            ('cinder.compute.nova.API.extend_volume', _yes),
            ('cinder.compute.nova.API.reimage_volume', _yes),
            ('cinder.backup.manager.BackupManager._attach_device', _folder),
            ('cinder.backup.manager.BackupManager._detach_device', _nothing),
            (
                'cinder.volume.volume_utils.brick_get_connector_properties',
                _nothing,
            ),
        ):
            self.stub_out(name, stand_in)
        # A thread would do it later, in no order. The second is new in Cinder
        # 29.
        for name in ('ThreadPoolManager', 'SizedThreadPoolManager'):
            if hasattr(manager, name):
                self.stub_out(
                    f'cinder.manager.{name}._add_to_threadpool', _at_once
                )
        driver = 'cinder.tests.fake_driver.FakeLoggingVolumeDriver.'
        for name in (
            'copy_image_to_volume',
            'copy_image_to_encrypted_volume',
            'copy_volume_to_image',
            'revert_to_snapshot',
            'attach_volume',
            'detach_volume',
            'update_migrated_volume',
        ):
            self.stub_out(driver + name, _nothing)
        self.stub_out(driver + 'clone_image', lambda *_, **__: ({}, True))
        self.stub_out(driver + '_update_volume_stats', _multiattach)
        self.stub_out(driver + 'create_snapshot', _unless_it_fails)
        self.stub_out(
            'cinder.tests.unit.backup.fake_service.FakeBackupService.backup',
            _unless_it_fails,
        )

    def _settle(self, *_args):
        self.post.settle()

    def _load(self):
        """Return the API, with or without the filter."""
        path = os.path.join(
            sysconfig.get_path('data'), 'etc', 'cinder', 'api-paste.ini'
        )
        with open(path) as paste:
            text = paste.read()
        # The caller's head is what Keystone would have found.
        text = text.replace(' authtoken keystonecontext', ' keystonecontext')
        self.breakage = None
        if self.FILTERED:
            from tests.two_worlds.volume import breakage

            self.breakage = self.useFixture(breakage.Breakage())
            text = text.replace(' apiv3\n', ' user_isolation apiv3\n') + FILTER
        path = os.path.join(
            self.useFixture(fixtures.TempDir()).path, 'api-paste.ini'
        )
        with open(path, 'w') as paste:
            paste.write(text)
        wsgi.register_opts(cfg.CONF)
        self.flags(api_paste_config=path)
        return wsgi.Loader(cfg.CONF).load_app('osapi_volume')

    def _random(self, length):
        """Return bytes that depend on the step."""
        name = str(self.steps.next_id()).encode()
        return (hashlib.sha512(name).digest() * (1 + length // 64))[:length]

    def runTest(self):
        """Obey until the input ends."""
        process.obey(self)

    def do_call(self, step, second, who, method, path, body, version, headers):
        """Send a request; return ``[status, [[header, value], …], body]``."""
        self.steps.begin(step, second)
        request = webob.Request.blank(
            path, method=method, body=body.encode('utf-8', 'surrogateescape')
        )
        user_id, roles = ACCOUNTS[who]
        request.headers.update(
            {
                'Content-Type': 'application/json',
                'X-User-Id': user_id,
                'X-Project-Id': PROJECT,
                'X-Roles': ','.join(roles),
            },
            **headers,
        )
        if version:
            request.headers['OpenStack-API-Version'] = f'volume {version}'
        try:
            answer = request.get_response(self.app)
        except Exception as error:
            return [599, [], repr(error)]
        finally:
            self.post.settle()
        return [answer.status_int, answer.headerlist, answer.text]

    def do_operations(self):
        """Return what Cinder declares."""
        return declared.operations(self._router())

    def do_latest(self):
        """Return the newest minor microversion."""
        return declared.LATEST

    def do_lines(self):
        """Return the lines of the filter that can be taken out."""
        return self.breakage.lines()

    def do_switch_off(self):
        """Let all rows through the filter."""
        self.breakage.switch_off()

    def do_take_out(self, line):
        """Take a line out of the filter, or None to have all of them."""
        self.breakage.take_out(line)

    def do_failures(self):
        """Return what failed in other services since it was asked."""
        found = [
            f'{method}: {error!r}' for method, error in self.post.failures
        ]
        self.post.failures.clear()
        return found

    def _router(self):
        return declared.router_of(self.app)


_stats_original = fake_driver.FakeLoggingVolumeDriver._update_volume_stats


def _multiattach(driver):
    _stats_original(driver)
    for pool in driver._stats['pools']:
        pool['multiattach'] = True


def _long_ago(with_timezone=False):
    zone = datetime.timezone.utc if with_timezone else None
    return datetime.datetime(2000, 1, 1, tzinfo=zone)


def _not_found(*_args, **_kwargs):
    raise exception.ServerNotFound(uuid='')


def _folder(*_args, **_kwargs):
    # Cinder hands a folder on as it is.
    return {'device': {'path': os.curdir}}


def _unless_it_fails(_driver, made, *_args):
    if (made.display_name or '').startswith('failed'):
        raise exception.CinderException('told to')
    return {}


def _yes(*_args, **_kwargs):
    return True


def _nothing(*_args, **_kwargs):
    return {}


def _at_once(_manager, function, *args, **kwargs):
    function(*args, **kwargs)


if __name__ == '__main__':
    World.FILTERED = sys.argv[1] == 'a'
    process.run(World())
