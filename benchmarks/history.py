# SPDX-License-Identifier: Apache-2.0
"""The price of a look-up in a long history: python -m benchmarks.history.

MariaDB makes the intervals itself, in a database that is dropped in the end.
``BENCHMARKS_URL`` names the server. A look-up must read few rows, by indexes,
however long the history is.
"""

import argparse
import contextlib
import datetime
import os
import statistics
import sys
import time

import sqlalchemy as sa
from sqlalchemy import schema

from cloud_security.trace import coverage
from cloud_security.trace import history
from cloud_security.trace import intervals
from cloud_security.trace import tables

URL = os.environ.get('BENCHMARKS_URL', 'mysql+pymysql://root@127.0.0.1')
ROWS = 10_000_000
BEGIN = datetime.datetime(2024, 1, 1)
DAYS = 700
#: Ports that an address has had, one after the other.
EACH = 20
#: Rows that a look-up may read, and seconds that it may take.
MOST_ROWS, MOST_SECONDS = 100, 0.05
_UUID = (
    "INSERT(INSERT(INSERT(INSERT(MD5({}), 9, 0, '-'), 14, 0, '-'), 19, 0, "
    "'-'), 24, 0, '-')"
)
#: A port, and its fixed IP, for each number; every 10th has a floating IP.
_INTERVALS = """
INSERT INTO cloud_security_ip_history
  (kind, address, network_id, subnet_id, port_id, object_id, fixed_ip,
   device_id, device_owner, mac_address, project_id, begin_at, end_at,
   begin_user_id)
SELECT
  kind,
  CASE kind WHEN 'port' THEN NULL
    WHEN 'fixed' THEN INET_NTOA(167772160 + number % {addresses})
    ELSE INET_NTOA(3325256704 + number % {addresses}) END,
  {network}, IF(kind = 'fixed', {subnet}, NULL), {port},
  IF(kind = 'floating', {object}, NULL),
  IF(kind = 'floating', INET_NTOA(167772160 + number % {addresses}), NULL),
  IF(kind = 'port', {device}, NULL),
  IF(kind = 'port', 'compute:nova', NULL),
  IF(kind = 'port', 'fa:16:3e:00:00:01', NULL),
  IF(kind = 'port', {project}, NULL),
  '{begin}' + INTERVAL number * {pace} SECOND,
  IF(number > {ports} - {addresses} / 2, NULL,
     '{begin}' + INTERVAL (number + {addresses} * 0.9) * {pace} SECOND),
  {user}
FROM (
  SELECT seq DIV 2 AS number,
    CASE WHEN seq % 2 = 0 THEN 'port'
      WHEN seq % 20 = 1 THEN 'floating' ELSE 'fixed' END AS kind
  FROM seq_1_to_{rows}
) AS made
"""
_OWNERS = """
INSERT INTO cloud_security_server_owners
  (server_id, user_id, user_name, project_id, server_name, begin_at, end_at,
   source)
SELECT {device}, {user}, 'user', {project}, 'server',
  '{begin}' + INTERVAL number * {pace} SECOND, NULL, 'sync'
FROM (SELECT seq * 4 AS number FROM seq_0_to_{servers}) AS made
"""
_PAIRS = """
INSERT INTO cloud_security_ip_history
  (kind, address, network_id, port_id, detail, begin_at, end_at)
SELECT 'pair', CONCAT('172.16.', seq, '.0/24'), {network}, {port}, 'mac',
  '{begin}', IF(seq % 10 = 0, NULL, '{begin}' + INTERVAL 1 DAY)
FROM (SELECT seq, seq AS number FROM seq_1_to_200) AS made
"""


class Measure:
    """Statements of a session: their plans, rows and seconds."""

    def __init__(self, engine):
        """Listen to an engine."""
        self.statements = []
        self.seconds = 0.0
        sa.event.listen(engine, 'before_cursor_execute', self._before)
        sa.event.listen(engine, 'after_cursor_execute', self._after)

    def _before(self, connection, cursor, statement, values, *more):
        self._began = time.perf_counter()

    def _after(self, connection, cursor, statement, values, *more):
        self.seconds += time.perf_counter() - self._began
        self.statements.append((statement, values))

    def clear(self):
        """Forget what was counted."""
        self.statements.clear()
        self.seconds = 0.0


def rows_read(connection):
    """Return how many rows this session has read."""
    cursor = connection.connection.cursor()
    cursor.execute("SHOW SESSION STATUS LIKE 'Handler_read%'")
    return sum(int(value) for _, value in cursor.fetchall())


def plans(connection, statements):
    """Yield ``(table, kind of access, index)`` of statements."""
    for statement, values in statements:
        cursor = connection.connection.cursor()
        cursor.execute(f'EXPLAIN {statement}', values)
        names = [column[0] for column in cursor.description]
        for row in cursor.fetchall():
            found = dict(zip(names, row))
            yield found['table'], found['type'], found['key']


@contextlib.contextmanager
def made(rows, url=URL):
    """Yield an engine of a database with this many intervals."""
    server = sa.create_engine(url, future=True)
    name = f'cs_history_{os.getpid()}'
    with server.begin() as connection:
        connection.execute(sa.text(f'CREATE DATABASE {name}'))
    try:
        engine = sa.create_engine(f'{url}/{name}', future=True)
        with engine.begin() as connection:
            fill(connection, rows)
        yield engine
        engine.dispose()
    finally:
        with server.begin() as connection:
            connection.execute(sa.text(f'DROP DATABASE {name}'))
        server.dispose()


def fill(connection, rows):
    """Make the tables, the intervals, and then the indexes."""
    ports = rows // 2
    words = {
        'rows': rows,
        'ports': ports,
        'servers': ports // 4,
        'addresses': max(ports // EACH, 1),
        'begin': BEGIN,
        'pace': DAYS * 86400 / ports,
        'network': _UUID.format("CONCAT('n', number % 1000)"),
        'subnet': _UUID.format("CONCAT('s', number % 1000)"),
        'port': _UUID.format("CONCAT('p', number)"),
        'object': _UUID.format("CONCAT('f', number)"),
        'device': _UUID.format("CONCAT('d', number DIV 4 * 4)"),
        'project': "MD5(CONCAT('t', number % 2000))",
        'user': "MD5(CONCAT('u', number % 5000))",
    }
    for table in tables.METADATA.sorted_tables:
        connection.execute(schema.CreateTable(table))
    for statement in (_INTERVALS, _PAIRS, _OWNERS):
        made_up = statement.format(**words)
        connection.exec_driver_sql(made_up.replace('%', '%%'))
    connection.execute(
        tables.GAPS.insert().values(end_at=BEGIN, reason='before')
    )
    for table in tables.METADATA.sorted_tables:
        parts = [
            f'ADD INDEX {index.name} '
            f'({", ".join(column.name for column in index.columns)})'
            for index in table.indexes
        ]
        if parts:
            connection.exec_driver_sql(
                f'ALTER TABLE {table.name} {", ".join(parts)}'
            )
        connection.exec_driver_sql(f'ANALYZE TABLE {table.name}')


def measure(engine, rows, count=20):
    """Look addresses up; return what each look-up cost."""
    found = []
    listener = Measure(engine)
    with engine.connect() as connection:
        for number in range(count):
            address, begin = connection.execute(
                sa.select(tables.HISTORY.c.address, tables.HISTORY.c.begin_at)
                .where(
                    tables.HISTORY.c.id > rows * (number + 1) // (count + 1),
                    tables.HISTORY.c.kind.in_(('fixed', 'floating')),
                )
                .order_by(tables.HISTORY.c.id)
                .limit(1)
            ).one()
            span = intervals.Span(begin, begin + datetime.timedelta(seconds=1))
            listener.clear()
            before = rows_read(connection)
            held = history.of_address(connection, address, span)
            coverage.of_span(connection, span)
            after = rows_read(connection)
            statements = list(listener.statements)
            found.append(
                {
                    'address': address,
                    'held': len(held),
                    'rows': after - before,
                    'seconds': listener.seconds,
                    'plans': [*plans(connection, statements)],
                }
            )
    return found


def faults(found):
    """Return what is wrong with look-ups, in words."""
    wrong = []
    for one in found:
        if not one['held']:
            wrong.append(f'{one["address"]} was not found')
        if one['rows'] > MOST_ROWS:
            wrong.append(f'{one["address"]} read {one["rows"]} rows')
        for table, access, index in one['plans']:
            is_long = table in (tables.HISTORY.name, tables.OWNERS.name)
            if is_long and (index is None or access in ('ALL', 'index')):
                wrong.append(f'{table} is read by {access}')
    return wrong


def main():
    """Make the history, measure, and print; 1 when something is wrong."""
    parser = argparse.ArgumentParser(prog='benchmarks.history')
    parser.add_argument('--rows', type=int, default=ROWS)
    rows = parser.parse_args().rows
    began = time.monotonic()
    with made(rows) as engine:
        sys.stdout.write(
            f'{rows} intervals in {time.monotonic() - began:.0f} s\n'
        )
        for name in ('first', 'again'):
            found = measure(engine, rows)
            seconds = [one['seconds'] * 1000 for one in found]
            reads = [one['rows'] for one in found]
            sys.stdout.write(
                f'{name}: database {statistics.median(seconds):.1f} ms '
                f'(at most {max(seconds):.1f}), rows read '
                f'{statistics.median(reads):.0f} (at most {max(reads)})\n'
            )
    wrong = faults(found)
    if max(one['seconds'] for one in found) > MOST_SECONDS:
        wrong.append(f'a look-up took more than {MOST_SECONDS} s')
    sys.stdout.write(''.join(f'{one}\n' for one in wrong))
    return 1 if wrong else 0


if __name__ == '__main__':
    sys.exit(main())
