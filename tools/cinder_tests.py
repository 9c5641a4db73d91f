# SPDX-License-Identifier: Apache-2.0
"""Cinder's own tests of its API, without the filter and with it.

``tox -e cinder29-own`` runs ``cinder.tests.functional`` and
``cinder.tests.unit.api`` twice. It exits with 0 only if the tests that fail
with the filter alone are those in ``EXPECTED``. A part of a test's name as the
argument narrows it.
"""

import importlib.metadata
import os
import pathlib
import subprocess
import sys
import tarfile
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[1]
FOLDERS = ('functional', 'unit/api')
#: Tests that fail with the filter, and why.
EXPECTED = {}


class Names(unittest.TestResult):
    """The names of tests, each with its outcome, as they end."""

    def addSuccess(self, test):
        """Print that a test passed."""
        self.show('passed', test)

    def addSkip(self, test, reason):
        """Print that a test was skipped."""
        self.show('skipped', test)

    def addExpectedFailure(self, test, error=None, **_):
        """Print that a test failed as it should."""
        self.show('passed', test)

    def addFailure(self, test, error=None, details=None):
        """Print that a test failed, and its details."""
        self.show('failed', test)
        self.show_details(error, details)

    addError = addFailure
    addUnexpectedSuccess = addFailure

    @staticmethod
    def show(outcome, test):
        """Print an outcome for the parent."""
        print('\nresult:', outcome, test.id(), flush=True)

    @staticmethod
    def show_details(error, details):
        """Print the reason of a failure for people."""
        if details:
            print(*(part.as_text() for part in details.values()))
        elif error:
            print(error[1])


def isolate():
    """Put the filter before each APIRouter that tests make."""
    # It registers Cinder's objects, which the router needs.
    from cinder.tests.unit.api import fakes

    from cinder.api.v3 import router  # isort: skip
    from cloud_security.volume import middleware

    stock = fakes.wsgi_app

    def filtered(*_, **options):
        return middleware.factory({})(router.APIRouter(**options))

    def wsgi_app(*arguments, inner_app_v3=None, **options):
        if inner_app_v3 is None:
            inner_app_v3 = filtered()
        return stock(*arguments, inner_app_v3=inner_app_v3, **options)

    fakes.wsgi_app = wsgi_app
    router.APIRouter.factory = filtered


def source(folder):
    """Unpack Cinder's source distribution, which has all that its tests read.

    :returns: the folder with the package ``cinder``
    """
    release = importlib.metadata.version('cinder')
    subprocess.run(
        [
            *(sys.executable, '-m', 'pip', 'download', '--quiet', '--no-deps'),
            *('--no-binary', 'cinder', '--dest', folder, f'cinder=={release}'),
        ],
        check=True,
    )
    [archive] = pathlib.Path(folder).glob('cinder-*.tar.gz')
    with tarfile.open(archive) as tar:
        tar.extractall(folder, filter='data')
    return pathlib.Path(folder) / f'cinder-{release}'


def run(folder, is_isolated, part):
    """Run the tests of a folder of Cinder's source in this process."""
    top = os.getcwd()
    sys.path[:0] = [top, str(ROOT)]
    if is_isolated:
        isolate()
    suite = unittest.TestLoader().discover(
        os.path.join(top, 'cinder/tests', folder), top_level_dir=top
    )
    chosen = unittest.TestSuite(
        test for test in tests_of(suite) if part in test.id()
    )
    chosen.run(Names())


def tests_of(suite):
    """Return the tests of a suite of suites."""
    for test in suite:
        if isinstance(test, unittest.TestSuite):
            yield from tests_of(test)
        else:
            yield test


def outcomes(where, is_isolated, part, log):
    """Return ``{test: outcome}`` of a run in processes of its own."""
    found = {}
    for folder in FOLDERS:
        process = subprocess.Popen(
            [
                *(sys.executable, '-W', 'ignore', os.path.abspath(__file__)),
                *('--here', folder, str(int(is_isolated)), part),
            ],
            cwd=where,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors='replace',
        )
        for line in process.stdout:
            log.write(line)
            if line.startswith('result: '):
                _, outcome, name = line.split()
                found[name] = outcome
        if process.wait():
            sys.exit(f'{folder}: the run ended with {process.returncode}.')
    return found


def main(part=''):
    """Compare both runs; return the exit code."""
    with tempfile.TemporaryDirectory() as folder:
        return compare(source(folder), part)


def compare(where, part):
    """Run the tests twice, print the differences, return the exit code."""
    runs = []
    for name, is_isolated in (('stock', False), ('isolated', True)):
        with open(f'cinder-tests-{name}.log', 'w') as log:
            runs.append(outcomes(where, is_isolated, part, log))
        print(
            f'{name}: '
            + ', '.join(
                f'{list(runs[-1].values()).count(outcome)} {outcome}'
                for outcome in ('passed', 'failed', 'skipped')
            ),
            flush=True,
        )
    stock, isolated = runs
    differing = {
        name
        for name in stock.keys() | isolated.keys()
        if stock.get(name) != isolated.get(name)
    }
    for name in sorted(differing - EXPECTED.keys()):
        print(f'{name}: {stock.get(name)}, isolated {isolated.get(name)}')
    met = EXPECTED.keys() if not part else differing & EXPECTED.keys()
    print(f'{len(met)} tests of one user on the things of another: as listed.')
    return int(differing != met or not stock)


if __name__ == '__main__':
    if sys.argv[1:2] == ['--here']:
        run(sys.argv[2], sys.argv[3] == '1', sys.argv[4])
    else:
        sys.exit(main(*sys.argv[1:]))
