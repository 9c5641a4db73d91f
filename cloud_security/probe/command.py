"""The command ``cloud-security-probe``: its accounts, a run, what is said."""

import logging
from typing import Any
from typing import List
from typing import Tuple

from cloud_security.probe import accounts
from cloud_security.probe import arguments
from cloud_security.probe import credentials
from cloud_security.probe import findings
from cloud_security.probe import formats
from cloud_security.probe import limits
from cloud_security.probe import page
from cloud_security.probe import run
from cloud_security.probe import supplies
from cloud_security.probe import telling
from cloud_security.probe import words


def main(stop: limits.Stop) -> int:
    """Run the probe; return the exit code.

    :param stop: what ends the run, and leaves nothing behind
    """
    args = arguments.parsed()
    console = telling.Console()
    effect = arguments.EFFECTS[args.until]
    if args.dry_run:
        console.write(formats.plan(run.up_to(effect)))
        return console.code(findings.Outcome.OK)
    # What libraries warn of is told in our own sentence.
    logging.getLogger().addHandler(logging.NullHandler())
    report = _written(args, _probe(args, console, stop))
    out, err = _said(args, report)
    console.write(out)
    console.complain(err)
    return console.code(report.outcome)


def _probe(
    args: Any, console: telling.Console, stop: limits.Stop
) -> findings.Report:
    allowed = limits.Limits(args.timeout, run.REQUESTS, stop)
    try:
        with limits.understanding():
            who = _accounts(args, allowed)
    except limits.CannotTell as error:
        return findings.Report(
            [],
            {},
            '',
            allowed.elapsed,
            0,
            args.warning,
            words.shown(str(error)),
        )
    is_table = args.format == 'table' and not args.nagios
    return run.Probe(
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
        arguments.EFFECTS[args.until],
        allowed,
        console.tell if is_table else lambda finding: None,
    ).run(args.warning)


def _accounts(args: Any, allowed: limits.Limits) -> List[accounts.Account]:
    if not args.peer:
        raise limits.CannotTell(
            'Two accounts of one project are needed: give --peer.'
        )
    return [
        credentials.account(name, getattr(args, name), allowed)
        for name in ('owner', 'peer', 'manager', 'admin')
        if name == 'owner' or getattr(args, name)
    ]


def _written(args: Any, report: findings.Report) -> findings.Report:
    for path, text in (
        (args.html, page.html),
        (args.prometheus, formats.prometheus),
    ):
        if path:
            try:
                telling.write(path, text(report))
            except (OSError, ValueError) as error:
                report = report._replace(
                    error=f'{report.error} {path} cannot be written: '
                    f'{getattr(error, "strerror", error)}.'.strip()
                )
    return report


def _said(args: Any, report: findings.Report) -> Tuple[str, str]:
    """Return what is for standard output, and for standard error."""
    if args.nagios:
        return formats.nagios(report, args.timeout), ''
    wrong = f'{arguments.NAME}: {report.sentence}\n' if report.error else ''
    if args.format == 'json':
        return formats.as_json(report), wrong
    if args.format == 'junit':
        return formats.junit(report), wrong
    return (formats.table(report), '') if report.findings else ('', wrong)
