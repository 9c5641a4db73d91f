# SPDX-License-Identifier: Apache-2.0
"""Faults of a configuration as oslo.config tells them."""

import argparse
import os
import sys

import fixtures
from sqlalchemy import exc as sa_exc
import testscenarios
import testtools

from cloud_security.deploy import apis
from cloud_security.deploy import config_options
from cloud_security.deploy import configuration


class TestWrongValue(testscenarios.WithScenarios, testtools.TestCase):
    """A file has a wrong value of an option of the command line."""

    scenarios = [
        ('oslo.config 9.4', {'code': None}),
        ('newer oslo.config', {'code': 1}),
    ]

    def test_wrong_value_makes_the_configuration_unreadable(self):
        def parse(argv, files):
            sys.stderr.write('argument --debug: Invalid value: perhaps\n')
            raise SystemExit(self.code)

        error = self.assertRaises(
            configuration.Unreadable,
            configuration.read,
            apis.NOVA,
            None,
            ['cloud-security-status', '--config-file', 'n.conf'],
            parse,
        )
        self.assertIn('(n.conf): argument --debug: Invalid', str(error))


class TestSpecialFile(testtools.TestCase):
    """A FIFO waits for somebody who writes."""

    def test_fifo_is_not_opened(self):
        path = os.path.join(self.useFixture(fixtures.TempDir()).path, 'n.conf')
        os.mkfifo(path)
        error = self.assertRaises(
            configuration.Unreadable,
            configuration.read,
            apis.NOVA,
            None,
            ['cloud-security-status', f'--config-file={path}'],
            self.fail,
        )
        self.assertIn(f'({path}): it is no ordinary file; mend', str(error))


class TestDatabase(testscenarios.WithScenarios, testtools.TestCase):
    """A database that cannot be asked."""

    scenarios = [
        (type(error).__name__, {'error': error})
        for error in (
            sa_exc.OperationalError('x', {}, Exception('refused\nnow')),
            sa_exc.NoSuchModuleError('no dialect x'),
            ValueError('no number'),
            ImportError('No module named x'),
        )
    ]

    def test_fault_is_one_sentence_with_advice(self):
        with testtools.ExpectedException(
            configuration.Unanswered, r'It is silent \(.*\): ask again'
        ):
            with configuration.answering('It is silent', 'ask again'):
                raise self.error


class TestArguments(testtools.TestCase):
    def test_files_and_folders_keep_their_order(self):
        parser = argparse.ArgumentParser()
        config_options.add(parser)
        words = ['--config-dir=a', '--config-file=b', '--config-dir=c']
        self.assertEqual(
            words, configuration.arguments(parser.parse_args(words))[1:]
        )


class TestHelp(testscenarios.WithScenarios, testtools.TestCase):
    """argparse prints help, or complains of an argument."""

    scenarios = [('help', {'code': 0}), ('an argument', {'code': 2})]

    def test_exit_code_stays(self):
        def parse(argv, files):
            raise SystemExit(self.code)

        stop = self.assertRaises(
            SystemExit, configuration.read, apis.NOVA, None, ['x'], parse
        )
        self.assertEqual(self.code, stop.code)
