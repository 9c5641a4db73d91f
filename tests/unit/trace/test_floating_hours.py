# SPDX-License-Identifier: Apache-2.0
"""Hours of floating IPs by user."""

import testtools

from cloud_security.trace import floating_hours
from cloud_security.trace import intervals
from tests.unit.trace import records

HOUR = 3600


class TestFloatingHours(testtools.TestCase):
    def setUp(self):
        super().setUp()
        self.records = self.useFixture(records.Records())
        self.records.port('p', 0, device_id='web')
        self.records.owner('web', 'alice', 0, 2 * HOUR)
        self.records.owner('web', 'bob', 2 * HOUR)
        self.records.port('q', 0, device_id='lost', project_id='other')
        self.records.port('r', 0, device_id='x', device_owner='network:lb')

    def floating(self, port_id, begin, end=None):
        self.records.history(
            'floating', begin, end, address='192.0.2.1', port_id=port_id
        )

    def hours(self, begin, end, **which):
        return floating_hours.of_users(
            self.records.connection,
            intervals.Span(records.moment(begin), records.moment(end)),
            **which,
        )

    def test_hours_are_cut_by_owners_and_window(self):
        self.floating('p', HOUR, 3 * HOUR)
        self.floating('p', HOUR)
        self.floating('q', 0, HOUR)
        self.floating('r', 0)
        self.assertEqual(
            {
                ('project', 'alice'): 2,
                ('project', 'bob'): 3,
                ('other', ''): 0.5,
            },
            self.hours(HOUR / 2, 4 * HOUR),
        )
        self.assertEqual(
            {('project', 'bob'): 3},
            self.hours(HOUR / 2, 4 * HOUR, user_id='bob'),
        )
        self.assertEqual(
            {('other', ''): 0.5},
            self.hours(HOUR / 2, 4 * HOUR, project_id='other'),
        )
        self.assertEqual({}, self.hours(-2 * HOUR, -HOUR))
