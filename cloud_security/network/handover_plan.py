# SPDX-License-Identifier: Apache-2.0
"""The plan of a hand-over: which of a user's things in Neutron change hands.

A trunk belongs to whoever has its parent port, and has no owner of its own.
"""

from __future__ import annotations

import collections
from collections.abc import Iterable
from typing import NamedTuple

from cloud_security.deploy import choice as choices
from cloud_security.network import holdings

_GROUP = (
    'The new owner of a port sees it there: give it away with network '
    'set-owner, or with everything that the user has.'
)
_DEFAULT = "It is the default security group and stays the project's."
_UNOWNED = (
    'It is hidden from all members: give it away with network adopt or '
    'network set-owner.'
)


class Chosen(NamedTuple):
    """A port that was chosen, or a floating IP on it, of any owner."""

    thing: holdings.Thing
    #: The place that made it a part of the choice, '' for a port by its ID.
    on: str

    @property
    def id(self) -> str:
        """The ID of the thing."""
        return self.thing.id

    @property
    def owner_id(self) -> str:
        """The user who owns it, '' where nobody does."""
        return self.thing.owner_id or ''

    @property
    def project_id(self) -> str:
        """The project of the thing."""
        return self.thing.project_id

    @property
    def whose(self) -> str:
        """The owner, in words."""
        if self.thing.owner_id:
            return self.thing.owner_id
        return 'the project' if self.thing.has_owner else 'nobody yet'

    def __str__(self) -> str:
        """Return what an operator reads."""
        return str(self.thing)


class Unowned(NamedTuple):
    """Things of a project without owner, which can be the user's."""

    #: ``{kind: number}``
    counts: dict[str, int]
    ids: frozenset[str] = frozenset()

    def __str__(self) -> str:
        """Return what an operator reads."""
        said = (
            f'{count} {kind}{"s" * (count > 1)}'
            for kind, count in self.counts.items()
        )
        return f'What has no owner yet ({", ".join(said)})'


def plan(
    user_id: str, project_id: str, choice: choices.Choice
) -> list[choices.Step]:
    """Return which of a user's things in a project are to change hands."""

    def is_mine(one: holdings.Thing) -> bool:
        return (one.owner_id, one.project_id) == (user_id, project_id)

    if not choice.is_everything:
        found = _chosen(choice.server_ids, choice.thing_ids)
        steps = [
            choices.Step(one.thing) for one in found if is_mine(one.thing)
        ]
        groups = holdings.groups_on(step.holding.id for step in steps)
        return steps + [
            choices.Step(one, stays=_GROUP) for one in groups if is_mine(one)
        ]
    staying = {one.id: one.on for one in _chosen(choice.staying_ids)}
    things = holdings.things(project_id)
    steps = [
        choices.Step(
            one,
            stays=_DEFAULT if one.is_default else None,
            refused=f'It is on {staying[one.id]}, which is refused for now: '
            'run the command again.'
            if one.id in staying
            else None,
        )
        for one in things
        if is_mine(one)
    ]
    unowned = collections.Counter(
        one.kind for one in things if not one.has_owner and not one.is_projects
    )
    if unowned:
        steps.append(choices.Step(Unowned(unowned), stays=_UNOWNED))
    return steps


def foreign(
    user_id: str, project_id: str, choice: choices.Choice
) -> list[Chosen]:
    """Return what was chosen, but belongs to others or to another project."""
    return [
        one
        for one in _chosen(choice.server_ids, choice.thing_ids)
        if (one.owner_id, one.project_id) != (user_id, project_id)
    ]


def _chosen(
    server_ids: Iterable[str], port_ids: Iterable[str] = ()
) -> list[Chosen]:
    """Return the ports on servers, some by their IDs, and floating IPs."""
    ports = {
        one.id: Chosen(one, f'server {one.device_id}')
        for one in holdings.on_servers(server_ids)
    }
    ports.update((one.id, Chosen(one, '')) for one in holdings.ports(port_ids))
    floating_ips = [
        Chosen(one, ports[one.port_id].on or f'port {one.port_id}')
        for one in holdings.floating_ips_on(ports)
    ]
    return [*ports.values(), *floating_ips]
