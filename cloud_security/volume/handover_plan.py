# SPDX-License-Identifier: Apache-2.0
"""The plan of a hand-over: which of a user's holdings change hands.

What is attached to a server goes with the server, or the plan says why not.
"""

from __future__ import annotations

from typing import Optional

from cloud_security.deploy import choice as choices
from cloud_security.volume import handover
from cloud_security.volume import holdings


def plan(
    user_id: str, project_id: str, choice: choices.Choice
) -> list[choices.Step]:
    """Return what of a user's things in a project is to change hands."""
    found = holdings.of_user(user_id, project_id)
    if choice.is_everything:
        return [
            choices.Step(
                one, refused=_waits(one, choice) or handover.refusal(one)
            )
            for one in found
        ]
    steps = []
    for one in found:
        wanted = {
            volume_id
            for volume_id in one.ids
            if volume_id in choice.thing_ids
            or choice.server_ids & one.servers.get(volume_id, frozenset())
        }
        if wanted:
            stays = _stays(one, wanted, choice)
            refused = None if stays else handover.refusal(one)
            steps.append(choices.Step(one, stays, refused))
    return steps


def foreign(
    user_id: str, project_id: str, choice: choices.Choice
) -> list[holdings.Volume]:
    """Return what was chosen, but belongs to others or to another project."""
    return [
        one
        for one in (
            *holdings.attached(choice.server_ids),
            *holdings.named(choice.thing_ids),
        )
        if (one.owner_id, one.project_id) != (user_id, project_id)
    ]


def _waits(holding: holdings.Holding, choice: choices.Choice) -> Optional[str]:
    """Return for which server a holding has to wait."""
    for volume_id, server_ids in sorted(holding.servers.items()):
        for server_id in sorted(server_ids & choice.staying_ids):
            return (
                f'Volume {volume_id} is attached to server {server_id}, '
                'which is refused for now: run the command again.'
            )
    return None


def _stays(
    holding: holdings.Holding, wanted: set[str], choice: choices.Choice
) -> Optional[str]:
    """Return why a holding does not go with servers or volumes."""
    first = holding.parts[0]
    if wanted != holding.ids:
        return (
            f'{first.kind.noun} {first.id} holds volumes that were not chosen '
            f'({", ".join(sorted(holding.ids - wanted))}), and goes '
            f'with all or none: take {", ".join(sorted(wanted))} out of it, '
            'or name the others with --volume.'
        )
    for volume_id in sorted(wanted - choice.thing_ids):
        others = holding.servers[volume_id] - choice.server_ids
        if others:
            return (
                f'Volume {volume_id} is attached to other servers as well '
                f'({", ".join(sorted(others))}): if it is to change hands, '
                f'name it with --volume {volume_id}.'
            )
    return None
