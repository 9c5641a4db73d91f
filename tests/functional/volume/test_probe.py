# SPDX-License-Identifier: Apache-2.0
"""The live probe on stock Cinder, with the filter, and in monitor mode."""

from cinder.tests.unit.image import fake
import fixtures

from cloud_security.probe import catalog
from cloud_security.probe.catalog import operations
from tests.functional.probing import SECONDS
from tests.functional.probing import Verdicts
from tests.functional.volume import cloud
from tests.functional.volume import probing
from tests.functional.volume import things

TABLE = catalog.TABLES['volume']
#: Operations that prove nothing in Cinder's fixtures: SQLite compares IDs
#: letter by letter, and an old Cinder lacks the newest.
NEVER = {'show a volume in capitals', 'show a snapshot in capitals'} | {
    one.name for one in TABLE if operations.version(one, cloud.LATEST) is None
}
UNTOUCHED = "the owner's volume is untouched"
BACKUPS = 'backup.manager.BackupManager'
DRIVER = 'tests.fake_driver.FakeLoggingVolumeDriver'


def backed_up(manager, context, backup, volume):
    """Make a backup of nothing, and complain."""
    things.message(backup.user_id, 'VOLUME_BACKUP', backup.id)
    manager._finish_backup(context, backup, volume, {})


class Probed(Verdicts, cloud.Cloud):
    """A Cinder that makes groups and backups, and that the probe looks at."""

    def setUp(self):
        for name, stand_in in (
            ('image.glance.get_default_image_service', fake.FakeImageService),
            (
                'image.glance.get_remote_image_service',
                lambda context, href: (fake.FakeImageService(), href),
            ),
            # There are no devices. The driver of Cinder 24 extends none.
            (f'{BACKUPS}._start_backup', backed_up),
            (f'{BACKUPS}._run_restore', lambda *args: None),
            (f'{DRIVER}.copy_volume_to_image', lambda *args: None),
            (f'{DRIVER}.extend_volume', lambda *args: None),
            (
                'scheduler.host_manager.HostManager.get_backup_host',
                lambda *args, **kwargs: self.backups.host,
            ),
        ):
            self.useFixture(fixtures.MonkeyPatch(f'cinder.{name}', stand_in))
        super().setUp()
        # No service here says again that it is up.
        self.flags(service_down_time=SECONDS)
        self.backups = self.start_service('backup')
        things.group_type(self.vt['id'])
        quotas = dict.fromkeys(
            ('volumes', 'snapshots', 'backups', 'groups'), -1
        )
        path = 'os-quota-class-sets/default'
        response = self.root.call('PUT', path, {'quota_class_set': quotas})
        self.assertEqual(200, response.status_code, response.text)

    def assert_nothing_left(self):
        for path in (
            'attachments',
            'backups',
            'groups',
            'group_snapshots',
            'snapshots',
            'volume-transfers',
            'volumes',
        ):
            self.assertEqual([], self.root.ids(f'{path}?all_tenants=1'))


class TestProbe(Probed):
    def test_probe_finds_no_leak(self):
        summary = probing.run(self)
        self.assert_no_leak(summary, NEVER)
        self.assertEqual(
            {one.name for one in TABLE} | {UNTOUCHED},
            {*self.verdicts(summary)},
        )
        self.assert_works(summary, 'rename a volume')


class TestProbeWithoutTheFilter(Probed):
    FILTERED = False
    DROPPED_IN = False

    def test_every_operation_leaks(self):
        summary = probing.run(self, others=False)
        self.assert_all_leak(summary, NEVER)


class TestProbeInMonitorMode(Probed):
    MODE = 'monitor'

    def test_monitor_mode_leaks(self):
        summary = probing.run(
            self,
            ('show a volume', 'list volumes, 3.0', 'remove a volume'),
            others=False,
        )
        self.assertEqual(4, len(summary.leaks), summary.sentence)
