# SPDX-License-Identifier: Apache-2.0
"""Requests of one operation, by accounts, about the owner's resources."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib import parse

from cloud_security.probe.catalog import operations
from cloud_security.probe.catalog.operations import Kind
from cloud_security.probe.catalog.operations import Operation
from cloud_security.probe.client import accounts
from cloud_security.probe.client import services
from cloud_security.probe.client.responses import Response
from cloud_security.probe.resources import service_stage
from cloud_security.probe.verdicts import comparison

#: An ID that is not in the request.
NEW_ID = re.compile(r'\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b')
#: The number in a response that counts resources.
COUNT = re.compile(r'"total_count":\s*(\d+)')


class Requester:
    """Sends one operation's request for different accounts."""

    def __init__(
        self,
        stage: service_stage.ServiceStage,
        operation: Operation,
        version: str,
    ) -> None:
        self._stage = stage
        self._operation = operation
        self._version = version

    def __call__(
        self, account: accounts.Account, role: str, unknown: bool = False
    ) -> Response:
        """Send the request; return the response.

        :param role: example or target
        :param unknown: name an ID that does not exist instead
        """
        stage, operation = self._stage, self._operation
        values = stage.values(account, role)
        if operation.asks:
            if operation.asks in stage.missing:
                raise operations.Missing(operation.asks)
            account = account.at(services.ALL[operation.asks])
        if operation.kind is Kind.SEARCHED and operation.about not in values:
            if operation.about in stage.missing:
                raise operations.Missing(operation.about)
        if unknown:
            values = stage.unknown(values, operation.about)
        path = operations.filled(operation.path, quoted(values))
        body = operations.filled(operation.body, values)
        if operation.kind is not Kind.BUILT:
            return self._send(account, path, body)
        with stage.making(operation, values['new_name']):
            response = self._send(account, path, body)
        if not response.is_success:
            return response
        return stage.fate(account, operation, response)

    def _send(
        self, account: accounts.Account, path: str, body: Any
    ) -> Response:
        operation = self._operation
        return account.call(
            operation.method, path, body, self._version, operation.media
        )

    def names(self, response: Response) -> str:
        """Return an ID or a name of the owner's in a response, or ''."""
        return response.names(self._stage.foreign(self._operation.about))

    def shows(self, response: Response) -> str:
        """Return an ID of the owner's that the control must name, or ''."""
        return response.names(self._stage.known(self._operation.about))

    def counted(self, response: Response) -> int:
        """Return the number in a response, -1 if there is none."""
        match = COUNT.search(response.text) if response.is_success else None
        return int(match.group(1)) if match else -1

    def is_same(self, one: Response, two: Response) -> bool:
        """Return True if two responses differ by requested IDs alone."""
        return self._normal(one) == self._normal(two)

    def has_same_body(self, one: Response, two: Response) -> bool:
        """Return True if status and body differ by requested IDs alone."""
        first, second = self._normal(one), self._normal(two)
        return (first.status, first.text) == (second.status, second.text)

    def differing(self, one: Response, two: Response) -> str:
        """Name the headers that differ if nothing else does, or return ''."""
        if not self.has_same_body(one, two):
            return ''
        first, second = self._normal(one), self._normal(two)
        names = {name for name, _ in {*first.headers} ^ {*second.headers}}
        return f'Headers differ: {", ".join(sorted(names))}.'

    def _normal(self, response: Response) -> comparison.Normal:
        requested = f'{response.url} {json.dumps(response.sent)}'.lower()
        ids = self._stage.ids(self._operation.about)
        found = comparison.normal(
            response, [one for one in ids if one.lower() in requested]
        )
        if self._operation.kind is Kind.BUILT and not response.is_success:
            # A refusal may name what the service had begun to create.
            found = found._replace(text=NEW_ID.sub('NEW', found.text))
        return found


def quoted(values: dict[str, str]) -> dict[str, str]:
    """Return values for a path; some are parts of a query."""
    return {
        name: parse.quote(value, safe=':=&') for name, value in values.items()
    }
