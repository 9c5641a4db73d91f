# SPDX-License-Identifier: Apache-2.0
"""Everybody at once on one API process: no answer holds another's rows.

Nova 34 runs native threads here, older ones greenthreads; see __init__.py.
``CLOUD_SECURITY_REQUESTS`` and ``CLOUD_SECURITY_SECONDS`` say how much.
"""

import logging
import os

import fixtures
from nova import context as nova_context
from oslo_serialization import jsonutils

from tests.functional import crowd
from tests.functional.compute import cloud

REQUESTS = int(os.environ.get('CLOUD_SECURITY_REQUESTS', 1000))

# Nova's fixture has all threads wait for one that asks another cell.
_target_cell = nova_context.target_cell


class Concurrency(cloud.Cloud):
    """Members with servers and groups of their own, and those who see all."""

    def setUp(self):
        super().setUp()
        things = {
            'alice': self.make(self.alice),
            'bob': self.make(self.bob),
            'carol': self.make(self.carol),
            'eve': self.make(self.eve),
        }
        project = things['alice'] | things['bob'] | things['carol']
        everything = project | things['eve']
        self.servers = [
            thing for thing in everything if 'group' not in thing.name
        ]
        self.crowd = crowd.Crowd(
            self.api_fixture.app(),
            [
                self.caller(self.alice, things['alice']),
                self.caller(self.bob, things['bob']),
                self.caller(self.dan, frozenset()),
                self.caller(self.eve, things['eve']),
                self.caller(self.carol, project, is_isolated=False),
                self.caller(
                    self.root,
                    everything,
                    is_isolated=False,
                    is_admin=True,
                ),
            ],
            everything,
            self.ask,
            self.useFixture(crowd.Interleaving()),
        )
        self.useFixture(
            fixtures.MonkeyPatch('nova.context.target_cell', _target_cell)
        )
        # Of so many requests the log is of no use, and slow.
        logging.disable(logging.CRITICAL)
        self.addCleanup(logging.disable, logging.NOTSET)

    def make(self, account):
        """Return somebody's two servers and group."""
        name = f'of-{account.user_id}-'
        group = account.call(
            'POST',
            'os-server-groups',
            {
                'server_group': {
                    'name': name + 'group',
                    'policies': ['affinity'],
                }
            },
        )
        return frozenset(
            [
                crowd.Thing(
                    group.json()['server_group']['id'],
                    name + 'group',
                    account.user_id,
                )
            ]
            + [
                crowd.Thing(
                    self.boot(account, name + number),
                    name + number,
                    account.user_id,
                )
                for number in ('one', 'two')
            ]
        )

    def caller(self, account, sees, **kwargs):
        return crowd.Caller(
            account.user_id,
            account._headers['X-Roles'],
            account.project_id,
            sees,
            **kwargs,
        )

    def ask(self, chance, caller):
        """Return what somebody asks for."""
        server = chance.choice(self.servers)
        seen = server in caller.sees
        found = frozenset([200 if seen else 404])
        # Nova itself takes markers from everywhere.
        marker = frozenset([200 if seen or not caller.is_isolated else 400])
        lists = frozenset(self.servers) & caller.sees
        tenants = '?all_tenants=1' if caller.is_admin else ''
        projects = '?all_projects=1' if caller.is_admin else ''
        one = f'/servers/{server.id}'

        def request(path, statuses, *rest, version='2.1', **facts):
            return crowd.Request(
                caller,
                '/v2.1' + path,
                frozenset(statuses),
                *rest,
                version=f'compute {version}',
                **facts,
            )

        ask = {
            6: lambda: request(one, found),
            7: lambda: request(
                chance.choice(('/servers', '/servers/detail')) + tenants,
                [200],
                version=chance.choice(('2.1', '2.69', '2.90')),
                lists=lists,
            ),
            3: lambda: request(f'/servers?limit=2&marker={server.id}', marker),
            2: lambda: request(
                '/os-server-groups' + projects,
                [200],
                lists=caller.sees - frozenset(self.servers),
            ),
            2.1: lambda: request(one + '/os-instance-actions', found),
            1: lambda: request(
                one,
                found,
                'PUT',
                jsonutils.dump_as_bytes({'server': {'name': server.name}}),
            ),
            1.1: lambda: request('/servers', [400], 'POST', b'{"server": '),
            1.2: lambda: request('/servers', [406], version='2.999'),
        }
        return chance.choices(list(ask.values()), list(ask))[0]()


class TestConcurrency(crowd.Tests, Concurrency):
    requests = REQUESTS


class TestConcurrencyWithoutTheFilter(crowd.Hammer, Concurrency):
    FILTERED = DROPPED_IN = False

    def test_responses_hold_rows_of_other_callers(self):
        self.assertNotEqual([], self.hammer(crowd.FEW).crossings)
