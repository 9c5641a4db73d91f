# SPDX-License-Identifier: Apache-2.0
"""Lines of a list in a configuration file, as oslo.config reads them.

Source: oslo_config/iniparser.py BaseParser.parse, oslo.config 9.4 to 10: a
line that begins with a space goes on with the value, and blank lines,
comments, sections and options end it.
"""

from __future__ import annotations

from collections.abc import Collection
import re
from typing import Optional


def header(lines: list[str], section: str) -> Optional[int]:
    """Return the first line that begins a section, None where none does."""
    for at, line in enumerate(lines):
        if line.rstrip() == f'[{section}]':
            return at
    return None


def end_of(line: str) -> str:
    """Return the end of a line, that of most files where it has none."""
    found = re.search(r'(\r\n|\r|\n)\Z', line)
    return found[0] if found else '\n'


def spans(lines: list[str], section: str, option: str) -> list[range]:
    """Return the lines of each value of an option, in their order."""
    found = []
    current = ''
    for at, line in enumerate(lines):
        if line.startswith('['):
            current = line.rstrip()[1:-1]
        elif current == section and _key(line) == option:
            stop = at + 1
            while stop < len(lines) and _goes_on(lines[stop]):
                stop += 1
            found.append(range(at, stop))
    return found


def _key(line: str) -> str:
    """Return the option that a line begins, or ''."""
    if not line.strip() or line.startswith((' ', '\t', '#', ';')):
        return ''
    return re.split('[=:]', line, maxsplit=1)[0].strip()


def _goes_on(line: str) -> bool:
    return line.startswith((' ', '\t')) and bool(line.strip())


def append(lines: list[str], span: range, name: str) -> None:
    """Put a name behind the last part of a list.

    A comma without a space tells take_out() that the list had none there.
    """
    at = span[-1]
    body = lines[at].rstrip()
    end = lines[at][len(body) :]
    value = body
    if len(span) == 1:
        value = re.split('[=:]', body, maxsplit=1)[1].strip()
        if value[:1] in ('"', "'") and value[:1] == value[-1:]:
            body, end, value = body[:-1], body[-1] + end, value[1:-1]
    between = ',' if value and not value.endswith(',') else ' '
    lines[at] = f'{body}{between}{name}{end}'


def take_out(lines: list[str], span: range, names: Collection[str]) -> None:
    """Take names out of the lines of a list."""
    name = f'(?:{"|".join(map(re.escape, names))})'
    for at in span:
        key = re.match('[^=:]*[=:]', lines[at]) if at == span[0] else None
        start = key.end() if key else 0
        head, value = lines[at][:start], lines[at][start:]
        # As append() writes it behind a comma, or as the only one.
        value = re.sub(rf'(?:(?<=[,"\'])|\A) {name}(?=["\']?\s*\Z)', '', value)
        # The same, with a name that was put behind it.
        value = re.sub(rf'(?<=, ){name},(?=\S)', '', value)
        value = re.sub(rf',[ \t]*{name}(?=["\']?\s*(?:,|\Z))', '', value)
        value = re.sub(
            rf'(?<![^\s"\']){name}[ \t]*(?:,[ \t]*|(?=["\']?\s*\Z))', '', value
        )
        lines[at] = head + value
    for at in reversed(span[1:]):
        if not lines[at].strip():
            # A blank line would end the list.
            del lines[at]
