# SPDX-License-Identifier: Apache-2.0
"""Markup: text of other parties as HTML, with addresses and IDs unbroken."""

from __future__ import annotations

from html import escape
import re

#: A line may not end within these: a host with its port, an ID.
WHOLE = re.compile(
    r'\w{2,10}://[\w.\[\]:%-]{1,80}'
    r'|\[[0-9A-Fa-f:.%]{2,45}\]:\d{1,5}'
    r'|\b[\w.-]{1,80}:\d{2,5}\b'
    r'|\b(?:req-)?[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\b'
    r'|\b[0-9A-Fa-f]{32}\b'
)
#: Characters of the longest address that never breaks.
LONG = 40


def text(words: object) -> str:
    """Return HTML for a text, with spans around addresses and IDs."""
    parts, end = [], 0
    words = str(words)
    for match in WHOLE.finditer(words):
        parts += [escape(words[end : match.start()]), _whole(match.group())]
        end = match.end()
    return ''.join((*parts, escape(words[end:])))


def _whole(words: str) -> str:
    """Return spans that do not break; a long host may break after a dot."""
    parts = [words] if len(words) <= LONG else re.split(r'(?<=\.)', words)
    return '<wbr>'.join(
        f'<span class="whole">{escape(part)}</span>' for part in parts
    )


def account(name: str, user_name: str) -> str:
    """Return the role of an account and its user's name, if known."""
    role = escape(name.capitalize())
    if not user_name:
        return role
    return f'{role} <span class="who">{escape(user_name)}</span>'


def anchor(account_name: str, operation: str) -> str:
    """Return the ID of a finding's element in the page."""
    return re.sub('[^a-z0-9]+', '-', f'{account_name} {operation}'.lower())
