# SPDX-License-Identifier: Apache-2.0
"""Answer of a look-up: found, nobody, or not recorded."""

from __future__ import annotations

import datetime
import enum
from typing import NamedTuple
from typing import Optional

from cloud_security.trace import coverage
from cloud_security.trace import holding
from cloud_security.trace import intervals
from cloud_security.trace import moments

_DAY = datetime.timedelta(days=1)
_SECOND = datetime.timedelta(seconds=1)


class Outcome(enum.IntEnum):
    """Exit codes of a look-up."""

    FOUND = 0
    NOBODY = 1
    UNKNOWN = 3


class Question(NamedTuple):
    """Words of a question: ``Nobody had X`` and ``who had X``.

    ``stranger`` is a sentence about an ID that no row has.
    """

    nobody: str
    asked: str
    stranger: Optional[str] = None


class Answer(NamedTuple):
    """Holdings in some time, and what was recorded of it.

    ``span`` is the time that was named.
    """

    question: Question
    span: intervals.Span
    holdings: list[holding.Holding]
    coverage: coverage.Coverage

    @property
    def outcome(self) -> Outcome:
        """Return what is known."""
        if any(one.fact.sure.meet(self.span) for one in self.holdings):
            return Outcome.FOUND
        if self.holdings or not self.coverage.is_whole:
            return Outcome.UNKNOWN
        return Outcome.NOBODY

    @property
    def when(self) -> str:
        """Return the time, in words."""
        begin, end = self.coverage.span
        words = moments.written(begin)
        if begin == intervals.EVER.begin:
            return f'before {moments.written(end)}'
        if end - begin <= _SECOND:
            return f'at {words}'
        if end >= self.coverage.now:
            return f'since {words}'
        return f'from {words} until {moments.written(end)}'

    def sentences(self) -> list[str]:
        """Return what the rows do not say."""
        gaps = '; '.join(str(gap) for gap in self.coverage.gaps)
        stranger = self.question.stranger
        if self.outcome is Outcome.NOBODY:
            if stranger:
                return [stranger]
            return [
                f'{self.question.nobody} {self.when}: all of this time is '
                'recorded.',
                *self._unchecked(),
            ]
        if self.outcome is Outcome.FOUND:
            if not gaps:
                return []
            return [
                f'Not all was recorded ({gaps}): there may have been others, '
                'and what is shown may be wrong.'
            ]
        found = [stranger] if stranger else []
        found += [f'Not recorded: {self.question.asked} {self.when}.']
        if gaps:
            found.append(f'Not all was recorded: {gaps}.')
        if self.holdings:
            found.append(
                'Each row began or ended at an unknown time, after the one in '
                'its detail: it may have begun too late, or ended too early.'
            )
        elif not stranger and not self.coverage.is_empty:
            found.append(
                f'In the rest of the time: {self.question.nobody[:1].lower()}'
                f'{self.question.nobody[1:]}.'
            )
        return found

    def _unchecked(self) -> list[str]:
        """Say that plain SQL may have changed what nobody has compared."""
        checked_at = self.coverage.checked_at
        if checked_at and self.coverage.span.end - checked_at <= _DAY:
            return []
        since = f' since {moments.written(checked_at)}' if checked_at else ''
        return [
            'cloud-security-trace check has not compared the records with '
            f'Neutron{since}.'
        ]
