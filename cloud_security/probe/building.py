"""Making the servers; the peer looks while Nova builds those of the owner.

Until a cell has a server, Nova lists it from another table.
"""

from typing import Optional

from cloud_security.probe import accounts
from cloud_security.probe import answers
from cloud_security.probe import stage as stages


class Builder:
    """Makes servers that are missing."""

    def __init__(self, stage: stages.Stage) -> None:
        self._stage = stage
        #: What the peer was answered while Nova built one.
        self.seen: Optional[accounts.Answer] = None

    def make(self) -> None:
        """Make the servers that are missing.

        :raises CannotTell: when that is not possible
        """
        stage = self._stage
        missing = [
            (account, what)
            for account, what in (
                (stage.owner, 'example'),
                (stage.peer, 'own'),
                (stage.owner, 'target'),
            )
            if stage.server(what) is None
        ]
        for account, what in missing:
            server_id = stage.boot(account, what)
            if account is stage.owner:
                self._look(server_id)
        for account, what in missing:
            stage.furnish(account, what)

    def _look(self, server_id: str) -> None:
        stage = self._stage
        if self.seen and answers.named(self.seen, stage.servers):
            return
        seen = stage.peer.call('GET', 'servers/detail')
        own = stage.owner.call('GET', 'servers/detail')
        begun = stage.owner.call(
            'GET', f'servers/{server_id}/os-instance-actions'
        )
        # No cell knows it until its history begins.
        is_early = not answers.said(begun).get('instanceActions', True)
        if is_early and answers.named(own, [server_id]):
            self.seen = seen
