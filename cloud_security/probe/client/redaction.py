# SPDX-License-Identifier: Apache-2.0
"""Redaction: text of other parties without secrets, on one line, brief."""

from __future__ import annotations

import json
import re

#: Values of this run's passwords and tokens.
KNOWN: set[str] = set()
#: Characters of the shortest secret; a shorter one would match anywhere.
SHORTEST = 6
#: Characters that the probe keeps of another party's text.
SIZE = 300
# Without the rule for token, prose such as "gave no token: why" would match.
# The mask of a known secret can stand in a name.
_KEY = (
    r'(?:(?:pass|secret|user_data)[\w-]{0,40}|\*{3}[\w-]{1,40}|[-_]token'
    r'|token(?=\\*["\']|=|%3d))'
)
#: A secret's name and value: in JSON, in JSON in JSON, headers, queries.
SECRETS = re.compile(
    rf'({_KEY}(?:\\*["\'])?\s*[:=]\s*|{_KEY}%3d)'
    r'("(?:\\.|[^"\\])*"|(?:\\*["\'])?[^"\'&\s{}\[\]]+)',
    re.IGNORECASE,
)
USER = re.compile(r'(://)[^/\s"\']+@')


def keep(secret: object) -> None:
    """Mask a secret in every text from now on."""
    if isinstance(secret, str) and len(secret) >= SHORTEST:
        KNOWN.add(secret)
        # JSON escapes quotes and, in most services, letters beyond ASCII.
        KNOWN.add(json.dumps(secret)[1:-1])
        KNOWN.add(json.dumps(secret, ensure_ascii=False)[1:-1])


def masked(text: str) -> str:
    """Return a text with *** for secrets."""
    for secret in sorted(KNOWN, key=len, reverse=True):
        text = text.replace(secret, '***')
    return USER.sub(r'\1***@', SECRETS.sub(r'\1***', text))


def shown(text: str) -> str:
    """Return a text without secrets, printable and on one line."""
    printable = (
        character if character.isprintable() else ' ' for character in text
    )
    return ' '.join(masked(''.join(printable)).split())


def brief(text: str, size: int = SIZE) -> str:
    """Return the beginning of a text, printable and without secrets."""
    text = shown(text)
    return text if len(text) <= size else text[:size] + ' …'
