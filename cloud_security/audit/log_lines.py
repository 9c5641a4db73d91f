# SPDX-License-Identifier: Apache-2.0
"""Lines of text as oslo.log writes them, also behind a transport's prefix.

The position of a word decides which logger wrote a line. A caller's bytes can
stand in a message, such as a path in Nova's request log, but never before the
name of the logger. So nothing here searches a line for a word.
"""

from __future__ import annotations

import re
from typing import NamedTuple
from typing import Optional

_ISO = r'\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?'
_CLOCK = r'\d\d:\d\d:\d\d(?:\.\d+)?'
#: A program and its process, as syslog and journalctl write them.
_TAG = r'[\w./@-]+(?:\[\d+\])?: '
_LEVEL = r'(?:TRACE|DEBUG|INFO|AUDIT|WARN(?:ING)?|ERROR|CRITICAL)'
#: What others write before a line: syslog, journalctl, Docker, Kubernetes,
#: Loki and Apache. None of it is a caller's.
_TRANSPORTS = [
    re.compile(pattern)
    for pattern in (
        # RFC 5424 on the wire, and the priority of RFC 3164.
        rf'<\d{{1,3}}>1 {_ISO} \S+ \S+ \S+ \S+ (?:-|\[[^\]]*\]) ',
        r'<\d{1,3}>',
        rf'[A-Z][a-z]{{2}} [ \d]\d {_CLOCK} (?:\S+ )?{_TAG}',
        rf'[A-Z][a-z]{{2}} \d{{4}}-\d\d-\d\d {_CLOCK} \S+ \S+ {_TAG}',
        rf'{_ISO} \S+ {_TAG}',
        rf'\[ *\d+\.\d+\] \S+ {_TAG}',
        # kubectl logs --prefix, stern, docker compose logs.
        r'\[pod/\S+\] ',
        r'[a-z0-9.-]+ [a-z0-9.-]+ (?=\d{4}-\d\d-\d\d[ T]\d\d:|\{")',
        r'[\w.@-]+ +\| ?',
        # logcli, and timestamps of docker logs and kubectl logs.
        rf'{_ISO} \{{[^{{}}]*\}}\s+',
        rf'{_ISO} (?!std(?:out|err) [FP])',
        # The error log of Apache, which has the standard error of mod_wsgi.
        rf'\[\w{{3}} \w{{3}} \d\d {_CLOCK} \d{{4}}\] \[[\w:]+\] '
        r'\[pid \d+(?::tid \d+)?\] (?:\[(?:remote|client) [^\]\s]+\] )?',
    )
]
_APACHE = len(_TRANSPORTS) - 1
#: What formats of oslo.log can have before the message, but for names.
_FIELD = re.compile(
    r'(?:'
    r'\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d:\d\d)?(?:[.,]\d+)*(?:Z|[+-]\d\d:?\d\d)?'
    r'|\d\d:\d\d:\d\d(?:[.,]\d+)?'
    r'|\d+'
    rf'|(?P<level>{_LEVEL})'
    r'|\[[^\]"{}]*\]'
    r'|\([^)"{}]*\)'
    r'|req-[0-9a-f-]+'
    r'|None'
    r'|[-:|]'
    r')[:,]?(?:\s+|$)'
)
_NAME = re.compile(r'(?P<name>[A-Za-z_][\w-]*(?:\.[\w-]+)*):?(?=\s|$|#)')
#: rsyslog and Apache write the escape character as text.
_COLOURS = re.compile(r'(?:\x1b|#033|\\x1b)\[[0-9;]*m')
_DAY = re.compile(r'\d{4}-\d\d-\d\d')


class Line(NamedTuple):
    """One line of a log.

    ``logger`` is the name of the logger, or the first word of the message
    where the format has no name. ``message`` follows it. ``day`` is such as
    ``2026-11-20``, or empty.
    """

    logger: str
    message: str
    day: str


def parse(text: str, is_wrapped: bool = False) -> Optional[Line]:
    """Return what a line says; None where oslo.log has not written it.

    :param is_wrapped: something around the line says already that a process
        wrote it, so that the message may be all of it
    """
    text = _stripped(plain(text))
    rest, is_transported = _after_transports(text)
    rest, fields, has_level = _after_fields(rest)
    named = _NAME.match(rest)
    if not named or not (fields or is_transported or is_wrapped):
        return None
    message, _, level_follows = _after_fields(rest[named.end() :].lstrip())
    if not (has_level or level_follows or '.' in named['name']):
        return None
    return Line(named['name'], message, day(text))


def plain(text: str) -> str:
    """Return a text without colours of a terminal."""
    return _COLOURS.sub('', text)


def bare(text: str) -> str:
    """Return a text without what transports write around it."""
    return _after_transports(_stripped(text))[0]


def _stripped(text: str) -> str:
    text = text.strip()
    while text.endswith('#012'):
        # rsyslog's newline.
        text = text[:-4].rstrip()
    return text


def day(text: str) -> str:
    """Return the first day in a text, or nothing."""
    return ''.join(_DAY.findall(text)[:1])


def _after_transports(text: str) -> tuple[str, bool]:
    found = False
    # A syslog line in a container, sent on by another: four are enough.
    for _ in range(4):
        for number, pattern in enumerate(_TRANSPORTS):
            match = pattern.match(text)
            if match:
                text = text[match.end() :]
                if number == _APACHE:
                    # Source: httpd server/util.c ap_escape_errorlog_item.
                    text = text.replace('\\\\', '\\')
                found = True
                break
        else:
            break
    return text, found


def _after_fields(text: str) -> tuple[str, int, bool]:
    """Return the rest, how many fields were before it, and if one is a level.

    A message can begin with a number or a bracket, too; that does no harm.
    """
    position = count = 0
    has_level = False
    match = _FIELD.match(text)
    while match:
        has_level = has_level or match['level'] is not None
        position, count = match.end(), count + 1
        match = _FIELD.match(text, position)
    return text[position:], count, has_level
