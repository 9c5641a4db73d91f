"""The arguments of ``cloud-security-probe``."""

import argparse
import os
import sys
from typing import Any
from typing import NoReturn

from pbr import version

from cloud_security.probe import findings
from cloud_security.probe import formats
from cloud_security.probe import operations
from cloud_security.probe import run
from cloud_security.probe import telling

NAME = 'cloud-security-probe'
#: How far attempts go.
EFFECTS = {effect.name.lower(): effect for effect in operations.Effect}


class Parser(argparse.ArgumentParser):
    """A parser that says in one sentence what is wrong."""

    def error(self, message: str) -> NoReturn:
        """Say it, to Nagios on its line, and exit."""
        said = f'{message}; see {NAME} --help'
        if '--nagios' in sys.argv:
            report = findings.Report([], {}, '', 0, 0, error=said)
            sys.stdout.write(formats.nagios(report, 0))
        else:
            sys.stderr.write(f'{NAME}: {said}\n')
        sys.exit(findings.Outcome.UNKNOWN)


def parser() -> argparse.ArgumentParser:
    """Return what understands the arguments."""
    made = Parser(
        prog=NAME,
        description='Let one member of a project try everything on another '
        "member's servers, which it makes and removes.",
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
        help='whose servers are attacked (default: the OS_ variables)',
    )
    who.add_argument(
        '--peer', metavar='CLOUD', help='another member, who attacks'
    )
    who.add_argument(
        '--manager',
        metavar='CLOUD',
        help="the project's manager, who must succeed",
    )
    who.add_argument(
        '--admin', metavar='CLOUD', help='an admin, who must succeed'
    )
    what = made.add_argument_group('what servers are made of')
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
        help='a free floating IP of the project, to try to take it',
    )
    what.add_argument(
        '--snapshot',
        action='store_true',
        help='make snapshots, too, and look what tells of them',
    )
    how = made.add_argument_group('how far')
    how.add_argument(
        '--until',
        choices=EFFECTS,
        default='destroys',
        metavar='EFFECT',
        help='attempts that only read (reads), also those that change a '
        'server (changes), or all (destroys, the default)',
    )
    how.add_argument(
        '--timeout',
        type=_seconds,
        default=run.SECONDS,
        metavar='SECONDS',
        help='stop after this time, and exit with 3 (default: %(default)s)',
    )
    how.add_argument(
        '--warning',
        type=_seconds,
        metavar='SECONDS',
        help='exit with 1 when it took longer',
    )
    told = made.add_argument_group('what it says')
    printed = told.add_mutually_exclusive_group()
    printed.add_argument(
        '--dry-run',
        action='store_true',
        help='list what would be tried, and ask nobody',
    )
    printed.add_argument(
        '--format',
        choices=('table', 'json', 'junit'),
        default='table',
        help='what is printed (default: %(default)s)',
    )
    printed.add_argument(
        '--nagios',
        action='store_true',
        help='print one line with performance data instead',
    )
    told.add_argument(
        '--html', metavar='FILE', help='write a page to look at, too'
    )
    told.add_argument(
        '--prometheus',
        metavar='FILE',
        help="write a file for node_exporter's textfile collector, too",
    )
    return made


def _seconds(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0
    if not 0 < value < 86400:
        raise argparse.ArgumentTypeError(f'{text} is no number of seconds')
    return value


def parsed() -> Any:
    """Return the arguments; exit where they make no sense."""
    made = parser()
    args = made.parse_args()
    if args.warning is not None and args.warning >= args.timeout:
        made.error('--warning must be less than --timeout')
    files = [name for name in (args.html, args.prometheus) if name is not None]
    for path in files:
        if not telling.is_writable(path):
            made.error(f'"{path}" cannot be written')
    if len({os.path.realpath(path) for path in files}) < len(files):
        made.error('--html and --prometheus must be two files')
    return args
