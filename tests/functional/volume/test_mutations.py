# SPDX-License-Identifier: Apache-2.0
"""A test notices each part of Cinder's filter that rows do not cover.

``tests/two_worlds/volume/test_mutations.py`` takes out the lines of criteria.
"""

import dataclasses
import unittest

import fixtures
import testscenarios
import testtools

from cloud_security.volume import service
from cloud_security.volume import transforms
from cloud_security.volume.transforms import groups
from cloud_security.volume.transforms import scheduler_hints
from cloud_security.wsgi import service as services

CINDER = service.CINDER
HERE = 'tests.functional.volume'


def without(transform):
    """Return the fields of a Service that lacks a transform."""
    return {
        'transforms': tuple(
            one for one in transforms.TRANSFORMS if one is not transform
        )
    }


class TestMutations(testscenarios.WithScenarios, testtools.TestCase):
    """``changes`` replace fields of CINDER; ``killer`` must fail then."""

    scenarios = [
        (name, {'changes': changes, 'killer': f'{HERE}.{killer}'})
        for name, changes, killer in (
            (
                'hints name hidden volumes',
                without(scheduler_hints.NEUTRALIZE),
                'test_hints.TestHints.test_hint_of_a_hidden_volume_names_none',
            ),
            (
                'groups take hidden volumes along',
                without(groups.REFUSE),
                'test_crossing.TestGroups.'
                'test_delete_of_a_group_with_hidden_volumes_is_refused',
            ),
            (
                'no attachment is exempt',
                {'is_exempt': lambda *_: False},
                'test_attachments.TestAttachments.'
                'test_changes_of_a_hidden_attachment_by_nova_succeed',
            ),
            (
                'service tokens exempt all operations',
                {'is_exempt': lambda context, _: bool(context.service_roles)},
                'test_attachments.TestAttachments.'
                'test_service_token_opens_no_other_operation',
            ),
            (
                'no request has proof',
                {'has_proof': lambda _: False},
                'test_transfers.TestTransfers.'
                'test_accept_with_the_key_hands_volume_and_snapshot_over',
            ),
            (
                'no volume on an own server has proof',
                {'has_proof': service.transfers.has_key},
                'test_server_volumes.TestServerVolumes.'
                'test_volume_on_an_own_server_serves_nova',
            ),
            (
                'each service token is a proof',
                {
                    'has_proof': lambda exchange: bool(
                        exchange.context.service_roles
                    )
                },
                'test_server_volumes.TestServerVolumes.'
                'test_volume_on_a_server_of_others_is_hidden',
            ),
            (
                'each accept has proof',
                {
                    'has_proof': lambda exchange: (
                        'accept' in exchange.request.path
                    )
                },
                'test_transfers.TestTransfers.'
                'test_accept_with_a_wrong_key_is_not_found',
            ),
            (
                'lists count the rows of all',
                {'totals': services._all_totals},
                'test_counts.TestCounts.test_count_of_a_list_is_the_callers',
            ),
            (
                "quotas count the caller's rows",
                {'totals': lambda _: frozenset()},
                'test_counts.TestCounts.'
                'test_quota_of_a_create_counts_the_projects_volumes',
            ),
        )
    ]

    def test_mutation_fails_its_killer(self):
        self.assertTrue(self.passes(), f'{self.killer} fails as it is.')
        mutant = dataclasses.replace(CINDER, **self.changes)
        self.useFixture(
            fixtures.MonkeyPatch(f'{service.__name__}.CINDER', mutant)
        )
        self.assertFalse(self.passes(), f'{self.killer} noticed nothing.')

    def passes(self):
        """Run the killer; tell whether it passes."""
        result = unittest.TestResult()
        unittest.defaultTestLoader.loadTestsFromName(self.killer).run(result)
        self.assertEqual(1, result.testsRun)
        return result.wasSuccessful()
