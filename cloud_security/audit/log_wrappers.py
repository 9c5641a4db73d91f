# SPDX-License-Identifier: Apache-2.0
"""Wrappers that containers and collectors put around a line of a log.

Docker, CRI, fluentd, Loki, Elasticsearch, journald and oslo.log's own JSON
formatter put a line into a JSON string, and wrappers stand inside wrappers.
"""

from __future__ import annotations

from collections.abc import Iterator
import json
import re
from typing import Any
from typing import NamedTuple
from typing import Optional

from cloud_security.audit import log_lines

#: Where wrappers have a message, and the name of the logger.
_MESSAGES = (
    *('message', 'MESSAGE', 'log', 'msg', 'Payload', 'line'),
    # GELF.
    *('full_message', 'short_message'),
)
_LOGGERS = ('name', 'LOGGER_NAME', 'logger', 'logger_name', 'python_module')
#: Where wrappers have further ones.
_INSIDE = ('_source', 'data', 'result', 'streams', 'values', 'hits')
_DEPTH = 8
#: A container runtime's prefix, and fluentd's.
CRI = re.compile(r'\d\S*T\S+ (stdout|stderr) ([FP])(?::\S+)? ?')
#: Keys of parts that are in no further wrapper.
_CRI_STREAMS = ('0 stdout', '0 stderr', '1 stdout', '1 stderr')
FLUENTD = re.compile(
    r'\A(?:[^\s{]+\t[^\s{]+\t|\d{4}-\d\d-\d\d \S+ [+-]\d{4} \S+: )(?=\{)'
)
#: journald's form of a message with colours, in which no word is found, or of
#: one that is long: that needs journalctl --all.
_BYTES = re.compile(r'"MESSAGE"\s*:\s*(\[|null)')
#: Docker's json-file cuts lines there; a longer one has several parts.
_DOCKER_PART = 16000


class Damaged(Exception):
    """A wrapper was cut, or is none."""


class Entry(NamedTuple):
    """A message, the logger that wrote it, and the day of it, if known.

    The logger is empty where the entry is nothing that oslo.log writes.
    """

    logger: str
    message: str
    day: str


class Wrappers:
    """Takes entries out of lines; a long line comes in several parts.

    ``parts`` holds those of lines that have no end yet, by stream.
    """

    def __init__(self) -> None:
        self.parts: dict[str, str] = {}
        #: Parts that no other part followed.
        self.lost: list[str] = []

    def entries(self, line: str) -> Iterator[Entry]:
        """Yield what a line holds; nothing, while its end is missing.

        :raises Damaged: when it was cut
        """
        yield from self._of_text(line.rstrip('\r\n'), line)

    def _of_text(
        self, text: str, line: str, depth: int = 0
    ) -> Iterator[Entry]:
        text = log_lines.plain(text)
        if depth > _DEPTH:
            raise Damaged
        cri = CRI.match(text)
        if not (cri or depth or CRI.match(log_lines.bare(text))):
            yield from self._without_end()
        if cri:
            key, is_whole = f'{depth} {cri[1]}', cri[2] == 'F'
            text = self.parts.pop(key, '') + text[cri.end() :]
            if is_whole:
                yield from self._of_text(text, line, depth + 1)
            else:
                self.parts[key] = text
            return
        bare = log_lines.bare(text)
        if CRI.match(bare):
            yield from self._of_text(bare, line, depth + 1)
            return
        bare = FLUENTD.sub('', bare, count=1)
        document = parsed(bare)
        if document is None:
            # A list looks like a field of a transport.
            document = parsed(text)
        found = log_lines.parse(text, is_wrapped=depth > 0)
        if document is not None:
            yield from self._of_json(document, line, depth)
        elif found:
            day = found.day or log_lines.day(line)
            yield Entry(found.logger, found.message, day)
        elif bare.startswith('{'):
            raise Damaged
        else:
            yield Entry('', text, '')

    def _without_end(self) -> Iterator[Entry]:
        """Yield parts of CRI's that a line without a wrapper follows.

        No runtime writes that. Held back, such a part could hide the lines
        that stand behind it.
        """
        for key in [key for key in self.parts if key in _CRI_STREAMS]:
            yield Entry('', self.parts.pop(key), '')

    def _of_json(
        self, document: Any, line: str, depth: int
    ) -> Iterator[Entry]:
        if depth > _DEPTH:
            raise Damaged
        if isinstance(document, list):
            # Loki's pair of a time and a line, or several entries.
            is_pair = len(document) > 1 and _is_number(document[0])
            for inside in document[1:2] if is_pair else document:
                yield from self._of_json(inside, line, depth + 1)
        elif isinstance(document, str):
            yield from self._of_text(document, line, depth + 1)
        elif isinstance(document, dict):
            yield from self._of_object(document, line, depth)

    def _of_object(
        self, found: dict[str, Any], line: str, depth: int
    ) -> Iterator[Entry]:
        inside = [found[key] for key in _INSIDE if key in found]
        message = _message(found)
        if message is None:
            if not inside:
                raise Damaged
            for document in inside:
                yield from self._of_json(document, line, depth + 1)
            return
        logger = _logger(found)
        parsed = log_lines.parse(message, True)
        if logger is None:
            message = self._whole(found, message)
            if message:
                yield from self._of_text(message, line, depth + 1)
        elif parsed and parsed.logger == logger:
            # journald has the name and the line with the name.
            yield Entry(logger, parsed.message, parsed.day)
        else:
            yield Entry(logger, message, log_lines.day(line))

    def _whole(self, found: dict[str, Any], message: str) -> str:
        """Put the parts of a long line together.

        :returns: a line, or nothing while it has no end
        """
        key = str(found.get('partial_id') or found.get('stream'))
        before = self.parts.pop(key, '')
        if before and len(before) < _DOCKER_PART and log_lines.parse(message):
            # The one before was cut and has no other part.
            self.lost.append(before)
            before = ''
        message = before + message
        is_part = 'stream' in found and 'log' in found and message[-1:] != '\n'
        if 'partial_message' in found:
            is_part = str(found.get('partial_last')).lower() != 'true'
        elif is_part and not before and len(message) < _DOCKER_PART:
            # Collectors take the newline away.
            is_part = _is_cut(message)
        if is_part:
            self.parts[key] = message
            return ''
        return message.rstrip('\n')


def parsed(text: str) -> Any:
    """Return what JSON holds, None where a text is none."""
    if text.lstrip()[:1] not in ('{', '[', '"'):
        return None
    try:
        return json.loads(text)
    except ValueError:
        return None


def _message(found: dict[str, Any]) -> Optional[str]:
    for key in _MESSAGES:
        message = found.get(key)
        if isinstance(message, list):
            # journald's form of a message that is no plain text.
            return bytes(message).decode(errors='replace')
        if isinstance(message, str) and message:
            return message
    return None


def _logger(found: dict[str, Any]) -> Optional[str]:
    for key in _LOGGERS:
        name = found.get(key)
        if isinstance(name, str) and '.' in name:
            return name
    return None


def _is_cut(message: str) -> bool:
    """Tell whether a record's JSON ends in the middle."""
    _, brace, rest = message.partition('{')
    if not brace:
        return False
    try:
        json.loads(brace + rest)
    except ValueError:
        return True
    return False


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) or (
        isinstance(value, str) and value.isdigit()
    )


def is_bytes(line: str) -> bool:
    """Tell whether journald has a message that is no text."""
    return bool(_BYTES.search(line))


def is_part(line: str) -> bool:
    """Tell whether the next line may go on with this one."""
    cri = CRI.match(line)
    if cri:
        return cri[2] == 'P'
    return line.startswith('{"log"') and '\\n"' not in line
