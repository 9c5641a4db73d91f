# SPDX-License-Identifier: Apache-2.0
"""The plan of a hand-over: which of a user's holdings change hands.

What is attached to a server goes with the server, or the plan says why not.
"""

from __future__ import annotations

from typing import NamedTuple
from typing import Optional

from cloud_security.volume import handover
from cloud_security.volume import holdings


class Choice(NamedTuple):
    """The part of a user's things that is to change hands.

    With neither servers nor volumes, or with ``is_all``, that is everything.
    """

    #: Servers that change hands, too.
    server_ids: frozenset[str] = frozenset()
    #: Servers that do so later, with what is attached to them.
    staying_ids: frozenset[str] = frozenset()
    volume_ids: frozenset[str] = frozenset()
    is_all: bool = False


class Step(NamedTuple):
    """A holding, and a sentence about why it does not change hands."""

    holding: holdings.Holding
    #: By its nature; the command did its work all the same.
    stays: Optional[str] = None
    #: For now: the command is to be run again.
    refused: Optional[str] = None


def plan(user_id: str, project_id: str, choice: Choice) -> list[Step]:
    """Return what of a user's things in a project is to change hands."""
    found = holdings.of_user(user_id, project_id)
    if choice.is_all or not (choice.server_ids or choice.volume_ids):
        return [
            Step(one, refused=_waits(one, choice) or handover.refusal(one))
            for one in found
        ]
    steps = []
    for one in found:
        wanted = {
            volume_id
            for volume_id in one.volume_ids
            if volume_id in choice.volume_ids
            or choice.server_ids & one.servers.get(volume_id, frozenset())
        }
        if wanted:
            stays = _stays(one, wanted, choice)
            refused = None if stays else handover.refusal(one)
            steps.append(Step(one, stays, refused))
    return steps


def foreign(
    user_id: str, project_id: str, choice: Choice
) -> list[holdings.Volume]:
    """Return what was chosen, but belongs to others or to another project."""
    return [
        one
        for one in (
            *holdings.attached(choice.server_ids),
            *holdings.named(choice.volume_ids),
        )
        if (one.owner_id, one.project_id) != (user_id, project_id)
    ]


def _waits(holding: holdings.Holding, choice: Choice) -> Optional[str]:
    """Return for which server a holding has to wait."""
    for volume_id, server_ids in sorted(holding.servers.items()):
        for server_id in sorted(server_ids & choice.staying_ids):
            return (
                f'Volume {volume_id} is attached to server {server_id}, '
                'which is refused for now: run the command again.'
            )
    return None


def _stays(
    holding: holdings.Holding, wanted: set[str], choice: Choice
) -> Optional[str]:
    """Return why a holding does not go with servers or volumes."""
    first = holding.parts[0]
    if wanted != holding.volume_ids:
        return (
            f'{first.kind.noun} {first.id} holds volumes that were not chosen '
            f'({", ".join(sorted(holding.volume_ids - wanted))}), and goes '
            f'with all or none: take {", ".join(sorted(wanted))} out of it, '
            'or name the others with --volume.'
        )
    for volume_id in sorted(wanted - choice.volume_ids):
        others = holding.servers[volume_id] - choice.server_ids
        if others:
            return (
                f'Volume {volume_id} is attached to other servers as well '
                f'({", ".join(sorted(others))}): if it is to change hands, '
                f'name it with --volume {volume_id}.'
            )
    return None
