# SPDX-License-Identifier: Apache-2.0
"""Hours of floating IPs, read for a report from Neutron's database."""

from __future__ import annotations

from collections.abc import Mapping
import datetime
from typing import Any
from typing import Optional

from cloud_security.cmd import manage
from cloud_security.deploy import plugin_tables
from cloud_security.trace import coverage
from cloud_security.trace import engine as engines
from cloud_security.trace import floating_hours
from cloud_security.trace import intervals
from cloud_security.trace import opts


def hours(
    conf: Any,
    start: datetime.datetime,
    end: datetime.datetime,
    project_id: Optional[str],
    user_id: Optional[str],
) -> tuple[Mapping[tuple[str, str], float], list[str]]:
    """Return ``{(project ID, user ID): hours}``, and times that are missing.

    :param conf: Nova's configuration
    :raises Absent: when the database has no history
    :raises Nonsense: when the configuration names no database
    :raises Unknown: when the database does not answer
    """
    opts.register(conf)
    url = conf.cloud_security_trace.connection
    if not url:
        raise manage.Nonsense(
            '--ips reads the history of IP addresses: set '
            "[cloud_security_trace] connection in nova.conf to Neutron's "
            'database, or leave it out.'
        )
    span = intervals.Span(start.replace(tzinfo=None), end.replace(tzinfo=None))
    with plugin_tables.engine(url) as engine, engine.begin() as connection:
        engines.check(connection)
        gaps = coverage.of_span(connection, span).gaps
        return (
            floating_hours.of_users(connection, span, project_id, user_id),
            [str(gap) for gap in gaps],
        )
