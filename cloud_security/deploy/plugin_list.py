# SPDX-License-Identifier: Apache-2.0
"""A list of plugins in a configuration file: where ours stands, and belongs.

It needs no service. Before it returns a text, it reads that again as
oslo.config does: the list has our plugin, or has not, and all else is as
before. All text that is not ours stays, comments too.
"""

from __future__ import annotations

from typing import Callable
from typing import Optional

from oslo_config import iniparser

from cloud_security.deploy import api as apis
from cloud_security.deploy import ini_lines
from cloud_security.deploy import plugin_lines

SECTION = 'DEFAULT'
_MARK = '# "enable" of cloud_security wrote this line and the next'
#: The same in files that the first release changed.
_OLD_MARK = '# cloud-security-manage enable wrote this line and the next'

NotUnderstood = ini_lines.NotUnderstood
Sections = dict[str, dict[str, list[str]]]
Change = Callable[[str, apis.PluginApi], str]


class _Parser(iniparser.BaseParser):
    """oslo.config's parser, which reads a text instead of a file."""

    def __init__(self) -> None:
        self.sections: Sections = {}
        self._section: Optional[str] = None

    def new_section(self, section: str) -> None:
        self._section = section
        self.sections.setdefault(section, {})

    def assignment(self, key: str, value: list[str]) -> None:
        if self._section is None:
            raise self.parse_exc('it stands before any section', 0, key)
        found = self.sections[self._section].setdefault(key, [])
        found.append('\n'.join(value))


class PluginList:
    """The list of plugins in the text of a configuration file.

    ``values`` has each value that the file gives the option; the last counts.
    """

    def __init__(self, text: str, api: apis.PluginApi) -> None:
        """Read the text of a configuration file.

        :raises NotUnderstood: when oslo.config could not read it
        """
        self.text = text
        self.api = api
        self.names = (api.plugin, *api.others)
        parser = _Parser()
        try:
            parser.parse(ini_lines.split(text))
        except iniparser.ParseError as error:
            raise NotUnderstood(str(error)) from error
        self.sections = parser.sections
        self.values = self.sections.get(SECTION, {}).get(api.option, [])

    @property
    def is_set(self) -> bool:
        """The file gives the option a value, or none at all."""
        return bool(self.values)

    @property
    def parts(self) -> list[str]:
        """The plugins in the value that counts."""
        return parts_of(self.values[-1]) if self.values else []

    @property
    def is_ours_loaded(self) -> bool:
        """The value that counts names our plugin."""
        return not {*self.names}.isdisjoint(self.parts)

    @property
    def is_ours_named(self) -> bool:
        """Any value names our plugin."""
        return any(
            not {*self.names}.isdisjoint(parts_of(value))
            for value in self.values
        )

    @property
    def rest(self) -> Sections:
        """All that is not our plugin; sections without options are left out.

        Of the list, only the value that counts is there.
        """
        found = {
            section: dict(options)
            for section, options in self.sections.items()
        }
        others = [part for part in self.parts if part not in self.names]
        default = found.setdefault(SECTION, {})
        default.pop(self.api.option, None)
        if others:
            default[self.api.option] = others
        return {
            section: options for section, options in found.items() if options
        }


def parts_of(value: str) -> list[str]:
    """Return the parts of a list as oslo.config does, without empty ones."""
    return [part.strip() for part in value.split(',') if part.strip()]


def enable(text: str, api: apis.PluginApi) -> str:
    """Return a text whose list has our plugin, as its last part.

    :raises NotUnderstood: when it cannot be told how
    """
    before = PluginList(text, api)
    if before.is_ours_loaded:
        return text
    lines = ini_lines.split(text)
    if not before.is_set:
        _put_option(lines, api)
    elif '$' in before.values[-1]:
        raise NotUnderstood(
            f'{api.option} takes in another option with "$", so that it '
            f'cannot be told whether {api.plugin} is in it'
        )
    else:
        span = plugin_lines.spans(lines, SECTION, api.option)[-1]
        plugin_lines.append(lines, span, api.plugin)
    after = PluginList(''.join(lines), api)
    if after.parts != [*before.parts, api.plugin] or after.rest != before.rest:
        raise NotUnderstood(f'{api.option} is written in an unknown form')
    return after.text


def _put_option(lines: list[str], api: apis.PluginApi) -> None:
    """Write the option into its section, which is made where it is missing."""
    option = f'{api.option} = {api.plugin}'
    at = plugin_lines.header(lines, SECTION)
    if at is None:
        end = plugin_lines.end_of(lines[0]) if lines else '\n'
        new = [f'{_MARK} two.', f'[{SECTION}]', option]
        lines[:0] = [f'{line}{end}' for line in new]
        return
    new = [f'{_MARK}.', option]
    end = plugin_lines.end_of(lines[at])
    if lines[at].endswith(end):
        lines[at + 1 : at + 1] = [f'{line}{end}' for line in new]
    else:
        # The file has no newline at its end, and gets none.
        lines[at] += end
        lines += [f'{new[0]}{end}', new[1]]


def disable(text: str, api: apis.PluginApi) -> str:
    """Return a text without our plugin; the inverse of enable().

    :raises NotUnderstood: when it cannot be told how
    """
    before = PluginList(text, api)
    if not before.is_ours_named:
        return text
    lines = ini_lines.split(text)
    for span in reversed(plugin_lines.spans(lines, SECTION, api.option)):
        if not _take_option(lines, span, api):
            plugin_lines.take_out(lines, span, before.names)
    after = PluginList(''.join(lines), api)
    if after.is_ours_named or after.rest != before.rest:
        raise NotUnderstood(f'{api.option} is written in an unknown form')
    return after.text


def _take_option(lines: list[str], span: range, api: apis.PluginApi) -> bool:
    """Take out the lines that enable() wrote; tell whether they are those."""
    if len(span) > 1 or lines[span[0]].rstrip() != (
        f'{api.option} = {api.plugin}'
    ):
        return False
    for count, end in ((1, '.'), (2, ' two.')):
        start = span[0] - count
        marks = (f'{_MARK}{end}', f'{_OLD_MARK}{end}')
        if start >= 0 and lines[start].rstrip() in marks:
            last = lines[span[0]]
            del lines[start : span.stop]
            if start and not last.endswith(('\n', '\r')):
                lines[start - 1] = lines[start - 1].rstrip('\r\n')
            return True
    return False
