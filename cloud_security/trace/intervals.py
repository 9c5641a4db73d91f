# SPDX-License-Identifier: Apache-2.0
"""Intervals of time, half open, and what becomes of them where they meet.

Times are naive, in UTC. ``EVER`` begins before all of them, and ends after.
"""

from __future__ import annotations

import bisect
from collections.abc import Iterable
import dataclasses
import datetime
import itertools
from typing import Any
from typing import NamedTuple
from typing import Optional

Moment = datetime.datetime


class Span(NamedTuple):
    """Time from begin on, and before end."""

    begin: Moment
    end: Moment

    def meet(self, other: Span) -> Optional[Span]:
        """Return the time that both have."""
        both = Span(max(self.begin, other.begin), min(self.end, other.end))
        return both if both.begin < both.end else None


EVER = Span(Moment.min, Moment.max)


@dataclasses.dataclass(frozen=True)
class Fact:
    """Something that holds from begin on, and before end.

    It began between since and begin. If until is before end, it ended between
    the two. Without is_exact, another fact that it depends on began or ended
    at an unknown time.
    """

    begin: Moment
    end: Moment
    since: Moment
    value: Any = None
    is_exact: bool = True
    until: Moment = Moment.max

    @property
    def span(self) -> Span:
        """The time from which it holds for sure, and that it is shown with."""
        return Span(self.begin, self.end)

    @property
    def sure(self) -> Span:
        """The time in which it holds for sure."""
        return Span(self.begin, min(self.until, self.end))

    @property
    def possible(self) -> Span:
        """The time in which it holds, for sure or maybe."""
        return Span(self.since, self.end)


def union(spans: Iterable[Span]) -> list[Span]:
    """Return the same times in order, and apart from each other."""
    found: list[Span] = []
    for span in sorted(spans):
        if span.begin >= span.end:
            continue
        if found and span.begin <= found[-1].end:
            found[-1] = Span(found[-1].begin, max(found[-1].end, span.end))
        else:
            found.append(span)
    return found


def less(span: Span, others: Iterable[Span]) -> list[Span]:
    """Return the parts of a time that are in no other one."""
    found = []
    begin, end = span
    for other in union(others):
        if begin < min(other.begin, end):
            found.append(Span(begin, min(other.begin, end)))
        begin = max(begin, other.end)
    if begin < end:
        found.append(Span(begin, end))
    return found


def common(some: Iterable[Span], others: Iterable[Span]) -> list[Span]:
    """Return the times that are in both."""
    others = list(others)
    met = (one.meet(other) for one in some for other in others)
    return union(span for span in met if span is not None)


class _Stretch(NamedTuple):
    """A fact, the time that it may take, and if its end is known.

    The one before it may have ended at since already.
    """

    span: Span
    since: Moment
    fact: Fact
    is_end_known: bool


class Track:
    """Facts about one thing, such as the owner of a server, in order.

    They begin as early as they may: a server had its owner before a sync saw
    it, unless another one is known to have owned it until then.
    """

    def __init__(self, facts: Iterable[Fact] = ()) -> None:
        """Put the facts in order; they may overlap."""
        self._all = _stretched(facts)
        self._begins = [one.span.begin for one in self._all]
        self._ends = [
            *itertools.accumulate((one.span.end for one in self._all), max)
        ]

    def cut(self, fact: Fact) -> list[tuple[Fact, Any]]:
        """Cut a fact where those of the track begin and end.

        :returns: ``[(piece, value of the track's fact), …]`` in order; the
            value is None in times of which the track does not tell. A piece
            without length holds maybe, from its since on
        """
        if fact.begin == fact.end:
            return [(fact, None)]
        past = bisect.bisect_left(self._begins, fact.end)
        some = self._all[bisect.bisect_right(self._ends, fact.begin) : past]
        found = [
            (_piece(fact, other, both), other.fact.value)
            for other in some
            for both in [fact.span.meet(other.span)]
            if both is not None
        ]
        for rest in less(fact.span, (other.span for other in some)):
            since = fact.since if rest.begin == fact.begin else rest.begin
            piece = dataclasses.replace(
                fact, begin=rest.begin, end=rest.end, since=since
            )
            found.append((piece, None))
        first = min(piece.since for piece, _ in found)
        if fact.since < first:
            maybe = dataclasses.replace(fact, begin=first, end=first)
            found.append((maybe, None))
        # The next one may have begun before the fact ended.
        for other in self._all[past : past + 1]:
            since = max(fact.since, other.since)
            if since < fact.end:
                maybe = dataclasses.replace(
                    fact, begin=fact.end, since=since, is_exact=False
                )
                found.append((maybe, other.fact.value))
        return sorted(found, key=lambda pair: pair[0].span)


def _stretched(facts: Iterable[Fact]) -> list[_Stretch]:
    """Let each fact begin as early as it may, but after the one before it."""
    ordered = sorted(facts, key=lambda fact: fact.span)
    found = []
    held = held_for_sure = Moment.min
    for number, fact in enumerate(ordered):
        begin = min(fact.begin, max(fact.since, held))
        since = min(begin, max(fact.since, held_for_sure))
        held = max(held, fact.end)
        held_for_sure = max(held_for_sure, fact.sure.end)
        after = ordered[number + 1 : number + 2]
        is_end_known = not any(
            one.since < fact.end and one.since < one.begin for one in after
        )
        found.append(
            _Stretch(Span(begin, fact.end), since, fact, is_end_known)
        )
    return sorted(found, key=lambda one: one.span)


def _piece(fact: Fact, other: _Stretch, both: Span) -> Fact:
    since = min(both.begin, max(fact.since, other.since))
    is_begin_known = (
        other.fact.since == other.fact.begin or both.begin > other.fact.begin
    )
    is_end_known = other.is_end_known or both.end < other.fact.end
    return dataclasses.replace(
        fact,
        begin=both.begin,
        end=both.end,
        since=since,
        until=min(fact.until, other.fact.until),
        is_exact=fact.is_exact and is_begin_known and is_end_known,
    )
