# SPDX-License-Identifier: Apache-2.0
"""Everybody at once on one API process: no response holds another's rows.

``CLOUD_SECURITY_REQUESTS`` and ``CLOUD_SECURITY_SECONDS`` say how much.
"""

import logging
import os

from oslo_serialization import jsonutils

from tests.functional import crowd
from tests.functional.volume import cloud

REQUESTS = int(os.environ.get('CLOUD_SECURITY_REQUESTS', 500))


class Concurrency(cloud.Cloud):
    """Members with volumes and snapshots, and those who see all."""

    def setUp(self):
        super().setUp()
        things = {
            account.user_id: self.make(account)
            for account in (self.alice, self.bob, self.carol, self.eve)
        }
        project = things['alice'] | things['bob'] | things['carol']
        everything = project | things['eve']
        self.volumes = [
            thing for thing in everything if 'snapshot' not in thing.name
        ]
        self.crowd = crowd.Crowd(
            self.osapi.app,
            [
                self.caller(self.alice, things['alice']),
                self.caller(self.bob, things['bob']),
                self.caller(self.dan, frozenset()),
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
        """Return somebody's two volumes and a snapshot of one."""
        names = [f'of-{account.user_id}-{word}' for word in ('one', 'two')]
        volumes = [self.volume(account, name=name) for name in names]
        name = f'of-{account.user_id}-snapshot'
        found = [*zip(volumes, names)]
        found.append((self.snapshot(account, volumes[0], name=name), name))
        return frozenset(
            crowd.Thing(*thing, account.user_id) for thing in found
        )

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
        volume = chance.choice(self.volumes)
        found = frozenset([200 if volume in caller.sees else 404])
        lists = frozenset(self.volumes) & caller.sees
        tenants = '?all_tenants=1' if caller.is_admin else ''
        one = f'/volumes/{volume.id}'

        def request(path, statuses, *rest, version='3.0', **facts):
            return crowd.Request(
                caller,
                f'/v3/{caller.project_id}{path}',
                frozenset(statuses),
                *rest,
                version=f'volume {version}',
                **facts,
            )

        ask = {
            6: lambda: request(one, found),
            7: lambda: request(
                chance.choice(('/volumes', '/volumes/detail')) + tenants,
                [200],
                version=chance.choice(('3.0', '3.45', cloud.LATEST)),
                lists=lists,
            ),
            # An admin's marker may come from another project.
            3: lambda: request(
                f'/volumes?limit=2&marker={volume.id}', [200, *found]
            ),
            2: lambda: request(
                '/snapshots/detail' + tenants,
                [200],
                lists=caller.sees - lists,
            ),
            2.1: lambda: request(one + '/metadata', found),
            1: lambda: request(
                one,
                found,
                'PUT',
                jsonutils.dump_as_bytes({'volume': {'name': volume.name}}),
            ),
            1.1: lambda: request('/volumes', [400], 'POST', b'{"volume": '),
            1.2: lambda: request('/volumes', [406], version='3.999'),
        }
        return chance.choices(list(ask.values()), list(ask))[0]()


class TestConcurrency(crowd.Tests, Concurrency):
    requests = REQUESTS


class TestConcurrencyWithoutTheFilter(crowd.Hammer, Concurrency):
    FILTERED = DROPPED_IN = False

    def test_responses_hold_rows_of_other_callers(self):
        self.assertNotEqual([], self.hammer(crowd.FEW).crossings)
