# SPDX-License-Identifier: Apache-2.0
"""Nobody writes a record into Nova's log but the filter."""

import io
import logging
from unittest import mock
from urllib import parse

from oslo_config import cfg
from oslo_log import formatters
from oslo_log import log

from cloud_security.audit import log_guard
from cloud_security.audit import report
from cloud_security.compute import service
from cloud_security.wsgi import startup
from tests.functional.compute import cloud
from tests.unit.audit import log_files


class TestForgery(cloud.Cloud):
    MODE = 'monitor'

    def setUp(self):
        super().setUp()
        conf = cfg.ConfigOpts()
        log.register_options(conf)
        conf([])
        self.stream = io.StringIO()
        handler = logging.StreamHandler(self.stream)
        handler.setFormatter(formatters.ContextFormatter(config=conf))
        root = logging.getLogger()
        root.addHandler(handler)
        self.addCleanup(root.removeHandler, handler)

    def forge(self):
        """Ask for paths with lines of a log in them; return the records."""
        end, start = '" status: 404 len: 1', '2026-11-20 INFO nova.x [-] "'
        for text in (
            f'/x\n{log_files.line()}\n',
            f'/x{end}\n{log_files.line()}\n{start}',
            f'/servers/x could not be found.\n{log_files.line()}\n{start}',
        ):
            path = parse.quote(text)
            for account in (self.bob, self.dan):
                account.call('GET', f'{path}')
                account.call('GET', f'/v2.1{path}')
        found = report.Report()
        found.read(io.StringIO(self.stream.getvalue(), newline='\n'))
        return found.total.requests

    def test_lines_in_paths_are_no_records(self):
        log_guard.install()
        self.assertEqual(0, self.forge(), self.stream.getvalue())
        self.assertIn('\\n2026-11-20', self.stream.getvalue())

    def test_lines_in_paths_are_records_without_the_guard(self):
        self.assertNotEqual(0, self.forge(), self.stream.getvalue())

    def test_guard_is_installed_with_the_filter(self):
        application = mock.Mock(spec=service.NOVA.application_class)
        startup.check(service.NOVA, application, 'monitor')
        for handler in logging.getLogger().handlers:
            if handler.formatter is not None:
                self.assertIsInstance(handler.formatter, log_guard.Formatter)
