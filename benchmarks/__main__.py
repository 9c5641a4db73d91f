# SPDX-License-Identifier: Apache-2.0
"""Measure, and write what came out.

``python -m benchmarks`` makes databases on the server that BENCHMARKS_URL
names, a MariaDB on this machine by default, and drops them in the end.
"""

import argparse
import os
import signal
import sys
import time

import sqlalchemy as sa

from benchmarks import cloud
from benchmarks import figures
from benchmarks import plan as plans
from benchmarks import report
from benchmarks import run

URL = 'mysql+pymysql://root@127.0.0.1'
DOCUMENTATION = os.path.join(cloud.ROOT, 'doc', 'source', 'admin')


def main() -> int:
    """Measure; times are no verdict, but statements that are added are."""
    parser = argparse.ArgumentParser(prog='benchmarks', description=__doc__)
    parser.add_argument(
        '--smoke',
        action='store_true',
        help='a minute and little of everything, on SQLite without a server',
    )
    parser.add_argument(
        '--output',
        default=DOCUMENTATION,
        metavar='DIRECTORY',
        help='where speed.rst, speed.md, speed.json and speed.png go '
        '(default: the documentation)',
    )
    parser.add_argument(
        '--runs',
        type=int,
        default=1,
        help='how often all of it is measured, on the same databases',
    )
    arguments = parser.parse_args()
    # Or what was measured could not be written.
    os.makedirs(arguments.output, exist_ok=True)
    plan = plans.SMOKE if arguments.smoke else plans.FULL
    url = os.environ.get('BENCHMARKS_URL') or (
        'sqlite://' if arguments.smoke else URL
    )
    try:
        report.describe(url)
    except sa.exc.SQLAlchemyError as error:
        sys.exit(
            f'There is no database server at {cloud.address(url)!r}: {error}\n'
            'Start a MariaDB, or let BENCHMARKS_URL name one: '
            'mysql+pymysql://user:password@host'
        )
    # What was made is removed then, too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    runs = []
    with run.made_clouds(url, plan) as made:
        for number in range(1, arguments.runs + 1):
            begin = time.monotonic()
            machine = report.describe(url)
            found = run.Run(plan).measure(made)
            found.update(machine=machine, sizes=plan.sizes)
            runs.append(found)
            text = report.write(runs, arguments.output)
            sys.stderr.write(
                f'Run {number}: {time.monotonic() - begin:.0f} seconds.\n'
            )
    sys.stdout.write(f'{report.sentences(found)}\n\n{text}')
    return 1 if any(figures.added(found) > 0 for found in runs) else 0


if __name__ == '__main__':
    sys.exit(main())
