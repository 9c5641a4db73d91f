# SPDX-License-Identifier: Apache-2.0
"""The volumes of a hand-over of servers, in a process of their own.

A process reads the configuration of one service, and a host of Nova need not
have Cinder. So the process first tells, in a dry run, whether it can work.
"""

from __future__ import annotations

import shlex
import subprocess
from typing import Any
from typing import NamedTuple

from cloud_security.cmd import own_process

#: How the last line of its output begins; without it, Cinder was not reached.
SUMMARY = 'Cinder: '
_MAIN = 'cloud_security.cmd.manage'
_COMMAND = ('volume', 'hand-over')
#: Exit codes of a process that did its work, or refused a part of it.
_ENDS = (0, 1)


class Unable(Exception):
    """The volumes cannot be handed over; the message says what to do."""


class Users(NamedTuple):
    """Who gives to whom, and in which project: IDs."""

    from_id: str
    to_id: str
    project_id: str


def add_arguments(parser: Any) -> None:
    """Add the option to take volumes along, and where Cinder's files are."""
    parser.add_argument(
        '--with-volumes',
        action='store_true',
        help='hand over volumes, snapshots and backups, too; this host must '
        "have Cinder's code and configuration",
    )
    for kind, metavar in (('file', 'FILE'), ('dir', 'DIRECTORY')):
        parser.add_argument(
            f'--cinder-config-{kind}',
            action='append',
            default=[],
            metavar=metavar,
            help=f'as --config-{kind}, of Cinder, for --with-volumes '
            '(default: /etc/cinder/cinder.conf)',
        )


class VolumeProcess:
    """Runs ``cloud-security-manage volume hand-over``.

    With ``is_all`` for all that a user has in a project, otherwise for what
    is attached to servers.
    """

    def __init__(
        self, app: Any, parsed_args: Any, users: Users, is_all: bool = False
    ) -> None:
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
            for name in getattr(parsed_args, f'cinder_config_{kind}')
        ]

    def hand_over(self, going: list[str], staying: list[str]) -> int:
        """Hand volumes over, or show which would be.

        :param going: IDs of servers that can change hands
        :param staying: IDs of servers that cannot now
        :returns: the exit code: 0, or 1 when something was refused
        :raises Unable: when this host cannot do it; nothing was changed
        """
        if not going and not self.is_all:
            return 0
        chosen = [f'--server={server_id}' for server_id in going]
        if self.is_all:
            chosen += ['--all']
            chosen += [f'--staying-server={one}' for one in staying]
        arguments = [*_COMMAND, *self._files, *self._users, *chosen]
        tried = self._try(arguments)
        if self._is_dry_run or (tried.returncode and not self.is_all):
            self._app.stdout.write(tried.stdout)
            self._app.stderr.write(tried.stderr)
            return tried.returncode
        self._app.stdout.flush()
        done = own_process.run(_MAIN, [*arguments, '--checked'], False)
        if done.returncode == 130:
            raise KeyboardInterrupt
        if done.returncode not in _ENDS:
            raise Unable(
                'The hand-over of volumes ended early, with exit code '
                f'{done.returncode}, and no server was handed over: run the '
                'same command again.'
            )
        return done.returncode

    def _try(self, arguments: list[str]) -> subprocess.CompletedProcess[str]:
        """Return what a dry run said.

        :raises Unable: when it did not come to its end
        """
        done = own_process.run(
            _MAIN, [*arguments, '--checked', '--dry-run'], True
        )
        last = ''.join(done.stdout.strip().splitlines()[-1:])
        if done.returncode in _ENDS and last.startswith(SUMMARY):
            return done
        why = ''.join(done.stderr.strip().splitlines()[-1:]).rstrip('.')
        why = why.partition(': ')[2] or f'exit code {done.returncode}'
        servers = [one for one in arguments if one.startswith('--server=')]
        words = [*_COMMAND, *self._users, *([] if self.is_all else servers)]
        raise Unable(
            f'The volumes cannot be handed over here ({why}). Nothing was '
            "changed. On a host of Cinder's API run cloud-security-manage "
            f'{shlex.join(words)}, and then this command here without '
            '--with-volumes.'
        )
