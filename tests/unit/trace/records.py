# SPDX-License-Identifier: Apache-2.0
"""A history in SQLite, which a test fills."""

import datetime

import fixtures
import sqlalchemy as sa

from cloud_security.trace import coverage
from cloud_security.trace import intervals
from cloud_security.trace import tables

#: The time from which tests count seconds, and the history begins.
START = datetime.datetime(2026, 1, 1)


def moment(seconds):
    """Return a time; None stays."""
    if seconds is None:
        return None
    return START + datetime.timedelta(seconds=seconds)


def span(begin=None, end=None):
    """Return a time that may be open."""
    return intervals.Span(
        intervals.EVER.begin if begin is None else moment(begin),
        intervals.EVER.end if end is None else moment(end),
    )


def instant(seconds):
    """Return a time of one microsecond."""
    begin = moment(seconds)
    return intervals.Span(begin, begin + datetime.timedelta(microseconds=1))


class Records(fixtures.Fixture):
    """A database with the tables, and a connection."""

    def __init__(self, url='sqlite://'):
        self.url = url

    def _setUp(self):
        engine = sa.create_engine(self.url, future=True)
        self.addCleanup(engine.dispose)
        tables.METADATA.create_all(engine)
        self.connection = engine.connect()
        self.addCleanup(self.connection.close)

    def commit(self):
        """Let others see what was added."""
        self.connection.commit()

    def _add(self, table, begin, end, after, **values):
        if after is not None:
            values['begin_after'] = moment(after)
        if 'end_after' in values:
            values['end_after'] = moment(values['end_after'])
        self.connection.execute(
            table.insert().values(
                begin_at=moment(begin), end_at=moment(end), **values
            )
        )

    def history(self, kind, begin, end=None, after=None, **values):
        """Add an interval of a kind."""
        self._add(tables.HISTORY, begin, end, after, kind=kind, **values)

    def port(self, port_id, begin, end=None, after=None, **values):
        """Add an interval of a port on a server."""
        values = {
            'device_owner': 'compute:nova',
            'project_id': 'project',
            'mac_address': 'fa:16:3e:00:00:01',
            **values,
        }
        self.history('port', begin, end, after, port_id=port_id, **values)

    def fixed(self, address, port_id, begin, end=None, after=None, **values):
        """Add an interval of a fixed IP."""
        values = {'network_id': 'net', 'subnet_id': 'sub', **values}
        self.history(
            'fixed',
            begin,
            end,
            after,
            address=address,
            port_id=port_id,
            **values,
        )

    def owner(self, server_id, user_id, begin, end=None, after=None, **values):
        """Add an interval of a server's owner."""
        values = {
            'user_name': f'{user_id} name',
            'source': 'set-owner',
            **values,
        }
        self._add(
            tables.OWNERS,
            begin,
            end,
            after,
            server_id=server_id,
            user_id=user_id,
            **values,
        )

    def gap(self, begin, end, reason):
        """Add a gap."""
        self._add(tables.GAPS, begin, end, None, reason=reason)

    def check(self, at):
        """Let the check have found all equal."""
        self.connection.execute(
            tables.CHECKS.insert().values(name='check', at=moment(at))
        )

    def coverage(self, some):
        """Return what was recorded."""
        return coverage.of_span(self.connection, some)
