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

from cloud_security.deploy import ini_lines

#: The name that the filter gets where it has none.
NAME = 'user_isolation'
FACTORY = 'cloud_security.compute.middleware:factory'
ROUTER = 'nova.api.openstack.compute:APIRouterV21.factory'

Change = Callable[[str], str]
NotUnderstood = ini_lines.NotUnderstood


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
        #: ``{name: section}``
        self.routers = self._named(
            ('app', 'application'), 'paste.app_factory', ROUTER
        )
        self.filters = set(
            self._named(('filter',), 'paste.filter_factory', FACTORY)
        )
        if not self.routers:
            raise NotUnderstood(f'no [app:…] has the factory {ROUTER}')
        self.pipelines = list(self._pipelines())
        if not self.pipelines:
            raise NotUnderstood(
                f'no pipeline ends in {" or ".join(sorted(self.routers))}'
            )

    def _named(
        self, kinds: Tuple[str, ...], option: str, value: str
    ) -> Dict[str, str]:
        """Return ``{name: section}`` of what has a factory."""
        return {
            section.partition(':')[2]: section
            for (section, name), found in self.options.items()
            if section.partition(':')[0] in kinds
            and (name, found) == (option, value)
        }

    def _pipelines(self) -> Iterator[Pipeline]:
        for (section, option), value in self.options.items():
            parts = tuple(value.split())
            if not self.routers.keys() & set(parts):
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
        last = ini_lines.take_out(
            lines, pipeline.section, pipeline.option, before.ours
        )
        lines[last] = re.sub(r'(\S+\s*)\Z', rf'{name} \1', lines[last])
    if not before.filters:
        if NAME not in before.ours:
            raise NotUnderstood(f'[filter:{NAME}] is not cloud_security')
        place = min(
            ini_lines.section_lines(lines, section).start
            for section in before.routers.values()
        )
        if place == len(lines):
            raise NotUnderstood('its sections are written in an unknown form')
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
        ini_lines.take_out(
            lines, pipeline.section, pipeline.option, before.ours
        )
    for name in before.filters:
        span = ini_lines.section_lines(lines, f'filter:{name}')
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
