# SPDX-License-Identifier: Apache-2.0
"""PasteLoading: the filter in the api-paste.ini of one host or image."""

from __future__ import annotations

import dataclasses
import os
from typing import Callable

from cloud_security.deploy import apis
from cloud_security.deploy import file_changes
from cloud_security.deploy import loading
from cloud_security.deploy import paste as pastes


@dataclasses.dataclass
class PasteLoading:
    """The filter in an api-paste.ini.

    ``path`` is the file as it is reached from here, ``name`` as the service
    reads it. ``configured`` returns the one that the configuration names, ''
    for none; it counts where the operator named none (``is_named``).
    """

    path: str
    name: str
    root: str
    api: apis.Api
    is_named: bool
    configured: Callable[[], str]

    @property
    def everywhere(self) -> str:
        """The filter and its places, for a sentence."""
        return 'the filter in each pipeline'

    def is_there(self) -> bool:
        """Tell whether there is an api-paste.ini."""
        return os.path.lexists(self.path)

    def lacks_tables(self) -> str:
        """Return nothing, for the filter has no tables."""
        return ''

    def putting_in(self) -> list[file_changes.Step]:
        """Return the edit of api-paste.ini, nothing where it is done.

        :raises Refused: when it cannot be done
        """
        return self._edit(pastes.enable)

    def taking_out(self) -> list[file_changes.Step]:
        """Return the edit back, nothing where it is done.

        :raises Refused: when it cannot be done
        """
        return self._edit(pastes.disable)

    def _edit(self, change: pastes.Change) -> list[file_changes.Step]:
        self._refuse_other_paste()
        if os.path.islink(self.path) and self.root != '/':
            raise self._is_link()
        before = file_changes.read(self.path, self.api.name)
        try:
            after = change(before, self.name, self.api)
            # What is kept never has the filter.
            kept = before
            if pastes.PACKAGE in before or pastes.NAME in before:
                kept = pastes.disable(after, self.name, self.api)
        except pastes.NotUnderstood as error:
            raise file_changes.Refused(
                f'{self.path} is not understood ({error}), so nothing was '
                'changed: edit it by hand, as the documentation shows.'
            ) from error
        is_kept = change is not pastes.disable
        return loading.edit(
            self.path,
            before,
            after,
            kept if is_kept else None,
            self._is_link(),
        )

    def _refuse_other_paste(self) -> None:
        """Refuse a file that the configuration does not name.

        :raises Refused: when it names another, and the operator none
        """
        other = self.configured() if self.api.paste_option else ''
        same = os.path.realpath(self.path)
        if other and not self.is_named and os.path.realpath(other) != same:
            raise file_changes.Refused(
                f'{self.api.paste_option} in {self.api.conf_file} is {other}: '
                'name the api-paste.ini that the API reads with --paste.'
            )

    def _is_link(self) -> file_changes.Refused:
        return file_changes.Refused(
            f'{self.path} is a link: name the file itself with --paste, and '
            f"{self.api.name}'s policy.d with --policy-dir."
        )
