# SPDX-License-Identifier: Apache-2.0
"""Scheduler hints: hidden volumes are as unknown ones to the scheduler."""

from cinder.scheduler import rpcapi
from oslo_utils.fixture import uuidsentinel

from tests.functional.volume import cloud
from tests.functional.volume import things

HINTS = 'OS-SCH-HNT:scheduler_hints'


class Hints(cloud.Cloud):
    def setUp(self):
        super().setUp()
        self.alices_volume = things.volume('alice', self.vt['id'])
        self.bobs_volume = things.volume('bob', self.vt['id'])
        self.scheduler = self.patch(
            'cinder.scheduler.rpcapi.SchedulerAPI.create_volume',
            spec=rpcapi.SchedulerAPI.create_volume,
        )

    def hinted(self, account, hints):
        """Return the hints that the scheduler gets."""
        account.post('volumes', {'volume': {'size': 1}, HINTS: hints})
        kwargs = self.scheduler.call_args.kwargs
        return kwargs['filter_properties']['scheduler_hints']


class TestHints(Hints):
    def test_hint_of_a_hidden_volume_names_none(self):
        for sent in (
            self.alices_volume,
            self.alices_volume.upper(),
            [self.alices_volume],
        ):
            found = self.hinted(self.bob, {'different_host': sent})
            self.assertEqual(['different_host'], list(found))
            self.assertNotIn(self.alices_volume, str(found).lower())

    def test_hint_inside_the_volume_names_none(self):
        for more in ({}, {HINTS: None}):
            self.bob.post(
                'volumes',
                {
                    'volume': {
                        'size': 1,
                        'scheduler_hints': {'same_host': self.alices_volume},
                    },
                    **more,
                },
                version='3.52',
            )
            found = self.scheduler.call_args.kwargs['filter_properties']
            self.assertEqual(['same_host'], list(found['scheduler_hints']))
            self.assertNotIn(self.alices_volume, str(found))

    def test_hint_of_an_own_or_unknown_volume_stays(self):
        hints = {
            'same_host': [self.bobs_volume, uuidsentinel.unknown],
            'other': {'a': ['b', 1, None]},
        }
        self.assertEqual(hints, self.hinted(self.bob, hints))

    def test_hint_of_a_manager_stays(self):
        hints = {'same_host': self.alices_volume}
        self.assertEqual(hints, self.hinted(self.carol, hints))

    def test_complaint_repeats_the_hint_as_it_was_sent(self):
        response = self.bob.call(
            'POST',
            'volumes',
            {'volume': {'size': 1}, HINTS: [self.alices_volume]},
        )
        self.assertEqual(400, response.status_code, response.text)
        self.assertIn(self.alices_volume, response.text)


class TestHintsWithoutTheFilter(Hints):
    FILTERED = False
    DROPPED_IN = False

    def test_hint_of_another_members_volume_stays(self):
        hints = {'same_host': self.alices_volume}
        self.assertEqual(hints, self.hinted(self.bob, hints))
