# SPDX-License-Identifier: Apache-2.0
"""Random sequences: members of Cinder act in turn, and still nothing tells."""

import json
import re

from hypothesis import strategies as st
import testtools

from tests.two_worlds import sequences
from tests.two_worlds.volume import fleet
from tests.two_worlds.volume import inputs
from tests.two_worlds.volume import walk
from tests.two_worlds.volume import worlds

LIST = sequences.lists(inputs.VALUES)
ACT = sequences.acts('act')
OWN = sequences.acts('act', st.just('own'))
MADE = sequences.acts('refer')
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
    st.tuples(
        st.just('make'),
        sequences.owners,
        st.sampled_from(sorted(fleet.RECIPES)),
    ),
    sequences.PAGE,
)


class Sequence(sequences.Sequence):
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

    def make(self, kind, recipe):
        """Make things again; those of before stay without a name."""
        self.fleet.make(kind, recipe)

    def list(self, names, choice):
        path = sequences.pick(inputs.LISTS, choice)
        query = '&'.join(
            f'{name}={sequences.pick(inputs.VALUES[name], choice)}'
            for name in names
        )
        self._send('own', 'GET', f'{path}?{query}', None, choice)

    def page(self, limit, choice):
        """Follow the links of a list to its end, at most ten pages."""
        path = f'{sequences.pick(inputs.LISTS, choice)}?limit={limit}'
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
        operation = sequences.pick(self.on_things, place)
        name = sequences.pick(walk.things(operation), choice)
        version = sequences.pick(operation['versions'], choice)
        self._send(
            kind,
            operation['method'],
            sequences.pick(
                list(self.walk.paths(operation, f'<{target}.{name}>')), choice
            ),
            sequences.pick(list(self.walk.bodies(operation, version)), choice),
            choice,
            version,
        )

    def refer(self, kind, target, place, choice):
        """Let somebody make something of a thing of somebody's."""
        made, body, names = sequences.pick(inputs.REFERENCES, place)
        name = f'<{target}.{sequences.pick(names, choice)}>'
        body = walk.filled({made: body}, name)
        self._send(kind, 'POST', inputs.CREATE[made], body, choice)

    def _send(self, kind, method, path, body=None, choice=0, version=None):
        """Send what a member asks; compare, if it is the isolated one."""
        if version is None:
            version = sequences.pick((0, 31, 50, self.walk.latest), choice)
        asked = worlds.ask(fleet.OWNERS[kind], method, path, body, version)
        if kind == 'hidden':
            return self.worlds.in_a(asked)
        a, b, is_same = self.worlds.ask(asked)
        assert is_same, (asked, a, b)
        return b


class TestSequences(testtools.TestCase):
    def test_no_sequence_tells_the_worlds_apart(self):
        both = worlds.Pair()
        self.addCleanup(both.close)
        sequences.check(both, Sequence(both), MOVES)
