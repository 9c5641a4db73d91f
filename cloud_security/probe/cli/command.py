# SPDX-License-Identifier: Apache-2.0
"""The course of the command: its accounts, a run, the output."""

from __future__ import annotations

import logging
from typing import Any

from cloud_security.probe import catalog
from cloud_security.probe import runner
from cloud_security.probe.cli import arguments
from cloud_security.probe.client import accounts
from cloud_security.probe.client import clouds
from cloud_security.probe.client import limits
from cloud_security.probe.client import redaction
from cloud_security.probe.resources import supplies
from cloud_security.probe.results import atomic_file
from cloud_security.probe.results import documents
from cloud_security.probe.results import monitoring
from cloud_security.probe.results import page
from cloud_security.probe.results import table
from cloud_security.probe.results import terminal as terminals
from cloud_security.probe.results.summary import Outcome
from cloud_security.probe.results.summary import Summary


def main(stop: limits.Stop) -> int:
    """Run the probe; return the exit code.

    :param stop: a signal's reason to end the run and clean up
    """
    args = arguments.parsed()
    terminal = terminals.Terminal(args.verbose)
    if args.dry_run:
        effect = arguments.EFFECTS[args.until]
        chosen = catalog.of(args.service)
        terminal.write(table.plan(catalog.up_to(effect, chosen)))
        return terminal.code(Outcome.OK)
    # The probe reports in its own sentence what libraries would log.
    logging.getLogger().addHandler(logging.NullHandler())
    summary = _written(args, _probe(args, terminal, stop))
    out, err = _output(args, summary)
    terminal.write(out)
    terminal.complain(err)
    return terminal.code(summary.outcome)


def _probe(
    args: Any, terminal: terminals.Terminal, stop: limits.Stop
) -> Summary:
    allowed = limits.Limits(args.timeout, runner.REQUESTS, stop)
    try:
        with limits.understanding():
            owner, peer, *others = _accounts(args, allowed)
    except limits.CannotTell as error:
        return Summary(
            [],
            {},
            '',
            allowed.elapsed,
            0,
            args.warning,
            redaction.shown(str(error)),
        )
    is_table = args.format == 'table' and not args.nagios
    return runner.Probe(
        owner,
        peer,
        others,
        supplies.Choice(
            args.flavor,
            args.image,
            args.network,
            args.floating_ip,
            args.snapshot,
            args.backup,
        ),
        arguments.EFFECTS[args.until],
        allowed,
        terminal.print_row if is_table else lambda finding: None,
        catalog.of(args.service),
    ).run(args.warning)


def _accounts(args: Any, allowed: limits.Limits) -> list[accounts.Account]:
    if not args.peer:
        raise limits.CannotTell(
            'The probe needs two accounts of one project: give --peer.'
        )
    return [
        clouds.account(name, getattr(args, name), allowed)
        for name in ('owner', 'peer', 'reader', 'manager', 'admin')
        if name == 'owner' or getattr(args, name)
    ]


def _written(args: Any, summary: Summary) -> Summary:
    """Write the files; return the summary with the errors of that."""
    for path, text in (
        (args.html, page.html),
        (args.prometheus, monitoring.prometheus),
    ):
        if path:
            try:
                atomic_file.write(path, text(summary))
            except (OSError, ValueError) as error:
                why = getattr(error, 'strerror', None) or error
                summary = summary._replace(
                    error=f'{summary.error} The probe cannot write {path}: '
                    f'{why}.'.strip()
                )
    return summary


def _output(args: Any, summary: Summary) -> tuple[str, str]:
    """Return the texts for standard output and standard error."""
    if args.nagios:
        return monitoring.nagios(summary, args.timeout), ''
    is_told = summary.error or not summary.findings
    err = f'{arguments.NAME}: {summary.sentence}\n' if is_told else ''
    if args.format == 'json':
        return documents.as_json(summary), err
    if args.format == 'junit':
        return documents.junit(summary), err
    return (table.closing(summary), '') if summary.findings else ('', err)
