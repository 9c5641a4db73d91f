# SPDX-License-Identifier: Apache-2.0
"""The plan of a hand-over: which of a user's images change hands."""

from __future__ import annotations

from typing import Optional

from cloud_security.deploy import choice as choices
from cloud_security.image import giving
from cloud_security.image import holdings


def plan(
    user_id: str, project_id: str, choice: choices.Choice
) -> list[choices.Step]:
    """Return which of a user's images in a project are to change hands."""
    found = holdings.of_user(user_id, project_id)
    if not choice.is_everything:
        found = [
            one
            for one in found
            if one.id in choice.thing_ids
            or one.server_id in _lower(choice.server_ids)
        ]
    return [
        choices.Step(one, refused=_waits(one, choice) or giving.refusal(one))
        for one in found
    ]


def foreign(
    user_id: str, project_id: str, choice: choices.Choice
) -> list[holdings.Image]:
    """Return what was chosen, but belongs to others or to another project."""
    chosen = {
        one.id: one._replace(server_id='')
        for one in holdings.named(choice.thing_ids)
    }
    of_servers = [
        one
        for one in holdings.of_servers(choice.server_ids)
        if one.id not in chosen
    ]
    return [
        one
        for one in (*of_servers, *chosen.values())
        if (one.owner_id, one.project_id) != (user_id, project_id)
    ]


def _waits(image: holdings.Image, choice: choices.Choice) -> Optional[str]:
    """Return for which server an image has to wait."""
    if image.server_id in _lower(choice.staying_ids):
        return (
            f'It is of server {image.server_id}, which is refused for now: '
            'run the command again.'
        )
    return None


def _lower(server_ids: frozenset[str]) -> frozenset[str]:
    return frozenset(one.lower() for one in server_ids)
