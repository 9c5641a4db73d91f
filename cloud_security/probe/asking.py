"""One operation's request, by different accounts about different servers."""

from typing import Tuple

from cloud_security.probe import accounts
from cloud_security.probe import answers
from cloud_security.probe import operations
from cloud_security.probe import stage as stages
from cloud_security.probe.operations import Kind
from cloud_security.probe.operations import Operation


class Asker:
    """Sends one operation's request for different accounts."""

    def __init__(
        self, stage: stages.Stage, operation: Operation, version: str
    ) -> None:
        self._stage = stage
        self._operation = operation
        self._version = version

    def __call__(
        self, account: accounts.Account, what: str, unknown: bool = False
    ) -> accounts.Answer:
        values = self._stage.values(account, what)
        if unknown:
            values = self._stage.unknown(values, self._operation.about)
        operation = self._operation
        answer = account.call(
            operation.method,
            operations.filled(operation.path, values),
            operations.filled(operation.body, values),
            self._version,
        )
        if operation.kind is Kind.BUILT and answer.is_success:
            return self._become(account, answer)
        return answer

    def _become(
        self, account: accounts.Account, answer: accounts.Answer
    ) -> accounts.Answer:
        """Return what becomes of a server instead of its id."""
        path = f'servers/{answer.json()["server"]["id"]}'
        state = self._stage.settle(account, path.split('/')[1])['status']
        account.call('DELETE', path)
        return answer._replace(text=state, headers={})

    def names(self, answer: accounts.Answer) -> str:
        """Return what an answer names of the owner's, or ''."""
        stage = self._stage
        is_group = self._operation.about == 'group'
        return answers.named(
            answer, stage.groups if is_group else stage.servers
        )

    def plain(self, answer: accounts.Answer, what: str) -> Tuple[object, ...]:
        """Return an answer up to what was asked for."""
        values = self._stage.values(self._stage.owner, what)
        about = self._operation.about
        unknown = self._stage.unknown(values, about)
        return answers.normal(answer, (values[about], unknown[about]))


def complaint(answer: accounts.Answer) -> str:
    """Return a status and Nova's words for it."""
    return f'{answer.status} {answer.complaint}'.strip()
