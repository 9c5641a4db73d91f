# SPDX-License-Identifier: Apache-2.0
"""Checks of the history: is it kept, and does it lack nothing?"""

from __future__ import annotations

from collections.abc import Iterator
import contextlib
import datetime
from typing import Any
from typing import Optional

import sqlalchemy as sa

from cloud_security.deploy import apis
from cloud_security.deploy import checks
from cloud_security.deploy import plugin_tables
from cloud_security.deploy import unchecked
from cloud_security.trace import check_times
from cloud_security.trace import config
from cloud_security.trace import gaps
from cloud_security.trace import known_owners
from cloud_security.trace import moments
from cloud_security.trace import retention
from cloud_security.trace import tables

Result = checks.Result
_HOUR = datetime.timedelta(hours=1)
_DAY = datetime.timedelta(days=1)


class Checks(checks.Checks):
    """The checks, in the order in which the table shows them."""

    def __init__(self, conf: Any, connection: Any = None) -> None:
        """Begin.

        :param conf: neutron.conf
        :param connection: to Neutron's database, None where it is silent
        """
        self.conf = conf
        self.connection = connection
        #: A sentence on why the tables cannot be read.
        self.fault: Optional[str] = None

    def check_plugin(self) -> Result:
        """The plugin in the list that counts."""
        if config.is_enabled(self.conf):
            return checks.result(())
        return checks.result(
            [
                f'service_plugins in neutron.conf lacks {apis.TRACE.plugin}, '
                'so that Neutron records nothing: run cloud-security-trace '
                "enable, and restart Neutron's API."
            ]
        )

    def check_tables(self) -> Result:
        """A database that answers, and has the tables."""
        return checks.result([self.fault] if self.fault else ())

    def check_import(self) -> Result:
        """Addresses that were there before the plugin."""
        if self.fault:
            return _unread()
        if gaps.is_imported(self.connection):
            return checks.result(())
        return checks.result(
            [
                'Addresses from before the plugin are not in the history: run '
                'cloud-security-trace import when Neutron runs with it.'
            ]
        )

    def check_last_check(self) -> Result:
        """A comparison with Neutron's rows, not long ago."""
        if self.fault:
            return _unread()
        found = check_times.read(self.connection, check_times.CHECK)
        now = tables.now(self.connection)
        if found is not None and now - found <= _HOUR:
            return checks.result(())
        since = 'ever' if found is None else f'since {moments.written(found)}'
        return checks.result(
            (),
            [
                'No cloud-security-trace check has found the history and '
                f"Neutron's rows to agree {since}: run it, and let "
                'cloud-security-trace-check.timer repeat it.'
            ],
        )

    def check_gaps(self) -> Result:
        """Gaps that go on."""
        if self.fault:
            return _unread()
        return checks.result(
            f'Since {moments.written(row.begin_at)} not all is recorded '
            f'({row.reason}: {row.detail or "no details"}): see '
            "Neutron's log, and run cloud-security-trace check --repair."
            for row in gaps.opened(self.connection)
        )

    def check_owners(self) -> Result:
        """Servers of which nobody told the owner in time."""
        if self.fault:
            return _unread()
        since = tables.now(self.connection) - _HOUR
        found = known_owners.unresolved(self.connection)
        late = [begin for begin in found.values() if begin < since]
        if not late:
            return checks.result(())
        first = moments.written(min(late))
        return checks.result(
            (),
            [
                f'The history lacks the owners of {len(late)} servers that '
                f'are older than an hour, the first of {first}: '
                'run cloud-security-trace sync, and let cloud-security-trace-'
                'sync.timer repeat it. Nova may have forgotten some.'
            ],
        )

    def check_retention(self) -> Result:
        """Intervals that should have gone."""
        if self.fault:
            return _unread()
        days = self.conf.cloud_security_trace.retention_days
        end = retention.bound(self.connection, days) - _DAY
        number = retention.count_expired(self.connection, end)
        if not number:
            return checks.result(())
        return checks.result(
            (),
            [
                f'{number} intervals ended more than {days} days ago: run '
                'cloud-security-trace purge, and let cloud-security-trace-'
                'purge.timer repeat it.'
            ],
        )

    _upgrade_checks: Any = (
        ('Plugin in neutron.conf', check_plugin),
        ('Tables', check_tables),
        ('Import', check_import),
        ('Last check', check_last_check),
        ('Gaps', check_gaps),
        ('Owners of servers', check_owners),
        ('Retention', check_retention),
    )


@contextlib.contextmanager
def reading(conf: Any) -> Iterator[Checks]:
    """Yield the checks on a host, whose database may be silent."""
    found = Checks(conf)
    with contextlib.ExitStack() as stack:
        try:
            engine = stack.enter_context(config.engine(conf))
            found.connection = stack.enter_context(engine.connect())
            lacking = plugin_tables.lacking_in(found.connection)
            if lacking:
                found.fault = f'{lacking[:1].upper()}{lacking[1:]}. {_MIGRATE}'
        except (config.Unknown, sa.exc.SQLAlchemyError) as error:
            why = ''.join(str(error).splitlines()[:1]).rstrip('.')
            found.fault = (
                f"Neutron's database does not answer ({why}): see [database] "
                'connection in neutron.conf.'
            )
        yield found


def summary(conf: Any) -> Result:
    """Return the worst of all results, with the sentences of all."""
    with reading(conf) as found:
        results = [check(found) for _, check in found._upgrade_checks]
    worst = max((one.code for one in results), key=int)
    said = [one.details for one in results if one.details and one.code > 0]
    return Result(worst, checks.joined(said) or None)


_MIGRATE = apis.TRACE.tables


def _unread() -> Result:
    return unchecked.result('The tables could not be read: see Tables.')
