# SPDX-License-Identifier: Apache-2.0
"""Lines of an ini file, as configparser reads them, to be edited in place.

An edit keeps all other text, comments too.
"""

from __future__ import annotations

import io
import re

_HEADER = re.compile(r'\[(?P<section>[^]]+)\]')


class NotUnderstood(Exception):
    """An api-paste.ini in which the filter's place cannot be told."""


def split(text: str) -> list[str]:
    """Return the lines of a text with their ends, as a file has them.

    str.splitlines() would also split at form feeds and the like.
    """
    return list(io.StringIO(text, newline=''))


def section_of(line: str) -> str:
    """Return the section that a line begins, or ''."""
    found = _HEADER.match(line)
    return found.group('section') if found else ''


def section_lines(lines: list[str], section: str) -> range:
    """Return the lines of a section, and an empty one behind it.

    It ends with its last option: a comment may be about what follows.
    """
    start = next(
        (at for at, line in enumerate(lines) if section_of(line) == section),
        len(lines),
    )
    end = start + 1
    for at in range(start + 1, len(lines)):
        if section_of(lines[at]):
            break
        if not is_idle(lines[at]):
            end = at + 1
    if end < len(lines) and not lines[end].strip():
        end += 1
    return range(start, min(end, len(lines)))


def is_idle(line: str) -> bool:
    """Tell whether a line says nothing to a parser."""
    return not line.strip() or line.lstrip().startswith(('#', ';'))


def option_lines(lines: list[str], section: str, option: str) -> range:
    """Return the lines of an option."""
    key = re.compile(rf'{re.escape(option)}\s*[=:]')
    for at in range(section_lines(lines, section).start + 1, len(lines)):
        if section_of(lines[at]):
            break
        if key.match(lines[at]):
            end = at + 1
            for after in range(at + 1, len(lines)):
                if is_idle(lines[after]):
                    continue
                if not lines[after][0].isspace():
                    break
                end = after + 1
            return range(at, end)
    raise NotUnderstood(f'[{section}] {option} is written in an unknown form')


def put_before_last(line: str, name: str) -> str:
    """Return a line of a pipeline with a filter before its last word."""
    return re.sub(r'([^\s=:]+\s*)\Z', rf'{name} \1', line)


def put_before_first(
    lines: list[str], section: str, option: str, name: str, others: list[str]
) -> bool:
    """Put a filter before the first of some others in a pipeline.

    :returns: false where the pipeline has none of them
    """
    if not others:
        return False
    words = re.compile(rf'(?<!\S)(?:{"|".join(map(re.escape, others))})(?!\S)')
    places = option_lines(lines, section, option)
    for at in places:
        if is_idle(lines[at]):
            continue
        # The option itself can have the name of a filter.
        key = re.match(r'[^=:]*[=:]', lines[at]) if at == places[0] else None
        start = key.end() if key else 0
        head, rest = lines[at][:start], lines[at][start:]
        found = words.search(rest)
        if found:
            at_word = found.start()
            lines[at] = f'{head}{rest[:at_word]}{name} {rest[at_word:]}'
            return True
    return False


def take_out(
    lines: list[str], section: str, option: str, names: set[str]
) -> int:
    """Take filters out of the lines of a pipeline.

    :returns: the place of its last line
    """
    last = 0
    for at in option_lines(lines, section, option):
        if is_idle(lines[at]):
            continue
        for name in map(re.escape, names):
            # With the space behind it, at the end of a line before it.
            lines[at] = re.sub(
                rf'(?<![^\s=:]){name}[ \t]+(?=\S)', '', lines[at]
            )
            lines[at] = re.sub(rf'[ \t]+{name}(?=\s*\Z)', '', lines[at])
        if lines[at].strip():
            last = at
        else:
            lines[at] = ''
    return last
