# SPDX-License-Identifier: Apache-2.0
"""Random sequences of moves, which must not tell the worlds apart.

``TWO_WORLDS_REQUESTS`` is how many requests are compared at least,
``TWO_WORLDS_SEED`` where chance begins; both are printed. A sequence that
tells the worlds apart is shrunk to the shortest that does.
"""

import os
import sys

import hypothesis
from hypothesis import strategies as st

REQUESTS = int(os.environ.get('TWO_WORLDS_REQUESTS', '200'))
SEED = int(os.environ.get('TWO_WORLDS_SEED', '1'))

#: Chooses among what there is when a move is played.
number = st.integers(0, 9999)
owners = st.sampled_from(('own', 'hidden'))


#: A page of so many things, behind one of them.
PAGE = st.tuples(st.just('page'), st.integers(1, 3), number)


def lists(names):
    """Return moves that list things, by some of a service's parameters."""
    return st.tuples(
        st.just('list'),
        st.lists(st.sampled_from(sorted(names)), max_size=3),
        number,
    )


def acts(move, who=owners):
    """Return moves of somebody on a thing of an owner's."""
    return st.tuples(st.just(move), who, owners, number, number)


def pick(things, choice):
    """Return the thing that a number chooses."""
    return things[choice % len(things)]


class Sequence:
    """Plays moves; numbers choose among what there is at that point."""

    def begin(self):
        """Prepare for a new sequence."""

    def play(self, move):
        """Do one move: the name of a method, and its arguments.

        :raises AssertionError: when an answer tells the worlds apart
        """
        getattr(self, move[0])(*move[1:])


def check(both, sequence, moves, shrinks=True):
    """Play random sequences until enough requests were compared.

    :param both: the pair of worlds
    :param moves: a strategy for one move
    :param shrinks: look for the shortest sequence that tells, for minutes
    :raises AssertionError: when an answer tells the worlds apart
    """

    @hypothesis.settings(
        max_examples=max(REQUESTS // 20, 10),
        deadline=None,
        phases=[
            phase
            for phase in hypothesis.Phase
            if shrinks or phase is not hypothesis.Phase.shrink
        ],
        database=None,
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    @hypothesis.given(st.lists(moves, min_size=8, max_size=60))
    def play(chosen):
        sequence.begin()
        for move in chosen:
            sequence.play(move)

    seed = SEED
    print(f'TWO_WORLDS_SEED={seed}', file=sys.stderr)
    while both.requests < REQUESTS:
        hypothesis.seed(seed)(play)()
        seed += 1
    print(f'{both.requests} random requests compared', file=sys.stderr)
