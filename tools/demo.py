# SPDX-License-Identifier: Apache-2.0
"""One member tries everything on another member's server, twice.

The demonstration starts Nova as it is and with cloud_security: a real API,
scheduler and conductor, and a compute with the fake driver, on SQLite. It
prints what one member of a project can do with the server of another. It exits
with 0 only if stock Nova shows the holes and the isolated one shows none.
"""

import logging
import os
import sys
import unittest
import warnings

warnings.simplefilter('ignore')
sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..'))

from cloud_security.probe import catalog  # noqa: E402
from cloud_security.probe.verdicts import findings  # noqa: E402
from tests.functional.compute import cloud  # noqa: E402
from tests.functional.compute import probing  # noqa: E402

TITLES = ('operation by bob', 'stock Nova', 'isolated')
IS_TERMINAL = sys.stdout.isatty() and 'NO_COLOR' not in os.environ
RED, GREEN, PLAIN = (
    ('\033[31m', '\033[32m', '\033[0m') if IS_TERMINAL else ('', '', '')
)
Verdict = findings.Verdict


class Stock(cloud.Cloud):
    """Nova as it is."""

    FILTERED = DROPPED_IN = COPIES = False
    results = {}

    def runTest(self):
        """Let the probe try everything."""
        self.flags(allow_resize_to_same_host=True)
        probe = probing.probe(self, others=(), report=self.report)
        self.assertEqual('', probe.run().error)

    def report(self, finding):
        """Note a finding, and print how many there are."""
        self.results[finding.operation] = finding
        if sys.stderr.isatty():
            print(
                f'\r{type(self).__name__}: {len(self.results)}/'
                f'{len(catalog.TABLE)} {finding.operation:<40}',
                end='\r',
                file=sys.stderr,
            )


class Isolated(Stock):
    """Nova with the filter and the rules of cloud_security."""

    FILTERED = DROPPED_IN = True
    results = {}


def tried(case):
    """Run one Nova; return bob's findings by operation."""
    if not sys.stderr.isatty():
        print(f'starting Nova: {case.__name__.lower()} ...', flush=True)
    logging.disable(logging.WARNING)
    result = unittest.TestResult()
    case().run(result)
    for _, trace in result.errors + result.failures:
        print(trace, file=sys.stderr)
    return case.results


def shown(finding):
    """Return bob's finding as a cell of the table."""
    if finding is None:
        return 'not tried       ', RED
    colour = RED if finding.verdict.is_leak else GREEN
    return f'{finding.verdict.value:<7} {finding.status or "":<8}', colour


def is_shown(finding):
    """Return True if the operation proves anything in Nova's fixtures."""
    return finding and finding.verdict is not Verdict.INCONCLUSIVE


def main():
    """Print the table and return the exit status."""
    print(
        'alice and bob are plain members of one project; alice has a server.'
    )
    stock, isolated = tried(Stock), tried(Isolated)
    names = [name for name in stock if is_shown(stock[name])]
    print(f'\n{TITLES[0]:<36}{TITLES[1]:<16}{TITLES[2]}')
    print('-' * 64)
    for name in names:
        cells = [shown(results.get(name)) for results in (stock, isolated)]
        print(
            f'{name:<36}'
            + ''.join(f'{colour}{text}{PLAIN}' for text, colour in cells)
        )
    holes = [name for name in names if stock[name].verdict.is_leak]
    left = [
        name
        for name in names
        if name not in isolated or isolated[name].verdict.is_leak
    ]
    print(
        f'\nOf {len(names)} operations on the server of somebody else, '
        f'stock Nova lets {len(holes)} through,\nthe isolated one {len(left)}.'
    )
    if left or not holes or len(holes) < len(names):
        print('That is not what this demonstration should show.')
        return 1
    return 0


if __name__ == '__main__':
    sys.exit(main())
