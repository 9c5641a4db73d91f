"""``cloud-security-probe``: two accounts try everything on a live cloud.

It exits as Nagios wants it: 0 when it found no leak, 1 when it was slow or
left something behind, 2 for a leak, and 3 when it could not tell.
"""

import argparse
import logging
import signal
import sys
from typing import Any
from typing import Callable
from typing import List
from typing import Tuple

from pbr import version

from cloud_security.cmd import manage
from cloud_security.probe import accounts
from cloud_security.probe import credentials
from cloud_security.probe import findings
from cloud_security.probe import formats
from cloud_security.probe import limits
from cloud_security.probe import operations
from cloud_security.probe import page
from cloud_security.probe import run
from cloud_security.probe import supplies

NAME = 'cloud-security-probe'
#: How far attempts go.
EFFECTS = {effect.name.lower(): effect for effect in operations.Effect}


def parser() -> argparse.ArgumentParser:
    """Return what understands the arguments."""
    made = argparse.ArgumentParser(
        prog=NAME,
        description='Let one member of a project try everything on another '
        "member's servers, which it makes and removes.",
    )
    manage.complain_briefly(made, findings.Outcome.UNKNOWN)
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
    how.add_argument(
        '--dry-run',
        action='store_true',
        help='list what would be tried, and ask nobody',
    )
    told = made.add_argument_group('what it says')
    told.add_argument(
        '--format',
        choices=('table', 'json', 'junit'),
        default='table',
        help='what is printed (default: %(default)s)',
    )
    told.add_argument(
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
    value = float(text)
    if not 0 < value < 86400:
        raise argparse.ArgumentTypeError(f'{text} is no number of seconds')
    return value


def _accounts(args: Any) -> List[accounts.Account]:
    if not args.peer:
        raise limits.CannotTell(
            'Two accounts of one project are needed: give --peer.'
        )
    return [
        credentials.account(name, getattr(args, name))
        for name in ('owner', 'peer', 'manager', 'admin')
        if name == 'owner' or getattr(args, name)
    ]


def _tell(finding: findings.Finding, begun: List[bool]) -> None:
    if not begun:
        begun.append(True)
        sys.stdout.write(f'{formats.TITLE}\n')
    sys.stdout.write(formats.row(finding, sys.stdout.isatty()) + '\n')
    sys.stdout.flush()


def _probe(args: Any) -> findings.Report:
    begun: List[bool] = []
    _on_signal(_give_up)
    try:
        who = _accounts(args)
    except limits.CannotTell as error:
        return findings.Report([], {}, '', 0, 0, args.warning, str(error))
    probe = run.Probe(
        who[0],
        who[1],
        who[2:],
        supplies.Choice(
            args.flavor,
            args.image,
            args.network,
            args.floating_ip,
            args.snapshot,
        ),
        EFFECTS[args.until],
        args.timeout,
        lambda finding: _tell(finding, begun) if _is_table(args) else None,
    )
    _on_signal(probe.stop)
    return probe.run(args.warning)


def _on_signal(stop: Callable[[str], None]) -> None:
    def handle(number: int, frame: Any) -> None:
        stop(f'It was stopped by {signal.Signals(number).name}.')

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, handle)


def _give_up(why: str) -> None:
    raise limits.CannotTell(why)


def _is_table(args: Any) -> bool:
    return args.format == 'table' and not args.nagios


def _written(args: Any, report: findings.Report) -> findings.Report:
    for path, text in (
        (args.html, page.html),
        (args.prometheus, formats.prometheus),
    ):
        if path:
            try:
                formats.write(path, text(report))
            except OSError as error:
                report = report._replace(
                    error=f'{report.error} {path} cannot be written: '
                    f'{error.strerror}.'.strip()
                )
    return report


def _said(args: Any, report: findings.Report) -> Tuple[str, str]:
    """Return what is for standard output, and for standard error."""
    if args.nagios:
        return formats.nagios(report, args.timeout), ''
    wrong = f'{NAME}: {report.sentence}\n' if report.error else ''
    if args.format == 'json':
        return formats.as_json(report), wrong
    if args.format == 'junit':
        return formats.junit(report), wrong
    return (formats.table(report), '') if report.findings else ('', wrong)


def main() -> int:
    """Run the probe; the entry point ``console_scripts``."""
    args = parser().parse_args()
    if args.dry_run:
        sys.stdout.write(formats.plan(run.up_to(EFFECTS[args.until])))
        return 0
    # What libraries warn of is told in our own sentence.
    logging.getLogger().addHandler(logging.NullHandler())
    report = _written(args, _probe(args))
    out, err = _said(args, report)
    sys.stdout.write(out)
    sys.stderr.write(err)
    return int(report.outcome)
