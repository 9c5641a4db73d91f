# SPDX-License-Identifier: Apache-2.0
"""Ways through an api-paste.ini to the API of a service.

A model of PasteDeploy's loader follows the sections from an application to
the API. It returns the filters on each way there.
Source: nova/api/auth.py and nova/api/openstack/urlmap.py, Nova 29 to 34;
cinder/api/middleware/auth.py, Cinder 24 to 29; glance/api/__init__.py, Glance
28 to 33; paste/urlmap.py;
paste/deploy/loadwsgi.py, PasteDeploy 2.1 to 3.1.
"""

from __future__ import annotations

import contextlib
import dataclasses
from typing import Iterable
from typing import Iterator
from typing import Optional

from cloud_security.deploy import apis
from cloud_security.deploy import paste_contexts
from cloud_security.deploy import paste_sections

NotUnderstood = paste_sections.NotUnderstood
Options = paste_sections.Options
APP = paste_sections.APP
FILTER = paste_sections.FILTER

#: A file in which more sections are followed is refused.
_MOST = 5_000


class Elsewhere(NotUnderstood):
    """A section that goes on in another file."""


class TooInvolved(NotUnderstood):
    """Sections that refer to each other too often."""


@dataclasses.dataclass(frozen=True)
class Filter:
    """A filter on the way: its name in the file, factory and options."""

    name: str
    factory: str
    options: tuple[str, ...] = ()


#: The filters from the outermost to the one before the API.
Way = tuple[Filter, ...]


class Loader:
    """A loader that follows names as PasteDeploy does."""

    def __init__(
        self,
        sections: paste_sections.Sections,
        api: apis.Api = apis.NOVA,
    ) -> None:
        self.sections = sections
        self.api = api
        self.contexts = paste_contexts.Contexts(sections)
        self._followed: list[str] = []
        self._count = 0

    def filters(self, name: str, given: Optional[Options] = None) -> Way:
        """Return a filter, behind those that are put around it.

        A filter that PasteDeploy could not load has no factory: the service
        does not start with it.

        :param given: the global options of whoever refers to it
        """
        if paste_contexts.is_absolute(name):
            return (Filter(name, name),)
        try:
            with self._following(f'filter {name}'):
                found = self.contexts.context(FILTER, name, given or {})
                return self._around(found) + (_as_filter(name, found),)
        except TooInvolved:
            raise
        except NotUnderstood:
            return (Filter(name, ''),)

    def ways(
        self, name: str, given: Optional[Options] = None
    ) -> frozenset[Way]:
        """Return the ways from an application to the API.

        :param given: the global options of whoever refers to it
        :raises NotUnderstood: when PasteDeploy could not load it, or this
            module cannot tell where it leads
        """
        with self._following(f'application {name}'):
            found = self.contexts.context(APP, name, given or {})
            outer = self._around(found)
            if found.words:
                if found.filter:
                    outer += self._around(found.filter)
                    outer += (_as_filter(name, found.filter),)
                ways = self._piped(found.words, found.global_options)
            else:
                ways = self._called(name, found)
        return frozenset(outer + way for way in ways)

    @contextlib.contextmanager
    def _following(self, step: str) -> Iterator[None]:
        self._count += 1
        if step in self._followed:
            raise NotUnderstood(f'the {step} leads back to itself')
        if self._count > _MOST:
            raise TooInvolved('its sections refer to each other too often')
        self._followed.append(step)
        try:
            yield
        finally:
            self._followed.pop()

    def _around(self, found: paste_contexts.Context) -> Way:
        way: Way = ()
        for name in found.around:
            way += self.filters(name, found.global_options)
        return way

    def _piped(
        self, words: Iterable[str], given: Optional[Options]
    ) -> frozenset[Way]:
        *filters, app = words
        before: Way = ()
        for word in filters:
            before += self.filters(word, given)
        return frozenset(before + way for way in self.ways(app, given))

    def _called(
        self, name: str, found: paste_contexts.Context
    ) -> frozenset[Way]:
        """Return where the factory of an application leads."""
        if found.factory in self.api.routers:
            return frozenset({()})
        if found.factory in self.api.url_maps:
            return self._branches(found)
        if found.factory in self.api.pipelines:
            return self._strategies(found)
        if found.factory.startswith('config:'):
            where = f'[{found.section}]' if found.section else name
            raise Elsewhere(
                f'{where} goes on in another file, {found.factory}: put all '
                'into this one'
            )
        for option, value in found.options.items():
            if any(map(self.leads_on, value.split())):
                raise self._bare(found.section, option)
        return frozenset()

    def _branches(self, found: paste_contexts.Context) -> frozenset[Way]:
        ways: set[Way] = set()
        branches = {
            name: value
            for name, value in found.global_options.items()
            if name == 'not_found_app'
        }
        branches.update(found.options)
        dropped = self.api.url_maps[found.factory]
        for option, value in branches.items():
            if option in dropped:
                continue
            if self.is_router(value):
                if not self.api.is_mapped:
                    raise self._bare(found.section, option)
                ways.add(())
                continue
            ways |= self.ways(value, found.global_options)
        return frozenset(ways)

    def _strategies(self, found: paste_contexts.Context) -> frozenset[Way]:
        """Return the ways of all that auth_strategy may choose."""
        ways: set[Way] = set()
        for option, value in found.options.items():
            words = value.split()
            if option == 'keystone' or any(map(self.leads_on, words)):
                if not words:
                    raise NotUnderstood(f'[{found.section}] {option} is empty')
                # The service hands no global options on here.
                ways |= self._piped(words, None)
        return frozenset(ways)

    def leads_on(self, name: str) -> bool:
        """Tell whether a word names an application that leads to the API."""
        try:
            return bool(self.ways(name))
        except (Elsewhere, TooInvolved):
            raise
        except NotUnderstood:
            return False

    def is_router(self, name: str) -> bool:
        """Tell whether a name is the API itself, without filters."""
        found = self.router(name)
        return found is not None and not found.around

    def router(self, name: str) -> Optional[paste_contexts.Context]:
        """Return the API, where a name stands for it."""
        try:
            found = self.contexts.context(APP, name, {})
        except NotUnderstood:
            return None
        return found if found.factory in self.api.routers else None

    def is_end(self, name: str) -> bool:
        """Tell whether pipelines to the API end in an application.

        It is the API itself, or a URL map that has the API.
        """
        if not self.api.is_mapped:
            return self.router(name) is not None
        try:
            found = self.contexts.context(APP, name, {})
        except NotUnderstood:
            return False
        return found.factory in self.api.url_maps and any(
            map(self.is_router, found.options.values())
        )

    def _bare(self, section: str, option: str) -> NotUnderstood:
        return NotUnderstood(
            f'[{section}] {option} reaches the {self.api.application}, but '
            'not as a pipeline that ends there'
        )


def _as_filter(name: str, found: paste_contexts.Context) -> Filter:
    return Filter(name, found.factory, tuple(sorted(found.options)))
