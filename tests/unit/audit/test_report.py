# SPDX-License-Identifier: Apache-2.0
"""Sums of what monitor mode recorded, out of every kind of log."""

import json

import testtools

from cloud_security.audit import report
from tests.unit.audit.log_files import entry
from tests.unit.audit.log_files import line
from tests.unit.audit.log_files import message
from tests.unit.audit.log_files import PREFIX
from tests.unit.audit.log_files import record
from tests.unit.audit.log_files import REQUEST_LOG


def read(*lines, keys=report.KEYS):
    """Return a report of lines."""
    found = report.Report(keys)
    found.read(f'{line}\n' for line in lines)
    return found


#: Around a line, by who writes it: functions that return lines.
WRAPPERS = {
    'Docker': lambda text: [entry(text)],
    "Docker's parts": lambda text: [
        json.dumps({'log': part, 'stream': 'stderr', 'time': '2026'})
        for part in (text[:200], text[200:] + '\n')
    ],
    "Docker's parts between another stream's": lambda text: [
        json.dumps({'log': text[:200], 'stream': 'stderr'}),
        entry('10.0.0.1 - - "GET /" 200', stream='stdout'),
        json.dumps({'log': text[200:] + '\n', 'stream': 'stderr'}),
    ],
    'CRI': lambda text: [f'2026-11-20T10:00:00.1Z stderr F {text}'],
    "CRI's parts": lambda text: [
        f'2026-11-20T10:00:00.1Z stderr P {text[:150]}',
        '2026-11-20T10:00:00.1Z stdout F 10.0.0.1 "GET /"',
        f'2026-11-20T10:00:00.1Z stderr P {text[150:250]}',
        f'2026-11-20T10:00:00.1Z stderr F {text[250:]}',
    ],
    'fluentd': lambda text: [
        '2026-11-20T10:00:00+00:00\tkubernetes.var.log.nova\t'
        + json.dumps({'log': text, 'kubernetes': {'pod_name': 'nova'}})
    ],
    'fluentd with the parts of Docker': lambda text: [
        json.dumps({'log': text[:99], 'partial_message': 'true', **part(1)}),
        json.dumps({'log': text[99:], 'partial_message': 'true', **part(2)}),
    ],
    'Loki': lambda text: [
        json.dumps({'labels': {'a': 'b'}, 'line': text, 'timestamp': '2026'})
    ],
    "Loki's API": lambda text: [
        json.dumps(
            {
                'status': 'success',
                'data': {
                    'resultType': 'streams',
                    'result': [
                        {'stream': {'a': 'b'}, 'values': [['1763', text]]}
                    ],
                },
            }
        )
    ],
    "Loki's API, indented": lambda text: json.dumps(
        {'data': {'result': [{'values': [['1763', text]]}]}}, indent=1
    ).splitlines(),
    'Grafana': lambda text: json.dumps(
        [{'line': text, 'timestamp': '1763', 'fields': {}}], indent=2
    ).splitlines(),
    'Elasticsearch': lambda text: [
        json.dumps({'_index': 'x', '_source': {'log': text}})
    ],
    'journald': lambda text: [json.dumps({'MESSAGE': text, 'PRIORITY': '6'})],
    'journald, indented': lambda text: json.dumps(
        {'MESSAGE': text, 'PRIORITY': '6'}, indent=1
    ).splitlines(),
    'journald with bytes': lambda text: [
        json.dumps({'MESSAGE': list(f'\x1b[0m{text}'.encode())})
    ],
    'GELF': lambda text: [
        json.dumps({'version': '1.1', 'host': 'x', 'short_message': text})
    ],
    "fluentd's standard output": lambda text: [
        '2026-11-20 10:00:00.000000000 +0000 kubernetes.nova: '
        + json.dumps({'log': text})
    ],
    'kubectl': lambda text: [f'[pod/nova-api-0/nova-osapi] {text}'],
    'a JSON string': lambda text: [json.dumps(text)],
    'syslog': lambda text: [f'Nov 20 10:00:00 api nova-api[1]: {text}#012'],
    'a byte order mark': lambda text: [f'\ufeff{text}'],
    'Windows': lambda text: [f'{text}\r'],
}


def part(number):
    """Return what Docker's fluentd driver says of the parts of a line."""
    return {
        'partial_id': 'x',
        'partial_ordinal': str(number),
        'partial_last': str(number == 2).lower(),
    }


#: What oslo.log writes of a record.
FORMS = {
    'text': line,
    'JSON': lambda: json.dumps(
        {
            'message': message(),
            'name': 'cloud_security.wsgi.recorder',
            'levelname': 'INFO',
            'args': ['cloud_security.would_hide', '{}'],
        }
    ),
    "Kolla's fields": lambda: json.dumps(
        {
            'Payload': message(),
            'python_module': 'cloud_security.wsgi.recorder',
            'log_level': 'INFO',
        }
    ),
    "journald's fields": lambda: json.dumps(
        {
            'MESSAGE': message(),
            'LOGGER_NAME': 'cloud_security.wsgi.recorder',
        }
    ),
    "journald's fields and a line": lambda: json.dumps(
        {
            'MESSAGE': line(),
            'LOGGER_NAME': 'cloud_security.wsgi.recorder',
        }
    ),
    "release 1.0's logger": lambda: line().replace(
        'wsgi.recorder', 'compute.records'
    ),
    "DevStack's, with names that look like JSON": lambda: (
        'INFO cloud_security.wsgi.recorder [None req-1 "a" {b}] c] '
        f'{message()}'
    ),
    'a format without names': lambda: (
        f'2026-11-20 10:00:00.123 4711 INFO [None req-1 u p] {message()}'
    ),
}
ROW = ('2026-11-20', 'bob', 'p', 'GET /servers/{id}', 1, 0, 1, 1)


class TestReport(testtools.TestCase):
    def test_each_form_in_each_wrapper_is_one_record(self):
        for name, form in FORMS.items():
            for wrapper, wrap in WRAPPERS.items():
                found = read(*wrap(form()))
                self.assertEqual([ROW], found.rows(), (name, wrapper))
                self.assertEqual((0, 0), (found.unread, found.foreign))

    def test_wrappers_in_wrappers_are_opened(self):
        for name, outer in WRAPPERS.items():
            for inner in ('Docker', 'CRI', 'fluentd', 'journald', 'kubectl'):
                [text] = WRAPPERS[inner](line())
                found = read(*outer(text))
                self.assertEqual([ROW], found.rows(), (name, inner))

    def test_several_records_in_parts_are_all_counted(self):
        for wrapper in ("Docker's parts", "CRI's parts"):
            found = read(*3 * WRAPPERS[wrapper](line()))
            self.assertEqual(3, found.total.requests, wrapper)

    def test_other_lines_are_no_records(self):
        found = read(
            'GET /servers 200',
            '',
            json.dumps({'message': 'x'}),
            json.dumps({'MESSAGE': list(b'x')}),
            f'{PREFIX}cloud_security.denied {json.dumps(record())}',
        )
        self.assertEqual([], found.rows())
        self.assertEqual(
            (0, 0, 0), (found.unread, found.failures, found.foreign)
        )

    def test_empty_log_has_no_records(self):
        found = read()
        self.assertEqual([], found.rows())
        self.assertEqual(0, found.total.requests)
        self.assertEqual(set(), found.days)

    def test_damaged_records_are_counted(self):
        for damage in (
            f'{PREFIX}cloud_security.would_hide',
            line()[:130],
            f'{PREFIX}cloud_security.would_hide []',
            f'{PREFIX}cloud_security.would_hide {{}}',
            f'{line()} and more',
            line(time=5),
            line(time='yesterday'),
            line(time='=1+1'),
            line(user_id=['bob']),
            line(project_id={}),
            line(operation=None),
            line(status='404'),
            line(status=True),
            line(servers=None),
            line(servers={}),
            line(servers=[{}]),
            line(servers=[{'server_id': 's1'}]),
            line(servers=[{'server_id': [], 'owner_id': 'alice'}]),
            line(servers=[{'server_id': 's1', 'owner_id': 5}]),
            line(servers=['s1']),
            f'{PREFIX}cloud_security.would_hide ' + '{"a":' * 100000,
            '{"message": "cloud_security.would_hide',
            '{"log": "' + json.dumps(line())[1:-20],
            '{"MESSAGE": ["cloud_security.would_hide"]}',
            '{"message": ["cloud_security.would_hide"]}',
            '{"MESSAGE": null, "PRIORITY": "6"}',
            '{"MESSAGE": [999, 5], "PRIORITY": "6"}',
            f'2026-11-20T10:00:00.1Z stderr P {line()[:200]}',
        ):
            found = read(line(), damage)
            self.assertEqual(1, found.unread, damage[-200:])
            self.assertEqual(1, found.total.requests, damage[-200:])
            self.assertEqual([ROW], found.rows(), damage[-200:])

    def test_record_without_its_time_is_of_the_lines_day(self):
        without = record()
        del without['time']
        text = f'cloud_security.would_hide {json.dumps(without)}'
        self.assertEqual({'2026-11-20'}, read(PREFIX + text).days)
        syslog = 'Nov 20 10:00:00 api nova-api[1]: INFO cloud_security.x '
        self.assertEqual({'unknown'}, read(syslog + text).days)

    def test_requests_that_would_fail_are_counted(self):
        monitor = PREFIX.replace('INFO', 'ERROR').replace(
            'recorder', 'monitor'
        )
        found = read(
            f'{monitor}cloud_security.would_fail',
            f'{monitor}cloud_security.would_fail: ValueError: x',
            f'{monitor}Traceback (most recent call last):',
            f'{monitor}ValueError: cloud_security.would_fail',
            f'{PREFIX}cloud_security.would_failure',
            'x cloud_security.would_fail',
        )
        self.assertEqual((2, []), (found.failures, found.rows()))

    def test_rows_count_requests_servers_and_owners(self):
        found = read(
            line(status=200),
            line(status=404),
            line(
                servers=[
                    {'server_id': 's1', 'owner_id': 'alice'},
                    {'server_id': 's2', 'owner_id': None},
                ]
            ),
            line(user_id='dan', status=403),
            keys=('user_id',),
        )
        self.assertEqual(
            [('bob', 3, 1, 2, 2), ('dan', 1, 1, 1, 1)], found.rows()
        )

    def test_days_come_in_their_order_and_the_most_requests_first(self):
        found = read(
            line(time='2026-11-21T00:00:00'),
            line(user_id='dan'),
            line(user_id='dan'),
            line(),
            keys=('day', 'user_id'),
        )
        self.assertEqual(
            [
                ('2026-11-20', 'dan', 2, 0, 1, 1),
                ('2026-11-20', 'bob', 1, 0, 1, 1),
                ('2026-11-21', 'bob', 1, 0, 1, 1),
            ],
            found.rows(),
        )


class TestForgery(testtools.TestCase):
    """Callers choose paths, names and bodies, and Nova logs them."""

    def assert_none(self, *lines, foreign=1):
        """Expect no record, and that each attempt is counted."""
        found = read(*lines)
        self.assertEqual([], found.rows(), lines)
        self.assertEqual(0, found.failures, lines)
        self.assertEqual(foreign, found.foreign, lines)

    def test_path_in_the_request_log_is_no_record(self):
        for path in (
            message(),
            f' {message()}',
            f' {line()}',
            f'" status: 200 len: 1 {line()}',
            'cloud_security.would_fail',
            f'\r{line()}',
            f'\x0b{line()}',
            f'\x1c{line()}',
            f'\x85{line()}',
            f'\u2028{line()}',
        ):
            forged = REQUEST_LOG.format(path)
            self.assert_none(forged)
            for wrapper in ('Docker', 'CRI', 'journald', 'kubectl', 'syslog'):
                self.assert_none(*WRAPPERS[wrapper](forged))

    def test_path_with_newlines_is_no_record(self):
        for inside in (
            [line()],
            [line(), line()],
            [json.loads(entry(line()))['log'].strip()],
            [entry(line())],
            ['{'],
        ):
            start, end = REQUEST_LOG.split('{}')
            broken = [start, *inside, end]
            self.assert_none(*broken, foreign=str(broken).count('would_hide'))
            found = read(line(), *broken, line())
            self.assertEqual(2, found.total.requests, inside)
            wrapped = [WRAPPERS['Docker'](text)[0] for text in broken]
            found = read(line(), *wrapped, line())
            self.assertEqual(2, found.total.requests, inside)

    def test_request_log_that_was_cut_hides_little(self):
        start, _ = REQUEST_LOG.split('{}')
        found = read(start, *500 * [line()])
        self.assertEqual(500, found.total.requests)

    def test_tabs_in_a_message_begin_no_wrapper(self):
        forged = PREFIX.replace('cloud_security.', 'nova.').strip()
        found = read(f'{forged} x\ttag\t{entry(line())}')
        self.assertEqual([], found.rows())

    def test_part_without_an_end_hides_no_record(self):
        start, end = REQUEST_LOG.split('{}')
        part = f'2026-11-20T10:00:00Z stderr P {end}'
        found = read(start, part, line(), REQUEST_LOG)
        self.assertEqual(1, found.total.requests)

    def test_message_of_several_lines_in_one_entry_is_no_record(self):
        for key, name in (('message', 'name'), ('MESSAGE', 'LOGGER_NAME')):
            self.assert_none(
                json.dumps(
                    {
                        key: f'10.0.0.1 "GET /x\n{line()}',
                        name: 'nova.api.openstack.requestlog',
                    }
                )
            )

    def test_other_loggers_message_is_no_record(self):
        for name in ('nova.api.openstack.wsgi', 'eventlet.wsgi.server', 'x.y'):
            for key, logger in (('message', 'name'), ('Payload', 'logger')):
                self.assert_none(json.dumps({key: message(), logger: name}))
            self.assert_none(
                PREFIX.replace('cloud_security.wsgi.recorder', name)
                + message()
            )

    def test_agent_in_an_access_log_is_no_record(self):
        self.assert_none(
            '10.0.0.1 - - [20/Nov/2026:10:00:00 +0000] "GET / HTTP/1.1" 401 '
            f'114 "-" "{line()}"'
        )

    def test_line_without_a_logger_is_no_record(self):
        self.assert_none(message())

    def test_action_named_like_a_record_is_no_second_record(self):
        found = read(line(operation=f'POST /servers/{{id}}/action {line()}'))
        self.assertEqual(1, found.total.requests)
        denied = line(operation=f'x] {message()}').replace(
            'would_hide {"time', 'denied {"time', 1
        )
        self.assert_none(denied, foreign=0)
