"""One operation's request, by different accounts about different servers."""

import json
from typing import Dict
from urllib import parse

from cloud_security.probe import accounts
from cloud_security.probe import answers
from cloud_security.probe import operations
from cloud_security.probe import stage as stages
from cloud_security.probe import waiting
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
        path = operations.filled(operation.path, _quoted(values))
        body = operations.filled(operation.body, values)
        if operation.kind is not Kind.BUILT:
            return account.call(operation.method, path, body, self._version)
        with self._stage.run.making('server', values['new_name']):
            answer = account.call(operation.method, path, body, self._version)
        return self._become(account, answer) if answer.is_success else answer

    def _become(
        self, account: accounts.Account, answer: accounts.Answer
    ) -> accounts.Answer:
        """Return what becomes of a server instead of its id.

        The server is removed; where that fails it is at the end.
        """
        path = f'servers/{answer.json()["server"]["id"]}'
        state = waiting.settle(account, path.split('/')[1])['status']
        account.call('DELETE', path)
        return answer._replace(text=state, headers={})

    def names(self, answer: accounts.Answer) -> str:
        """Return what an answer names of the owner's, or ''."""
        stage = self._stage
        is_group = self._operation.about == 'group'
        return answers.named(
            answer, stage.groups if is_group else stage.servers
        )

    def is_same(self, one: accounts.Answer, two: accounts.Answer) -> bool:
        """Tell whether two answers are the same up to what was asked for."""
        return self._plain(one) == self._plain(two)

    def differing(self, one: accounts.Answer, two: accounts.Answer) -> str:
        """Return which headers differ where nothing else does, or ''."""
        first, second = self._plain(one), self._plain(two)
        if (first.status, first.text) != (second.status, second.text):
            return ''
        names = {name for name, _ in {*first.headers} ^ {*second.headers}}
        return f'Headers differ: {", ".join(sorted(names))}.'

    def _plain(self, answer: accounts.Answer) -> answers.Normal:
        asked = f'{answer.url} {json.dumps(answer.sent)}'.lower()
        ids = self._stage.ids(self._operation.about)
        return answers.normal(
            answer, [name for name in ids if name.lower() in asked]
        )


def _quoted(values: Dict[str, str]) -> Dict[str, str]:
    """Return values for a path; some are parts of a query."""
    return {
        name: parse.quote(value, safe=':=&') for name, value in values.items()
    }


def complaint(answer: accounts.Answer) -> str:
    """Return a status and Nova's words for it."""
    return f'{answer.status} {answer.complaint}'.strip()
