# SPDX-License-Identifier: Apache-2.0
"""Callers cannot write lines of their own into the log."""

import io
import json
import logging
import sys

import fixtures
from oslo_config import cfg
from oslo_log import formatters
from oslo_log import log
import testtools

from cloud_security.audit import log_guard
from cloud_security.audit import report
from tests.unit.audit import log_files


class TestLogGuard(testtools.TestCase):
    def setUp(self):
        super().setUp()
        self.conf = cfg.ConfigOpts()
        log.register_options(self.conf)
        self.conf([])
        self.stream = io.StringIO()
        self.handler = logging.StreamHandler(self.stream)
        root = logging.getLogger()
        self.useFixture(
            fixtures.MonkeyPatch('logging.root.handlers', [self.handler])
        )
        level = root.level
        self.addCleanup(root.setLevel, level)
        root.setLevel(logging.INFO)
        self.formats(formatters.ContextFormatter(config=self.conf))

    def formats(self, formatter):
        self.handler.setFormatter(formatter)
        log_guard.install()

    def logs(self, path):
        logging.getLogger('nova.api.openstack.requestlog').info(
            '10.0.0.1 "GET %s" status: 401 len: 1 time: 0.1', path
        )

    def counted(self):
        """Return how many records the report finds, and the text."""
        found = report.Report()
        found.read(io.StringIO(self.stream.getvalue(), newline='\n'))
        return found.total.requests, self.stream.getvalue()

    def forged(self):
        """Return a path that ends a line of the request log, and another."""
        start, end = (
            log_files.REQUEST_LOG.split('"')[0],
            '" status: 1 len: 1',
        )
        return f'/x{end}\n{log_files.line()}\n{start}"GET /y'

    def test_line_of_a_path_is_no_record(self):
        self.logs(self.forged())
        count, text = self.counted()
        self.assertEqual(0, count, text)
        self.assertEqual(1, text.count('\n'), text)
        self.assertIn('\\n2026-11-20', text)

    def test_line_of_a_path_is_a_record_without_the_guard(self):
        self.handler.setFormatter(
            formatters.ContextFormatter(config=self.conf)
        )
        self.logs(self.forged())
        self.assertEqual(1, self.counted()[0])

    def test_lines_of_exceptions_are_no_records(self):
        try:
            raise ValueError(f'x\n{log_files.line()}\n')
        except ValueError:
            logging.getLogger('nova.api').exception('Caught error')
        count, text = self.counted()
        self.assertEqual(0, count, text)
        self.assertIn('ERROR nova.api Traceback', text)
        self.assertIn('ERROR nova.api     raise ValueError', text)

    def test_records_and_messages_of_several_lines_stay(self):
        logging.getLogger('cloud_security.wsgi.recorder').info(
            log_files.message()
        )
        logging.getLogger('nova').info('a\tb\nc')
        count, text = self.counted()
        self.assertEqual(1, count)
        self.assertIn('a\\tb\\nc\n', text)

    def test_breaks_and_controls_of_messages_are_escaped(self):
        controls = [*map(chr, range(32)), '\x7f', *map(chr, range(128, 160))]
        for character in [*controls, '\u2028', '\u2029']:
            for name in ('nova.api.openstack.requestlog', 'nova.x', 'x'):
                self.stream.truncate(0)
                self.stream.seek(0)
                logging.getLogger(name).info('%s', f'a{character}b')
                text = self.stream.getvalue()
                self.assertEqual(1, len(text.splitlines()), repr(text))
                self.assertNotIn(f'a{character}b', text)

    def test_wrapped_lines_behind_a_false_end_are_no_records(self):
        text = log_files.line()
        cut = text.index('would_hide') - 6
        stamp = '2026-11-20T10:00:00Z stderr'
        for lines in (
            json.dumps({'MESSAGE': list(text.encode())}),
            f'{stamp} P {text[:cut]}\n{stamp} F {text[cut:]}',
            f'{log_files.entry(text[:cut])[:-1]}\n{text}',
            json.dumps({'message': text}).replace('would', '\\u0077ould'),
            text.replace('would_', 'wo#033[0muld_'),
        ):
            self.logs(f'/x" status: 200 len: 1\n{lines}\n')
            count, written = self.counted()
            self.assertEqual(0, count, written)

    def test_wrapped_lines_of_exceptions_are_no_records(self):
        for prefix in (None, ''):
            if prefix is not None:
                self.conf.set_override('logging_exception_prefix', prefix)
            for lines in (
                json.dumps({'MESSAGE': list(log_files.line().encode())}),
                f'2026-11-20T10:00:00Z stderr F {log_files.line()}',
                f'   {log_files.line()}',
                log_files.line().replace('would_', 'wo#033[0muld_'),
            ):
                try:
                    raise ValueError(f'x\n{lines}\n')
                except ValueError:
                    logging.getLogger('nova.api').exception('Caught error')
                count, text = self.counted()
                self.assertEqual(0, count, text)
            self.assertIn('\n', text.rpartition('Traceback')[2], text)

    def test_part_without_an_end_hides_no_record(self):
        recorder = logging.getLogger('cloud_security.wsgi.recorder')
        self.logs('/x\n2026-11-20T10:00:00Z stderr P ')
        recorder.info(log_files.message())
        self.logs('/y')
        count, text = self.counted()
        self.assertEqual(1, count, text)

    def test_arguments_that_do_not_fit_are_reported_as_before(self):
        self.useFixture(fixtures.MonkeyPatch('sys.stderr', io.StringIO()))
        logging.getLogger('nova.x').info('%s %s', 'a')
        self.assertIn('not enough arguments', sys.stderr.getvalue())

    def test_json_stays(self):
        self.formats(formatters.JSONFormatter())
        self.logs(self.forged())
        logging.getLogger('cloud_security.wsgi.recorder').info(
            log_files.message()
        )
        self.assertEqual(1, self.counted()[0])

    def test_again_wraps_no_formatter_twice(self):
        log_guard.install()
        self.assertNotIsInstance(
            self.handler.formatter.wrapped, log_guard.Formatter
        )

    def test_handler_without_a_formatter_stays(self):
        self.handler.setFormatter(None)
        log_guard.install()
        self.assertIsNone(self.handler.formatter)

    def test_exceptions_are_formatted_as_before(self):
        try:
            raise ValueError('x')
        except ValueError:
            formatted = self.handler.formatter.formatException(sys.exc_info())
        self.assertIn('ValueError: x', formatted)
