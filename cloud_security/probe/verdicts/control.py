# SPDX-License-Identifier: Apache-2.0
"""The control of an operation: the owner sends the request first."""

from __future__ import annotations

from cloud_security.probe.catalog.operations import Kind
from cloud_security.probe.catalog.operations import Operation
from cloud_security.probe.catalog.operations import UNAVAILABLE
from cloud_security.probe.client.responses import Response
from cloud_security.probe.resources import service_stage
from cloud_security.probe.verdicts.judgement import Control
from cloud_security.probe.verdicts.requests import Requester

IGNORED = 'The scheduler does not compare this hint here.'


class Controls:
    """Sends operations for the owner, and learns what the service can do."""

    def __init__(self, stage: service_stage.ServiceStage) -> None:
        self._stage = stage
        #: The fate of a server that Nova booted in spite of a hint.
        self._ignored: Response | None = None

    def control(self, operation: Operation, requester: Requester) -> Control:
        """Return the owner's responses, and whether they prove anything."""
        if operation.kind in (Kind.SEARCHED, Kind.COUNTED):
            return self._search(operation, requester)
        owner = self._stage.owner
        if operation.kind is Kind.BUILT and self._ignored is not None:
            return Control(self._ignored, IGNORED)
        unknown = requester(owner, 'example', unknown=True)
        if operation.kind is Kind.BUILT and unknown.text == 'ACTIVE':
            self._ignored = unknown
            return Control(unknown, IGNORED)
        example = requester(owner, 'example')
        wrong = remark = ''
        if requester.is_same(example, unknown):
            wrong = (
                f"The owner's {owner.service.resource} and an unknown ID get "
                f'the same response: {example}'
            )
        elif example.status in operation.works:
            wrong = self._effect(operation, example)
        elif is_unavailable(operation, requester, example, unknown):
            remark = f'Not available in this cloud: {example}'
        else:
            wrong = str(example)
        return Control(example, wrong, unknown, remark)

    def _effect(self, operation: Operation, example: Response) -> str:
        """Wait for the effect; return what is wrong with it, or ''."""
        if example.is_success and goes_on(operation):
            status = self._stage.settle(operation, 'example')
            if not status.startswith(operation.becomes):
                resource = self._stage.owner.service.resource
                return f"The owner's {resource} is {status} after it."
        return ''

    def _search(self, operation: Operation, requester: Requester) -> Control:
        stage, owner = self._stage, self._stage.owner
        for _ in range(10 if operation.late else 1):
            example = requester(owner, 'example')
            if not example.is_success:
                return Control(example, str(example))
            if operation.kind is Kind.COUNTED:
                if requester.counted(example) >= stage.count(owner) > 0:
                    return Control(example)
                return Control(
                    example, "The response does not count the owner's."
                )
            if requester.shows(example):
                return Control(example)
            owner.limits.sleep(0.2 if operation.late else 0)
        return Control(
            example,
            "The owner's own response does not name the owner's resource.",
        )


def goes_on(operation: Operation) -> bool:
    """Return True if the service goes on after its response."""
    return bool(operation.becomes or operation.lasts or operation.removes)


def is_unavailable(
    operation: Operation,
    requester: Requester,
    example: Response,
    unknown: Response,
) -> bool:
    """Return True if the cloud lacks a feature, and yet reveals servers.

    An example is a console that the driver does not have. Nova looks up the
    server before it refuses: the owner gets 400 about a server and 404 about
    an unknown ID. Any caller who reaches the server gets that 400, too. For
    a console log the first is "404 Guest does not have a console".
    """
    return (
        operation.may_be_unavailable
        and example.status in UNAVAILABLE
        and bool(example.fault)
        and unknown.status == 404
        and bool(unknown.fault)
        and not requester.has_same_body(example, unknown)
    )
