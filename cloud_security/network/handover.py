# SPDX-License-Identifier: Apache-2.0
"""Hand-over of Neutron's things to another owner, when somebody leaves.

The owner of a thing is one row, so each thing changes hands at once: wherever
the command stops, the next run finds what is left.
"""

from __future__ import annotations

from cloud_security.network import adoption
from cloud_security.network import holdings

Refused = adoption.Refused

#: Things that stay with the user who leaves, or with the project.
STAYS = (
    "what is the project's, such as networks, routers and default security "
    'groups',
    'with --server or --port: security groups, address groups and subports '
    'of trunks, which go with everything that the user has',
)


def hand_over(
    one: holdings.Thing,
    from_id: str,
    to_id: str,
    project_id: str,
    operator: str,
) -> None:
    """Give a thing to another user, or leave it as it was.

    :param operator: who does it, for the record
    :raises Refused: when the thing is gone, or was changed meanwhile
    """
    if (one.owner_id, one.project_id) != (from_id, project_id):
        raise Refused(f'It belongs to {one.owner_id} in {one.project_id}.')
    adoption.give(one, to_id, operator)
