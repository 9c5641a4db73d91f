"""What the records of monitor mode add up to."""

import gzip
import json
import os

import fixtures
import testtools

from cloud_security.audit import report

PREFIX = (
    '2026-11-20 10:00:00.123 4711 INFO cloud_security.wsgi.recorder '
    '[None req-1 bob p - - default default] '
)


def record(**changes):
    """Return a record as Nova's log has it."""
    return dict(
        {
            'time': '2026-11-20T10:00:00.000001+00:00',
            'request_id': 'req-1',
            'user_id': 'bob',
            'project_id': 'p',
            'operation': 'GET /servers/{id}',
            'count': 1,
            'servers': [{'server_id': 's1', 'owner_id': 'alice'}],
        },
        **changes,
    )


def message(**changes):
    """Return what is logged."""
    return f'cloud_security.would_hide {json.dumps(record(**changes))}'


def read(*lines, keys=report.KEYS):
    """Return a report of lines."""
    found = report.Report(keys)
    found.read(lines)
    return found


class TestReport(testtools.TestCase):
    def assert_one(self, line):
        found = read(line)
        self.assertEqual(
            [('2026-11-20', 'bob', 'p', 'GET /servers/{id}', 1, 1, 1)],
            found.rows(),
        )
        self.assertEqual(0, found.unread)

    def test_text(self):
        self.assert_one(f'{PREFIX}{message()}\n')

    def test_text_through_syslog(self):
        self.assert_one(f'Nov 20 10:00:00 api nova-api[1]: {message()}#012\n')

    def test_oslo_logs_json(self):
        self.assert_one(
            json.dumps({'message': message(), 'levelname': 'INFO'}) + '\n'
        )

    def test_journald(self):
        self.assert_one(json.dumps({'MESSAGE': message(), 'PRIORITY': '6'}))

    def test_journald_with_colours_has_no_words(self):
        coloured = f'\x1b[00;36mINFO {message()}\x1b[00m'
        self.assert_one(json.dumps({'MESSAGE': list(coloured.encode())}))

    def test_other_lines_are_nothing(self):
        found = read(
            'GET /servers 200\n',
            '\n',
            json.dumps({'message': 'x'}),
            json.dumps({'MESSAGE': list(b'x')}),
            f'{PREFIX}cloud_security.denied {json.dumps(record())}',
        )
        self.assertEqual([], found.rows())
        self.assertEqual((0, 0), (found.unread, found.failures))

    def test_nothing_is_nothing(self):
        found = read()
        self.assertEqual([], found.rows())
        self.assertEqual(0, found.total.requests)
        self.assertEqual(set(), found.days)

    def test_damaged_records_are_counted(self):
        for damage in (
            'cloud_security.would_hide',
            message()[:60],
            'cloud_security.would_hide []',
            'cloud_security.would_hide {}',
            message(time=5),
            message(servers=None),
            message(servers=[{'server_id': 's1'}]),
            message(servers=['s1']),
            '{"message": "cloud_security.would_hide',
            '{"MESSAGE": ["cloud_security.would_hide"]}',
            '{"message": ["cloud_security.would_hide"]}',
        ):
            found = read(damage, message())
            self.assertEqual(1, found.unread, damage)
            self.assertEqual(1, found.total.requests, damage)
            self.assertEqual(1, len(found.rows()), damage)

    def test_what_cannot_be_read_makes_no_row(self):
        deep = '{"a":' * 100000
        for line in (
            message(servers=[{}]),
            f'cloud_security.would_hide {deep}',
            '{"MESSAGE": null, "PRIORITY": "6"}',
        ):
            found = read(line, f'{PREFIX}{message()}')
            self.assertEqual(1, found.unread, line[:40])
            self.assertEqual(1, len(found.rows()), line[:40])

    def test_a_record_without_its_time_is_of_the_lines_day(self):
        without = record()
        del without['time']
        text = f'cloud_security.would_hide {json.dumps(without)}'
        self.assertEqual({'2026-11-20'}, read(PREFIX + text).days)
        self.assertEqual({'unknown'}, read(text).days)

    def test_what_would_fail_is_counted(self):
        found = read(
            'ERROR cloud_security.wsgi.monitor cloud_security.would_fail\n'
        )
        self.assertEqual((1, []), (found.failures, found.rows()))

    def test_rows_count_requests_servers_and_owners(self):
        found = read(
            message(),
            message(),
            message(
                servers=[
                    {'server_id': 's1', 'owner_id': 'alice'},
                    {'server_id': 's2', 'owner_id': None},
                ]
            ),
            message(user_id='dan'),
            keys=('user_id',),
        )
        self.assertEqual([('bob', 3, 2, 2), ('dan', 1, 1, 1)], found.rows())

    def test_days_come_in_their_order_and_the_most_requests_first(self):
        found = read(
            message(time='2026-11-21T00:00:00'),
            message(user_id='dan'),
            message(user_id='dan'),
            message(),
            keys=('day', 'user_id'),
        )
        self.assertEqual(
            [
                ('2026-11-20', 'dan', 2, 1, 1),
                ('2026-11-20', 'bob', 1, 1, 1),
                ('2026-11-21', 'bob', 1, 1, 1),
            ],
            found.rows(),
        )


class TestLogs(testtools.TestCase):
    """Files of every kind; tests/unit/test_manage.py reads them."""


def write(test, name, *lines):
    """Write a log and return its path."""
    path = os.path.join(test.useFixture(fixtures.TempDir()).path, name)
    opened = gzip.open if name.endswith('.gz') else open
    with opened(path, 'wt') as stream:
        stream.writelines(f'{line}\n' for line in lines)
    return path
