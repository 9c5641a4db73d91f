# SPDX-License-Identifier: Apache-2.0
"""The owners of servers in the history, made to agree with Nova's.

Nova forgets a deleted server when its rows are archived. So this runs every
few minutes, and asks for what changed; once an hour it asks for all servers.
Whatever Nova does not tell is an error, and then nothing is written.
"""

from __future__ import annotations

from collections.abc import Iterable
import datetime
import functools
from typing import Any
from typing import Callable
from typing import NamedTuple
from typing import Optional

from cloud_security.trace import check_times
from cloud_security.trace import known_owners
from cloud_security.trace import nova_api
from cloud_security.trace import owners

_FULL_AFTER = datetime.timedelta(hours=1)
#: Nova knows a server before its first port is made. One that Nova does not
#: know so long afterwards is one that Nova has forgotten.
_FORGOTTEN_AFTER = datetime.timedelta(hours=1)
#: So many servers are looked up one by one, and more of them in a list.
_ONE_BY_ONE = 20
#: Gets the name of a user by the ID, None for none.
Names = Callable[[str], Optional[str]]
#: Gets how many servers Nova has told of.
Progress = Callable[[int], None]


class Outcome(NamedTuple):
    """Numbers of servers."""

    begun: int
    corrected: int
    unknown: int


def sync(
    engine: Any, nova: nova_api.Nova, names: Names, progress: Progress
) -> Outcome:
    """Write the owners of servers.

    :raises Unknown: when Nova or Keystone does not tell
    """
    with engine.connect() as connection:
        kept = known_owners.read(connection)
    # No transaction is open while Nova is asked.
    run = _Run(nova, kept, progress)
    run.ask()
    names = functools.lru_cache(maxsize=None)(names)
    new, other = (
        [one._replace(user_name=names(one.user_id)) for one in some.values()]
        for some in (run.new, run.other)
    )
    with engine.begin() as connection:
        outcome = Outcome(
            owners.begin(connection, new),
            owners.correct(connection, other, kept),
            len(run.missing),
        )
        owners.forget(connection, run.forgotten())
        if run.is_full:
            check_times.note(connection, check_times.SYNC, kept.at)
    return outcome


class _Run:
    """Questions to Nova, and what comes of them."""

    def __init__(
        self, nova: nova_api.Nova, kept: known_owners.Kept, progress: Progress
    ) -> None:
        self._nova = nova
        self._kept = kept
        self._progress = progress
        self._seen = 0
        self.missing = set(kept.unresolved)
        self.new: dict[str, owners.Server] = {}
        self.other: dict[str, owners.Server] = {}
        self.is_full = (
            kept.synced_at is None or kept.at - kept.synced_at > _FULL_AFTER
        )

    def ask(self) -> None:
        """Ask Nova; a list is first, which a member may not have.

        :raises Unknown: when Nova does not tell
        """
        if self.is_full:
            self._take(self._nova.servers())
        else:
            self._take(self._nova.servers(since=self._kept.synced_at))
        if not self.is_full and len(self.missing) > _ONE_BY_ONE:
            self.is_full = True
            self._take(self._nova.servers())
        if len(self.missing) > _ONE_BY_ONE:
            first = min(self._kept.unresolved[one] for one in self.missing)
            self._take(self._nova.servers(since=first, deleted=True))
        else:
            found = map(self._nova.server, sorted(self.missing))
            self._take(one for one in found if one is not None)

    def forgotten(self) -> dict[str, datetime.datetime]:
        """Return servers of which Nova will not tell later either."""
        return {
            server_id: begin_at
            for server_id, begin_at in self._kept.unresolved.items()
            if server_id in self.missing
            and self._kept.at - begin_at > _FORGOTTEN_AFTER
        }

    def _take(self, found: Iterable[owners.Server]) -> None:
        for one in found:
            self._seen += 1
            self._progress(self._seen)
            owner_id = self._kept.owners.get(one.server_id)
            if (
                one.server_id in self._kept.unresolved
                or one.server_id in self._kept.forgotten
            ):
                self.new[one.server_id] = one
                self.missing.discard(one.server_id)
            elif owner_id is not None and owner_id != one.user_id:
                self.other[one.server_id] = one
