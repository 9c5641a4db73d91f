# SPDX-License-Identifier: Apache-2.0
"""Random sequences: members of Cinder act in turn, and still nothing tells.

``TWO_WORLDS_REQUESTS`` is how many requests are compared at least,
``TWO_WORLDS_SEED`` where chance begins; both are printed. A sequence that
tells the worlds apart is shrunk to the shortest that does.
"""

import json
import os
import re
import sys

import hypothesis
from hypothesis import strategies as st
import testtools

from tests.two_worlds.volume import fleet
from tests.two_worlds.volume import inputs
from tests.two_worlds.volume import walk
from tests.two_worlds.volume import worlds

REQUESTS = int(os.environ.get('TWO_WORLDS_REQUESTS', '200'))
SEED = int(os.environ.get('TWO_WORLDS_SEED', '1'))

number = st.integers(0, 9999)
names = st.sampled_from(sorted(inputs.VALUES))
owners = st.sampled_from(('own', 'hidden'))
LIST = st.tuples(st.just('list'), st.lists(names, max_size=3), number)
ACT = st.tuples(st.just('act'), owners, owners, number, number)
OWN = st.tuples(st.just('act'), st.just('own'), owners, number, number)
MADE = st.tuples(st.just('refer'), owners, owners, number, number)
#: Mostly questions and what changes things.
MOVES = st.one_of(
    LIST,
    LIST,
    ACT,
    ACT,
    OWN,
    OWN,
    OWN,
    MADE,
    st.tuples(st.just('make'), owners, st.sampled_from(sorted(fleet.RECIPES))),
    st.tuples(st.just('page'), st.integers(1, 3), number),
)


class Sequence:
    """Plays moves; numbers choose among what there is at that point."""

    def __init__(self, both):
        self.worlds = both
        self.fleet = fleet.Fleet(both)
        self.fleet.settle()
        self.walk = walk.Walk(both.operations())
        self.on_things = [
            operation
            for operation in self.walk.operations
            if walk.is_on_a_thing(operation)
            and operation['exists']
            # Then a volume would be in both worlds.
            and not operation['path'].endswith('/accept')
        ]

    def play(self, move):
        """Do one move.

        :raises AssertionError: when an answer tells the worlds apart
        """
        getattr(self, move[0])(*move[1:])

    def make(self, kind, recipe):
        """Make things again; those of before stay without a name."""
        self.fleet.make(kind, recipe)

    def list(self, names, choice):
        path = _pick(inputs.LISTS, choice)
        query = '&'.join(
            f'{name}={_pick(inputs.VALUES[name], choice)}' for name in names
        )
        self._send('own', 'GET', f'{path}?{query}', None, choice)

    def page(self, limit, choice):
        """Follow the links of a list to its end, at most ten pages."""
        path = f'{_pick(inputs.LISTS, choice)}?limit={limit}'
        for _ in range(10):
            answer = self._send('own', 'GET', path, None, choice)
            found = re.search(
                r'"href": "https?://[^/"]+(/v3[^"]*marker=[^"]*)"', answer.body
            )
            if not found:
                return
            path = json.loads(f'"{found.group(1)}"')

    def act(self, kind, target, place, choice):
        """Let somebody do something with a thing of somebody's."""
        operation = _pick(self.on_things, place)
        name = _pick(walk.things(operation), choice)
        version = _pick(operation['versions'], choice)
        self._send(
            kind,
            operation['method'],
            _pick(
                list(self.walk.paths(operation, f'<{target}.{name}>')), choice
            ),
            _pick(list(self.walk.bodies(operation, version)), choice),
            choice,
            version,
        )

    def refer(self, kind, target, place, choice):
        """Let somebody make something of a thing of somebody's."""
        made, body, names = _pick(inputs.REFERENCES, place)
        name = f'<{target}.{_pick(names, choice)}>'
        body = walk.filled({made: body}, name)
        self._send(kind, 'POST', inputs.CREATE[made], body, choice)

    def _send(self, kind, method, path, body=None, choice=0, version=None):
        """Send what a member asks; compare, if it is the isolated one."""
        if version is None:
            version = _pick((0, 31, 50, self.walk.latest), choice)
        asked = worlds.ask(fleet.OWNERS[kind], method, path, body, version)
        if kind == 'hidden':
            return self.worlds.in_a(asked)
        a, b, is_same = self.worlds.ask(asked)
        assert is_same, (asked, a, b)
        return b


def _pick(things, choice):
    return things[choice % len(things)]


class TestSequences(testtools.TestCase):
    def test_no_sequence_tells_the_worlds_apart(self):
        both = worlds.Pair()
        self.addCleanup(both.close)
        sequence = Sequence(both)

        @hypothesis.settings(
            max_examples=max(REQUESTS // 20, 10),
            deadline=None,
            database=None,
            suppress_health_check=list(hypothesis.HealthCheck),
        )
        @hypothesis.given(st.lists(MOVES, min_size=8, max_size=60))
        def play(moves):
            for move in moves:
                sequence.play(move)

        seed = SEED
        print(f'TWO_WORLDS_SEED={seed}', file=sys.stderr)
        while both.requests < REQUESTS:
            hypothesis.seed(seed)(play)()
            seed += 1
        print(f'{both.requests} random requests compared', file=sys.stderr)
