# SPDX-License-Identifier: Apache-2.0
"""Run Python with branch coverage of the package, or report the figures.

``PYTHON="python tools/branch_coverage.py" stestr run`` measures each worker,
``branch_coverage.py total`` and ``files`` print what all have covered.
``COVERAGE_FOLDER`` names the folder of their figures. Processes that the tests
start are not measured.

SlipCover changes the package's bytecode alone: what it adds to functional
tests was within the noise of two measurements. coverage.py added about 70 %,
because Python calls its tracer for each function of Nova.
"""

import glob
import json
import os
import subprocess
import sys

FOLDER = os.environ['COVERAGE_FOLDER']
#: Executions of a line after which SlipCover takes its probe out: never. It
#: would hold a lock meanwhile, and a test that ends a thread there by an
#: exception leaves the lock held; the next thread waits for ever.
THRESHOLD = 2**31 - 1
SLIPCOVER = [sys.executable, '-m', 'slipcover']


def measure(arguments):
    """Replace this process by Python with branch coverage."""
    os.makedirs(FOLDER, exist_ok=True)
    out = os.path.join(FOLDER, f'{os.getpid()}.json')
    os.execv(
        sys.executable,
        SLIPCOVER
        + ['--branch', '--source', 'cloud_security', '--json', '--out', out]
        + ['--threshold', str(THRESHOLD)]
        + arguments,
    )


def report(is_short):
    """Print the sum of all processes, and a line for each file."""
    merged = FOLDER + '.json'
    table = subprocess.run(
        SLIPCOVER
        + ['--skip-covered', '--out', merged, '--merge']
        + glob.glob(os.path.join(FOLDER, '*.json')),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    ).stdout
    if not is_short:
        print(table)
    with open(merged) as stream:
        total = json.load(stream)['summary']
    lines, branches = (
        f'{total[f"covered_{kind}"]} of '
        f'{total[f"covered_{kind}"] + total[f"missing_{kind}"]} {kind}'
        for kind in ('lines', 'branches')
    )
    print(f'Coverage: {lines}, {branches}: {total["percent_covered"]:.1f} %')


if __name__ == '__main__':
    if sys.argv[1:] in (['total'], ['files']):
        report(sys.argv[1:] == ['total'])
    else:
        measure(sys.argv[1:])
