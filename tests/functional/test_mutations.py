"""The tests notice whatever part of the filter is missing."""

import os
import subprocess
import sys

import testscenarios
import testtools

from cloud_security.compute import middleware
from cloud_security.compute import models
from tests.functional import mutations

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(__file__)))


class TestMutations(testscenarios.WithScenarios, testtools.TestCase):
    scenarios = [
        (name, {'name': name, 'killers': mutation.killers})
        for name, mutation in mutations.MUTATIONS.items()
    ]

    def test_it_is_noticed(self):
        run = subprocess.run(
            [sys.executable, '-W', 'ignore', '-m', 'testtools.run']
            + ['--failfast', f'tests.functional.{self.killers}'],
            env=dict(os.environ, CLOUD_SECURITY_MUTATION=self.name),
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        said = run.stdout.decode(errors='replace')[-2000:]
        self.assertEqual(1, run.returncode, said)
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
