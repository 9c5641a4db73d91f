"""The tests notice whatever part of the filter is missing."""

import functools
import json
import os
import subprocess
import sys

import testscenarios
import testtools

from cloud_security.compute import middleware
from cloud_security.compute import models
from tests.functional import mutations

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(__file__)))


@functools.lru_cache(maxsize=None)
def nursery():
    """Return the process that breaks copies of itself; it ends with us."""
    return subprocess.Popen(
        [sys.executable, '-W', 'ignore', '-m', 'tests.functional.nursery'],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=ROOT,
        text=True,
    )


class TestMutations(testscenarios.WithScenarios, testtools.TestCase):
    scenarios = [(name, {'name': name}) for name in mutations.MUTATIONS]

    def test_it_is_noticed(self):
        nursery().stdin.write(json.dumps(self.name) + '\n')
        nursery().stdin.flush()
        status, said = json.loads(nursery().stdout.readline())
        self.assertEqual(1, status, said)
        # Not because the tests could not run.
        self.assertRegex(said, r'FAILED \(failures=\d+\)')


class TestCompleteness(testtools.TestCase):
    def test_every_owned_model_and_every_change_is_taken_away_once(self):
        names = '\n'.join(mutations.MUTATIONS)
        for model in models.owned():
            self.assertIn(f'{model.__name__} is not owned', names)
        self.assertEqual(
            5, len(middleware.BEFORE + middleware.AFTER), 'Mutate it, too.'
        )
