# SPDX-License-Identifier: Apache-2.0
"""The runner: it creates resources, tries all operations, and cleans up.

Cleanup comes even after errors and signals, and touches nothing that the
probe did not make.
"""

from __future__ import annotations

from collections.abc import Sequence
import datetime
from typing import Callable

from cloud_security.probe import catalog
from cloud_security.probe.catalog import operations
from cloud_security.probe.client import accounts
from cloud_security.probe.client import limits
from cloud_security.probe.client import membership
from cloud_security.probe.client import redaction
from cloud_security.probe.client import services
from cloud_security.probe.resources import cleanup
from cloud_security.probe.resources import discovery
from cloud_security.probe.resources import footprint as footprints
from cloud_security.probe.resources import service_stage
from cloud_security.probe.resources import stage as stages
from cloud_security.probe.resources import supplies
from cloud_security.probe.resources.image import image_stage
from cloud_security.probe.resources.network import network_stage
from cloud_security.probe.resources.volume import volume_stage
from cloud_security.probe.results.summary import Summary
from cloud_security.probe.verdicts import attempts
from cloud_security.probe.verdicts import target
from cloud_security.probe.verdicts.findings import Finding

#: Seconds, and requests, that a run may take.
SECONDS = 600
REQUESTS = 5000
#: The reason why a run did not look at a service, unless there is another.
NOT_REACHED = 'The run ended before.'


class Probe:
    """Two accounts of one project, and the operations that they try.

    :param others: a reader of the project, a manager, an admin
    :param effect: the strongest effect of operations
    :param allowed: limits that count from now on; see ``client/limits.py``
    :param report: the runner calls it with each finding at once
    :param table: operations; the run looks at the services that they name
    """

    def __init__(
        self,
        owner: accounts.Account,
        peer: accounts.Account,
        others: Sequence[accounts.Account] = (),
        choice: supplies.Choice = supplies.Choice(),
        effect: operations.Effect = operations.Effect.DESTROYS,
        allowed: limits.Limits | None = None,
        report: Callable[[Finding], None] = lambda finding: None,
        table: Sequence[operations.Operation] = catalog.TABLE,
    ) -> None:
        self._owner = owner
        self._peer = peer
        self._accounts = (owner, peer, *others)
        self._others = tuple(others)
        self._choice = choice
        self._report = report
        self._operations = catalog.up_to(effect, table)
        self._findings: list[Finding] = []
        self._unseen: dict[str, str] = {}
        #: Nova's stage, if the run looked at Nova.
        self._compute: stages.Stage | None = None
        #: Endpoints of the services that the run looked at.
        self._endpoints: dict[str, str] = {}
        self._limits = allowed or limits.Limits(SECONDS, REQUESTS)
        self.footprint = footprints.Footprint(self._limits.left)

    def run(self, warning: float | None = None) -> Summary:
        """Try all operations; return the summary.

        :param warning: seconds after which the run counts as slow
        """
        began = datetime.datetime.now(datetime.timezone.utc)
        self._limit(self._limits)
        error = ''
        try:
            self._try_all()
        except limits.CannotTell as reason:
            error = str(reason)
        finally:
            left = self.clean()
        return Summary(
            self._findings,
            self._cloud(),
            f'{began:%Y-%m-%dT%H:%M:%SZ}',
            self._limits.elapsed,
            self._limits.count,
            warning,
            redaction.shown(error),
            tuple(map(redaction.shown, left)),
            self._names(),
            {name: redaction.shown(why) for name, why in self._unseen.items()},
        )

    def _limit(self, allowed: limits.Limits) -> None:
        for account in self._accounts:
            account.limits = allowed

    def _services(self) -> list[services.Service]:
        """Return the services of the operations, in the order of a run."""
        names = {one.service for one in self._operations} or {'compute'}
        return [one for name, one in services.ALL.items() if name in names]

    def _try_all(self) -> None:
        membership.check(self._accounts)
        chosen = self._services()
        self._unseen = {one.name: NOT_REACHED for one in chosen[1:]}
        for service in chosen:
            with limits.understanding(service.title):
                self._try(service)

    def _try(self, service: services.Service) -> None:
        """Try the operations of one service."""
        owner, peer, *others = (one.at(service) for one in self._accounts)
        try:
            newest = discovery.newest(owner)
        except discovery.Unseen as error:
            self._unseen[service.name] = str(error)
            return
        self._endpoints[service.name] = owner.url
        # Resources of a killed run may fill the quota.
        cleanup.clean((owner, peer), self.footprint)
        stage = self._stage(owner, peer, newest)
        stage.reader = next(
            (one for one in others if one.name == accounts.READER), None
        )
        stage.supply()
        trying = attempts.Attempts(stage, others)
        stage.make()
        self._check_peer(stage)
        self._unseen.pop(service.name, None)
        before = stage.state()
        for operation in self._operations:
            if operation.service == service.name:
                for finding in trying.attempt(operation):
                    self._note(finding)
        self._note(target.compared(stage, before, stage.state()))

    def _stage(
        self, owner: accounts.Account, peer: accounts.Account, newest: str
    ) -> service_stage.ServiceStage:
        if owner.service is services.VOLUME:
            return volume_stage.VolumeStage(
                owner, peer, self.footprint, self._choice, newest
            )
        if owner.service is services.IMAGE:
            return image_stage.ImageStage(owner, peer, self.footprint, newest)
        if owner.service is services.NETWORK:
            return network_stage.NetworkStage(
                owner,
                peer,
                self.footprint,
                self._choice,
                newest,
                self._servers(),
            )
        self._compute = stages.Stage(
            owner, peer, self.footprint, self._choice, newest
        )
        return self._compute

    def _servers(self) -> dict[str, str]:
        """Return the servers of the owner and the peer, by role."""
        if self._compute is None:
            return {}
        # The last operation has deleted the owner's.
        self._compute.make()
        found = {
            role: self._compute.server(role) for role in ('example', 'own')
        }
        return {role: one for role, one in found.items() if one}

    def _note(self, finding: Finding) -> None:
        self._findings.append(finding)
        self._report(finding)

    @staticmethod
    def _check_peer(stage: service_stage.ServiceStage) -> None:
        """Check that the service serves the peer.

        :raises CannotTell: when the peer does not see the peer's own resource
        """
        noun = stage.owner.service.resource
        response = stage.peer.call('GET', f'{noun}s')
        if not response.names([stage.own or '?']):
            raise limits.CannotTell(
                f"The peer's list does not name the peer's own {noun}: "
                f'{response}'
            )

    def clean(self) -> list[str]:
        """Delete what the run made; return what is still there."""
        made = self.footprint.made
        if not made:
            return []
        # The last request of the run may have gone on beyond its time.
        grace = min(0, self._limits.left) + footprints.GRACE
        self._limit(limits.Limits(grace, 1000))
        left: list[str] = []
        for service in services.ALL.values():
            mine = {one for one in made if one[0] in cleanup.kinds(service)}
            if not mine:
                continue
            members = (self._owner.at(service), self._peer.at(service))
            seconds = min(self._owner.limits.left, grace) - 10
            try:
                left += cleanup.clean(members, self.footprint, seconds)
            except limits.CannotTell:
                # The next run deletes it; this one has reported its reason.
                left += sorted(f'{kind} {name}' for kind, name in mine)
        return left

    def _cloud(self) -> dict[str, str]:
        return {
            'endpoint': redaction.shown(self._owner.url),
            **{
                f'{name} endpoint': redaction.shown(url)
                for name, url in self._endpoints.items()
                if name != services.COMPUTE.name
            },
            'project': self._owner.project_id,
            **{account.name: account.user_id for account in self._accounts},
        }

    def _names(self) -> dict[str, str]:
        names = {
            'project': self._owner.project_name,
            **{account.name: account.user_name for account in self._accounts},
        }
        return {
            key: redaction.brief(name) for key, name in names.items() if name
        }
