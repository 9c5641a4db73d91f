# SPDX-License-Identifier: Apache-2.0
"""Sources: the configuration files of a service, in the order of reading.

The operator names them as for the service itself. Where none is named, they
are those that the service, its packages and their units name.
"""

from __future__ import annotations

import dataclasses
import glob
import os
from typing import Callable

from cloud_security.deploy import api as apis

FILE = 'config_file'
FOLDER = 'config_dir'
#: ``(FILE or FOLDER, path)``, in the order of the command line.
Named = tuple[tuple[str, str], ...]


@dataclasses.dataclass
class Sources:
    """Configuration files and folders of one service on a host or an image.

    ``reach`` returns where a path of an image is.
    """

    named: Named
    api: apis.PluginApi
    reach: Callable[[str], str]

    @property
    def usual(self) -> str:
        """The file that is the operator's own, such as neutron.conf."""
        named = [path for kind, path in self.named if kind == FILE]
        for path in named:
            if os.path.basename(path) == self.api.conf_file:
                return self.reach(path)
        return self.reach([*named, self.api.conf_files[0]][0])

    def files(self) -> list[str]:
        """Return the files, the last one first in effect.

        Those that the operator names, and the usual one, need not be there.
        """
        found = []
        for kind, path in self.named:
            found += [self.reach(path)] if kind == FILE else self._in(path)
        if self.named:
            return [*dict.fromkeys(found)]
        for path in self.api.delivered:
            found += self._in(path) or self._there(path)
        found.append(self.usual)
        for path in self.api.conf_files[1:]:
            found += self._there(path)
        for name in self.api.folders:
            found += self._in(os.path.join(self._folder, name))
        return [*dict.fromkeys(found)]

    @property
    def _folder(self) -> str:
        return os.path.dirname(self.api.conf_files[0])

    def _there(self, path: str) -> list[str]:
        reached = self.reach(path)
        return [reached] if os.path.isfile(reached) else []

    def _in(self, folder: str) -> list[str]:
        """Return the files of a folder in oslo.config's order."""
        pattern = os.path.join(glob.escape(self.reach(folder)), '*.conf')
        return sorted(glob.glob(pattern))

    def folders(self) -> list[str]:
        """Return the folders that are there."""
        named = [path for kind, path in self.named if kind == FOLDER]
        if not self.named:
            named = [os.path.join(self._folder, n) for n in self.api.folders]
        return [*filter(os.path.isdir, map(self.reach, named))]

    def own_files(self) -> list[str]:
        """Return the files that are not in a folder, nor a package's."""
        named = [path for kind, path in self.named if kind == FILE]
        if not self.named:
            named = self.api.conf_files
        return [*filter(os.path.isfile, map(self.reach, named))]

    def is_delivered(self, path: str) -> bool:
        """Tell whether an upgrade of a package replaces a file."""
        return any(
            path == place or path.startswith(f'{place}{os.sep}')
            for place in map(self.reach, self.api.delivered)
        )
