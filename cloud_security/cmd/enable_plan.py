# SPDX-License-Identifier: Apache-2.0
"""Plan: what ``enable`` is to do with the files of one service."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from cloud_security.deploy import file_changes
from cloud_security.deploy import host as hosts


class Plan(NamedTuple):
    """The work on the files of one service."""

    host: hosts.Host
    edit: list[file_changes.Step]
    links: list[file_changes.Step]

    @property
    def api(self) -> str:
        """The API, for a sentence."""
        return f"{self.host.api.name}'s API"

    @property
    def noun(self) -> str:
        """The filter or the plugin, for a sentence."""
        return f'the {self.host.api.noun}'

    @property
    def path(self) -> str:
        """The file that names it, or will."""
        return self.host.loading.path

    @property
    def restart(self) -> list[str]:
        """Sentences about what is to be done before the rules."""
        return [*filter(None, [self.host.api.tables]), self.host.api.restart]


def links(
    plans: Iterable[Plan], restart: str, code: int
) -> list[file_changes.Step]:
    """Return what links the rules after a restart.

    What was planned may have changed during the restart.

    :param restart: the command that restarted the APIs
    :param code: its exit code
    :raises Refused: when the APIs may run without the filter
    """
    if code:
        raise file_changes.Refused(f'{restart} exited with {code}: see why.')
    steps = []
    for plan in plans:
        if plan.host.loading.putting_in():
            raise file_changes.Refused(
                f'{plan.path} lost {plan.noun} during the restart: put it '
                'into what writes that file.'
            )
        steps += plan.host.linking_the_rules()
    return steps
