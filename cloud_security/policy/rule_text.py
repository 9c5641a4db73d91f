# SPDX-License-Identifier: Apache-2.0
"""The text of a rule, as it stands in a policy file.

Source: oslo_policy/_parser.py _parse_tokenize and _parse_list_rule, 4.3 to 6.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from typing import Optional

#: Words that join checks in a text, and stand for nothing in a list.
_JOINING = frozenset({'and', 'or', 'not'})


def is_rule(value: Any) -> bool:
    """Tell whether a value is a rule: a text, or a list in the old form.

    oslo.policy takes null, false and 0 for "@", and cannot read numbers.
    """
    if isinstance(value, str):
        return True
    return isinstance(value, list) and all(
        isinstance(part, str)
        or (
            isinstance(part, list)
            and all(isinstance(word, str) for word in part)
        )
        for part in value
    )


def words(text: Any) -> Iterator[str]:
    """Yield the checks in the text of a rule, also of the old form."""
    if isinstance(text, str):
        for word in text.split():
            clean = word.lstrip('(').rstrip(')')
            if clean:
                yield clean
        return
    for part in text:
        yield from [part] if isinstance(part, str) else part


def fault(word: str) -> Optional[str]:
    """Return why a check cannot have been meant as oslo.policy reads it."""
    kind, _, match = word.partition(':')
    if kind == 'is_admin' and match.lower() not in ('true', 'false'):
        # Nova takes anything but "true" for False.
        return 'is neither is_admin:True nor is_admin:False'
    # Only in lists: a text is split at its spaces.
    if match != match.strip() or _JOINING & set(match.lower().split()[1:]):
        return 'is one check, not several: a list has each by itself'
    return None
