# SPDX-License-Identifier: Apache-2.0
"""``cloud-security-manage enable``."""

from __future__ import annotations

from collections.abc import Iterator
import shlex
import subprocess
from typing import Any

from cloud_security.cmd import enable_plan
from cloud_security.cmd import manage
from cloud_security.cmd import switch
from cloud_security.deploy import file_changes
from cloud_security.deploy import host as hosts

CHECK = 'cloud-security-status upgrade check tells whether all is in place.'


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
        :raises Nonsense: when the command that restarts is empty
        """
        if parsed_args.restart is not None and not parsed_args.restart.strip():
            raise manage.Nonsense(
                '--restart names no command: name the one that restarts the '
                'API.'
            )
        # Planned before the first deed, so that it is not half refused.
        plans = [
            enable_plan.Plan(
                host, host.loading.putting_in(), host.linking_the_rules()
            )
            for host in found
        ]
        if parsed_args.restart and parsed_args.root == '/':
            # Also where nothing is to be changed: an earlier restart may have
            # failed after the filter was put in.
            self._restart(plans, parsed_args)
            return 0
        is_offline = parsed_args.offline or parsed_args.root != '/'
        for plan in plans:
            if plan.edit and parsed_args.restarted and not is_offline:
                raise file_changes.Refused(
                    f'{plan.path} has not got {plan.host.loading.everywhere}, '
                    'so no restart can have loaded it: run '
                    f'cloud-security-manage enable, and restart {plan.api}.'
                )
        # All services or none: a step that fails undoes those before it.
        steps, said = [], []
        for plan in plans:
            done, *sentences = self._work(plan, parsed_args, is_offline)
            steps += done
            if not (done and parsed_args.dry_run):
                said.append((plan.host, sentences))
        self.carry_out(steps, parsed_args.dry_run)
        for host, sentences in said:
            self.say(host, *sentences)
        return 0

    def _work(
        self, plan: enable_plan.Plan, parsed_args: Any, is_offline: bool
    ) -> Any:
        """Return steps and sentences for a service, without a restart.

        :returns: ``(steps, sentence, …)``; the sentences tell what was done
        """
        if not plan.edit and not plan.links:
            return [], 'It is enabled already; nothing was changed.'
        if is_offline:
            then = f'Start {plan.api} when it has these files.'
            return plan.edit + plan.links, then
        if parsed_args.restarted:
            return plan.links, 'It is enabled.', CHECK
        return self._next_step(plan, parsed_args)

    def _next_step(self, plan: enable_plan.Plan, parsed_args: Any) -> Any:
        """Return steps and sentences for an API that may lack the filter."""
        host, edit, links = plan
        done = []
        if any(isinstance(step, file_changes.Unlink) for step in links):
            # Rules that are linked already only get another target.
            done, links = links, []
            if not edit:
                return done, 'The link to the rules is new.', CHECK
        done = done + edit
        then = self._then(host, parsed_args)
        if not edit:
            return (
                done,
                f'{plan.path} has {plan.noun}; nothing was changed. The rules '
                f'are not linked yet: while {plan.api} runs without '
                f'{plan.noun}, they refuse members. {then}',
            )
        if links:
            return done, *plan.restart, then
        return (
            done,
            'The rules are in place.',
            *plan.restart,
            f'Do it now: while it runs without {plan.noun}, they refuse '
            'members with 403.',
            CHECK,
        )

    def _restart(
        self, plans: list[enable_plan.Plan], parsed_args: Any
    ) -> None:
        """Put the filter in, restart, and link the rules.

        :raises Refused: when a step fails
        """
        for plan in plans:
            self.check_tables(plan.host.loading, plan.host.api)
        fresh = [plan for plan in plans if plan.edit and plan.links]
        others = [plan for plan in plans if plan not in fresh]
        edits = [step for plan in fresh for step in plan.edit]
        more = [step for plan in others for step in plan.edit]
        self.carry_out(edits + more, parsed_args.dry_run)
        if parsed_args.dry_run:
            self.app.stdout.write(f'# {parsed_args.restart}\n')
            for plan in plans:
                self.carry_out(plan.links, dry_run=True)
            return
        try:
            code = self._run(parsed_args.restart)
            links = enable_plan.links(plans, parsed_args.restart, code)
            self.carry_out(links, dry_run=False)
        except file_changes.Refused as error:
            left = dict.fromkeys(
                self._left(plan, parsed_args) for plan in others
            )
            undone = self._undone(edits, parsed_args.restart)
            raise file_changes.Refused(
                ' '.join([str(error), *undone, *left])
            ) from error
        for plan in plans:
            self.say(plan.host, 'It is enabled.', CHECK)

    def _run(self, restart: str) -> int:
        """Show and run the command that restarts; return its exit code."""
        self.app.stdout.write(f'# {restart}\n')
        self.app.stdout.flush()
        return subprocess.run(restart, shell=True, check=False).returncode

    def _undone(
        self, edits: list[file_changes.Step], restart: str
    ) -> Iterator[str]:
        """Undo edits, and restart once more; yield how that ended.

        Services whose rules were in place before keep the filter: without it,
        these rules refuse members.
        """
        if not edits:
            return
        kept = []
        for step in reversed(edits):
            try:
                step.undo()
            except file_changes.Refused as error:
                kept.append(str(error))
        code = self._run(restart)
        ended = f'exited with {code}' if code else 'did its work'
        if kept:
            yield from kept
            yield (
                'No rules were linked, and this command could not take out '
                'again what it had put into a file that somebody else '
                'changes: run "cloud-security-manage disable" afterwards. '
                f'The second restart {ended}.'
            )
            return
        yield (
            'No rules were linked, and what this command had put into files '
            'is taken out again. The second restart, with the files as they '
            f'were, {ended}.'
        )

    def _left(self, plan: enable_plan.Plan, parsed_args: Any) -> str:
        """Return what is to be done where the filter stays."""
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
