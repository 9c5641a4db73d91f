# SPDX-License-Identifier: Apache-2.0
"""Hours of servers, by project and user, as Nova's own report counts them.

The report of GET /os-simple-tenant-usage names no users. These sums have its
rows, its rule and its order, so that they add up to its figures.
Source: nova/api/openstack/compute/simple_tenant_usage.py, Nova 29 to 34.
"""

from __future__ import annotations

from collections.abc import Iterator
import datetime
from typing import Any
from typing import NamedTuple
from typing import Optional

from nova import context as nova_context
from nova import objects

from cloud_security.visibility import scope as scopes

#: Servers that Nova reads from a cell at once.
PAGE = 1000


class Unread(Exception):
    """A cell was not read, so there is no sum; the message says which."""


class Usage(NamedTuple):
    """Sums over the servers of one user in one project."""

    project_id: str
    user_id: str
    servers: int = 0
    #: Virtual CPUs, MiB of memory, and GiB of root and ephemeral disk, times
    #: the hours for which a server had them.
    cpu_hours: float = 0.0
    ram_mb_hours: float = 0.0
    disk_gb_hours: float = 0.0

    def plus(self, flavor: Any, hours: float) -> Usage:
        """Return the sums with one server more."""
        return self._replace(
            servers=self.servers + 1,
            cpu_hours=self.cpu_hours + flavor.vcpus * hours,
            ram_mb_hours=self.ram_mb_hours + flavor.memory_mb * hours,
            disk_gb_hours=self.disk_gb_hours
            + (flavor.root_gb + flavor.ephemeral_gb) * hours,
        )


def found(
    start: datetime.datetime,
    end: datetime.datetime,
    project_id: Optional[str] = None,
    user_id: Optional[str] = None,
    is_since_created: bool = False,
) -> list[Usage]:
    """Return the sums for a window of time, sorted by project and user.

    :param start: with a time zone, as ``end``, which is not later than now
    :param project_id: of the only project to look at; None for all
    :param user_id: of the only user to look at; None for all
    :param is_since_created: count from the creation of a server, not from
        its last launch, which a rebuild or a resize sets anew
    :raises Unread: when a cell was not read
    """
    sums: dict[tuple[str, str], Usage] = {}
    for server in _servers(start, end, project_id, is_since_created):
        # The columns may be empty.
        key = server.project_id or '', server.user_id or ''
        if user_id is not None and key[1] != user_id:
            continue
        begin = server.created_at if is_since_created else server.launched_at
        sums[key] = sums.get(key, Usage(*key)).plus(
            server.flavor, _hours(begin, server.terminated_at, start, end)
        )
    return [sums[key] for key in sorted(sums)]


def _hours(
    begin: datetime.datetime,
    stop: Optional[datetime.datetime],
    start: datetime.datetime,
    end: datetime.datetime,
) -> float:
    """Return the hours of a server inside a window.

    Where clocks let a server end before its launch, Nova counts hours below
    zero, and so does this.

    :param stop: the end of the server; None while it lives
    """
    if (stop and stop < start) or begin > end:
        return 0.0
    last = min(end, stop) if stop else end
    return (last - max(begin, start)).total_seconds() / 3600.0


def _servers(
    start: datetime.datetime,
    end: datetime.datetime,
    project_id: Optional[str],
    is_since_created: bool,
) -> Iterator[Any]:
    """Yield the servers of a window, deleted ones too, in Nova's order."""
    context = nova_context.get_admin_context()
    # Nova leaves out servers that were launched after the window, also those
    # that lived before and were launched anew.
    before = None if is_since_created else end
    for cell in objects.CellMappingList.get_all(context):
        try:
            with nova_context.target_cell(context, cell) as in_cell:
                for server in _in_cell(in_cell, start, before, project_id):
                    if not is_since_created or (
                        # A server that was never launched used nothing.
                        server.launched_at and server.created_at < end
                    ):
                        yield server
        except Exception as error:
            # Drivers raise their own, too, such as of a missing module.
            [why, *_] = str(error).strip().splitlines() or [repr(error)]
            raise Unread(
                f'The cell {cell.name or cell.uuid} was not read ({why}), and '
                'a sum without it would be too small: see nova-manage '
                'cell_v2 list_cells, and run the command again.'
            ) from error


def _in_cell(
    context: Any,
    start: datetime.datetime,
    end: Optional[datetime.datetime],
    project_id: Optional[str],
) -> Iterator[Any]:
    """Yield the servers of one cell, a page at a time."""
    marker = None
    while True:
        with scopes.on_this_thread(scopes.EVERYBODY):
            page = objects.InstanceList.get_active_by_window_joined(
                context,
                start,
                end,
                project_id,
                expected_attrs=['flavor'],
                limit=PAGE,
                marker=marker,
            )
        yield from page
        if len(page) < PAGE:
            return
        marker = page[-1].uuid
