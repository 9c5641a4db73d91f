# SPDX-License-Identifier: Apache-2.0
"""PluginLoading: the plugin in the configuration of one host or image.

oslo.config takes the list of the last file that has it. So that file is
edited, and the usual one where none has it.
"""

from __future__ import annotations

import dataclasses
import os
from typing import NamedTuple
from typing import Optional

from cloud_security.deploy import api as apis
from cloud_security.deploy import file_changes
from cloud_security.deploy import loading
from cloud_security.deploy import plugin_list
from cloud_security.deploy import plugin_sources
from cloud_security.deploy import plugin_tables

NotUnderstood = plugin_list.NotUnderstood


class _File(NamedTuple):
    """A configuration file, and its list of plugins."""

    path: str
    plugins: plugin_list.PluginList


@dataclasses.dataclass
class PluginLoading:
    """The plugin in the configuration files of a service."""

    sources: plugin_sources.Sources
    root: str
    api: apis.PluginApi

    @property
    def everywhere(self) -> str:
        """The plugin and its option, for a sentence."""
        return f'{self.api.plugin} in {self.api.option}'

    @property
    def path(self) -> str:
        """The file whose list counts, or will.

        :raises Refused: when a file cannot be read
        """
        return self._chosen(self._files()).path

    def is_there(self) -> bool:
        """Tell whether the host has the API, and not only agents.

        :raises Refused: when a path is not one of the image
        """
        if not os.path.lexists(self.sources.usual):
            return False
        marks = map(self.sources.reach, self.api.marks)
        return any(map(os.path.lexists, marks)) or self._is_named()

    def _is_named(self) -> bool:
        """Tell whether the plugin is in any file that can be read."""
        for path in self.sources.files():
            try:
                if self.api.plugin in file_changes.read(path, self.api.name):
                    return True
            except file_changes.Refused:
                continue
        return False

    def lacks_tables(self) -> str:
        """Return what the database lacks of the plugin's tables.

        :raises Unknown: when it cannot be told
        """
        return plugin_tables.lacking(self.sources.files())

    def database(self) -> str:
        """Return the URL of the service's database.

        :raises Unknown: when no file has it
        """
        return plugin_tables.url(self.sources.files())

    def putting_in(self) -> list[file_changes.Step]:
        """Return the edit of the file that counts, nothing where it is done.

        :raises Refused: when it cannot be done
        """
        path, plugins = self._chosen(self._files())
        if plugins.is_ours_loaded:
            return []
        if self.sources.is_delivered(path):
            parts = ','.join([*plugins.parts, self.api.plugin])
            raise file_changes.Refused(
                f"{path} has the {self.api.option}, and a package's upgrade "
                f'replaces that file: write {self.api.option} = {parts} into '
                f'[{plugin_list.SECTION}] of {self.sources.usual}.'
            )
        after = self._changed(path, plugin_list.enable, plugins.text)
        # What is kept never has a plugin of ours.
        kept = self._changed(path, plugin_list.disable, after)
        kept = self._changed(path, _without_companions, kept)
        return self._edit(path, plugins.text, after, kept)

    def taking_out(self) -> list[file_changes.Step]:
        """Return the edits of all files that name the plugin.

        :raises Refused: when they cannot be done
        """
        steps: list[file_changes.Step] = []
        for path, plugins in self._files():
            after = self._changed(path, plugin_list.disable, plugins.text)
            steps += self._edit(path, plugins.text, after, None)
        return steps

    def _changed(
        self, path: str, change: plugin_list.Change, text: str
    ) -> str:
        try:
            return change(text, self.api)
        except NotUnderstood as error:
            raise self._is_unclear(path, error) from error

    def _is_unclear(
        self, path: str, error: NotUnderstood
    ) -> file_changes.Refused:
        return file_changes.Refused(
            f'{path} is not understood ({error}), so nothing was changed: '
            'edit it by hand, as the documentation shows.'
        )

    def _edit(
        self, path: str, before: str, after: str, kept: Optional[str]
    ) -> list[file_changes.Step]:
        is_link = file_changes.Refused(
            f'{path} is a link: name the file itself with --config-file, and '
            f"{self.api.name}'s policy.d with --policy-dir."
        )
        return loading.edit(path, before, after, kept, is_link, True)

    def _files(self) -> list[_File]:
        """Return the configuration files, the last one first in effect.

        :raises Refused: when one cannot be read
        """
        found = []
        for path in self.sources.files():
            if os.path.islink(path) and self.root != '/':
                raise file_changes.Refused(
                    f'{path} is a link: name the file itself with '
                    '--config-file.'
                )
            text = file_changes.read(
                path, self.api.name, self.api.conf_file, '--config-file'
            )
            try:
                found.append(
                    _File(path, plugin_list.PluginList(text, self.api))
                )
            except NotUnderstood as error:
                raise self._is_unclear(path, error) from error
        return found

    def _chosen(self, files: list[_File]) -> _File:
        """Return the file whose list counts, the usual one where none does."""
        having = [file for file in files if file.plugins.is_set]
        usual = [file for file in files if file.path == self.sources.usual]
        for file in reversed(having or usual):
            return file
        raise file_changes.Refused(
            f'{self.sources.usual} is not among the configuration files: name '
            f'the {self.api.conf_file} that {self.api.name} reads with '
            '--config-file.'
        )


def _without_companions(text: str, api: apis.PluginApi) -> str:
    """Return a text without our other plugin.

    :raises NotUnderstood: when it cannot be told how
    """
    if not api.companions:
        return text
    name, *others = api.companions
    companion = dataclasses.replace(api, plugin=name, others=tuple(others))
    return plugin_list.disable(text, companion)
