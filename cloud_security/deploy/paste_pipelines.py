# SPDX-License-Identifier: Apache-2.0
"""Pipelines of an api-paste.ini that end in the API of a service.

Source: etc/nova/api-paste.ini and nova/api/openstack/wsgi_app.py, Nova 29 to
34; etc/cinder/api-paste.ini and cinder/wsgi/wsgi.py, Cinder 24 to 29;
etc/glance-api-paste.ini and glance/common/config.py, Glance 28 to 33.
"""

from __future__ import annotations

from typing import Iterator
from typing import NamedTuple

from cloud_security.deploy import apis
from cloud_security.deploy import paste_loader
from cloud_security.deploy import paste_place
from cloud_security.deploy import paste_sections

#: The name that the filter gets where it has none.
NAME = 'user_isolation'

NotUnderstood = paste_sections.NotUnderstood
Ways = frozenset[paste_loader.Way]


class Pipeline(NamedTuple):
    """A pipeline that ends in the API."""

    section: str
    option: str
    parts: tuple[str, ...]
    ways: Ways

    @property
    def name(self) -> str:
        """The name under which operators find it."""
        return f'[{self.section}] {self.option}'


class Paste:
    """An api-paste.ini as PasteDeploy would load it.

    ``filters`` has the names under which the filter is known in it, with
    their sections, ``routers`` those of the API, and ``ends`` those in which
    pipelines to the API end.
    """

    def __init__(
        self, text: str, path: str = '', api: apis.Api = apis.NOVA
    ) -> None:
        """Read the text of an api-paste.ini.

        :param path: the path at which the service reads it
        :raises NotUnderstood: when it is not the service's, or serves the API
            in a way that this module does not know
        """
        self.text = text
        self.api = api
        self.sections = paste_sections.Sections(
            text, path or api.default_paste
        )
        applications = list(self.sections.named(paste_sections.APP))
        self.filters = {
            name: section
            for name, section in self.sections.named(paste_sections.FILTER)
            if self._is_ours(name)
        }
        self.routers = {
            name: section
            for name, section in applications
            if self._loader.router(name)
        }
        if not self.routers:
            self._refuse_other_files()
            raise NotUnderstood(f'no [app:…] has the factory {api.routers[0]}')
        self.ends = {
            name: section
            for name, section in applications
            if self._loader.is_end(name)
        }
        self._entry = self._ways_in(applications)
        self.pipelines = list(self._pipelines(applications))
        if not self.pipelines and not self._entry:
            raise NotUnderstood(
                f'no pipeline ends in {" or ".join(sorted(self.ends))}'
            )

    @property
    def _loader(self) -> paste_loader.Loader:
        return paste_loader.Loader(self.sections, self.api)

    def _refuse_other_files(self) -> None:
        """Refuse a file that goes on in another one.

        :raises NotUnderstood: when it does
        """
        try:
            self._loader.ways(self.api.entry)
        except paste_loader.Elsewhere:
            raise
        except NotUnderstood:
            return

    def _is_ours(self, name: str) -> bool:
        try:
            return self._loader.filters(name)[-1].factory == self.api.factory
        except NotUnderstood:
            # The service does not start where it needs this one.
            return False

    def _ways_in(self, applications: list[tuple[str, str]]) -> Ways:
        """Return the ways from the application that the service loads.

        :raises NotUnderstood: when they, or those of others, are unclear
        """
        entry = self.api.entry
        if entry in self.routers:
            raise NotUnderstood(f'[{self.routers[entry]}] has no pipeline')
        for name, section in applications:
            if self.api.is_entry(name):
                continue
            try:
                self._loader.ways(name)
            except paste_loader.TooInvolved:
                raise
            except NotUnderstood as error:
                # No service loads what nothing refers to.
                for option, value in self.sections.raw(section).items():
                    if self.ends.keys() & set(value.split()):
                        raise NotUnderstood(
                            f'[{section}] {option} reaches the '
                            f'{self.api.application}, but not as a pipeline '
                            'that ends there, or not as PasteDeploy reads '
                            f'it: {error}'
                        ) from error
        for name, section in self.routers.items():
            context = self._loader.router(name)
            others = [
                around
                for around in (context.around if context else ())
                if around not in self.filters
            ]
            if others:
                raise NotUnderstood(
                    f'filter-with puts {others[0]} directly before '
                    f'[{section}]: put it into the pipelines'
                )
        return frozenset().union(
            *(
                self._loader.ways(name)
                for name in dict(applications)
                if self.api.is_entry(name)
            )
        )

    def _pipelines(
        self, applications: list[tuple[str, str]]
    ) -> Iterator[Pipeline]:
        for _, section in applications:
            options = self.sections.raw(section)
            for option in options:
                if option in self.sections.defaults:
                    continue
                parts = tuple(self.sections.value(section, option).split())
                if parts and parts[-1] in self.ends:
                    ways = self._pipeline_ways(section, option, parts)
                    if ways:
                        yield Pipeline(section, option, parts, ways)

    def _pipeline_ways(
        self, section: str, option: str, parts: tuple[str, ...]
    ) -> Ways:
        """Return the ways of an option, none where it is no pipeline."""
        loader = self._loader
        if section.startswith('pipeline:'):
            return loader.ways(section.partition(':')[2].strip())
        name = section.partition(':')[2].strip()
        context = loader.contexts.context(paste_sections.APP, name, {})
        if context.factory not in self.api.pipelines:
            return frozenset()
        filters: paste_loader.Way = ()
        for part in parts[:-1]:
            filters += loader.filters(part)
        return frozenset(filters + way for way in loader.ways(parts[-1]))

    @property
    def others(self) -> set[str]:
        """The names of filters that are not cloud_security."""
        return {
            name
            for name, _ in self.sections.named(paste_sections.FILTER)
            if name not in self.filters
        }

    @property
    def ours(self) -> set[str]:
        """The names that are the filter's, and no other's."""
        return (set(self.filters) | {NAME}) - self.others

    @property
    def behind(self) -> list[str]:
        """The names of filters that belong behind ours."""
        named = self.sections.named(paste_sections.FILTER)
        return paste_place.behind(self._loader, (name for name, _ in named))

    @property
    def ways(self) -> Ways:
        """All ways to the API."""
        return self._entry.union(*(found.ways for found in self.pipelines))

    @property
    def is_isolated_on_all_ways(self) -> bool:
        """Each way has the filter, once and in its place."""
        return self._are_isolated(self.ways)

    @property
    def missing_filters(self) -> list[str]:
        """The names of other filters that PasteDeploy could not load."""
        found = {part for way in self.ways for part in way}
        return sorted(
            part.name
            for part in found
            if not part.factory and part.name != NAME
        )

    @property
    def stray_options(self) -> dict[str, tuple[str, ...]]:
        """Options that the filter was given, by section; it takes none."""
        found = {
            section: self._loader.filters(name)[-1].options
            for name, section in self.filters.items()
        }
        return {section: names for section, names in found.items() if names}

    def is_missing(self, pipeline: Pipeline) -> bool:
        """Tell whether a pipeline does not name the filter at all."""
        return not any(
            part.factory == self.api.factory
            for way in pipeline.ways
            for part in way
        )

    def is_isolated(self, pipeline: Pipeline) -> bool:
        """Tell whether a pipeline has the filter, once and in its place."""
        return self._are_isolated(pipeline.ways)

    def _are_isolated(self, ways: Ways) -> bool:
        return all(paste_place.is_isolated(way, self.api) for way in ways)
