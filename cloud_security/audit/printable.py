# SPDX-License-Identifier: Apache-2.0
"""Text that a terminal or a spreadsheet shows and does not obey.

Records hold what callers and administrators chose: names of actions, users
and projects.
"""

from __future__ import annotations

from typing import Any
import unicodedata

#: With these a spreadsheet begins a formula.
_FORMULA = '=+-@|'


def clean(text: str, encoding: str = 'utf-8') -> str:
    """Escape controls, directions of writing and lone surrogates.

    :param encoding: of the terminal; what it lacks becomes an escape
    :returns: such as ``a\\\\x1b[2J``; other text stays as it is
    """
    escaped = ''.join(
        character
        if character.isprintable()
        else character.encode('unicode_escape').decode()
        for character in text
    )
    return escaped.encode(encoding, 'backslashreplace').decode(encoding)


def cell(value: Any, is_csv: bool = False, encoding: str = 'utf-8') -> Any:
    """Return a value of a table; numbers stay as they are.

    :param is_csv: a spreadsheet may read it; such a cell gets an apostrophe
        where it would be a formula
    """
    if isinstance(value, int):
        return value
    text = clean(str(value), encoding)
    first = unicodedata.normalize('NFKC', text.lstrip(' \'"'))[:1]
    if is_csv and first and first in _FORMULA:
        return f"'{text}"
    return text
