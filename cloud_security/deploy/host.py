# SPDX-License-Identifier: Apache-2.0
"""Files of one host or image, in which the filter is switched on and off.

Two things belong to cloud_security: the place that loads it (``loading``), and
a link in policy.d. The steps change nothing else, and leave no file half done.
This module imports no service, which an image need not have.
"""

from __future__ import annotations

import dataclasses
import os
from typing import Optional

from cloud_security.deploy import apis
from cloud_security.deploy import config_options
from cloud_security.deploy import file_changes
from cloud_security.deploy import image
from cloud_security.deploy import loading as loadings
from cloud_security.deploy import paste_loading
from cloud_security.deploy import plugin_loading
from cloud_security.deploy import plugin_sources
from cloud_security.deploy import policy_places
from cloud_security.deploy import rule_files

#: Nova's, in policy.d.
LINK = apis.NOVA.link


@dataclasses.dataclass
class Host:
    """Paths of a host or an image.

    ``root`` is the folder of an image; the other paths are as in the image.
    Without ``paste`` it is the one that the API reads. Without ``policy_dir``
    it is the one that ``config_files`` and ``config_dirs`` name, or policy.d
    beside the api-paste.ini. Without these it is such as nova.conf beside it.
    ``named`` has both in the order in which a service with a plugin reads
    them; such a service has no api-paste.ini here.
    """

    paste: str = ''
    policy_dir: Optional[str] = None
    root: str = '/'
    config_files: tuple[str, ...] = ()
    config_dirs: tuple[str, ...] = ()
    api: apis.Api = apis.NOVA
    named: plugin_sources.Named = ()

    def __post_init__(self) -> None:
        """Find the api-paste.ini that nobody named."""
        self.is_named = bool(self.paste)
        self.paste = self.paste or self.api.files()[0]
        self.named = self.named or tuple(
            config_options.in_order(self.config_files, self.config_dirs)
        )

    @property
    def loading(self) -> loadings.Loading:
        """The place that lets the service load our code."""
        if isinstance(self.api, apis.PluginApi):
            return plugin_loading.PluginLoading(
                self._sources(self.api), self.root, self.api
            )
        return paste_loading.PasteLoading(
            self.paste_path,
            self.paste,
            self.root,
            self.api,
            self.is_named,
            lambda: self._places().paste,
        )

    def _sources(self, api: apis.PluginApi) -> plugin_sources.Sources:
        return plugin_sources.Sources(self.named, api, self._reached)

    @property
    def paste_path(self) -> str:
        """The api-paste.ini, as it is reached from here."""
        return self._reached(self.paste)

    @property
    def main_path(self) -> str:
        """The file beside which policy.d is by default."""
        if isinstance(self.api, apis.PluginApi):
            return self._sources(self.api).usual
        return self.paste_path

    @property
    def link_path(self) -> str:
        """The link to the rules, as it is reached from here.

        :raises Refused: when the configuration names other folders
        """
        return self._link_in(self._places())

    def _link_in(self, places: policy_places.Places) -> str:
        name = self.api.link
        wish = self._reached(self.policy_dir) if self.policy_dir else None
        return self._inside(os.path.join(places.folder(wish, name), name))

    def _places(self) -> policy_places.Places:
        if isinstance(self.api, apis.PluginApi):
            sources = self._sources(self.api)
            return policy_places.read(
                sources.own_files(),
                sources.folders(),
                sources.usual,
                self._reached,
                self.api,
            )
        files = [*map(self._reached, self.config_files)]
        folders = [*map(self._reached, self.config_dirs)]
        paste, *names = self.api.files()
        if not files and not folders:
            files, folders = policy_places.beside(
                self.paste_path, self.api.conf_file
            )
            if self.paste == paste:
                reached = map(self._reached, names)
                files = [*filter(os.path.isfile, reached)] or files
        return policy_places.read(
            files, folders, self.paste_path, self._reached, self.api
        )

    def _reached(self, path: str) -> str:
        return image.reached(self.root, path)

    def _inside(self, path: str) -> str:
        return image.inside(self.root, path)

    def linking_the_rules(self) -> list[file_changes.Step]:
        """Return the changes in policy.d, nothing where they are done.

        :raises Refused: when they cannot be done
        """
        places = self._places()
        path = self._link_in(places)
        folder = os.path.dirname(path)
        if os.path.lexists(folder) and not os.path.isdir(folder):
            raise file_changes.Refused(
                f"{folder} is no directory: name {self.api.name}'s with "
                '--policy-dir.'
            )
        rules = self._rules()
        if self._is_our_link(path):
            target = os.readlink(path)
            if target == rules:
                return []
            # Python is another since, or pip's package is RDO's.
            return [
                file_changes.Unlink(path, target),
                file_changes.Link(path, rules),
            ]
        lacking = self._lacking(rules, places.paths())
        if not lacking:
            # Others deliver the same rules: a configuration management, a
            # ConfigMap, an image.
            return []
        if os.path.lexists(path):
            raise file_changes.Refused(
                f'{path} is not the link that cloud-security-manage makes, '
                f'and not as good as {rules}: {"; ".join(lacking)}. Mend it '
                'where it comes from, or move it out of that folder. Your '
                'own rules belong into a file that sorts after it.'
            )
        return [file_changes.Link(path, rules)]

    def enabling(self) -> list[file_changes.Step]:
        """Return both, for a host on which the API does not run.

        :raises Refused: when it cannot be done
        """
        return self.loading.putting_in() + self.linking_the_rules()

    def disabling(self) -> list[file_changes.Step]:
        """Return what is to be done, nothing where all is done.

        Rules that others deliver stay; ``still_asking`` names them.

        :raises Refused: when it cannot be done
        """
        # Without the filter, the rules would refuse members.
        places = self._places()
        beside = os.path.join(os.path.dirname(self.main_path), 'policy.d')
        links = [
            self._link_in(places),
            *(
                os.path.join(name, self.api.link)
                for name in [*places.folders, beside]
            ),
        ]
        links = [*map(self._inside, links)]
        steps: list[file_changes.Step] = [
            file_changes.Unlink(path, os.readlink(path))
            for path in dict.fromkeys(links)
            if self._is_our_link(path)
        ]
        return steps + self.loading.taking_out()

    def still_asking(self) -> dict[str, list[str]]:
        """Return the rules that refuse members when the filter has gone.

        :returns: ``{path of a policy file: [names of rules]}``
        """
        places = self._places()
        # Older releases of oslo.policy read it where the other is missing.
        older = os.path.join(os.path.dirname(places.file), 'policy.json')
        paths = [*filter(os.path.isfile, [older]), *places.paths()]
        return {
            path: names
            for path, names in rule_files.asking(paths).items()
            if os.path.basename(path) != self.api.link
            or not self._is_our_link(path)
        }

    def _rules(self) -> str:
        """Return where the rules are, as in the image.

        :raises Refused: when they are not there
        """
        for rules in self.api.rules:
            if os.path.isfile(self._reached(rules)):
                return rules
        places = ', '.join(map(self._reached, self.api.rules))
        raise file_changes.Refused(
            f'None of {places} is there: install cloud_security again.'
        )

    def _lacking(self, rules: str, paths: list[str]) -> list[str]:
        try:
            wanted = rule_files.rules_in(self._reached(rules))
        except rule_files.Unreadable as error:
            raise file_changes.Refused(f'{error}.') from error
        return rule_files.lacking(wanted, paths, self.api.late_rules)

    def _is_our_link(self, path: str) -> bool:
        return os.path.islink(path) and os.readlink(path).endswith(
            self.api.rule_endings
        )
