# SPDX-License-Identifier: Apache-2.0
"""Things that go along with servers that are handed over, each in its process.

A process reads the configuration of one service, and a host of Nova need not
have Cinder, Glance or Neutron. So the process first tells, in a dry run,
whether it can work.
"""

from __future__ import annotations

from collections.abc import Sequence
import shlex
import subprocess
from typing import Any
from typing import NamedTuple
from typing import Optional

from cloud_security.cmd import companions
from cloud_security.cmd import own_process

_MAIN = 'cloud_security.cmd.manage'
#: Exit codes of a process that did its work, or refused a part of it.
_ENDS = (0, 1)


class Unable(Exception):
    """The things cannot be handed over; the message says what to do."""


class Users(NamedTuple):
    """Giver, receiver and project of a hand-over, as IDs."""

    from_id: str
    to_id: str
    project_id: str


class ServiceProcess:
    """Runs the command that hands over the things of one service.

    With ``is_all`` for all that a user has in a project, otherwise for what
    belongs to servers.
    """

    def __init__(
        self,
        service: companions.Companion,
        app: Any,
        parsed_args: Any,
        users: Users,
        is_all: bool = False,
    ) -> None:
        self.service = service
        self.is_all = is_all
        self._app = app
        self._is_dry_run = parsed_args.dry_run
        self._users = [
            f'--from={users.from_id}',
            f'--to={users.to_id}',
            f'--project={users.project_id}',
        ]
        self._files = [
            f'--config-{kind}={name}'
            for kind in ('file', 'dir')
            for name in getattr(
                parsed_args, f'{service.name.lower()}_config_{kind}'
            )
        ]
        self._arguments: list[str] = []
        self._tried: Optional[subprocess.CompletedProcess[str]] = None

    def prepare(self, going: list[str], staying: list[str]) -> None:
        """Show in a dry run that the things can be handed over here.

        :param going: IDs of servers that can change hands
        :param staying: IDs of servers that cannot now
        :raises Unable: when this host cannot do it; nothing was changed
        """
        if not going and not self.is_all:
            return
        servers = [f'--server={server_id}' for server_id in going]
        if self.is_all:
            servers += ['--all']
            servers += [f'--staying-server={one}' for one in staying]
        self._arguments = [
            *self.service.command,
            *self._files,
            *self._users,
            *servers,
        ]
        self._tried = self._try()

    @property
    def is_refused(self) -> bool:
        """Tell whether a thing of a server is refused, so that all stay."""
        tried = self._tried
        return bool(tried and tried.returncode and not self.is_all)

    def finish(self) -> int:
        """Hand the things over, or show which would be.

        :returns: the exit code: 0, or 1 when something was refused
        :raises Unable: when the process ended early
        """
        tried = self._tried
        if tried is None:
            return 0
        if self._is_dry_run or self.is_refused:
            self._app.stdout.write(tried.stdout)
            self._app.stderr.write(tried.stderr)
            return tried.returncode
        self._app.stdout.flush()
        done = own_process.run(_MAIN, [*self._arguments, '--checked'], False)
        if done.returncode == 130:
            raise KeyboardInterrupt
        if done.returncode not in _ENDS:
            raise Unable(
                f'The hand-over of {self.service.things} ended early, with '
                f'exit code {done.returncode}, and no server was handed over: '
                'run the same command again.'
            )
        return done.returncode

    def _try(self) -> subprocess.CompletedProcess[str]:
        """Return what a dry run said.

        :raises Unable: when it did not come to its end
        """
        done = own_process.run(
            _MAIN, [*self._arguments, '--checked', '--dry-run'], True
        )
        last = ''.join(done.stdout.strip().splitlines()[-1:])
        if done.returncode in _ENDS and last.startswith(self.service.summary):
            return done
        why = ''.join(done.stderr.strip().splitlines()[-1:]).rstrip('.')
        why = why.partition(': ')[2] or f'exit code {done.returncode}'
        servers = [
            one for one in self._arguments if one.startswith('--server=')
        ]
        words = [
            *self.service.command,
            *self._users,
            *([] if self.is_all else servers),
        ]
        raise Unable(
            f'The {self.service.things} cannot be handed over here ({why}). '
            f"Nothing was changed. On a host of {self.service.name}'s API run "
            f'cloud-security-manage {shlex.join(words)}, and then this '
            f'command here without {self.service.option}.'
        )


def hand_over(
    processes: Sequence[ServiceProcess], going: list[str], staying: list[str]
) -> int:
    """Hand over the things of services, once all of them can be.

    :param going: IDs of servers that can change hands
    :param staying: IDs of servers that cannot now
    :returns: the exit code: 0, or 1 when something was refused
    :raises Unable: when this host cannot do it, or a process ended early
    """
    for process in processes:
        process.prepare(going, staying)
    # What belongs to one server goes with it, or stays with it.
    refused = [process for process in processes if process.is_refused]
    return max(
        (process.finish() for process in refused or processes), default=0
    )
