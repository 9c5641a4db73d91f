# SPDX-License-Identifier: Apache-2.0
"""Nova's builder: it boots the servers, and the peer looks meanwhile.

Until a cell has a server, Nova lists the server from another table.
"""

from __future__ import annotations

import typing

from cloud_security.probe.client.responses import Response

if typing.TYPE_CHECKING:
    from cloud_security.probe.resources import stage as stages


class Builder:
    """Boots servers that are missing."""

    def __init__(self, stage: stages.Stage) -> None:
        self._stage = stage
        #: The peer's list while Nova built a server of the owner.
        self.seen: Response | None = None

    def make(self) -> None:
        """Boot the servers that are missing.

        :raises CannotTell: when that is not possible
        """
        stage = self._stage
        missing = [
            (account, role)
            for account, role in (
                (stage.owner, 'example'),
                (stage.peer, 'own'),
                (stage.owner, 'target'),
            )
            if stage.server(role) is None
        ]
        for account, role in missing:
            server_id = stage.boot(account, role)
            if account is stage.owner:
                self.look(server_id)
        for account, role in missing:
            stage.furnish(account, role)

    def look(self, server_id: str) -> None:
        """Let the peer list servers while Nova builds one of the owner."""
        stage = self._stage
        if self.seen and self.seen.names(stage.servers):
            return
        seen = stage.peer.call('GET', 'servers/detail')
        own = stage.owner.call('GET', 'servers/detail')
        begun = stage.owner.call(
            'GET', f'servers/{server_id}/os-instance-actions'
        )
        # A server has no history until a cell has it.
        is_early = not begun.said.get('instanceActions', True)
        if is_early and own.names([server_id]):
            self.seen = seen
