# SPDX-License-Identifier: Apache-2.0
"""Random sequences: members of Glance act in turn, and still nothing tells."""

import json

from hypothesis import strategies as st
import testtools

from tests.two_worlds import sequences
from tests.two_worlds.image import inputs
from tests.two_worlds.image import walk
from tests.two_worlds.image import worlds

#: Who owns the images of each kind.
OWNERS = {'own': 'bob', 'hidden': 'alice'}
#: Images that both worlds have, beside the own ones.
COMMON = ('shared', 'snapshot', 'community', 'foreign', 'unknown')
kinds = st.sampled_from(sorted(worlds.KINDS))
LIST = st.tuples(
    st.just('list'), sequences.number, sequences.number, sequences.number
)
ACT = st.tuples(st.just('act'), sequences.owners, kinds, sequences.number)
OWN = st.tuples(st.just('act'), st.just('own'), kinds, sequences.number)
THEIR = st.tuples(st.just('theirs'), kinds, sequences.number)
MOVES = st.one_of(
    LIST,
    LIST,
    ACT,
    OWN,
    OWN,
    THEIR,
    THEIR,
    st.tuples(st.just('common'), st.sampled_from(COMMON), sequences.number),
    st.tuples(st.just('make'), sequences.owners, kinds),
    st.tuples(st.just('create'), sequences.number),
    sequences.PAGE,
)


class Sequence(sequences.Sequence):
    """Plays moves; images that are used up are made again."""

    def __init__(self, both):
        self.worlds = both
        both.settle()
        self.walk = walk.Walk(both.operations())
        self.new = [asked for asked in self.walk.made() if asked.who == 'bob']

    def begin(self):
        """Make images that the last sequence has deleted again."""
        for kind in worlds.KINDS:
            for owner in OWNERS:
                self.make(owner, kind)

    def make(self, owner, kind):
        """Make an image again; that of before stays without a name."""
        self.worlds.make(owner, kind)

    def create(self, choice):
        """Let Bob make an image, or try to."""
        self._send(sequences.pick(self.new, choice))

    def list(self, *choices):
        """Let Bob list images, with some filters at once."""
        query = '&'.join(
            filter(
                None, (sequences.pick(inputs.QUERIES, one) for one in choices)
            )
        )
        name = sequences.pick(walk.HIDDEN + walk.OWN, choices[0])
        path = f'/images?{query}'.replace('{}', f'<{name}>')
        self._send(worlds.ask('bob', 'GET', path, label='GET /images'))

    def page(self, limit, choice):
        """Follow the links of a list to its end, at most ten pages."""
        sort = sequences.pick(
            ('', '&sort=name:asc', '&sort=size:desc,id'), choice
        )
        path = f'/images?limit={limit}{sort}'
        for _ in range(10):
            answer = self._send(
                worlds.ask('bob', 'GET', path, label='GET /images')
            )
            path = json.loads(answer.body).get('next')
            if not path:
                return

    def act(self, owner, kind, choice):
        """Let somebody do something with an image of theirs."""
        self._do(OWNERS[owner], f'{owner}.{kind}', choice)

    def theirs(self, kind, choice):
        """Let Bob try something with an image of Alice's."""
        self._do('bob', f'hidden.{kind}', choice)

    def common(self, name, choice):
        """Let Bob do something with an image that is not his own."""
        self._do('bob', name, choice)

    def _do(self, who, name, choice):
        asked = sequences.pick(
            list(self.walk.on_image(who, f'<{name}>')), choice
        )
        self._send(asked)

    def _send(self, asked):
        """Send what a member asks; compare, if it is the isolated one."""
        if asked.who == 'alice':
            return self.worlds.in_a(asked)
        a, b, is_same = self.worlds.ask(asked)
        assert is_same, (asked, a, b)
        return b


class TestSequences(testtools.TestCase):
    def test_no_sequence_tells_the_worlds_apart(self):
        both = worlds.Pair()
        self.addCleanup(both.close)
        sequences.check(both, Sequence(both), MOVES)


class TestSequencesWithoutTheFilter(testtools.TestCase):
    def test_sequences_tell_the_worlds_apart(self):
        both = worlds.Pair('b')
        self.addCleanup(both.close)
        self.assertRaises(
            AssertionError,
            sequences.check,
            *(both, Sequence(both), MOVES),
            shrinks=False,
        )
