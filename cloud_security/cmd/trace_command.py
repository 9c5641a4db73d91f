# SPDX-License-Identifier: Apache-2.0
"""TraceCommand: a command that needs Neutron's database, and no Neutron."""

from __future__ import annotations

import abc
from typing import Any

from cloud_security.cmd import manage
from cloud_security.deploy import config_options
from cloud_security.deploy import configuration
from cloud_security.trace import config

engine = config.engine


class TraceCommand(manage.Command):
    """A command of cloud-security-trace on Neutron's database."""

    def get_parser(self, prog_name: str) -> Any:
        """Add the options that name Neutron's configuration."""
        parser = super().get_parser(prog_name)
        config_options.add(parser)
        return parser

    def take_action(self, parsed_args: Any) -> int:
        """Read neutron.conf, and act.

        :raises Unknown: when the database does not answer
        """
        conf = config.load(parsed_args)
        configuration.keep_log(conf, 'neutron')
        return self.act(conf, parsed_args)

    @abc.abstractmethod
    def act(self, conf: Any, parsed_args: Any) -> int:
        """Do the work; return the exit code.

        :param conf: neutron.conf
        """

    def say(self, text: str) -> None:
        """Print a line."""
        self.app.stdout.write(f'{text}\n')
