"""A run from start to end: make, try, look whether all is as it was, remove.

Whatever happens, what it made is removed; what it did not make is not touched.
"""

import datetime
from typing import Any
from typing import Callable
from typing import Dict
from typing import List
from typing import Optional
from typing import Sequence
from typing import Tuple

from cloud_security.probe import accounts
from cloud_security.probe import answers
from cloud_security.probe import attempts
from cloud_security.probe import belongings
from cloud_security.probe import changing
from cloud_security.probe import findings
from cloud_security.probe import limits
from cloud_security.probe import operations
from cloud_security.probe import reading
from cloud_security.probe import stage as stages
from cloud_security.probe import supplies
from cloud_security.probe import words

#: Seconds, and requests, that a run may take.
SECONDS = 600
REQUESTS = 5000
#: Roles that see and change everything by default.
POWERFUL = {'admin', 'manager'}
#: The microversion with tags at new servers; Nova has it since 2017.
NEEDED = '2.64'
TABLE = tuple(
    sorted(reading.TABLE + changing.TABLE, key=lambda one: one.effect)
)
#: What is the same about a server that nobody touched.
KEPT = ('name', 'status', 'metadata', 'tags', 'locked', 'description')


def up_to(
    effect: operations.Effect,
    table: Sequence[operations.Operation] = TABLE,
) -> List[operations.Operation]:
    """Return what is tried when attempts go so far."""
    return [one for one in table if one.effect <= effect]


class Probe:
    """Two accounts of one project, and what is tried with them.

    :param others: a manager of the project, an admin
    :param effect: how far attempts may go
    :param allowed: what may be spent, from now on; see ``limits.py``
    :param tell: called with each finding, as soon as there is one
    """

    def __init__(
        self,
        owner: accounts.Account,
        peer: accounts.Account,
        others: Sequence[accounts.Account] = (),
        choice: supplies.Choice = supplies.Choice(),
        effect: operations.Effect = operations.Effect.DESTROYS,
        allowed: Optional[limits.Limits] = None,
        tell: Callable[[findings.Finding], None] = lambda finding: None,
        table: Sequence[operations.Operation] = TABLE,
    ) -> None:
        self.owner = owner
        self.peer = peer
        self._others = tuple(others)
        self._choice = choice
        self._tell = tell
        self.operations = up_to(effect, table)
        self._findings: List[findings.Finding] = []
        self._limits = allowed or limits.Limits(SECONDS, REQUESTS)
        self._run = belongings.Run(self._limits.left)

    def run(self, warning: Optional[float] = None) -> findings.Report:
        """Try everything; return what came of it.

        :param warning: seconds after which it is slow
        """
        began = datetime.datetime.now(datetime.timezone.utc)
        self._spend_of(self._limits)
        error = ''
        try:
            with limits.understanding():
                self._try_all()
        except limits.CannotTell as reason:
            error = str(reason)
        finally:
            left = self._remove()
        return findings.Report(
            self._findings,
            self._cloud(),
            f'{began:%Y-%m-%dT%H:%M:%SZ}',
            self._limits.elapsed,
            self._limits.count,
            warning,
            words.shown(error),
            tuple(map(words.shown, left)),
        )

    def _spend_of(self, allowed: limits.Limits) -> None:
        for account in (self.owner, self.peer, *self._others):
            account.limits = allowed

    def _try_all(self) -> None:
        self._check_accounts()
        newest = self._newest()
        # What a killed run left may fill the quota.
        belongings.remove((self.owner, self.peer), self._run)
        stage = stages.Stage(
            self.owner, self.peer, self._run, self._choice, newest
        )
        stage.supply()
        trying = attempts.Attempts(stage, self._others)
        trying.builder.make()
        self._see_the_own(stage)
        before, _ = self._state(stage)
        for operation in self.operations:
            for finding in trying.attempt(operation):
                self._note(finding)
        self._note(self._compare(before, *self._state(stage)))

    def _note(self, finding: findings.Finding) -> None:
        self._findings.append(finding)
        self._tell(finding)

    def _check_accounts(self) -> None:
        owner, peer = self.owner, self.peer
        names: Dict[str, str] = {}
        for account in (owner, peer, *self._others):
            other = names.setdefault(account.user_id, account.name)
            if other != account.name:
                raise limits.CannotTell(
                    f'The {other} and the {account.name} are the same user; '
                    'two accounts of one project are needed.'
                )
            if account.name == 'manager' and (
                account.project_id != owner.project_id
            ):
                raise limits.CannotTell(
                    'The owner and the manager have different projects.'
                )
        if owner.project_id != peer.project_id:
            raise limits.CannotTell(
                'The owner and the peer have different projects: '
                f'{owner.project_id} and {peer.project_id}.'
            )
        powers = POWERFUL.intersection(map(str.lower, peer.roles))
        if powers:
            raise limits.CannotTell(
                f'The peer has the role {" and ".join(sorted(powers))}; an '
                'ordinary member is needed.'
            )

    def _newest(self) -> str:
        found: str = self.owner.get('/v2.1/', 'version').get('version', '')
        if not found or operations.number(found) < operations.number(NEEDED):
            raise limits.CannotTell(
                f'Nova has no microversion {NEEDED}; it is too old.'
            )
        return found

    def _see_the_own(self, stage: stages.Stage) -> None:
        """Make sure that the peer's account is good for anything.

        :raises CannotTell: when it is not
        """
        answer = self.peer.call('GET', 'servers')
        if not answers.named(answer, [stage.server('own') or '?']):
            raise limits.CannotTell(
                'The peer does not find his own server in his list: '
                f'{answer.status} {answer.complaint}'
            )

    def _state(
        self, stage: stages.Stage
    ) -> Tuple[Dict[str, Any], Tuple[answers.Evidence, ...]]:
        """Return what must stay as it is at the target, and what shows it."""
        target = stage.server('target')
        if target is None or stage.is_target_lost:
            return {'status': 'gone'}, ()
        path = f'servers/{target}'
        answer = self.owner.call('GET', path, version='2.73')
        shown = (answers.evidence(answer, 'his own'),)
        if answer.status == 404:
            return {'status': 'gone'}, shown
        server = self.owner.taken(answer, 'server')
        state = {key: server.get(key) for key in KEPT}
        # Operators and services do things, too.
        state['done by the peer'] = [
            action['action']
            for action in self.owner.get(
                f'{path}/os-instance-actions', 'instanceActions'
            )
            if action['user_id'] == self.peer.user_id
        ]
        return state, shown

    def _compare(
        self,
        before: Dict[str, Any],
        after: Dict[str, Any],
        shown: Tuple[answers.Evidence, ...],
    ) -> findings.Finding:
        changed = [key for key in after if before.get(key) != after[key]]
        verdict = findings.Verdict.OPEN if changed else findings.Verdict.CLOSED
        if changed == ['status'] and after['status'] != 'gone':
            # A guest may shut itself down.
            verdict = findings.Verdict.INCONCLUSIVE
        return findings.Finding(
            "the owner's server is untouched",
            'GET servers/{server}',
            operations.Effect.DESTROYS.name.lower(),
            'peer',
            verdict,
            reason=words.shown(
                ' '.join(
                    f'{key}: {before.get(key)} became {after[key]}.'
                    for key in changed
                )
            ),
            evidence=shown if changed else (),
        )

    def _remove(self) -> List[str]:
        if not self._run.made:
            return []
        # A request that had to end may have taken a part of that time.
        grace = min(0, self._limits.left) + belongings.GRACE
        self._spend_of(limits.Limits(grace, 1000))
        try:
            return belongings.remove(
                (self.owner, self.peer), self._run, grace - 10
            )
        except limits.CannotTell:
            # Why is told by what came before; the next run removes it.
            return sorted(f'{kind} {name}' for kind, name in self._run.made)

    def _cloud(self) -> Dict[str, str]:
        return {
            'endpoint': words.shown(self.owner.url),
            'project': self.owner.project_id,
            **{
                account.name: account.user_id
                for account in (self.owner, self.peer, *self._others)
            },
        }
