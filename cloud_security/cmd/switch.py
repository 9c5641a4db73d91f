# SPDX-License-Identifier: Apache-2.0
"""Switch: the commands that change the files of one host or image."""

from __future__ import annotations

import abc
from typing import Any

from cloud_security.cmd import manage
from cloud_security.cmd import service_choice
from cloud_security.deploy import file_changes
from cloud_security.deploy import host as hosts


class Switch(manage.Command):
    """Do the steps that a Host names, or show them."""

    def get_parser(self, prog_name: str) -> Any:
        """Add where the files are."""
        parser = super().get_parser(prog_name)
        service_choice.add_argument(parser)
        parser.add_argument(
            '--paste',
            default='',
            metavar='FILE',
            help='the api-paste.ini that the API reads (default: '
            '/etc/nova/api-paste.ini, or what OS_NOVA_CONFIG_DIR and '
            'OS_NOVA_CONFIG_FILES name, /etc/cinder/api-paste.ini, and '
            '/etc/glance/glance-api-paste.ini, or that in '
            'OS_GLANCE_CONFIG_DIR)',
        )
        parser.add_argument(
            '--policy-dir',
            metavar='DIRECTORY',
            help="the service's directory of policy files (default: the first "
            'of [oslo_policy] policy_dirs in its configuration, or policy.d '
            'beside the api-paste.ini)',
        )
        parser.add_argument(
            '--config-file',
            action='append',
            default=[],
            metavar='FILE',
            help="the service's configuration file; repeat it for more "
            '(default: nova.conf, cinder.conf or glance-api.conf beside the '
            'api-paste.ini)',
        )
        parser.add_argument(
            '--config-dir',
            action='append',
            default=[],
            metavar='DIRECTORY',
            help="a directory of the service's configuration files (default: "
            'nova.conf.d, cinder.conf.d or glance-api.conf.d beside the '
            'api-paste.ini)',
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
        files = self.both('config_file', parsed_args)
        folders = self.both('config_dir', parsed_args)
        chosen = service_choice.chosen(
            parsed_args.service,
            parsed_args.paste,
            bool(files or folders or parsed_args.policy_dir),
            parsed_args.root,
        )
        self.is_alone = len(chosen) == 1
        return self.change(
            [
                hosts.Host(
                    parsed_args.paste,
                    parsed_args.policy_dir,
                    parsed_args.root,
                    files,
                    folders,
                    api,
                )
                for api in chosen
            ],
            parsed_args,
        )

    def both(self, name: str, parsed_args: Any) -> tuple[str, ...]:
        """Return the values of an option before and behind the command."""
        return tuple(getattr(parsed_args, name))

    @abc.abstractmethod
    def change(self, found: list[hosts.Host], parsed_args: Any) -> int:
        """Show or do the steps.

        :param found: the files of each service, of one at least
        :raises Refused: when something is in the way
        """

    def carry_out(self, steps: list[file_changes.Step], dry_run: bool) -> None:
        """Show steps, and do them."""
        for step in steps:
            self.app.stdout.write(step.shown())
        if not dry_run:
            file_changes.carry_out(steps)

    def say(self, host: hosts.Host, *sentences: str) -> None:
        """Print sentences as one line, with whose they are among several."""
        about = '' if self.is_alone else f'{host.api.name}: '
        self.app.stdout.write(f'{about}{" ".join(sentences)}\n')
