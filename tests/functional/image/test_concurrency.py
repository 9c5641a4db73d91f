# SPDX-License-Identifier: Apache-2.0
"""Everybody at once on one API process: no response holds another's rows.

``CLOUD_SECURITY_REQUESTS`` and ``CLOUD_SECURITY_SECONDS`` say how much.
"""

import logging
import os

from tests.functional import crowd
from tests.functional.image import cloud

REQUESTS = int(os.environ.get('CLOUD_SECURITY_REQUESTS', 500))
#: The beginning of the name of a shared image.
SHARED = 'shared-'


class Concurrency(cloud.Cloud):
    """Members with private and shared images, and those who see all."""

    #: The cache writes into the database, which SQLite locks.
    CACHED = False

    def setUp(self):
        super().setUp()
        things = {
            account.user_id: self.make(account)
            for account in (self.alice, self.bob, self.carol, self.eve)
        }
        project = things['alice'] | things['bob'] | things['carol']
        everything = project | things['eve']
        common = frozenset(
            thing for thing in project if thing.name.startswith(SHARED)
        )
        self.images = sorted(everything)
        self.crowd = crowd.Crowd(
            self.api,
            [
                self.caller(self.alice, things['alice'] | common),
                self.caller(self.bob, things['bob'] | common),
                self.caller(self.dan, common),
                self.caller(self.eve, things['eve']),
                self.caller(self.carol, project, is_isolated=False),
                self.caller(
                    self.root, everything, is_isolated=False, is_admin=True
                ),
            ],
            everything,
            self.ask,
            self.useFixture(crowd.Interleaving()),
        )
        # Of so many requests the log is of no use, and slow.
        logging.disable(logging.CRITICAL)
        self.addCleanup(logging.disable, logging.NOTSET)

    def make(self, account):
        """Return somebody's two private images and a shared one."""
        found = []
        for prefix, word, visibility in (
            ('of-', 'one', 'private'),
            ('of-', 'two', 'private'),
            (SHARED, 'three', 'shared'),
        ):
            name = f'{prefix}{account.user_id}-{word}'
            image_id = account.image(
                # Data tells whose it is, too.
                data=name.encode(),
                name=name,
                visibility=visibility,
            )
            found.append(crowd.Thing(image_id, name, account.user_id))
        return frozenset(found)

    def caller(self, account, sees, **kwargs):
        return crowd.Caller(
            account.user_id,
            ','.join(account.roles),
            account.project_id,
            sees,
            **kwargs,
        )

    def ask(self, chance, caller):
        """Return what somebody asks for."""
        image = chance.choice(self.images)
        found = frozenset([200 if image in caller.sees else 404])
        # Glance lets no reader download.
        is_reader = 'member' not in caller.roles
        data = frozenset([403]) if is_reader and 200 in found else found
        one = f'/images/{image.id}'

        def request(path, statuses, *rest, **facts):
            return crowd.Request(
                caller, f'/v2{path}', frozenset(statuses), *rest, **facts
            )

        ask = {
            6: lambda: request(one, found),
            5: lambda: request(f'{one}/file', data),
            7: lambda: request(
                chance.choice(('/images', '/images?sort=name:asc')),
                [200],
                lists=caller.sees,
            ),
            3: lambda: request(
                f'/images?limit=2&marker={image.id}', [200, 400, 403]
            ),
            2: lambda: request(
                f'/images?id=in:{image.id}',
                [200],
                lists=caller.sees & {image},
            ),
            # Of writes, SQLite would refuse some that come at once. So it
            # does of lists of tasks, from which Glance deletes old ones.
            1.1: lambda: request('/images', [400], 'POST', b'{"image": '),
        }
        return chance.choices(list(ask.values()), list(ask))[0]()


class TestConcurrency(crowd.Tests, Concurrency):
    requests = REQUESTS


class TestConcurrencyWithoutTheFilter(crowd.Hammer, Concurrency):
    FILTERED = DROPPED_IN = False

    def test_responses_hold_rows_of_other_callers(self):
        self.assertNotEqual([], self.hammer(crowd.FEW).crossings)
