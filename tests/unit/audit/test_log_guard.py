# SPDX-License-Identifier: Apache-2.0
"""Callers cannot write lines of their own into the log."""

import io
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
        logging.getLogger('nova').info('a\nb')
        count, text = self.counted()
        self.assertEqual(1, count)
        self.assertIn('a\nb\n', text)

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
