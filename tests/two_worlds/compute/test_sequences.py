# SPDX-License-Identifier: Apache-2.0
"""Random sequences: members act in turn, and still nothing tells."""

import json
import re

from hypothesis import strategies as st
import testtools

from tests.two_worlds import request
from tests.two_worlds import sequences
from tests.two_worlds.compute import fleet
from tests.two_worlds.compute import inputs
from tests.two_worlds.compute import walk
from tests.two_worlds.compute import worlds

LIST = sequences.lists(inputs.VALUES)
ACT = sequences.acts('act')
OWN = sequences.acts('act', st.just('own'))
#: Mostly questions: a server takes long to make.
MOVES = st.one_of(
    LIST,
    LIST,
    LIST,
    ACT,
    ACT,
    OWN,
    OWN,
    OWN,
    OWN,
    st.tuples(
        st.just('boot'), sequences.owners, st.sampled_from(fleet.STATES)
    ),
    sequences.PAGE,
    st.tuples(st.just('delete'), sequences.owners, sequences.number),
    st.tuples(st.just('rest'), sequences.number),
    st.tuples(
        st.just('elsewhere'),
        sequences.owners,
        sequences.number,
        sequences.number,
    ),
)


class Sequence(sequences.Sequence):
    """Plays moves; numbers choose among what there is at that point."""

    def __init__(self, both):
        self.worlds = both
        self.fleet = fleet.Fleet(both)
        self.fleet.begin()
        self.walk = walk.Walk(both.both('operations')[0])
        self.on_servers = [
            operation
            for operation in self.walk.operations
            if walk.is_on_a_server(operation['path'])
        ]
        self.others = [
            operation
            for operation in self.walk.operations
            if operation not in self.on_servers
            # A group that is gone cannot be asked for again.
            and operation['method'] != 'DELETE'
        ]
        self.servers = {'own': [], 'hidden': []}
        self.count = 0

    def begin(self):
        """Remove the servers of the last sequence."""
        self.worlds.both('cell_down', is_down=False)
        for kind, servers in self.servers.items():
            for name in servers:
                self._ask(kind, 'DELETE', f'/servers/<{name}>')
                del self.worlds.names[name]
            servers.clear()

    def boot(self, kind, state):
        self.count += 1
        name = f'{kind}.{state}{self.count}'
        if self.fleet.boot(kind, state, name, is_needed=False):
            self.servers[kind].append(name)

    def list(self, names, choice):
        path = sequences.pick(walk.LISTS, choice)
        query = '&'.join(
            f'{name}={sequences.pick(inputs.VALUES[name], choice)}'
            for name in names
        )
        self._ask('own', 'GET', f'{path}?{query}', None, choice)

    def page(self, limit, choice):
        path = f'/servers?limit={limit}'
        for _ in range(10):
            answer = self._ask('own', 'GET', path, None, choice)
            links = json.loads(answer.body).get('servers_links')
            if not links:
                return
            path = '/' + links[0]['href'].partition('/v2.1/')[2]

    def act(self, kind, target, place, choice):
        self._do(sequences.pick(self.on_servers, place), kind, target, choice)

    def elsewhere(self, target, place, choice):
        self._do(sequences.pick(self.others, place), 'own', target, choice)

    def _do(self, operation, kind, target, choice):
        version = sequences.pick(operation['versions'], choice)
        paths = self.walk.paths(operation, f'<{target}.chosen>')
        bodies = self.walk.bodies(operation, version)
        self._ask(
            kind,
            operation['method'],
            sequences.pick(list(paths), choice),
            sequences.pick(list(bodies), choice),
            choice,
            version,
        )

    def delete(self, kind, choice):
        self._ask(kind, 'DELETE', f'/servers/<{kind}.chosen>', None, choice)

    def rest(self, choice):
        """A cell goes down or comes back; now and then rows are archived."""
        if choice % 10:
            self.worlds.both('cell_down', is_down=bool(choice % 2))
        else:
            self.worlds.both('archive')

    def _ask(self, kind, method, path, body=None, choice=0, version=None):
        """Send what a member asks; compare, if it is the isolated one."""
        if version is None:
            version = sequences.pick((1, 69, 90, self.walk.latest), choice)
        asked = request.request(
            fleet.OWNERS[kind],
            method,
            path,
            body,
            f'2.{version}',
        )
        asked = asked._replace(
            path=self._chosen(asked.path, choice),
            body=self._chosen(asked.body, choice),
        )
        if kind == 'hidden':
            return self.worlds.in_a(asked)
        a, b, is_same = self.worlds.ask(asked)
        assert is_same, (asked, a, b)
        return b

    def _chosen(self, text, choice):
        """Put servers of this sequence for names that it does not have."""

        def choose(found):
            name, kind = found.group(1), found.group(2)
            if name in self.worlds.names:
                return f'<{name}'
            return '<' + sequences.pick(
                self.servers[kind] or ['unknown'], choice
            )

        return re.sub(r'<((own|hidden)\.\w+)', choose, text)


class TestSequences(testtools.TestCase):
    def test_no_sequence_tells_the_worlds_apart(self):
        both = worlds.Pair()
        self.addCleanup(both.close)
        sequences.check(both, Sequence(both), MOVES)
