# SPDX-License-Identifier: Apache-2.0
"""Hand-over of images to another owner, when somebody leaves.

The owner of an image is one property, so each image changes hands at once:
wherever the command stops, the next run finds what is left.
"""

from __future__ import annotations

from cloud_security.image import giving
from cloud_security.image import holdings

Refused = giving.Refused

#: Things that stay with the user who leaves, or with the project.
STAYS = (
    "images that name no user: they are the project's",
    'images in other projects, also those that these projects share',
    'volumes and volume snapshots behind images: volume hand-over gives them',
    "the history of the images: Glance's tasks name who began them",
)


def hand_over(
    image: holdings.Image,
    from_id: str,
    to_id: str,
    project_id: str,
    operator: str,
) -> None:
    """Give an image to another user, or leave it as it was.

    :param operator: who does it, for the record
    :raises Refused: when the image is busy, or was changed meanwhile
    """
    if (image.owner_id, image.project_id) != (from_id, project_id):
        raise Refused(f'It belongs to {image.owner_id} in {image.project_id}.')
    giving.give(image, to_id, operator)
