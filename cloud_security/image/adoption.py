# SPDX-License-Identifier: Apache-2.0
"""Owners for images of servers from before the filter, one transaction each.

Nova writes the server of an image into ``instance_uuid``, and who made the
image into ``user_id``. A manager can have made it, and an admin can have taken
``user_id`` away. Then the owner of the server cannot unshelve it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Optional

from cloud_security.image import giving
from cloud_security.image import holdings

Refused = giving.Refused


def snapshots(
    project_id: Optional[str], image_ids: Iterable[str] = ()
) -> list[holdings.Image]:
    """Return the images that name a server, in order of project and ID.

    :param project_id: of the images; None for those of all projects
    :param image_ids: the only images to look at; none for all
    """
    wanted = {one.lower() for one in image_ids}
    return [
        one
        for one in holdings.snapshots(project_id)
        if not wanted or one.id.lower() in wanted
    ]


def adopt(snapshot: holdings.Image, to_id: str, operator: str) -> None:
    """Give an image to the owner of its server, or leave it as it was.

    :param operator: who does it, for the record
    :raises Refused: when the image was changed meanwhile
    """
    giving.give(snapshot, to_id, operator, server_id=snapshot.server_id)
