# SPDX-License-Identifier: Apache-2.0
"""A Neutron with things of Alice's, and what it records."""

import contextlib

import fixtures
from neutron_lib.db import api as db_api
from oslo_config import cfg
from oslo_serialization import jsonutils
import sqlalchemy as sa

from cloud_security.network import ownership
from tests.functional.network import cloud
from tests.functional.network import things


class Recording(cloud.Cloud):
    audit = 'log'

    def start(self):
        from cloud_security import opts

        opts.register(cfg.CONF)
        cfg.CONF.set_override('audit', self.audit, 'cloud_security')
        self.log = self.useFixture(
            fixtures.FakeLogger('cloud_security', nuke_handlers=False)
        )
        super().start()

    def populate(self):
        super().populate()
        self.external = self.external_network()
        self.alices = things.of(self, self.alice, self.network)
        self.bobs = {
            'port': self.port(self.bob),
            'fip': self.floating_ip(self.bob),
            'group': self.group(self.bob),
        }

    def setUp(self):
        super().setUp()
        self.forget()

    def forget(self):
        """Forget the records so far."""
        self.log._output.truncate(0)
        self.log._output.seek(0)

    def records(self, event):
        """Return the records of one kind, the oldest first."""
        return [
            jsonutils.loads(line.partition(event)[2])
            for line in self.log.output.splitlines()
            if line.startswith(event)
        ]

    def record(self, event):
        """Return the only record so far, and forget it."""
        found = self.records(event)
        self.assertEqual(1, len(found), found)
        self.assertEqual(
            1, self.log.output.count('cloud_security.'), self.log.output
        )
        self.forget()
        return found[0]

    def assertNoRecord(self):
        self.assertEqual('', self.log.output)

    @contextlib.contextmanager
    def statements(self):
        """Yield a list of the SQL statements of the requests within.

        Looking up owners adds an element None.
        """
        found = []
        look_up = ownership._found

        def note(connection, cursor, statement, *_):
            found.append(statement)

        def looking(*args):
            found.append(None)
            return look_up(*args)

        engine = db_api.CONTEXT_WRITER.get_engine()
        sa.event.listen(engine, 'before_cursor_execute', note)
        try:
            with fixtures.MonkeyPatch(
                'cloud_security.network.ownership._found', looking
            ):
                yield found
        finally:
            sa.event.remove(engine, 'before_cursor_execute', note)
