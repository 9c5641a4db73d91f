# SPDX-License-Identifier: Apache-2.0
"""Commands of cloud-security-trace, run in the process of a unit test."""

import io
import types

import fixtures

from cloud_security.trace import config
from tests.unit.trace import database


class Stream(io.StringIO):
    """Standard output or error, on a terminal or not."""

    is_terminal = False

    def isatty(self):
        """Tell whether it is a terminal."""
        return self.is_terminal


class Commands(database.Database):
    """A host with a neutron.conf that names the database of the test."""

    def setUp(self):
        super().setUp()
        # The commands set the log up; this gives it back.
        self.useFixture(fixtures.FakeLogger())
        self.useFixture(
            fixtures.MonkeyPatch(
                'cloud_security.deploy.configuration.keep_log',
                lambda *args: None,
            )
        )
        self.conf = self.folder / 'neutron.conf'
        self.configure('router,cloud_security_trace')

    def configure(self, plugins, more=''):
        self.conf.write_text(
            f'[DEFAULT]\nservice_plugins = {plugins}\n'
            f'[database]\nconnection = {self.url}\n{more}\n'
        )

    def load(self):
        """Return neutron.conf as commands read it."""
        return config.load(
            types.SimpleNamespace(config_file=[str(self.conf)], config_dir=[])
        )

    def run_command(self, command, *arguments, alone=False):
        """Run a command; return its exit code and what it says where.

        :param alone: whether the arguments do not name neutron.conf
        """
        out, err = Stream(), Stream()
        app = types.SimpleNamespace(
            NAME='cloud-security-trace',
            stdout=out,
            stderr=err,
            options=types.SimpleNamespace(debug=False),
        )
        self.useFixture(fixtures.MonkeyPatch('sys.stdout', out))
        self.useFixture(fixtures.MonkeyPatch('sys.stderr', err))
        found = command(app, types.SimpleNamespace())
        try:
            named = [] if alone else ['--config-file', str(self.conf)]
            parsed = found.get_parser('trace').parse_args([*named, *arguments])
            code = found.run(parsed)
        except SystemExit as stop:
            code = stop.code
        return code, out.getvalue(), err.getvalue()
