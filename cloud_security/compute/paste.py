"""Nova's api-paste.ini as text: where the filter stands, and belongs.

Only text and configparser, so that it works on the file of any image. What is
not understood is refused: it must never answer with a file whose pipelines
are not all isolated, or in which anything else has changed.
Source: etc/nova/api-paste.ini and nova/api/auth.py pipeline_factory_v21, Nova
29 to 34; paste/deploy/loadwsgi.py.
"""

import configparser
import re
from typing import Callable
from typing import Dict
from typing import Iterator
from typing import List
from typing import NamedTuple
from typing import Set
from typing import Tuple

#: The name that the filter gets where it has none.
NAME = 'user_isolation'
FACTORY = 'cloud_security.compute.middleware:factory'
ROUTER = 'nova.api.openstack.compute:APIRouterV21.factory'

Change = Callable[[str], str]

_HEADER = re.compile(r'\[(?P<section>[^]]+)\]')


class NotUnderstood(Exception):
    """An api-paste.ini in which the filter's place cannot be told."""


class Pipeline(NamedTuple):
    """A pipeline that ends in Nova's compute API."""

    section: str
    option: str
    parts: Tuple[str, ...]

    @property
    def name(self) -> str:
        """As operators would look for it."""
        return f'[{self.section}] {self.option}'


class Paste:
    """What an api-paste.ini says.

    ``filters`` are the names under which the filter is known in it.
    """

    def __init__(self, text: str) -> None:
        """Read the text of an api-paste.ini.

        :raises NotUnderstood: when it is not Nova's, or serves the compute
            API in a way that this module does not know
        """
        self.text = text
        self.options = _options(text)
        self.routers = set(self._named('app', 'paste.app_factory', ROUTER))
        self.filters = set(
            self._named('filter', 'paste.filter_factory', FACTORY)
        )
        if not self.routers:
            raise NotUnderstood(f'no [app:…] has the factory {ROUTER}')
        self.pipelines = list(self._pipelines())
        if not self.pipelines:
            raise NotUnderstood(
                f'no pipeline ends in {" or ".join(sorted(self.routers))}'
            )

    def _named(self, kind: str, option: str, value: str) -> Iterator[str]:
        for (section, name), found in self.options.items():
            if section.startswith(f'{kind}:') and (name, found) == (
                option,
                value,
            ):
                yield section.partition(':')[2]

    def _pipelines(self) -> Iterator[Pipeline]:
        for (section, option), value in self.options.items():
            parts = tuple(value.split())
            if not self.routers.intersection(parts):
                continue
            if len(parts) < 2 or parts[-1] not in self.routers:
                raise NotUnderstood(
                    f'[{section}] {option} reaches the compute API, but not '
                    'as a pipeline that ends there'
                )
            yield Pipeline(section, option, parts)

    @property
    def ours(self) -> Set[str]:
        """The names that are the filter's, and no other's."""
        others = {
            section
            for section, _ in self.options
            if section.partition(':')[2] not in self.filters
        }
        return self.filters | {
            name for name in (NAME,) if f'filter:{name}' not in others
        }

    def is_missing(self, pipeline: Pipeline) -> bool:
        """Tell whether a pipeline does not name the filter at all."""
        return not self.filters.intersection(pipeline.parts)

    def is_isolated(self, pipeline: Pipeline) -> bool:
        """Tell whether a pipeline has the filter, once and last."""
        places = [
            place
            for place, part in enumerate(pipeline.parts)
            if part in self.filters
        ]
        return places == [len(pipeline.parts) - 2]


def enable(text: str) -> str:
    """Return a text in which every pipeline is isolated.

    :raises NotUnderstood: when it cannot be told how
    """
    before = Paste(text)
    lines = text.splitlines(keepends=True)
    names = sorted(before.filters) or [NAME]
    name = NAME if NAME in names else names[0]
    for pipeline in before.pipelines:
        if before.is_isolated(pipeline):
            continue
        last = _take_out(lines, pipeline, before.ours)
        lines[last] = re.sub(r'(\S+\s*)\Z', rf'{name} \1', lines[last])
    if not before.filters:
        if NAME not in before.ours:
            raise NotUnderstood(f'[filter:{NAME}] is not cloud_security')
        place = min(
            _section(lines, f'app:{router}').start for router in before.routers
        )
        while place and lines[place - 1].startswith('#'):
            place -= 1
        end = '\r\n' if lines[place].endswith('\r\n') else '\n'
        lines[place:place] = [
            f'[filter:{NAME}]{end}',
            f'paste.filter_factory = {FACTORY}{end}',
            end,
        ]
    after = Paste(''.join(lines))
    if not all(map(after.is_isolated, after.pipelines)):
        raise NotUnderstood('its pipelines are written in an unknown form')
    _assert_nothing_else_changed(before, after)
    return after.text


def disable(text: str) -> str:
    """Return a text without the filter; the inverse of enable().

    :raises NotUnderstood: when it cannot be told how
    """
    before = Paste(text)
    lines = text.splitlines(keepends=True)
    for pipeline in before.pipelines:
        _take_out(lines, pipeline, before.ours)
    for name in before.filters:
        span = _section(lines, f'filter:{name}')
        del lines[span.start : span.stop]
    after = Paste(''.join(lines))
    named = {part for pipeline in after.pipelines for part in pipeline.parts}
    if after.filters or named & before.ours:
        raise NotUnderstood('its pipelines are written in an unknown form')
    _assert_nothing_else_changed(before, after)
    return after.text


def _options(text: str) -> Dict[Tuple[str, str], str]:
    """Return ``{(section, option): value}``, read as paste.deploy does."""
    parser = configparser.RawConfigParser(
        strict=False, default_section='no such section'
    )
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    try:
        parser.read_string(text)
    except configparser.Error as error:
        raise NotUnderstood(' '.join(str(error).split())) from error
    return {
        (section, option): value
        for section in parser.sections()
        for option, value in parser.items(section)
    }


def _assert_nothing_else_changed(before: Paste, after: Paste) -> None:
    def rest(paste: Paste) -> Dict[Tuple[str, str], List[str]]:
        ours = before.ours
        return {
            (section, option): [
                part for part in value.split() if part not in ours
            ]
            for (section, option), value in paste.options.items()
            if section not in {f'filter:{name}' for name in ours}
        }

    if rest(before) != rest(after):
        raise NotUnderstood('its lines are written in an unknown form')


def _section_of(line: str) -> str:
    """Return the section that a line begins, or ''."""
    found = _HEADER.match(line)
    return found.group('section') if found else ''


def _section(lines: List[str], section: str) -> range:
    """Return the lines of a section, and an empty one behind it.

    It ends with a comment, which may be about what follows.
    """
    start = next(
        (at for at, line in enumerate(lines) if _section_of(line) == section),
        len(lines),
    )
    for end in range(start + 1, len(lines)):
        if not lines[end].strip():
            return range(start, end + 1)
        if _section_of(lines[end]) or lines[end].startswith(('#', ';')):
            return range(start, end)
    return range(start, len(lines))


def _option(lines: List[str], section: str, option: str) -> range:
    """Return the lines of an option."""
    key = re.compile(rf'{re.escape(option)}\s*[=:]')
    for at in range(_section(lines, section).start + 1, len(lines)):
        if _section_of(lines[at]):
            break
        if key.match(lines[at]):
            end = at + 1
            while end < len(lines) and re.match(r'\s+\S', lines[end]):
                end += 1
            return range(at, end)
    raise NotUnderstood(f'[{section}] {option} is written in an unknown form')


def _take_out(lines: List[str], pipeline: Pipeline, names: Set[str]) -> int:
    """Take filters out of the lines of a pipeline.

    :returns: the place of its last line
    """
    span = _option(lines, pipeline.section, pipeline.option)
    for at in span:
        for name in names:
            lines[at] = re.sub(
                rf'(?<!\S){re.escape(name)}(\s|\Z)', '', lines[at]
            )
    return span[-1]
