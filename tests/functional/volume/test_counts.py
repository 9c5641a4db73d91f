# SPDX-License-Identifier: Apache-2.0
"""Counts: those of lists are the caller's, those of quotas the project's."""

from cinder.db import api as db
from cinder.db import models
import sqlalchemy as sa

from tests.functional.volume import cloud
from tests.functional.volume import things

LISTS = ('volumes', 'snapshots', 'backups')


class Counts(cloud.Cloud):
    def setUp(self):
        super().setUp()
        for user_id, number in (('alice', 3), ('bob', 2)):
            for _ in range(number):
                made = things.volume(
                    user_id,
                    self.vt['id'],
                    size=5,
                    metadata={f'key-of-{user_id}': 'value'},
                )
                things.snapshot(user_id, made)
                things.backup(user_id, made)

    def usage(self, resource):
        """Return what the database says the project uses."""
        with things.as_database('root') as context:
            with db.main_context_manager.reader.using(context) as session:
                return session.execute(
                    sa.select(models.QuotaUsage.in_use).where(
                        models.QuotaUsage.project_id == cloud.PROJECT,
                        models.QuotaUsage.resource == resource,
                    )
                ).scalar()


class TestCounts(Counts):
    def test_count_of_a_list_is_the_callers(self):
        for path in LISTS:
            for detail in ('', '/detail'):
                for account, number in (
                    (self.alice, 3),
                    (self.bob, 2),
                    (self.dan, 0),
                    (self.carol, 5),
                    (self.root, 5),
                ):
                    found = account.get(
                        f'{path}{detail}?with_count=True&limit=1',
                        version='3.45',
                    )
                    self.assertEqual(number, found['count'], path)

    def test_summary_is_the_callers(self):
        for account, number, keys in (
            (self.alice, 3, {'key-of-alice'}),
            (self.bob, 2, {'key-of-bob'}),
            (self.dan, 0, set()),
            (self.carol, 5, {'key-of-alice', 'key-of-bob'}),
        ):
            found = account.get('volumes/summary', version='3.36')
            found = found['volume-summary']
            self.assertEqual(number, found['total_count'])
            self.assertEqual(number * 5, found['total_size'])
            self.assertEqual(keys, set(found['metadata']))

    def test_quota_of_a_create_counts_the_projects_volumes(self):
        made = self.bob.post('volumes', {'volume': {'size': 1}})['volume']
        self.wait(f'volumes/{made["id"]}', 'volume')
        self.assertEqual(6, self.usage('volumes'))
        # With the snapshots of all.
        self.assertEqual(51, self.usage('gigabytes'))
        self.bob.post('snapshots', {'snapshot': {'volume_id': made['id']}})
        self.assertEqual(6, self.usage('snapshots'))

    def test_quota_of_the_project_stops_a_member(self):
        self.root.call(
            'PUT',
            f'os-quota-sets/{cloud.PROJECT}',
            {'quota_set': {'volumes': 5}},
        )
        response = self.bob.call('POST', 'volumes', {'volume': {'size': 1}})
        self.assertEqual(413, response.status_code, response.text)


class TestCountsWithoutTheFilter(Counts):
    FILTERED = False
    DROPPED_IN = False

    def test_count_of_a_list_is_the_projects(self):
        for path in LISTS:
            found = self.bob.get(f'{path}?with_count=True', version='3.45')
            self.assertEqual(5, found['count'])

    def test_summary_is_the_projects(self):
        found = self.bob.get('volumes/summary', version='3.36')
        self.assertEqual(5, found['volume-summary']['total_count'])
        self.assertIn('key-of-alice', found['volume-summary']['metadata'])
