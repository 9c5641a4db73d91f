# SPDX-License-Identifier: Apache-2.0
"""``cloud-security-manage enable``."""

from __future__ import annotations

import shlex
import subprocess
from typing import Any

from cloud_security.cmd import switch
from cloud_security.deploy import file_changes
from cloud_security.deploy import host as hosts

CHECK = 'cloud-security-status upgrade check tells whether all is in place.'


class Enable(switch.Switch):
    """Put the filter into Nova's api-paste.ini, and link its rules.

    Nova reads rules at once, and the filter when its API starts: the rules
    refuse members of an API that runs without the filter. So this command
    first puts the filter in. After the restart, with --restarted, it links
    the rules. With --restart it does both, and restarts in between.

    What is as it should be stays as it is. The file without the filter is
    kept beside the other, with .before-cloud-security behind its name.
    """

    def get_parser(self, prog_name: str) -> Any:
        """Add when Nova's API is restarted."""
        parser = super().get_parser(prog_name)
        restart = parser.add_mutually_exclusive_group()
        restart.add_argument(
            '--restart',
            metavar='COMMAND',
            help="the shell command that restarts Nova's API and returns "
            'when the old processes are gone, such as "systemctl restart '
            'httpd"',
        )
        restart.add_argument(
            '--restarted',
            action='store_true',
            help="Nova's API was restarted since the filter was put in: link "
            'the rules',
        )
        restart.add_argument(
            '--offline',
            action='store_true',
            help="Nova's API does not run from these files: do both at once "
            '(this is so with --root)',
        )
        return parser

    def change(self, host: hosts.Host, parsed_args: Any) -> int:
        """Show or do what comes next.

        :raises Refused: when something is in the way
        """
        dry_run = parsed_args.dry_run
        edit = host.putting_the_filter_in()
        # Planned before the first deed, so that it is not half refused.
        links = host.linking_the_rules()
        if parsed_args.restart and parsed_args.root == '/':
            # Also where nothing is to be changed: an earlier restart may have
            # failed after the filter was put in.
            self._restart(host, edit, links, parsed_args)
        elif not edit and not links:
            self.say('It is enabled already; nothing was changed.')
        elif parsed_args.offline or parsed_args.root != '/':
            self.carry_out(edit + links, dry_run)
            self._tell(dry_run, "Start Nova's API when it has these files.")
        elif parsed_args.restarted:
            if edit:
                raise file_changes.Refused(
                    f'{host.paste_path} has not got the filter in each '
                    'pipeline, so no restart can have loaded it: run '
                    "cloud-security-manage enable, and restart Nova's API."
                )
            self.carry_out(links, dry_run)
            self._tell(dry_run, 'It is enabled.', CHECK)
        else:
            self._next_step(host, edit, links, parsed_args)
        return 0

    def _next_step(
        self,
        host: hosts.Host,
        edit: list[file_changes.Step],
        links: list[file_changes.Step],
        parsed_args: Any,
    ) -> None:
        """Do what harms no API that runs without the filter."""
        dry_run = parsed_args.dry_run
        if any(isinstance(step, file_changes.Unlink) for step in links):
            # Rules that are linked already only get another target.
            self.carry_out(links, dry_run)
            links = []
            if not edit:
                self._tell(dry_run, 'The link to the rules is new.', CHECK)
                return
        self.carry_out(edit, dry_run)
        if not edit:
            self.say(
                f'{host.paste_path} has the filter; nothing was changed. The '
                "rules are not linked yet: while Nova's API runs without the "
                f'filter, they refuse members. {self._then(parsed_args)}'
            )
        elif links:
            self._tell(dry_run, switch.RESTART, self._then(parsed_args))
        else:
            self._tell(
                dry_run,
                'The rules are in place.',
                switch.RESTART,
                'Do it now: while it runs without the filter, they refuse '
                'members with 403.',
                CHECK,
            )

    def _restart(
        self,
        host: hosts.Host,
        edit: list[file_changes.Step],
        links: list[file_changes.Step],
        parsed_args: Any,
    ) -> None:
        """Put the filter in, restart, and link the rules."""
        self.carry_out(edit, parsed_args.dry_run)
        self.say(f'# {parsed_args.restart}')
        if parsed_args.dry_run:
            self.carry_out(links, dry_run=True)
            return
        self.app.stdout.flush()
        done = subprocess.run(parsed_args.restart, shell=True, check=False)
        if done.returncode:
            raise file_changes.Refused(
                f'{parsed_args.restart} exited with {done.returncode}: see '
                f'why. {self._after_failure(links, parsed_args)}'
            )
        if host.putting_the_filter_in():
            raise file_changes.Refused(
                f'{host.paste_path} lost the filter during the restart, so '
                'the rules were not linked: put it into what writes that '
                'file.'
            )
        # What was planned may have changed during the restart.
        self.carry_out(host.linking_the_rules(), dry_run=False)
        self.say('It is enabled.', CHECK)

    def _after_failure(
        self, links: list[file_changes.Step], parsed_args: Any
    ) -> str:
        """Return what a restart that failed leaves to be done."""
        if links:
            return f'The rules were not linked. {self._then(parsed_args)}'
        return (
            "The rules are in place: while Nova's API runs without the "
            'filter, they refuse members with 403. Run the same command '
            'again.'
        )

    def _then(self, parsed_args: Any) -> str:
        """Return what to run after the restart, with the same options."""
        options = ['--restarted']
        if parsed_args.paste != hosts.api_files()[0]:
            options += ['--paste', parsed_args.paste]
        if parsed_args.policy_dir:
            options += ['--policy-dir', parsed_args.policy_dir]
        for name in ('config_file', 'config_dir'):
            for value in self.both(name, parsed_args):
                options += [f'--{name.replace("_", "-")}', value]
        return (
            'When it has been restarted, run cloud-security-manage enable '
            f'{" ".join(map(shlex.quote, options))}, which links the rules.'
        )

    def _tell(self, dry_run: bool, *sentences: str) -> None:
        if not dry_run:
            self.say(*sentences)
