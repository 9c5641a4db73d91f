"""What others said, as it may be shown: on one line, brief, no secrets."""

import re
from typing import Set

#: Secrets by their values: passwords and tokens of this run.
KNOWN: Set[str] = set()
#: Shorter ones would be found anywhere.
SHORTEST = 6
#: Characters of what others said.
SIZE = 300
# People write "token: why", too.
_KEY = (
    r'(?:(?:pass|secret|user_data)[\w-]{0,40}|[-_]token'
    r'|token(?=\\*["\']|=|%3d))'
)
#: A secret's name and what follows: JSON, JSON in JSON, headers, queries.
SECRETS = re.compile(
    rf'({_KEY}(?:\\*["\'])?\s*[:=]\s*|{_KEY}%3d)'
    r'("(?:\\.|[^"\\])*"|(?:\\*["\'])?[^"\'&\s{}\[\]]+)',
    re.IGNORECASE,
)
USER = re.compile(r'(://)[^/\s"\']+@')


def keep(secret: object) -> None:
    """Never show a secret."""
    if isinstance(secret, str) and len(secret) >= SHORTEST:
        KNOWN.add(secret)


def masked(text: str) -> str:
    """Return a text with *** for secrets."""
    for secret in KNOWN:
        text = text.replace(secret, '***')
    return USER.sub(r'\1***@', SECRETS.sub(r'\1***', text))


def shown(text: str) -> str:
    """Return a text without secrets, on one line and printable."""
    printable = (
        character if character.isprintable() else ' ' for character in text
    )
    return ' '.join(masked(''.join(printable)).split())


def brief(text: str, size: int = SIZE) -> str:
    """Return the beginning of a text, as it may be shown."""
    text = shown(text)
    return text if len(text) <= size else text[:size] + ' …'
