# SPDX-License-Identifier: Apache-2.0
"""Names and shape of the records; imports the standard library alone."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Mapping
from typing import Any
from typing import Optional

#: The service of records that name none.
NOVA = 'Nova'

#: An isolated caller got 404, or a refusal of the filter, for a hidden server.
DENIED = 'cloud_security.denied'
#: A manager or an admin acted on somebody else's server.
OVERRODE = 'cloud_security.overrode'
#: Monitor mode: enforce would have hidden these servers.
WOULD_HIDE = 'cloud_security.would_hide'
#: Monitor mode: enforce would have ended in an error.
WOULD_FAIL = 'cloud_security.would_fail'
#: A command begins to give things to another owner. Without the next record,
#: it was interrupted or refused: run it again.
HANDING_OVER = 'cloud_security.handing_over'
#: The things have the other owner.
HANDED_OVER = 'cloud_security.handed_over'
#: A command that hands over all that a user has in a project has ended.
PROJECT_HANDED_OVER = 'cloud_security.project_handed_over'
#: A command deleted intervals from the history of IP addresses.
PURGED = 'cloud_security.purged'
#: An operator looked up who had an IP address, or what somebody had.
TRACED = 'cloud_security.traced'

#: A record lists this many servers; ``count`` always counts all.
MAX_SERVERS = 100
#: Characters of ``operation``; callers choose the names of actions.
MAX_OPERATION = 200


def record(
    context: Any,
    operation: str,
    servers: Mapping[str, Optional[str]],
    time: str,
    status: int,
    service: str = NOVA,
) -> dict[str, Any]:
    """Return the record of one request.

    :param context: the caller's, with request_id, user_id and project_id
    :param operation: such as ``POST /servers/{id}/action reboot``
    :param servers: ``{server_id: owner's user id}``
    :param time: in ISO 8601, with the offset from UTC
    :param status: of the response; monitor mode leaves it as the service
        chose it
    :param service: the service's name; records of Nova's, which were there
        first, do not name it
    """
    return {
        **({} if service == NOVA else {'service': service}),
        'time': time,
        'request_id': context.request_id,
        'user_id': context.user_id,
        'project_id': context.project_id,
        'operation': operation[:MAX_OPERATION],
        'status': status,
        'count': len(servers),
        'servers': [
            {'server_id': server_id, 'owner_id': owner_id}
            for server_id, owner_id in sorted(servers.items())[:MAX_SERVERS]
        ],
    }


def hand_over(
    service: str,
    things: Iterable[tuple[str, str]],
    project_id: Optional[str],
    from_id: Optional[str],
    to_id: Optional[str],
    operator: str,
    **more: str,
) -> dict[str, Any]:
    """Return the record of things that get another owner.

    :param service: the service's name
    :param things: ``[(kind, ID), …]``
    :param from_id: user ID, None where nobody or the project has them
    :param to_id: user ID, None for the project
    :param operator: who does it
    :param more: further members
    """
    return {
        'service': service,
        'things': [
            {'kind': kind, 'id': thing_id} for kind, thing_id in things
        ],
        'project_id': project_id,
        'from_user_id': from_id,
        'to_user_id': to_id,
        'by': operator,
        **more,
    }
