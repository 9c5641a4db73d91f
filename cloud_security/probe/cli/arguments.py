# SPDX-License-Identifier: Apache-2.0
"""Arguments of ``cloud-security-probe``."""

from __future__ import annotations

import argparse
import os
import sys
from typing import Any
from typing import NoReturn

from pbr import version

from cloud_security.probe import runner
from cloud_security.probe.catalog.operations import Effect
from cloud_security.probe.client import services
from cloud_security.probe.results import atomic_file
from cloud_security.probe.results import monitoring
from cloud_security.probe.results.summary import Outcome
from cloud_security.probe.results.summary import Summary

NAME = 'cloud-security-probe'
#: Effects by their names on the command line.
EFFECTS = {effect.name.lower(): effect for effect in Effect}


class Parser(argparse.ArgumentParser):
    """A parser that reports an error in one sentence."""

    def error(self, message: str) -> NoReturn:
        """Report an error, to Nagios on its line, and exit."""
        said = f'{message}; see {NAME} --help'
        if '--nagios' in sys.argv:
            summary = Summary([], {}, '', 0, 0, error=said)
            sys.stdout.write(monitoring.nagios(summary, 0))
        else:
            sys.stderr.write(f'{NAME}: {said}\n')
        sys.exit(Outcome.UNKNOWN)


def parser() -> argparse.ArgumentParser:
    """Return the parser."""
    made = Parser(
        prog=NAME,
        description='Let one member of a project try everything on another '
        "member's servers, volumes, images and ports. The probe creates these "
        'and deletes them.',
    )
    made.add_argument(
        '--version',
        action='version',
        version=version.VersionInfo('cloud_security').version_string(),
    )
    who = made.add_argument_group('accounts, by their names in clouds.yaml')
    who.add_argument(
        '--owner',
        metavar='CLOUD',
        help='the member who owns the resources (default: the OS_ variables)',
    )
    who.add_argument(
        '--peer',
        metavar='CLOUD',
        help='another member, who tries to reach the resources',
    )
    who.add_argument(
        '--reader',
        metavar='CLOUD',
        help='a reader of the project, who tries to reach them, too',
    )
    who.add_argument(
        '--manager',
        metavar='CLOUD',
        help="the project's manager, who must succeed",
    )
    who.add_argument(
        '--admin', metavar='CLOUD', help='an admin, who must succeed'
    )
    made.add_argument(
        '--service',
        action='append',
        choices=tuple(services.ALL),
        help='look at this service alone; repeat it for more (default: all)',
    )
    what = made.add_argument_group('supplies of the resources')
    what.add_argument('--flavor', metavar='FLAVOR', help='default: smallest')
    what.add_argument('--image', metavar='IMAGE', help='default: smallest')
    what.add_argument(
        '--network',
        metavar='NETWORK',
        help="none, or a network (default: the project's first, if any)",
    )
    what.add_argument(
        '--floating-ip',
        metavar='ADDRESS',
        help='a free floating IP of the project, which the peer tries to take',
    )
    what.add_argument(
        '--snapshot',
        action='store_true',
        help='make snapshots, too, and look for the servers in them',
    )
    what.add_argument(
        '--backup',
        action='store_true',
        help='make backups of volumes, too; Cinder must be able to',
    )
    how = made.add_argument_group('limits')
    how.add_argument(
        '--until',
        choices=EFFECTS,
        default='destroys',
        metavar='EFFECT',
        help='try operations that only read (reads), also those that change '
        'a resource (changes), or all (destroys, the default)',
    )
    how.add_argument(
        '--timeout',
        type=_seconds,
        default=runner.SECONDS,
        metavar='SECONDS',
        help='stop after this time, and exit with 3 (default: %(default)s)',
    )
    how.add_argument(
        '--warning',
        type=_seconds,
        metavar='SECONDS',
        help='exit with 1 if the run takes longer',
    )
    _add_output(made.add_argument_group('output'))
    return made


def _add_output(group: Any) -> None:
    printed = group.add_mutually_exclusive_group()
    printed.add_argument(
        '--dry-run',
        action='store_true',
        help='list all operations, and send no request',
    )
    printed.add_argument(
        '--format',
        choices=('table', 'json', 'junit'),
        default='table',
        help='the format of standard output (default: %(default)s)',
    )
    printed.add_argument(
        '--nagios',
        action='store_true',
        help='print one line with performance data instead',
    )
    group.add_argument(
        '-v',
        '--verbose',
        action='store_true',
        help='print operations that pass in the table, too',
    )
    group.add_argument(
        '--html', metavar='FILE', help='write a page for people, too'
    )
    group.add_argument(
        '--prometheus',
        metavar='FILE',
        help="write a file for node_exporter's textfile collector, too",
    )


def _seconds(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0
    if not 0 < value < 86400:
        raise argparse.ArgumentTypeError(f'{text} is no number of seconds')
    return value


def parsed() -> Any:
    """Return the arguments; exit if they make no sense."""
    made = parser()
    args = made.parse_args()
    args.service = args.service or list(services.ALL)
    if args.warning is not None and args.warning >= args.timeout:
        made.error('--warning must be less than --timeout')
    files = [name for name in (args.html, args.prometheus) if name is not None]
    for path in files:
        if not atomic_file.is_writable(path):
            made.error(f'the probe cannot write "{path}"')
    if len({os.path.realpath(path) for path in files}) < len(files):
        made.error('--html and --prometheus must be two files')
    return args
