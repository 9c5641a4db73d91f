# SPDX-License-Identifier: Apache-2.0
"""Times as people and logs write them; the history has naive ones, in UTC.

A time is as long as its last part: 12:00 is a minute, 12:00:00 a second, and
a date alone is a day. Who complains of an attack seldom knows more.
"""

from __future__ import annotations

import datetime
import re
from typing import Any
from typing import NamedTuple
from typing import Optional

from dateutil import parser
from dateutil import tz

from cloud_security.trace import intervals

#: A time from which nobody needs to be told how it was read.
_PLAIN = re.compile(
    r'\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d([.,]\d+)?)?'
    r' ?(Z|UTC|[+-]\d\d(:?\d\d)?)'
)
_EPOCH = re.compile(r'@?(\d{9,10})(\.\d{1,6})?|@?(\d{10})(\d{3})')
_NUMERIC = re.compile(r'(?<![\d/.,-])\d{1,2}[/., -]+\d{1,2}[/., -]+\d{4}\b')
_YEAR = re.compile(r'(?<![\d:+.-])(19|20)\d\d|[/ .-](19|20)\d\d\b')
_MONTH = re.compile(r'[a-z]{3}', re.IGNORECASE)
#: Apache writes 01/Jan/2026:12:00:00.
_APACHE = re.compile(r'(\d{1,2}/[A-Za-z]{3}/\d{4}):')
_NAMED_OFFSET = re.compile(r'(?<![A-Za-z])(GMT|UTC)(?=[+-]\d)')
#: dateutil takes A for am, and the offset behind a name for its opposite.
_MILITARY = re.compile(r'(?<=\d) ?[A-Ya-y](?![A-Za-z0-9])')
_TWO_ZONES = re.compile(
    r':\d\d([.,]\d+)? ?(?!(am|pm|gmt|utc)\b)[a-z]+ ?[+-]\d'
    r'|\dz ?[+-]\d',
    re.IGNORECASE,
)
_FRACTION = re.compile(r':\d\d[.,](\d{1,6})')
_SECOND = datetime.timedelta(seconds=1)
#: Values for what a text leaves out. Both years have a 29 February.
_LOW = datetime.datetime(2000, 1, 1)
_HIGH = datetime.datetime(2004, 2, 2, 1, 1, 1)


class NoMoment(ValueError):
    """A text is no time, or more than one; the message says what to write."""


class Reading(NamedTuple):
    """A time, and the words that tell how it was read, if they are needed."""

    span: intervals.Span
    note: Optional[str] = None


def read(text: str, now: datetime.datetime, is_begin: bool = False) -> Reading:
    """Return the time that a text means; without a zone, it is in UTC.

    :param now: the last time that a text without a year can mean
    :param is_begin: whether its beginning alone is meant
    :raises NoMoment: when nobody can tell
    """
    plain = ' '.join(text.strip().strip('[]').split())
    try:
        span = _epoch(plain) or _read(plain, now)
    except (ValueError, OverflowError) as error:
        if isinstance(error, NoMoment):
            raise
        raise _strange(text) from error
    if _PLAIN.fullmatch(plain):
        return Reading(span)
    end = span.end - datetime.timedelta(microseconds=1)
    is_short = is_begin or span.end - span.begin <= _SECOND
    until = '' if is_short else f' to {written(end)}'
    return Reading(span, f'{text!r} was read as {written(span.begin)}{until}.')


def _strange(text: str, why: str = 'is no time') -> NoMoment:
    return NoMoment(
        f'{text!r} {why}: write it such as 2026-01-01T12:00:00Z or '
        '2026-01-01T13:00:00+01:00.'
    )


def _epoch(text: str) -> Optional[intervals.Span]:
    """Read seconds, or milliseconds, since 1970."""
    found = _EPOCH.fullmatch(text)
    if found is None:
        return None
    seconds = int(found[1] or found[3])
    fraction = found[2][1:] if found[2] else found[4] or ''
    begin = datetime.datetime(1970, 1, 1) + datetime.timedelta(
        seconds=seconds, microseconds=int(fraction.ljust(6, '0'))
    )
    return intervals.Span(
        begin, begin + datetime.timedelta(seconds=10 ** -len(fraction))
    )


def _read(text: str, now: datetime.datetime) -> intervals.Span:
    # dateutil takes GMT+3 for what POSIX means by it: 3 hours to the west.
    text = _NAMED_OFFSET.sub('', _APACHE.sub(r'\1 ', text))
    if _MILITARY.search(text):
        raise _strange(text, 'has a letter that is no zone but Z')
    if _TWO_ZONES.search(text):
        raise _strange(text, 'has a zone and an offset')
    is_yearless = _YEAR.search(text) is None
    if is_yearless and _MONTH.search(text) is None:
        raise _strange(text, 'has no year of four digits')
    low, high = (_parsed(text, default) for default in (_LOW, _HIGH))
    if _NUMERIC.search(text) and low != _parsed(text, _LOW, dayfirst=True):
        raise _strange(text, 'may mean two days')
    if (low.month, low.day) != (high.month, high.day):
        raise _strange(text, 'names no day')
    has_time = low.hour == high.hour
    if is_yearless:
        if not has_time or low.year == high.year:
            raise _strange(text, 'has no year of four digits')
        low = _latest(low, now)
    fraction = _FRACTION.search(text)
    if not has_time:
        lasts = datetime.timedelta(days=1)
    elif low.minute != high.minute:
        lasts = datetime.timedelta(hours=1)
    elif low.second != high.second:
        lasts = datetime.timedelta(minutes=1)
    elif fraction:
        lasts = datetime.timedelta(seconds=10 ** -len(fraction[1]))
    else:
        lasts = _SECOND
    begin = _utc(low)
    return intervals.Span(begin, begin + lasts)


def _parsed(
    text: str, default: datetime.datetime, dayfirst: bool = False
) -> datetime.datetime:
    found: datetime.datetime = parser.parse(
        text, default=default, dayfirst=dayfirst, tzinfos=_zone
    )
    return found


def _zone(name: Optional[str], offset: Optional[int]) -> Any:
    """Return a zone by its offset; names such as EST mean several."""
    if offset is not None:
        return tz.tzoffset(name, offset)
    if name is None:
        return None
    raise NoMoment(
        f'{name} is no zone that all read alike: write its offset, such as '
        '+01:00.'
    )


def _latest(
    moment: datetime.datetime, now: datetime.datetime
) -> datetime.datetime:
    """Return the last such time of a year that is not to come."""
    for year in range(now.year + 1, now.year - 9, -1):
        try:
            found = moment.replace(year=year)
        except ValueError:
            # A 29 February.
            continue
        if _utc(found) <= now:
            return found
    return moment


def _utc(moment: datetime.datetime) -> datetime.datetime:
    if moment.tzinfo is None:
        return moment
    return moment.astimezone(datetime.timezone.utc).replace(tzinfo=None)


def written(moment: datetime.datetime, is_whole: bool = False) -> str:
    """Return a time as ISO 8601 has it, in UTC.

    :param is_whole: with microseconds
    """
    timespec = 'microseconds' if is_whole else 'seconds'
    return f'{moment.isoformat(timespec=timespec)}Z'
