# SPDX-License-Identifier: Apache-2.0
"""Contexts: sections as PasteDeploy knows them before it calls a factory.

The module imports nothing that a file names.
Source: paste/deploy/loadwsgi.py ConfigLoader, PasteDeploy 2.1 to 3.1.
"""

from __future__ import annotations

import dataclasses
import re
from typing import Optional

from cloud_security.deploy import paste_sections

NotUnderstood = paste_sections.NotUnderstood
Kind = paste_sections.Kind
Options = paste_sections.Options
APP = paste_sections.APP
FILTER = paste_sections.FILTER

#: Of each group a section may have one; of more than one group, none.
_PROTOCOLS = {
    APP: (
        ('paste.app_factory',),
        ('paste.composite_factory',),
        ('paste.composit_factory',),
    ),
    FILTER: (('paste.filter_factory', 'paste.filter_app_factory'),),
}
_ABSOLUTE = re.compile(r'[a-zA-Z]+:')
#: The value of an entry point, as importlib.metadata reads it.
_ENTRY_POINT = re.compile(
    r'([\w.]+)\s*(?::\s*([\w.]+)\s*)?(?:\[.*\]\s*)?\Z', re.ASCII
)


@dataclasses.dataclass
class Context:
    """An application or a filter, to be made from its options.

    A pipeline has ``words`` and no factory. A filter-app has the application
    behind it as its only word, and itself as ``filter``. ``around`` are
    names of filters, the outermost first.
    """

    section: str
    factory: str
    options: Options
    global_options: Options
    words: tuple[str, ...] = ()
    filter: Optional[Context] = None
    around: tuple[str, ...] = ()

    @property
    def is_plain(self) -> bool:
        """An application or a filter that a factory makes, and no more."""
        return not self.words and not self.around


def is_absolute(name: str) -> bool:
    """Tell whether a name leads out of the file, by a scheme."""
    return bool(_ABSOLUTE.match(name))


class Contexts:
    """The contexts of one api-paste.ini."""

    def __init__(self, sections: paste_sections.Sections) -> None:
        self.sections = sections
        self._used: list[str] = []

    def context(self, kind: Kind, name: str, given: Options) -> Context:
        """Return what PasteDeploy knows of an application or a filter.

        :param given: the global options of whoever refers to it
        :raises NotUnderstood: when PasteDeploy could not load it
        """
        if is_absolute(name):
            return Context('', _factory_of(name), {}, dict(given))
        section = self.sections.find(kind, name)
        local, additions, all_global = self.sections.options(section, given)
        around = local.pop('filter-with', None)
        local.pop('require', None)
        if section.startswith('filter-app:'):
            context = self._filter_app(section, local, additions, all_global)
        elif section.startswith('pipeline:'):
            context = _pipeline(section, local, all_global)
        else:
            context = self._made(kind, section, local, additions, all_global)
        if around is None:
            return context
        if kind is APP and not context.is_plain:
            # PasteDeploy takes it for a filter; each request would fail.
            raise NotUnderstood(
                f'[{section}] has filter-with, which PasteDeploy supports '
                'for [app:…] and [composite:…] only'
            )
        return dataclasses.replace(context, around=(around, *context.around))

    def _made(
        self,
        kind: Kind,
        section: str,
        local: Options,
        additions: Options,
        all_global: Options,
    ) -> Context:
        """Return the context of a section that names a factory."""
        if 'use' in local:
            return self._using(kind, section, local, additions, all_global)
        found = [
            given[0]
            for group in _PROTOCOLS[kind]
            for given in [[name for name in group if name in local]]
            if given
        ]
        if len(found) != 1:
            raise NotUnderstood(
                f'[{section}] names {"several factories" if found else "none"}'
                f' of {", ".join(sum(_PROTOCOLS[kind], ()))}'
            )
        value = local.pop(found[0])
        entry = _ENTRY_POINT.match(value)
        factory = f'{entry[1]}:{entry[2]}' if entry else value
        if found[0] == 'paste.filter_app_factory':
            # Another way to call it, so that it is another filter.
            factory = f'{found[0]} {factory}'
        return Context(section, factory, local, all_global)

    def _using(
        self,
        kind: Kind,
        section: str,
        local: Options,
        additions: Options,
        all_global: Options,
    ) -> Context:
        if section in self._used:
            raise NotUnderstood(f'[{section}] uses itself')
        self._used.append(section)
        try:
            used = self.context(kind, local.pop('use'), all_global)
        finally:
            self._used.pop()
        if used.around and (local or additions):
            # They reach the filter around it, or nobody.
            raise NotUnderstood(
                f'[{section}] has options of its own, but uses what has '
                f'filter-with: write {used.section or "it"} out'
            )
        used.options.update(local)
        used.global_options.update(additions)
        return dataclasses.replace(used, section=section)

    def _filter_app(
        self,
        section: str,
        local: Options,
        additions: Options,
        all_global: Options,
    ) -> Context:
        if 'next' not in local:
            raise NotUnderstood(f'[{section}] has no next')
        words = (local.pop('next'),)
        made = self._made(FILTER, section, local, additions, all_global)
        return Context(section, '', {}, all_global, words, made)


def _pipeline(section: str, local: Options, all_global: Options) -> Context:
    words = tuple(local.pop('pipeline', '').split())
    if local:
        raise NotUnderstood(
            f'[{section}] has {", ".join(local)}, which no pipeline takes'
        )
    if not words:
        raise NotUnderstood(f'[{section}] has no pipeline')
    return Context(section, '', {}, all_global, words)


def _factory_of(uri: str) -> str:
    """Return what a name with a scheme stands for, as a factory."""
    scheme, _, rest = uri.partition(':')
    if scheme.lower() == 'call':
        return rest
    # Names of distributions have no case.
    return f'{scheme.lower()}:{rest}'.replace('egg:Paste#', 'egg:paste#')
