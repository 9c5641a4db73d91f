# SPDX-License-Identifier: Apache-2.0
"""The runner: it boots servers, tries all operations, and cleans up.

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
from cloud_security.probe.client import redaction
from cloud_security.probe.resources import cleanup
from cloud_security.probe.resources import footprint as footprints
from cloud_security.probe.resources import stage as stages
from cloud_security.probe.resources import supplies
from cloud_security.probe.results.summary import Summary
from cloud_security.probe.verdicts import attempts
from cloud_security.probe.verdicts import target
from cloud_security.probe.verdicts.findings import Finding

#: Seconds, and requests, that a run may take.
SECONDS = 600
REQUESTS = 5000
#: Roles that see and change everything by default.
POWERFUL = {'admin', 'manager'}
#: The microversion with tags at new servers; Nova has it since 2017.
NEEDED = '2.64'


class Probe:
    """Two accounts of one project, and the operations that they try.

    :param others: a manager of the project, an admin
    :param effect: the strongest effect of operations
    :param allowed: limits that count from now on; see ``client/limits.py``
    :param report: the runner calls it with each finding at once
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
            with limits.understanding():
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
        )

    def _limit(self, allowed: limits.Limits) -> None:
        for account in self._accounts:
            account.limits = allowed

    def _try_all(self) -> None:
        self._check_accounts()
        newest = self._newest()
        # Resources of a killed run may fill the quota.
        cleanup.clean((self._owner, self._peer), self.footprint)
        stage = stages.Stage(
            self._owner, self._peer, self.footprint, self._choice, newest
        )
        stage.supply()
        trying = attempts.Attempts(stage, self._others)
        trying.builder.make()
        self._check_peer(stage)
        before = target.state(stage)
        for operation in self._operations:
            for finding in trying.attempt(operation):
                self._note(finding)
        self._note(target.compared(before, target.state(stage)))

    def _note(self, finding: Finding) -> None:
        self._findings.append(finding)
        self._report(finding)

    def _check_accounts(self) -> None:
        owner, peer = self._owner, self._peer
        names: dict[str, str] = {}
        for account in self._accounts:
            other = names.setdefault(account.user_id, account.name)
            if other != account.name:
                raise limits.CannotTell(
                    f'The {other} and the {account.name} are the same user; '
                    'the probe needs different users of one project.'
                )
            if account.name == 'manager' and (
                account.project_id != owner.project_id
            ):
                raise limits.CannotTell(
                    'The owner and the manager have different projects: '
                    f'{owner.project_id} and {account.project_id}.'
                )
        if owner.project_id != peer.project_id:
            raise limits.CannotTell(
                'The owner and the peer have different projects: '
                f'{owner.project_id} and {peer.project_id}.'
            )
        powers = POWERFUL.intersection(map(str.lower, peer.roles))
        if powers:
            raise limits.CannotTell(
                f'The peer has the role {" and ".join(sorted(powers))}; the '
                'probe needs an ordinary member.'
            )

    def _newest(self) -> str:
        found: str = self._owner.get('/v2.1/', 'version').get('version', '')
        if not found or operations.number(found) < operations.number(NEEDED):
            raise limits.CannotTell(
                f'Nova has no microversion {NEEDED}; it is too old.'
            )
        return found

    def _check_peer(self, stage: stages.Stage) -> None:
        """Check that Nova serves the peer.

        :raises CannotTell: when the peer does not see the peer's own server
        """
        response = self._peer.call('GET', 'servers')
        if not response.names([stage.server('own') or '?']):
            raise limits.CannotTell(
                "The peer's list does not name the peer's own server: "
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
        try:
            return cleanup.clean(
                (self._owner, self._peer), self.footprint, grace - 10
            )
        except limits.CannotTell:
            # The next run deletes it; this one has reported its own reason.
            return sorted(f'{kind} {name}' for kind, name in made)

    def _cloud(self) -> dict[str, str]:
        return {
            'endpoint': redaction.shown(self._owner.url),
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
