# SPDX-License-Identifier: Apache-2.0
"""Intervals against an oracle that counts seconds."""

import dataclasses
import random

import testtools

from cloud_security.trace import intervals
from tests.unit.trace import records
from tests.unit.trace import seeds

#: Seconds of a test.
LENGTH = 24
ROUNDS = 500


def fact(begin, end, since=None, value=None):
    """Return a fact, from seconds."""
    return intervals.Fact(
        records.moment(begin),
        records.moment(end),
        records.moment(begin if since is None else since),
        value,
    )


def seconds(span):
    """Return the seconds that a time has."""
    return {
        second
        for second in range(-1, LENGTH + 1)
        if span.begin <= records.moment(second) < span.end
    }


class Random(testtools.TestCase):
    """A test of many random inputs."""

    def setUp(self):
        super().setUp()
        self.random = random.Random(seeds.seed_of(self))

    def some_span(self):
        begin, end = sorted(self.random.choices(range(LENGTH), k=2))
        return records.span(begin, end)

    def some_facts(self, is_track):
        """Return random facts, of a track one after the other."""
        if not is_track:
            found = []
            for value in range(self.random.randrange(5)):
                begin, end = sorted(self.random.sample(range(LENGTH), 2))
                found.append(fact(begin, end, value=value))
            return found
        bounds = sorted(self.random.sample(range(LENGTH), 8))
        found = [
            fact(
                begin,
                end,
                self.random.choice(
                    (begin, begin, self.random.randint(0, begin))
                ),
                value,
            )
            for value, (begin, end) in enumerate(zip(bounds, bounds[1:]))
        ]
        return [one for one in found if self.random.random() < 0.6]


class TestSpans(Random):
    def test_union_less_and_meet_are_those_of_sets(self):
        for _ in range(ROUNDS):
            span = self.some_span()
            others = [
                self.some_span() for _ in range(self.random.randrange(5))
            ]
            covered = set().union(*map(seconds, others))
            union = intervals.union(others)
            self.assertEqual(covered, set().union(*map(seconds, union)))
            for first, second in zip(union, union[1:]):
                self.assertLess(first.end, second.begin)
            rest = intervals.less(span, others)
            self.assertEqual(
                seconds(span) - covered, set().union(*map(seconds, rest))
            )
            for first, second in zip(rest, rest[1:]):
                self.assertLessEqual(first.end, second.begin)
            for other in others:
                both = span.meet(other)
                self.assertEqual(
                    seconds(span) & seconds(other),
                    seconds(both) if both else set(),
                )


class TestTrack(Random):
    def test_pieces_have_all_values_of_each_second(self):
        for _ in range(ROUNDS):
            one = fact(*sorted(self.random.sample(range(LENGTH), 2)))
            others = self.some_facts(is_track=False)
            pieces = intervals.Track(others).cut(one)
            for second in range(-1, LENGTH + 1):
                is_in = second in seconds(one.span)
                expected = (
                    sorted(
                        other.value
                        for other in others
                        if is_in and second in seconds(other.span)
                    )
                    or [None] * is_in
                )
                found = [
                    value
                    for piece, value in pieces
                    if second in seconds(piece.span)
                ]
                self.assertCountEqual(expected, found)
            self.assertTrue(all(piece.is_exact for piece, _ in pieces))

    def test_fact_with_an_unknown_begin_fills_the_hole_before_it(self):
        for _ in range(ROUNDS):
            one = fact(*sorted(self.random.sample(range(LENGTH), 2)))
            others = self.some_facts(is_track=True)
            pieces = intervals.Track(others).cut(one)
            for second in seconds(one.span):
                [value] = [
                    value
                    for piece, value in pieces
                    if second in seconds(piece.span)
                ]
                self.assertEqual(self.value_at(others, second), value)

    def test_facts_around_a_change_that_nobody_saw_are_both_possible(self):
        for _ in range(ROUNDS):
            start, saw, noticed, end = sorted(
                self.random.sample(range(LENGTH), 4)
            )
            before = dataclasses.replace(
                fact(start, noticed, value='before'),
                until=records.moment(saw),
            )
            after = fact(noticed, end, saw, 'after')
            one = fact(*sorted(self.random.sample(range(LENGTH), 2)))
            pieces = intervals.Track([after, before]).cut(one)
            for second in seconds(one.span):
                is_unseen = saw <= second < noticed
                expected = ['after', 'before'] if is_unseen else [None]
                if start <= second < saw:
                    expected = ['before']
                elif noticed <= second < end:
                    expected = ['after']
                possible, sure = (
                    [
                        value
                        for piece, value in pieces
                        if second in seconds(getattr(piece, name))
                    ]
                    for name in ('possible', 'sure')
                )
                self.assertCountEqual(expected, possible)
                self.assertCountEqual([] if is_unseen else expected, sure)

    def value_at(self, others, second):
        """Return the value that a person would name."""
        now = records.moment(second)
        for other in others:
            if other.begin <= now < other.end:
                return other.value
        for other in others:
            if now < other.begin:
                return other.value if other.since <= now else None
        return None

    def test_piece_is_exact_if_both_its_ends_are(self):
        def exact(*others):
            pieces = intervals.Track(others).cut(fact(5, 20))
            return [piece.is_exact for piece, _ in pieces]

        self.assertEqual([True], exact(fact(5, 20)))
        self.assertEqual([True], exact(fact(0, 30)))
        # The server had this owner before the sync saw it, or no owner.
        self.assertEqual([False], exact(fact(8, 30, 2)))
        self.assertEqual([True], exact(fact(3, 30, 2)))
        # Nobody knows when the second owner followed the first.
        self.assertEqual([False, False], exact(fact(0, 10), fact(10, 30, 7)))
        self.assertEqual([True, True], exact(fact(0, 10), fact(10, 30)))

    def test_earliest_begin_of_a_piece_is_that_of_its_parts(self):
        def since(one, *others):
            return [
                (
                    (piece.since - records.START).seconds,
                    (piece.begin - records.START).seconds,
                )
                for piece, _ in intervals.Track(others).cut(one)
            ]

        imported = fact(10, 20, since=5)
        self.assertEqual([(5, 10)], since(imported, fact(10, 20, since=2)))
        self.assertEqual([(5, 7), (7, 10)], since(imported, fact(7, 20)))
        self.assertEqual([(5, 10), (15, 15)], since(imported, fact(15, 20)))
        self.assertEqual([(5, 10)], since(imported))
