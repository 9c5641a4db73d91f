# SPDX-License-Identifier: Apache-2.0
"""Switch: the commands that change the files of one host or image."""

from __future__ import annotations

import abc
from typing import Any

from cloud_security.cmd import manage
from cloud_security.deploy import file_changes
from cloud_security.deploy import host as hosts

RESTART = (
    "Restart Nova's API on this host, and nothing else: httpd, uwsgi or "
    'openstack-nova-api, whichever runs it.'
)


class Switch(manage.Command):
    """Do the steps that a Host names, or show them."""

    def get_parser(self, prog_name: str) -> Any:
        """Add where the files are."""
        parser = super().get_parser(prog_name)
        parser.add_argument(
            '--paste',
            default=hosts.api_files()[0],
            metavar='FILE',
            help="the api-paste.ini that Nova's API reads (default: "
            '/etc/nova/api-paste.ini, or what OS_NOVA_CONFIG_DIR and '
            'OS_NOVA_CONFIG_FILES name)',
        )
        parser.add_argument(
            '--policy-dir',
            metavar='DIRECTORY',
            help="Nova's directory of policy files (default: the first of "
            '[oslo_policy] policy_dirs in nova.conf, or policy.d beside the '
            'api-paste.ini)',
        )
        parser.add_argument(
            '--config-file',
            action='append',
            default=[],
            metavar='FILE',
            help="Nova's configuration file; repeat it for more (default: "
            'nova.conf beside the api-paste.ini)',
        )
        parser.add_argument(
            '--config-dir',
            action='append',
            default=[],
            metavar='DIRECTORY',
            help="a directory of Nova's configuration files (default: "
            'nova.conf.d beside the api-paste.ini)',
        )
        parser.add_argument(
            '--root',
            default='/',
            metavar='DIRECTORY',
            help='the root of an image, in which the other paths are '
            '(default: this host)',
        )
        manage.add_dry_run(parser)
        return parser

    def take_action(self, parsed_args: Any) -> int:
        """Show or do the steps.

        :raises Refused: when something is in the way
        """
        host = hosts.Host(
            parsed_args.paste,
            parsed_args.policy_dir,
            parsed_args.root,
            self.both('config_file', parsed_args),
            self.both('config_dir', parsed_args),
        )
        return self.change(host, parsed_args)

    def both(self, name: str, parsed_args: Any) -> tuple[str, ...]:
        """Return the values of an option before and behind the command."""
        return tuple(getattr(parsed_args, name))

    @abc.abstractmethod
    def change(self, host: hosts.Host, parsed_args: Any) -> int:
        """Show or do the steps.

        :raises Refused: when something is in the way
        """

    def carry_out(self, steps: list[file_changes.Step], dry_run: bool) -> None:
        """Show steps, and do them."""
        for step in steps:
            self.app.stdout.write(step.shown())
        if not dry_run:
            file_changes.carry_out(steps)

    def say(self, *sentences: str) -> None:
        """Print sentences as one line."""
        self.app.stdout.write(f'{" ".join(sentences)}\n')
