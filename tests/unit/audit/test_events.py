# SPDX-License-Identifier: Apache-2.0
"""Shape of the records."""

from oslo_context import context as oslo_context
import testtools

from cloud_security.audit import events


class TestRecord(testtools.TestCase):
    def record(self, *service):
        context = oslo_context.RequestContext(overwrite=False)
        return events.record(
            context, 'GET /x', {'a': 'b'}, '2026', 200, *service
        )

    def test_record_of_novas_names_no_service(self):
        self.assertNotIn('service', self.record())
        self.assertEqual(self.record().keys(), self.record('Nova').keys())

    def test_record_of_another_service_names_it(self):
        self.assertEqual('Cinder', self.record('Cinder')['service'])
