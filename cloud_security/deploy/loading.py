# SPDX-License-Identifier: Apache-2.0
"""Loading: the place in a host's files that lets a service load our code.

Nova, Cinder and Glance load a filter, and Neutron a plugin. Commands speak to
both in the same way. Each change is planned before it is done, and what is
planned was read again.
"""

from __future__ import annotations

import os
from typing import Optional
from typing import Protocol

from cloud_security.deploy import file_changes


class Loading(Protocol):
    """The place for our code in the files of one service.

    ``path`` is the file that names it, as it is reached from here.
    """

    @property
    def everywhere(self) -> str:
        """The noun for what the service loads, with its place."""

    @property
    def path(self) -> str:
        """The file that names our code, or will."""

    def is_there(self) -> bool:
        """Tell whether the host has the service's API, by its files.

        :raises Refused: when a path is not one of the image
        """

    def lacks_tables(self) -> str:
        """Return what the service's database lacks of ours, '' for nothing.

        :raises Unknown: when it cannot be told
        """

    def putting_in(self) -> list[file_changes.Step]:
        """Return the edit, nothing where it is done.

        :raises Refused: when it cannot be done
        """

    def taking_out(self) -> list[file_changes.Step]:
        """Return the edits, nothing where they are done.

        :raises Refused: when they cannot be done
        """


def edit(
    path: str,
    before: str,
    after: str,
    kept: Optional[str],
    is_link: file_changes.Refused,
    is_secret: bool = False,
) -> list[file_changes.Step]:
    """Return the edit of a file, nothing where it is as it should be.

    :param kept: the text to keep beside it, None where none is kept
    :param is_secret: whether other lines of the file may hold passwords
    :raises Refused: when the file is a link, and is to be changed
    """
    if after == before:
        return []
    if os.path.islink(path):
        raise is_link
    return [file_changes.Edit(path, before, after, kept, is_secret)]
