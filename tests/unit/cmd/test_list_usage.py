# SPDX-License-Identifier: Apache-2.0
"""Arguments of usage list that make no sense, and the file of metrics."""

import datetime
import os

import fixtures

from cloud_security import keystone
from cloud_security.cmd import usage_metrics
from tests.unit.cmd import manage_fixture

LIST = ('usage', 'list')
DAY = datetime.timedelta(days=1)
START = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)


class TestArguments(manage_fixture.Manage):
    def setUp(self):
        super().setUp()
        for name in keystone.VARIABLES:
            self.useFixture(fixtures.EnvironmentVariable(name))

    def assert_refused(self, about, *arguments):
        """Expect one sentence about arguments that do not go together."""
        code, out, err = self.manage(*LIST, *arguments)
        self.assertEqual((2, ''), (code, out), err)
        self.assertEqual(1, err.count('\n'), err)
        self.assertIn(about, err)

    def test_text_that_is_no_time_is_refused(self):
        for text in (
            *('yesterday', '', '2026-02-30', '2026-01-01T25:00:00', '12:00'),
            *('1969-12-31', '0001-01-01T00:00:00+23:00', '2026-W05'),
            *('9999-12-31T23:59:59-01:00', '2026-01-01 12:00 UTC'),
            '\u0662\u0660\u0662\u0666-01-01',
        ):
            for option in ('--start', '--end'):
                self.assert_complains(
                    'is no time since 1970', *LIST, f'{option}={text}'
                )

    def test_window_without_an_hour_is_refused(self):
        self.useFixture(
            fixtures.MonkeyPatch(
                'oslo_utils.timeutils.utcnow',
                lambda: datetime.datetime(2026, 6, 1),
            )
        )
        for start, end in (
            ('2026-02-01', '2026-01-01'),
            ('2026-02-01', '2026-02-01'),
            ('2026-01-01T12:00:00Z', '2026-01-01T13:00:00+01:00'),
            ('2026-06-02', '2026-06-03'),
        ):
            self.assert_refused(
                'The window is empty', '--start', start, '--end', end
            )

    def test_place_that_can_hold_no_file_is_refused(self):
        folder = self.useFixture(fixtures.TempDir()).path
        for path in (folder, '', os.path.join(folder, 'no', 'usage.prom')):
            self.assert_refused('can be written', '--prometheus', path)

    def test_volumes_without_an_account_to_ask_are_refused(self):
        self.assert_refused("the admin's OS_ variables", '--volumes')

    def test_name_that_none_could_have_is_refused(self):
        for option in ('--user', '--project'):
            self.assert_complains('no name and no ID', *LIST, option, '')


class TestMetrics(manage_fixture.Manage):
    ROW = {
        'Project': 'p',
        'User': 'u',
        'User Name': 'a "b"\\\nc',
        'Servers': 2,
        'CPU Hours': 0.1,
        'RAM MB-Hours': 1e20,
        'Disk GB-Hours': 0.0,
    }

    def text(self, *rows):
        return usage_metrics.text(rows, START, START + DAY)

    def test_labels_are_escaped(self):
        self.assertIn(
            'cloud_security_usage_cpu_hours{project_id="p",user_id="u",'
            'user_name="a \\"b\\"\\\\\\nc"} 0.1\n',
            self.text(self.ROW),
        )

    def test_column_that_was_not_asked_for_is_left_out(self):
        self.assertNotIn('volume', self.text(self.ROW))
        self.assertIn(
            'cloud_security_usage_volume_gb{',
            self.text({**self.ROW, 'Volume GB': 0}),
        )

    def test_window_is_there_also_without_rows(self):
        self.assertEqual(
            [
                'cloud_security_usage_start_timestamp_seconds 1767225600.0',
                'cloud_security_usage_end_timestamp_seconds 1767312000.0',
            ],
            [
                line
                for line in self.text().splitlines()
                if not line.startswith('#')
            ],
        )
