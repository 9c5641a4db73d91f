# SPDX-License-Identifier: Apache-2.0
"""SQL as tokens, nested by parentheses.

The databases read comments, quotes and operators in different ways. SQL that
MariaDB, PostgreSQL or SQLite could read otherwise than this module does is
unreadable.
"""

from __future__ import annotations

import re
from typing import Iterator
from typing import NamedTuple
from typing import Union

from cloud_security.visibility import owner

#: Deeper SQL is unreadable; Nova's has less than ten levels.
DEEPEST = 50

_TOKEN = re.compile(
    r"""
    (?P<mark>%s)
    | (?P<open>%s)
    # MariaDB executes what follows /*! and /*M!; PostgreSQL nests comments.
    | (?P<space>\s+ | /\*(?!M?!)(?:(?!/\*|\*/).)*\*/)
    | (?P<parameter>\?|%%s|%%\(\w+\)s|\$\d+|(?<!:):\w+)
    # A backslash escapes in MariaDB, and only there.
    | (?P<text>'(?:[^'\\]|''|\\[^'])*'(?!'))
    | (?P<name>"(?:[^"\\]|""|\\[^"])*"(?!")|`(?:[^`]|``)*`(?!`))
    | (?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?(?![\w$.]))
    | (?P<word>[^\W\d][\w$]*)
    | (?P<sign>(?!--|/\*|\*/)
        (?:::|\|\||:=|<>|!=|<=|>=|%%%%|[().,=<>!+\-*/%%&|^~]))
    """
    % (re.escape(owner.MARK), re.escape(owner.OPEN_MARK)),
    re.VERBOSE | re.DOTALL,
)
# PostgreSQL: identifiers and text in which escapes hide characters.
_HIDING = re.compile(r"""\bU&["']""", re.IGNORECASE)


class Unreadable(Exception):
    """SQL has a form that the guard does not read; the message names it."""


class Token(NamedTuple):
    """A word, a quoted name, a parameter, a sign or the like.

    ``text`` is in capitals for words, in small letters and without quotes for
    names. ``kind`` is the group's name in the pattern of this module.
    """

    kind: str
    text: str


class Group:
    """The tokens between two parentheses."""

    kind = 'group'
    text = ''

    def __init__(self, tokens: Tokens) -> None:
        """Keep the tokens."""
        self.tokens = tokens


Tokens = list[Union[Token, Group]]


def is_hiding(sql: str) -> bool:
    """Tell whether SQL has names whose letters are escaped."""
    return _HIDING.search(sql) is not None


def read(sql: str) -> Tokens:
    """Return the tokens of SQL, without comments and spaces.

    :raises Unreadable: when a database could read something else
    """
    levels: list[Tokens] = [[]]
    position = 0
    while position < len(sql):
        match = _TOKEN.match(sql, position)
        if match is None:
            raise Unreadable(f'at {sql[position : position + 20]!r}')
        position = match.end()
        kind, text = str(match.lastgroup), match.group()
        if kind == 'space':
            continue
        if text == '(' and kind == 'sign':
            if len(levels) > DEEPEST:
                raise Unreadable('its parentheses are nested too deep')
            levels.append([])
        elif text == ')' and kind == 'sign':
            group = Group(levels.pop())
            if not levels:
                raise Unreadable('a parenthesis closes too early')
            levels[-1].append(group)
        else:
            levels[-1].append(_token(kind, text))
    if len(levels) > 1:
        raise Unreadable('a parenthesis stays open')
    return levels[0]


def word(tokens: Tokens, index: int) -> str:
    """Return the unquoted word at an index, '' for anything else."""
    return _text(tokens, index, 'word')


def sign(tokens: Tokens, index: int) -> str:
    """Return the sign at an index, '' for anything else."""
    return _text(tokens, index, 'sign')


def words(tokens: Tokens) -> set[str]:
    """Return the unquoted words, without those in parentheses."""
    return {token.text for token in tokens if token.kind == 'word'}


def is_group(tokens: Tokens, index: int) -> bool:
    """Tell whether a parenthesis stands at an index."""
    return index < len(tokens) and isinstance(tokens[index], Group)


def group(tokens: Tokens, index: int) -> Tokens:
    """Return what stands in the parenthesis at an index.

    :raises Unreadable: when none stands there
    """
    found = tokens[index] if index < len(tokens) else None
    if not isinstance(found, Group):
        raise Unreadable('a parenthesis is missing')
    return found.tokens


def groups(tokens: Tokens) -> list[Group]:
    """Return the parentheses, without those within others."""
    return [token for token in tokens if isinstance(token, Group)]


def flat(tokens: Tokens) -> Iterator[Tokens]:
    """Yield the tokens, then those of each parenthesis within them."""
    yield tokens
    for inner in groups(tokens):
        yield from flat(inner.tokens)


def name(tokens: Tokens, index: int) -> tuple[str, int]:
    """Return a table's name, without its schema, and the index behind it.

    :raises Unreadable: when no name stands there
    """
    while True:
        if index >= len(tokens) or tokens[index].kind not in ('word', 'name'):
            raise Unreadable('the name of a table is missing')
        found = tokens[index].text.lower()
        index += 1
        if sign(tokens, index) != '.':
            return found, index
        index += 1


def _text(tokens: Tokens, index: int, kind: str) -> str:
    if index < len(tokens) and tokens[index].kind == kind:
        return tokens[index].text
    return ''


def _token(kind: str, text: str) -> Token:
    if kind == 'word':
        return Token(kind, text.upper())
    if kind in ('name', 'text'):
        quote = text[0]
        return Token(kind, text[1:-1].replace(quote * 2, quote).lower())
    return Token(kind, text)
