# SPDX-License-Identifier: Apache-2.0
"""Files and Switch: commands that change the files of one host or image."""

from __future__ import annotations

import abc
from typing import Any

from cloud_security.cmd import manage
from cloud_security.cmd import service_choice
from cloud_security.deploy import apis
from cloud_security.deploy import config_options
from cloud_security.deploy import file_changes
from cloud_security.deploy import host as hosts
from cloud_security.deploy import loading as loadings
from cloud_security.deploy import plugin_tables


class Files(manage.Command):
    """Changes the configuration files of one host or image."""

    #: Files and folders that are read where none is named.
    usual_files = (
        'nova.conf, cinder.conf or glance-api.conf beside the api-paste.ini, '
        'and /etc/neutron/neutron.conf with what neutron-server reads beside '
        'it'
    )
    usual_folders = (
        'nova.conf.d, cinder.conf.d or glance-api.conf.d beside the '
        'api-paste.ini'
    )

    def get_parser(self, prog_name: str) -> Any:
        """Add where the files are."""
        parser = super().get_parser(prog_name)
        parser.add_argument(
            '--config-file',
            action=config_options.InOrder,
            default=[],
            metavar='FILE',
            help="the service's configuration file; repeat it for more, in "
            f'the order of the service (default: {self.usual_files})',
        )
        parser.add_argument(
            '--config-dir',
            action=config_options.InOrder,
            default=[],
            metavar='DIRECTORY',
            help="a directory of the service's configuration files (default: "
            f'{self.usual_folders})',
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

    def both(self, name: str, parsed_args: Any) -> tuple[str, ...]:
        """Return the values of an option before and behind the command."""
        return tuple(getattr(parsed_args, name))

    def carry_out(self, steps: list[file_changes.Step], dry_run: bool) -> None:
        """Show steps, and do them."""
        for step in steps:
            self.app.stdout.write(step.shown())
        if not dry_run:
            file_changes.carry_out(steps)

    def check_tables(self, loading: loadings.Loading, api: apis.Api) -> None:
        """Refuse a database without the plugin's tables, where one can look.

        :raises Refused: when they are missing
        """
        try:
            lacking = loading.lacks_tables()
        except plugin_tables.Unknown as error:
            self.app.stderr.write(
                f'Whether the tables are there was not looked at ({error}). '
                f'{api.tables}\n'
            )
            return
        if lacking:
            raise file_changes.Refused(
                f"{api.name}'s API would not start: {lacking}. Nothing was "
                f'changed. {api.tables}'
            )


class Switch(Files):
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
            'OS_GLANCE_CONFIG_DIR; Neutron has no filter in its own)',
        )
        parser.add_argument(
            '--policy-dir',
            metavar='DIRECTORY',
            help="the service's directory of policy files (default: the first "
            'of [oslo_policy] policy_dirs in its configuration, or policy.d '
            'beside the api-paste.ini or neutron.conf)',
        )
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
        for api in chosen:
            if parsed_args.paste and isinstance(api, apis.PluginApi):
                raise manage.Nonsense(
                    f'{api.name} has no filter in an api-paste.ini: name its '
                    f'{api.conf_file} with --config-file.'
                )
        return self.change(
            [
                hosts.Host(
                    parsed_args.paste,
                    parsed_args.policy_dir,
                    parsed_args.root,
                    files,
                    folders,
                    api,
                    tuple(parsed_args.config_order),
                )
                for api in chosen
            ],
            parsed_args,
        )

    @abc.abstractmethod
    def change(self, found: list[hosts.Host], parsed_args: Any) -> int:
        """Show or do the steps.

        :param found: the files of each service, of one at least
        :raises Refused: when something is in the way
        """

    def say(self, host: hosts.Host, *sentences: str) -> None:
        """Print sentences as one line, with whose they are among several."""
        about = '' if self.is_alone else f'{host.api.name}: '
        self.app.stdout.write(f'{about}{" ".join(sentences)}\n')
