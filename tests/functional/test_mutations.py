"""The tests notice whatever part of the filter is missing."""

import functools
import json
import os
import subprocess
import sys

import testscenarios
import testtools

from cloud_security.compute import models
from cloud_security.compute import service
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


def outcome(mutation, *tests):
    """Return what became of tests, as nursery.py tells it."""
    nursery().stdin.write(json.dumps([mutation, tests]) + '\n')
    nursery().stdin.flush()
    return json.loads(nursery().stdout.readline())


class TestMutations(testscenarios.WithScenarios, testtools.TestCase):
    scenarios = [
        (name, {'name': name, 'killer': mutation.killer})
        for name, mutation in mutations.MUTATIONS.items()
    ]

    def test_it_is_noticed(self):
        found = outcome(self.name, self.killer)
        # Not because the test could not run.
        self.assertEqual({}, found['errors'])
        self.assertEqual([self.killer], list(found['failures']))


class TestWithoutMutation(testtools.TestCase):
    """What notices mutations passes otherwise, in copies, too."""

    def test_all_of_them_pass_in_a_copy(self):
        killers = {
            mutation.killer for mutation in mutations.MUTATIONS.values()
        }
        self.assertEqual(
            {'ran': len(killers), 'failures': {}, 'errors': {}},
            outcome(None, *sorted(killers)),
        )


class TestCompleteness(testtools.TestCase):
    def test_every_owned_model_and_every_change_is_taken_away_once(self):
        names = '\n'.join(mutations.MUTATIONS)
        for model in models.owned():
            self.assertIn(f'{model.__name__} is not owned', names)
        for transform in service.NOVA.transforms:
            self.assertIn(transform, mutations.SWITCHED_OFF)
