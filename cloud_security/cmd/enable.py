# SPDX-License-Identifier: Apache-2.0
"""``cloud-security-manage enable``."""

from __future__ import annotations

import shlex
import subprocess
from typing import Any
from typing import NamedTuple

from cloud_security.cmd import switch
from cloud_security.deploy import file_changes
from cloud_security.deploy import host as hosts

CHECK = 'cloud-security-status upgrade check tells whether all is in place.'


class Plan(NamedTuple):
    """The work on the files of one service."""

    host: hosts.Host
    edit: list[file_changes.Step]
    links: list[file_changes.Step]

    @property
    def api(self) -> str:
        """The API, for a sentence."""
        return f"{self.host.api.name}'s API"

    @property
    def noun(self) -> str:
        """The filter or the plugin, for a sentence."""
        return f'the {self.host.api.noun}'

    @property
    def path(self) -> str:
        """The file that names it, or will."""
        return self.host.loading.path

    @property
    def restart(self) -> list[str]:
        """Sentences about what is to be done before the rules."""
        return [*filter(None, [self.host.api.tables]), self.host.api.restart]


class Enable(switch.Switch):
    """Put the filter into api-paste.ini, and link its rules.

    Services read rules at once, and the filter when their API starts: the
    rules refuse members of an API that runs without the filter. So this
    command first puts the filter in. After the restart, with --restarted, it
    links the rules. With --restart it does both, and restarts in between.
    Neutron has a plugin in its configuration, and no filter. Its tables must
    be there before the restart.

    What is as it should be stays as it is. The file without filter or plugin
    is kept beside the other, with .before-cloud-security behind its name.
    """

    def get_parser(self, prog_name: str) -> Any:
        """Add when the API is restarted."""
        parser = super().get_parser(prog_name)
        restart = parser.add_mutually_exclusive_group()
        restart.add_argument(
            '--restart',
            metavar='COMMAND',
            help='the shell command that restarts the API, of each service, '
            'and returns when the old processes are gone, such as "systemctl '
            'restart httpd"',
        )
        restart.add_argument(
            '--restarted',
            action='store_true',
            help='the API was restarted since the filter was put in: link the '
            'rules',
        )
        restart.add_argument(
            '--offline',
            action='store_true',
            help='the API does not run from these files: do both at once '
            '(this is so with --root)',
        )
        return parser

    def change(self, found: list[hosts.Host], parsed_args: Any) -> int:
        """Show or do what comes next.

        :raises Refused: when something is in the way
        """
        # Planned before the first deed, so that it is not half refused.
        plans = [
            Plan(host, host.loading.putting_in(), host.linking_the_rules())
            for host in found
        ]
        if parsed_args.restart and parsed_args.root == '/':
            # Also where nothing is to be changed: an earlier restart may have
            # failed after the filter was put in.
            self._restart(plans, parsed_args)
            return 0
        for plan in plans:
            is_offline = parsed_args.offline or parsed_args.root != '/'
            if plan.edit and parsed_args.restarted and not is_offline:
                raise file_changes.Refused(
                    f'{plan.path} has not got {plan.host.loading.everywhere}, '
                    'so no restart can have loaded it: run '
                    f'cloud-security-manage enable, and restart {plan.api}.'
                )
        for plan in plans:
            self._change_one(plan, parsed_args)
        return 0

    def _change_one(self, plan: Plan, parsed_args: Any) -> None:
        """Show or do what comes next for one service, without a restart."""
        dry_run = parsed_args.dry_run
        if not plan.edit and not plan.links:
            self.say(plan.host, 'It is enabled already; nothing was changed.')
        elif parsed_args.offline or parsed_args.root != '/':
            self.carry_out(plan.edit + plan.links, dry_run)
            self._tell(
                plan, dry_run, f'Start {plan.api} when it has these files.'
            )
        elif parsed_args.restarted:
            self.carry_out(plan.links, dry_run)
            self._tell(plan, dry_run, 'It is enabled.', CHECK)
        else:
            self._next_step(plan, parsed_args)

    def _next_step(self, plan: Plan, parsed_args: Any) -> None:
        """Do what harms no API that runs without the filter."""
        dry_run = parsed_args.dry_run
        host, edit, links = plan
        if any(isinstance(step, file_changes.Unlink) for step in links):
            # Rules that are linked already only get another target.
            self.carry_out(links, dry_run)
            links = []
            if not edit:
                self._tell(
                    plan, dry_run, 'The link to the rules is new.', CHECK
                )
                return
        self.carry_out(edit, dry_run)
        then = self._then(host, parsed_args)
        if not edit:
            self.say(
                host,
                f'{plan.path} has {plan.noun}; nothing was changed. The rules '
                f'are not linked yet: while {plan.api} runs without '
                f'{plan.noun}, they refuse members. {then}',
            )
        elif links:
            self._tell(plan, dry_run, *plan.restart, then)
        else:
            self._tell(
                plan,
                dry_run,
                'The rules are in place.',
                *plan.restart,
                f'Do it now: while it runs without {plan.noun}, they refuse '
                'members with 403.',
                CHECK,
            )

    def _restart(self, plans: list[Plan], parsed_args: Any) -> None:
        """Put the filter in, restart, and link the rules.

        :raises Refused: when tables are missing, or the restart fails
        """
        for plan in plans:
            self.check_tables(plan.host.loading, plan.host.api)
        for plan in plans:
            self.carry_out(plan.edit, parsed_args.dry_run)
        self.app.stdout.write(f'# {parsed_args.restart}\n')
        if parsed_args.dry_run:
            for plan in plans:
                self.carry_out(plan.links, dry_run=True)
            return
        self.app.stdout.flush()
        done = subprocess.run(parsed_args.restart, shell=True, check=False)
        if done.returncode:
            left = dict.fromkeys(
                self._after_failure(plan, parsed_args) for plan in plans
            )
            raise file_changes.Refused(
                f'{parsed_args.restart} exited with {done.returncode}: see '
                f'why. {" ".join(left)}'
            )
        for plan in plans:
            if plan.host.loading.putting_in():
                raise file_changes.Refused(
                    f'{plan.path} lost {plan.noun} during the restart, so the '
                    'rules were not linked: put it into what writes that '
                    'file.'
                )
        for plan in plans:
            # What was planned may have changed during the restart.
            self.carry_out(plan.host.linking_the_rules(), dry_run=False)
            self.say(plan.host, 'It is enabled.', CHECK)

    def _after_failure(self, plan: Plan, parsed_args: Any) -> str:
        """Return what a restart that failed leaves to be done."""
        if plan.links:
            then = self._then(plan.host, parsed_args)
            return f'The rules were not linked. {then}'
        return (
            f'The rules are in place: while {plan.api} runs without '
            f'{plan.noun}, they refuse members with 403. Run the same command '
            'again.'
        )

    def _then(self, host: hosts.Host, parsed_args: Any) -> str:
        """Return what to run after the restart, with the same options."""
        options = ['--restarted']
        if parsed_args.service or not self.is_alone:
            options += ['--service', host.api.key]
        if parsed_args.paste not in ('', host.api.files()[0]):
            options += ['--paste', parsed_args.paste]
        if parsed_args.policy_dir:
            options += ['--policy-dir', parsed_args.policy_dir]
        for name, value in parsed_args.config_order:
            options += [f'--{name.replace("_", "-")}', value]
        return (
            'When it has been restarted, run cloud-security-manage enable '
            f'{" ".join(map(shlex.quote, options))}, which links the rules.'
        )

    def _tell(self, plan: Plan, dry_run: bool, *sentences: str) -> None:
        if not dry_run:
            self.say(plan.host, *sentences)
