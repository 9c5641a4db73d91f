# SPDX-License-Identifier: Apache-2.0
"""Sections of an api-paste.ini, found and read as PasteDeploy does.

Source: paste/deploy/loadwsgi.py, PasteDeploy 2.1 to 3.1.
"""

from __future__ import annotations

import configparser
import io
import os
from typing import Iterator
from typing import Optional

from cloud_security.deploy import ini_lines

NotUnderstood = ini_lines.NotUnderstood

#: Prefixes of sections; of each group PasteDeploy takes the first in use.
Kind = tuple[tuple[str, ...], ...]
Options = dict[str, str]

APP: Kind = (
    ('app', 'application'),
    ('composite', 'composit'),
    ('pipeline',),
    ('filter-app',),
)
FILTER: Kind = (('filter',),)


class Sections:
    """The sections of one api-paste.ini."""

    def __init__(self, text: str, path: str) -> None:
        """Parse the text as PasteDeploy does.

        :param path: the file's path, to which ``%(here)s`` refers
        :raises NotUnderstood: when PasteDeploy could not parse it
        """
        path = os.path.abspath(path)
        here = {'here': os.path.dirname(path), '__file__': path}
        self.parser = configparser.ConfigParser(defaults=here)
        self.parser.optionxform = str  # type: ignore[assignment,method-assign]
        try:
            # PasteDeploy's file has universal ends of lines.
            self.parser.read_file(io.StringIO(text, newline=None), path)
        except configparser.Error as error:
            raise NotUnderstood(_in_one_line(error)) from error
        self.sections = self.parser.sections()
        self.defaults = {
            option: self.value('DEFAULT', option) or value
            for option, value in self.parser.defaults().items()
        }

    def value(self, section: str, option: str) -> str:
        """Return the value of an option, with what it refers to put in.

        :raises NotUnderstood: when it refers to what is not there
        """
        try:
            return self.parser.get(section, option)
        except configparser.Error as error:
            raise NotUnderstood(_in_one_line(error)) from error

    def raw(self, section: str) -> Options:
        """Return the options of a section, and defaults, as written."""
        return dict(self.parser.items(section, raw=True))

    def find(self, kind: Kind, name: str) -> str:
        """Return the section that PasteDeploy takes for a name.

        :raises NotUnderstood: when there is none, or more than one
        """
        found: list[str] = []
        for prefixes in kind:
            for prefix in prefixes:
                more = [
                    section
                    for section in self.sections
                    if section.startswith(f'{prefix}:')
                    and section[len(prefix) + 1 :].strip() == name
                ]
                if more:
                    found += more
                    break
        if len(found) == 1:
            return found[0]
        if found:
            raise NotUnderstood(f'[{found[0]}] and [{found[1]}] have one name')
        raise NotUnderstood(f'there is no section [{kind[0][0]}:{name}]')

    def named(self, kind: Kind) -> Iterator[tuple[str, str]]:
        """Yield the name and the section of each application or filter."""
        prefixes = tuple(prefix for group in kind for prefix in group)
        for section in self.sections:
            prefix, colon, name = section.partition(':')
            if colon and prefix in prefixes:
                yield name.strip(), section

    def options(
        self, section: str, given: Options
    ) -> tuple[Options, Options, Options]:
        """Return a section's local options, its additions, and all global.

        :param given: the global options of whoever refers to the section
        :raises NotUnderstood: when PasteDeploy could not read them
        """
        local: Options = {}
        additions: Options = {}
        wanted: Options = {}
        all_global = {**self.defaults, **given}
        for option in self.parser.options(section):
            if option.startswith('set '):
                value = self.value(section, option)
                additions[option[4:].strip()] = value
                all_global[option[4:].strip()] = value
            elif option.startswith('get '):
                wanted[option[4:].strip()] = self.value(section, option)
            elif option not in self.defaults:
                # PasteDeploy skips what has the name of a default.
                local[option] = self.value(section, option)
        for option, name in wanted.items():
            taken: Optional[str] = all_global.get(name)
            if taken is None:
                raise NotUnderstood(
                    f'[{section}] get {option} names {name}, which is not set'
                )
            local[option] = taken
        return local, additions, all_global


def _in_one_line(error: Exception) -> str:
    return ' '.join(str(error).split()).rstrip('.')
