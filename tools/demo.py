# SPDX-License-Identifier: Apache-2.0
"""One member tries everything on what another has, twice, in four services.

The demonstration starts Nova, Cinder, Glance and Neutron, each as it is and
with cloud_security, from the service's own functional fixtures: a real API on
SQLite. It prints what one member of a project can do with the server, volume,
image or port of another. It exits with 0 only if each stock service shows the
holes and each isolated one closes them.
"""

from concurrent import futures
import importlib
import json
import logging
import os
import subprocess
import sys
import tempfile
import textwrap
import unittest
import warnings

warnings.simplefilter('ignore')
ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..')
sys.path.insert(0, ROOT)

from cloud_security.probe import catalog  # noqa: E402
from cloud_security.probe.client import services  # noqa: E402

#: Classes of tests, by service and side; those that take longest come first.
CLOUDS = {
    ('compute', 'stock'): 'TestStock',
    ('compute', 'isolated'): 'TestFilter',
    ('volume', 'stock'): 'TestProbeWithoutTheFilter',
    ('volume', 'isolated'): 'TestProbe',
    ('network', 'stock'): 'TestProbeWithoutThePlugin',
    ('network', 'isolated'): 'TestProbe',
    ('image', 'stock'): 'TestProbeWithoutTheFilter',
    ('image', 'isolated'): 'TestProbe',
}
SIDES = ('stock', 'isolated')
#: The key of the operations that prove nothing in a service's fixtures.
UNPROVEN = 'unproven'
LEAKS = ('open', 'tells')
CLOSED = 'closed'
NOT_TRIED = ('not tried', None)
IS_TERMINAL = sys.stdout.isatty() and 'NO_COLOR' not in os.environ
RED, GREEN, PLAIN = (
    ('\033[31m', '\033[32m', '\033[0m') if IS_TERMINAL else ('', '', '')
)


def try_all(service, side, stream):
    """Write bob's findings in one cloud, a line of JSON for each.

    The services' fixtures change what a process imports and configures, so
    that each cloud has a process of its own.
    """
    package = f'tests.functional.{service}'
    tests = importlib.import_module(f'{package}.test_probe')

    def send(*said):
        print(json.dumps(said), file=stream, flush=True)

    def run(case):
        summary = tests.probing.run(
            case,
            others=(),
            report=lambda one: send(
                one.operation, (one.verdict.value, one.status)
            ),
        )
        case.assertEqual(('', ()), (summary.error, summary.left))
        send(UNPROVEN, [*tests.NEVER, *getattr(tests, 'ONLY_DIFFERS', ())])

    case = type(
        'Case', (getattr(tests, CLOUDS[service, side]),), {'runTest': run}
    )
    logging.disable(logging.WARNING)
    result = unittest.TestResult()
    case('runTest').run(result)
    for _, trace in result.errors + result.failures:
        print(trace, file=sys.stderr)
    return not result.wasSuccessful()


def tried(service, side):
    """Let a process try everything; return bob's findings by operation."""
    name = f'{side} {services.ALL[service].title}'
    if not sys.stderr.isatty():
        print(f'starting {name} ...', flush=True)
    found = {}
    command = [sys.executable, '-W', 'ignore', __file__, service, side]
    with (
        tempfile.TemporaryFile('w+', errors='replace') as errors,
        subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=errors, text=True
        ) as process,
    ):
        for line in process.stdout:
            operation, what = json.loads(line)
            found[operation] = what
            if sys.stderr.isatty():
                print(
                    f'\r{name}: {len(found)}/{len(catalog.TABLES[service])} '
                    f'{operation:<52}',
                    end='\r',
                    file=sys.stderr,
                )
        if process.wait() == 0:
            return found
        errors.seek(0)
        print(f'\n{name}:\n{errors.read()[-5000:]}', file=sys.stderr)
    return {}


def shown(finding):
    """Return bob's finding as a cell of the table."""
    verdict, status = finding
    colour = GREEN if verdict == CLOSED else RED
    return f'{colour}{verdict:<7} {status or "":<8}{PLAIN}'


def listed(words, names):
    """Return a sentence with a list of names."""
    return textwrap.fill(f'{words}: {", ".join(sorted(names))}.', 79)


def compared(service, stock, isolated):
    """Print the table of a service.

    :returns: how many operations it has, how many the stock service and the
        isolated one let through, and what should not be, in sentences
    """
    title, noun = services.ALL[service].title, services.ALL[service].resource
    article = 'an' if noun[0] in 'aeiou' else 'a'
    head = f'{title}: alice has {article} {noun}'
    print(f'\n{head:<54}{SIDES[0]:<16}{SIDES[1]}')
    unproven = {
        name
        for name in (*stock.pop(UNPROVEN), *isolated.pop(UNPROVEN))
        if isolated.get(name, NOT_TRIED)[0] not in LEAKS
    }
    names = [
        name
        for name in dict.fromkeys(
            (*(one.name for one in catalog.TABLES[service]), *stock)
        )
        if name not in unproven
    ]
    for name in names:
        cells = [
            shown(side.get(name, NOT_TRIED)) for side in (stock, isolated)
        ]
        print(f'  {name:<52}{"".join(cells)}'.rstrip())
    holes, left = (
        [name for name in names if side.get(name, NOT_TRIED)[0] in LEAKS]
        for side in (stock, isolated)
    )
    closed = [
        name for name in names if isolated.get(name, NOT_TRIED)[0] == CLOSED
    ]
    print(
        f'Of {len(names)} operations on the {noun} of somebody else, stock '
        f'{title} lets {len(holes)}\nthrough, the isolated one {len(left)}.'
    )
    print(listed('These prove nothing in its fixtures', unproven))
    wrong = []
    if len(holes) < len(names):
        missing = {*names} - {*holes}
        wrong.append(listed(f'Stock {title} shows no hole in', missing))
    if len(closed) < len(names):
        missing = {*names} - {*closed}
        wrong.append(listed(f'The isolated {title} does not close', missing))
    return len(names), len(holes), len(left), wrong


def main():
    """Print the table and return the exit status."""
    print('alice and bob are plain members of one project. What can bob do?')
    cores = len(os.sched_getaffinity(0))
    with futures.ThreadPoolExecutor(cores) as executor:
        runs = {one: executor.submit(tried, *one) for one in CLOUDS}
        try:
            found = {one: run.result() for one, run in runs.items()}
        except BaseException:
            executor.shutdown(wait=False, cancel_futures=True)
            raise
    totals, wrong = [0, 0, 0], []
    for service, about in services.ALL.items():
        lacking = [side for side in SIDES if not found[service, side]]
        wrong += [
            f'The {side} {about.title} gave no result.' for side in lacking
        ]
        if not lacking:
            *counts, problems = compared(
                service, *(found[service, side] for side in SIDES)
            )
            totals = [sum(pair) for pair in zip(totals, counts)]
            wrong += problems
    print(
        '\nOf {} operations on what somebody else has, the stock services let '
        '{}\nthrough, the isolated ones {}.'.format(*totals)
    )
    for sentence in wrong:
        print(sentence)
    if wrong:
        print('That is not what this demonstration should show.')
    return int(bool(wrong))


if __name__ == '__main__':
    if len(sys.argv) == 3:
        # What fixtures print is not a finding.
        findings, sys.stdout = sys.stdout, sys.stderr
        sys.exit(try_all(*sys.argv[1:], findings))
    sys.exit(main())
