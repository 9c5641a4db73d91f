# SPDX-License-Identifier: Apache-2.0
"""The tests notice whatever part of the filter is missing."""

import testscenarios
import testtools

from cloud_security.compute import models
from cloud_security.compute import service
from tests.functional.compute import killers
from tests.functional.compute import mutations


class TestMutations(testscenarios.WithScenarios, testtools.TestCase):
    scenarios = [
        (name, {'name': name, 'killer': mutation.killer})
        for name, mutation in mutations.MUTATIONS.items()
    ]

    def test_mutation_fails_its_killer(self):
        found = killers.outcome(self.name, self.killer)
        # Not because the test could not run.
        self.assertEqual({}, found['errors'])
        self.assertEqual([self.killer], list(found['failures']))


class TestWithoutMutation(testtools.TestCase):
    """One killer of each module passes in such a process.

    The test runner's own processes run every killer without a mutation.
    """

    def test_killers_without_a_mutation_pass(self):
        tests = {
            mutation.killer.rpartition('.Test')[0]: mutation.killer
            for mutation in mutations.MUTATIONS.values()
        }
        self.assertEqual(
            {'ran': len(tests), 'failures': {}, 'errors': {}},
            killers.outcome(None, *sorted(tests.values())),
        )


class TestCompleteness(testtools.TestCase):
    def test_owned_models_and_transforms_have_a_mutation_each(self):
        names = '\n'.join(mutations.MUTATIONS)
        for model in models.owned():
            self.assertIn(f'{model.__name__} is not owned', names)
        for transform in service.NOVA.transforms:
            self.assertIn(transform, mutations.SWITCHED_OFF)
