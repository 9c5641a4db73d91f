# SPDX-License-Identifier: Apache-2.0
"""Lines that oslo.log writes, and what others write around them."""

import testtools

from cloud_security.audit import log_lines

MINE = 'cloud_security.wsgi.recorder'
MESSAGE = 'cloud_security.would_hide {"a": 1}'
#: logging_context_format_string of oslo.log, DevStack, OpenStack-Ansible and
#: sites that wrote their own.
FORMATS = (
    '2026-11-20 10:00:00.123 4711 INFO {name} [None req-1 u p - - d d] {text}',
    '2026-11-20 10:00:00.123 4711 INFO {name} [-] {text}',
    '2026-11-20 10:00:00.123 4711 INFO {name} [-] [instance: 1-2] {text}',
    'INFO {name} [None req-1 demo admin] {text}',
    '\x1b[00;36mINFO {name} [\x1b[01;36mNone req-1 \x1b[00;36mp u] {text}'
    '\x1b[00m',
    '2026-11-20 10:00:00,123 (4711) {name} INFO: {text}',
    '2026-11-20T10:00:00.123456+01:00 INFO {name} req-0a1b - {text}',
    '[2026-11-20 10:00:00] [4711] [INFO] {name}: {text}',
    '{name} {text} - 2026-11-20 INFO',
)
TRANSPORTS = (
    '',
    'Nov 20 10:00:00 api1 nova-api[1]: ',
    'Nov  2 10:00:00.123456 api1 nova-api-wsgi[1]: ',
    'Fri 2026-11-20 10:00:00 UTC api1 nova-api[1]: ',
    '2026-11-20T10:00:00.123456+00:00 api1 nova-api: ',
    '2026-11-20T10:00:00+0000 api1 httpd[12]: ',
    '[    5.123456] api1 nova-api[1]: ',
    '<134>1 2026-11-20T10:00:00Z api1 nova-api 12 - - ',
    '<134>1 2026-11-20T10:00:00Z api1 nova-api 12 ID [x@1 a="b"] ',
    '<134>Nov 20 10:00:00 api1 nova-api[1]: ',
    '2026-11-20T10:00:00.123456789Z ',
    '[pod/nova-api-osapi-5d/nova-osapi] ',
    '[pod/nova-api-osapi-5d/nova-osapi] 2026-11-20T10:00:00.1Z ',
    'nova_api  | ',
    'nova_api.1.abc@node    | 2026-11-20T10:00:00.1Z ',
    '2026-11-20T10:00:00Z {app="nova", pod="nova-api"} ',
    '[Fri Nov 20 10:00:00.123456 2026] [wsgi:error] [pid 1:tid 2] '
    '[remote 10.0.0.1:4] ',
    '[Fri Nov 20 10:00:00.123456 2026] [wsgi:error] [pid 1] ',
)


class TestLogLines(testtools.TestCase):
    def test_each_format_names_its_logger(self):
        for text in FORMATS[:-1]:
            for transport in TRANSPORTS:
                line = transport + text.format(name=MINE, text=MESSAGE)
                found = log_lines.parse(line + '\n')
                self.assertIsNotNone(found, line)
                self.assertEqual((MINE, MESSAGE), found[:2], line)

    def test_colours_that_syslog_escaped_are_none(self):
        for escape in ('#033', r'\x1b'):
            line = FORMATS[4].format(name=MINE, text=MESSAGE)
            found = log_lines.parse(line.replace('\x1b', escape))
            self.assertEqual((MINE, MESSAGE), found[:2])

    def test_stern_needs_the_time_behind_its_words(self):
        line = FORMATS[0].format(name=MINE, text=MESSAGE)
        self.assertEqual(
            MINE, log_lines.parse(f'nova-api-5d nova-osapi {line}').logger
        )

    def test_day_comes_from_the_line(self):
        for text in FORMATS[:3]:
            found = log_lines.parse(text.format(name=MINE, text='x'))
            self.assertEqual('2026-11-20', found.day)

    def test_apache_doubled_backslashes_are_single(self):
        line = FORMATS[0].format(name=MINE, text=r'x {"a": "\"\u00e4"}')
        found = log_lines.parse(TRANSPORTS[-1] + line.replace('\\', '\\\\'))
        self.assertEqual(r'x {"a": "\"\u00e4"}', found.message)

    def test_word_in_a_message_is_no_logger(self):
        forged = FORMATS[0].format(name=MINE, text=MESSAGE)
        for line in (
            FORMATS[0].format(
                name='nova.api.openstack.requestlog',
                text=f'10.0.0.1 "GET /v2.1/x{MESSAGE}" status: 404 len: 1',
            ),
            FORMATS[0].format(
                name='nova.api.openstack.wsgi',
                text=f'HTTP exception thrown: Instance {forged} could not',
            ),
            FORMATS[0].format(name='nova.x', text=forged),
            FORMATS[1].format(name='nova.x', text=f'[-] {MINE} {MESSAGE}'),
            FORMATS[3].format(name='nova.x', text=f'{MINE} [-] {MESSAGE}'),
        ):
            for transport in TRANSPORTS:
                found = log_lines.parse(transport + line)
                self.assertIsNotNone(found, line)
                self.assertStartsWith('nova.', found.logger)

    def assertStartsWith(self, start, text):
        self.assertEqual(start, text[: len(start)])

    def test_other_programs_lines_are_none(self):
        forged = FORMATS[0].format(name=MINE, text=MESSAGE)
        for line in (
            '',
            'GET /servers 200',
            MESSAGE,
            f'{MINE} {MESSAGE}',
            f'10.0.0.1 - - [20/Nov/2026:10:00:00 +0000] "GET /{forged}" 404',
            f'[pid: 1|app: 0|req: 1/1] 10.0.0.1 () {{38 vars}} [x] GET '
            f'/{forged}',
            f'x {forged}',
            f'GET /v2.1/ {forged}',
            f'"GET /{forged}"',
            f"b'{forged}'",
            '\x85',
            '2026-11-20 10:00:00',
            'Traceback (most recent call last):',
        ):
            self.assertIsNone(log_lines.parse(line), line)
