# SPDX-License-Identifier: Apache-2.0
"""Everybody at once on one API process: no response holds another's rows.

``CLOUD_SECURITY_REQUESTS`` and ``CLOUD_SECURITY_SECONDS`` say how much.
``CLOUD_SECURITY_DATABASE`` names a database server other than SQLite, such as
``mysql+pymysql://root@127.0.0.1``; there, members also change and make ports.
"""

import logging
import os

import fixtures
from oslo_serialization import jsonutils
import sqlalchemy as sa

from cloud_security.network import viewer
from tests.functional import crowd
from tests.functional.network import cloud
from tests.functional.network import databases

REQUESTS = int(os.environ.get('CLOUD_SECURITY_REQUESTS', 200))
SERVER = os.environ.get('CLOUD_SECURITY_DATABASE', '')
#: The name of ports that members make meanwhile.
NEW = 'made-meanwhile'


class Concurrency(cloud.Cloud):
    """Members with ports, security groups and a floating IP each."""

    quotas = {
        f'quota_{name}': -1
        for name in ('port', 'floatingip', 'security_group')
    }

    def _setup_database_fixtures(self):
        if SERVER:
            url = self.useFixture(databases.OnServer(SERVER)).url
        else:
            # In memory, SQLite has one connection for all threads.
            folder = self.useFixture(fixtures.TempDir()).path
            url = f'sqlite:///{folder}/neutron.sqlite'
        self.engine = self.useFixture(databases.Neutrons(url)).engine

    def populate(self):
        super().populate()
        self.external = self.external_network()
        # Its ports need no addresses, of which there are few.
        self.bare = self.root.make(
            'networks', 'network', name='bare', project_id=cloud.PROJECT
        )

    def setUp(self):
        super().setUp()
        things = {
            account.user_id: self.make(account)
            for account in (self.alice, self.bob, self.carol)
        }
        # Neutron makes a project's default group when somebody lists groups.
        for account in (self.alice, self.eve, self.root):
            account.ids('security-groups')
        self.everything = things['alice'] | things['bob'] | things['carol']
        self.crowd = crowd.Crowd(
            self.app.app,
            [
                self.caller(self.alice, things['alice']),
                self.caller(self.bob, things['bob']),
                self.caller(self.dan, frozenset()),
                self.caller(self.eve, frozenset()),
                self.caller(self.carol, self.everything, is_isolated=False),
                self.caller(
                    self.root,
                    self.everything,
                    is_isolated=False,
                    is_admin=True,
                ),
            ],
            self.everything,
            self.ask,
            self.useFixture(crowd.Interleaving()),
        )
        # Of so many requests the log is of no use, and slow.
        logging.disable(logging.CRITICAL)
        self.addCleanup(logging.disable, logging.NOTSET)

    def make(self, account):
        """Return somebody's things; their names begin with the collection."""
        owner = account.user_id
        found = {
            f'ports-of-{owner}-{number}': self.port(
                account, name=f'ports-of-{owner}-{number}'
            )
            for number in range(2)
        }
        name = f'security-groups-of-{owner}'
        found[name] = self.group(account, name=name)
        name = f'floatingips-of-{owner}'
        found[name] = self.floating_ip(account, description=name)
        return frozenset(
            crowd.Thing(thing['id'], name, owner)
            for name, thing in found.items()
        )

    def caller(self, account, sees, **kwargs):
        return crowd.Caller(
            account.user_id,
            account.headers['X-Roles'],
            account.project_id,
            sees,
            **kwargs,
        )

    def ask(self, chance, caller):
        """Return what somebody asks for."""
        # A frozenset has another order in each process.
        thing = chance.choice(sorted(self.everything))
        collection = thing.name.partition('-of-')[0]
        found = 200 if thing in caller.sees else 404

        def request(path, status, *rest, **facts):
            return crowd.Request(
                caller, f'/{path}', frozenset([status]), *rest, **facts
            )

        def body(**values):
            return jsonutils.dump_as_bytes({'port': values})

        one = f'{collection}/{thing.id}'
        ask = {
            6: lambda: request(one, found),
            7: lambda: request(
                collection,
                200,
                lists=frozenset(
                    other
                    for other in caller.sees
                    if other.name.startswith(collection)
                ),
            ),
            2: lambda: request(f'{one}/tags', found),
            3: lambda: request('ports?fields=id&limit=2', 200),
            1: lambda: request('ports', 400, 'POST', b'{"port": '),
        }
        if SERVER and collection == 'ports' and caller.user_id != 'dan':
            ask[1.1] = lambda: request(
                one, found, 'PUT', body(name=thing.name)
            )
        if SERVER and caller.user_id in ('alice', 'bob', 'carol'):
            ask[1.2] = lambda: request(
                'ports',
                201,
                'POST',
                body(
                    name=NEW,
                    description=caller.user_id,
                    network_id=self.bare['id'],
                ),
            )
        return chance.choices(list(ask.values()), list(ask))[0]()


class TestConcurrency(crowd.Hammer, Concurrency):
    def test_response_holds_no_rows_of_another_caller(self):
        report = self.hammer(REQUESTS)
        self.assertEqual([], report.crossings)
        self.assertEqual([], report.wrong)
        self.assertEqual(REQUESTS, report.requests)
        with self.engine.connect() as connection:
            made = connection.execute(
                sa.text(
                    'SELECT s.description, o.user_id FROM ports p '
                    'JOIN standardattributes s ON s.id = p.standard_attr_id '
                    'LEFT JOIN cloud_security_port_owners o '
                    'ON o.resource_id = p.id '
                    f"WHERE p.name = '{NEW}'"
                )
            ).all()
        self.assertEqual(bool(SERVER), bool(made))
        for maker, owner in made:
            self.assertEqual(maker, owner)

    def test_decision_that_all_requests_share_is_detected(self):
        decide, made = viewer.decide, []

        def once(context):
            if not made:
                made.append(decide(context))
            return made[0]

        self.useFixture(
            fixtures.MonkeyPatch(f'{viewer.__name__}.decide', once)
        )
        self.assertNotEqual([], self.hammer(crowd.FEW).wrong)


class TestConcurrencyWithoutThePlugin(crowd.Hammer, Concurrency):
    plugins = cloud.PLUGINS

    def test_responses_hold_rows_of_other_callers(self):
        self.assertNotEqual([], self.hammer(crowd.FEW).crossings)
