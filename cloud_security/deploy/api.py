# SPDX-License-Identifier: Apache-2.0
"""Api: all that the commands must know of one service's files.

An API is the part of a service that isolates. It loads a filter, which
api-paste.ini names, or a plugin, which its configuration names. Nothing here
imports a service, which an image need not have.
"""

from __future__ import annotations

from collections.abc import Mapping
import dataclasses
import os
import re
import sysconfig
from typing import Optional

_NOTHING: frozenset[str] = frozenset()
_CHECKOUT = os.path.abspath(os.path.join(__file__, '../../../etc/policy.d'))


@dataclasses.dataclass(frozen=True, eq=False)
class Api:
    """One service's API.

    ``key`` is the value of ``--service``, and the name of the service's
    room. ``things`` is the noun for what belongs to owners. ``variables``
    names the environment variables for the folder, and perhaps for the
    files, of its configuration. ``paste_option`` is the option in its
    configuration that names the api-paste.ini, in ``paste_group``. They
    are absent where the service has none. ``paste_file`` is the name of
    the api-paste.ini. ``account`` is the user that packages create, and
    the name of the service's Python package, its distribution and its root
    logger. ``program`` matches the names of a process that serves the API.

    Of those that load a filter, and not a plugin, the following speak. In
    api-paste.ini, ``entry`` is the application that the service loads,
    ``routers`` are factories of the API itself, the usual one first, and
    ``factory`` is the filter's. ``url_maps`` holds factories of URL maps,
    each with the paths that it drops. ``pipelines`` are factories that choose
    one of several pipelines. ``behind`` are factories of filters that answer
    requests themselves, so that our filter stands before the first of them.
    With ``is_mapped``, pipelines end in a URL map that has the API itself.
    With ``has_flavors``, the service also loads an application whose name is
    that of ``entry`` with a dash and more.

    ``rules_file`` are our rules below the folder that pip installs, and
    ``packaged`` is where a package has them. ``base_rules`` are the rules in
    that file, ``essential_rules`` those by which it is known under another
    name. ``bridging_rules`` lead to the others and need not ask for the
    filter. ``late_rules`` are those that a supported release lacks.
    ``unrestricted`` are rules of the service's own: who passes one of them
    sees everything, whatever our rules say.
    ``tables`` is the sentence that tells how our tables are made, '' where
    there are none.
    """

    key: str
    name: str
    things: str
    folder: str
    conf_file: str
    account: str
    program: re.Pattern[str]
    restart: str

    rules_file: str
    packaged: str
    base_rules: frozenset[str]
    essential_rules: frozenset[str]
    bridging_rules: frozenset[str] = _NOTHING
    late_rules: frozenset[str] = _NOTHING
    unrestricted: tuple[str, ...] = ()

    tables: str = ''
    application: str = ''
    entry: str = ''
    routers: tuple[str, ...] = ()
    factory: str = ''
    url_maps: Mapping[str, frozenset[str]] = dataclasses.field(
        default_factory=dict
    )
    pipelines: frozenset[str] = _NOTHING
    behind: frozenset[str] = _NOTHING
    is_mapped: bool = False
    has_flavors: bool = False

    variables: Optional[tuple[str, ...]] = None
    paste_file: str = 'api-paste.ini'
    paste_option: Optional[str] = None
    paste_group: Optional[str] = None

    def files(self) -> list[str]:
        """Return the files that the API reads, api-paste.ini first.

        Source: nova/api/openstack/wsgi_app.py _get_config_files, Nova 29 to
        34; cinder/wsgi/wsgi.py, Cinder 24 to 29, which reads no variables;
        glance/common/wsgi_app.py _get_config_files, Glance 28 to 33.
        """
        folder, names = self.folder, ''
        if self.variables:
            of_folder, *of_files = self.variables
            folder = os.environ.get(of_folder, folder).strip()
            names = ''.join(os.environ.get(name, '') for name in of_files)
        given = [name.strip() for name in names.split(';') if name.strip()]
        return [os.path.join(folder, name) for name in given or self._names]

    @property
    def _names(self) -> tuple[str, ...]:
        """The names of the files that the API reads by default."""
        return self.paste_file, self.conf_file

    @property
    def conf_files(self) -> list[str]:
        """The files of its configuration that the API reads."""
        return self.files()[1:]

    @property
    def noun(self) -> str:
        """The noun for what the service loads, for sentences."""
        return 'filter'

    @property
    def thing(self) -> str:
        """The noun for one thing that belongs to an owner."""
        return self.things[:-1]

    @property
    def default_paste(self) -> str:
        """The api-paste.ini, where nothing names another."""
        return os.path.join(self.folder, self.paste_file)

    def is_entry(self, name: str) -> bool:
        """Tell whether the service may load an application."""
        return name == self.entry or (
            self.has_flavors and name.startswith(f'{self.entry}-')
        )

    @property
    def link(self) -> str:
        """The name of our rules in the service's policy.d."""
        return os.path.basename(self.rules_file)

    @property
    def rules(self) -> tuple[str, ...]:
        """The paths of our rules: of a package, of pip and of a checkout."""
        shared = sysconfig.get_path('data')
        folder = os.path.join(shared, 'share/cloud_security/policy.d')
        return (
            self.packaged,
            os.path.join(folder, self.rules_file),
            os.path.join(_CHECKOUT, self.rules_file),
        )

    @property
    def rule_endings(self) -> tuple[str, ...]:
        """Ends of those paths, wherever they were when a link was made."""
        return self.packaged, f'/policy.d/{self.rules_file}'


@dataclasses.dataclass(frozen=True, eq=False)
class PluginApi(Api):
    """One service's API that loads a plugin, which its configuration names.

    ``plugin`` is its name in ``option``, a list in [DEFAULT], and ``others``
    are further names of it. ``companions`` are all names of our other plugin
    in that list. ``further`` are files that the API reads behind
    ``conf_file``, and ``folders`` those whose files it reads behind these.
    ``delivered`` are files and folders of packages, which the API reads at
    first, and ``marks`` are files that only hosts of the API have.
    """

    plugin: str = ''
    others: tuple[str, ...] = ()
    companions: tuple[str, ...] = ()
    option: str = ''
    further: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()
    delivered: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()

    @property
    def noun(self) -> str:
        """The noun for what the service loads, for sentences."""
        return 'plugin'

    @property
    def _names(self) -> tuple[str, ...]:
        """The names of the files that the API reads by default."""
        return self.conf_file, *self.further

    @property
    def conf_files(self) -> list[str]:
        """The files of its configuration that the API reads."""
        return self.files()
