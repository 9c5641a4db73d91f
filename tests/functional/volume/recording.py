# SPDX-License-Identifier: Apache-2.0
"""A Cinder with one thing of Alice's of each kind, and what it records."""

import time
import warnings

import fixtures
from oslo_serialization import jsonutils

from cloud_security.wsgi import recorder
from tests.functional.volume import cloud
from tests.functional.volume import things


class Recording(cloud.Cloud):
    def setUp(self):
        self.sent = []
        # The filter writes a record after the response has been sent.
        self.unwritten = 0
        after = recorder._after

        def counting(response, close, things):
            def counted():
                try:
                    close()
                finally:
                    self.unwritten -= 1

            self.unwritten += 1
            after(response, counted, things)

        self.useFixture(
            fixtures.MonkeyPatch(
                'cloud_security.wsgi.recorder._after', counting
            )
        )
        super().setUp()
        # Cinder's fixtures have put a class of theirs there.
        self.useFixture(
            fixtures.MonkeyPatch(
                'oslo_messaging.Notifier._notify',
                lambda notifier, priority, ctxt, event_type, payload: (
                    # Cinder sends notifications of its own.
                    event_type.startswith('audit.')
                    and self.sent.append((event_type, payload))
                ),
            )
        )
        # Cinder's fixtures turn warnings into errors, also pycadf's on IDs.
        warnings.filterwarnings('ignore', message='Invalid uuid')
        self.log = self.useFixture(
            fixtures.FakeLogger('cloud_security', nuke_handlers=False)
        )
        self.group_type_id = things.group_type(self.vt['id'])
        self.alices = things.everything(
            'alice', self.vt['id'], self.group_type_id
        )

    def settle(self):
        """Wait until each request so far has its record."""
        for _ in range(600):
            if not self.unwritten:
                return
            time.sleep(0.05)
        raise AssertionError(f'{self.unwritten} records were not written.')

    def records(self, event):
        """Return the records of one kind, the oldest first."""
        self.settle()
        return [
            jsonutils.loads(line.partition(event)[2])
            for line in self.log.output.splitlines()
            if line.startswith(event)
        ]

    def named(self, event):
        """Return ``{ID: owner}`` of all that records of one kind name."""
        return {
            one['server_id']: one['owner_id']
            for record in self.records(event)
            for one in record['servers']
        }
