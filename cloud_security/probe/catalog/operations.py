# SPDX-License-Identifier: Apache-2.0
"""Operations: the type of the catalog's entries, and short forms of it.

The owner sends an operation's request first, about the example server: that
is its control. The peer then sends the same request about the target.
"""

from __future__ import annotations

from collections.abc import Mapping
import enum
from typing import Any
from typing import NamedTuple

#: Statuses of a member's success.
DONE = (200, 201, 202, 203, 204)
#: Statuses about a member's own server where only others may do it.
REFUSED = (400, 403, 404, 409, 501)
#: Statuses of operations that fail for members, and yet reveal a server.
EITHER = DONE + REFUSED
#: Statuses about a member's own server if the cloud lacks the feature.
UNAVAILABLE = (400, 404, 409, 501)
#: An address that no host can have, RFC 1112.
NO_ADDRESS = '240.0.0.1'
#: The newest microversion whose request bodies this catalog follows.
NEWEST = '2.104'
OLDEST = '2.1'


class Missing(Exception):
    """A placeholder has no value; the message is the placeholder's name."""


class Effect(enum.IntEnum):
    """The effect of an operation that succeeds; a run goes in this order."""

    READS = 1
    CHANGES = 2
    DESTROYS = 3


class Kind(enum.Enum):
    """The way in which the probe judges the peer's response."""

    #: The response about the target must equal that about an unknown ID.
    COMPARED = 'compared'
    #: The response must not name the owner's resources.
    SEARCHED = 'searched'
    #: As COMPARED; the fate of the resource that it creates counts, too.
    BUILT = 'built'
    #: As SEARCHED, while Nova builds the server.
    BUILDING = 'building'
    #: The number in the response must be that of the caller's own resources.
    COUNTED = 'counted'


class Operation(NamedTuple):
    """One operation.

    ``path`` and ``body`` have placeholders such as ``{server}``; the stage of
    the service gives their values.
    """

    name: str
    method: str
    path: str
    body: Any = None
    kind: Kind = Kind.COMPARED
    effect: Effect = Effect.READS
    #: The placeholder of the owner's resource, or of an unknown ID.
    about: str = 'server'
    #: Statuses that prove to the owner that the operation works.
    works: tuple[int, ...] = DONE
    #: The newest microversion that has the operation, and the oldest.
    until: str = NEWEST
    since: str = OLDEST
    #: The state of the owner's server after it; '' if it does not change.
    becomes: str = ''
    #: Nova goes on after its response.
    lasts: bool = False
    #: The server is gone after it.
    removes: bool = False
    #: Nova names the server only a moment later.
    late: bool = False
    #: Managers and admins can do it right after the owner.
    repeats: bool = True
    #: A status that the service may never give about a hidden server.
    never: int | None = None
    why: str = ''
    #: A list that must name the peer's own server.
    names_own: bool = False
    #: There is no verdict on the cloud without this operation.
    is_core: bool = False
    #: The feature that it needs, which not every cloud has.
    part: str = ''
    #: The name of the service.
    service: str = 'compute'
    #: The resource that it creates, if it is BUILT.
    makes: str = 'server'
    #: The media type of the body.
    media: str = 'application/json'
    #: Another service that gets the request, at ``until``.
    asks: str = ''

    @property
    def is_read(self) -> bool:
        """Return True for a GET."""
        return self.method == 'GET'

    @property
    def request(self) -> str:
        """Return the request as tables print it."""
        if isinstance(self.body, dict) and self.path.endswith('/action'):
            return f'{self.method} {self.path} {next(iter(self.body))}'
        return f'{self.method} {self.path}'

    @property
    def may_be_unavailable(self) -> bool:
        """Return True if the owner's refusal may still prove something.

        The core must work for the owner. Operations of a part prepare each
        other: without a floating IP of the owner the peer can take none.
        Those of the other services do not.
        """
        if self.is_core:
            return False
        if self.service != 'compute':
            return self.kind in (Kind.COMPARED, Kind.BUILT)
        return (
            self.kind is Kind.COMPARED
            and self.about == 'server'
            and not self.part
        )


def reads(name: str, path: str, **more: Any) -> Operation:
    """Return an operation that reads something of a server."""
    return Operation(name, 'GET', f'servers/{{server}}{path}', **more)


def lists(name: str, path: str, **more: Any) -> Operation:
    """Return an operation that looks for a server in a list."""
    more.setdefault('repeats', False)
    return Operation(name, 'GET', path, kind=Kind.SEARCHED, **more)


def changes(
    name: str, method: str, path: str, body: Any = None, **more: Any
) -> Operation:
    """Return an operation that changes a server."""
    more.setdefault('effect', Effect.CHANGES)
    return Operation(name, method, 'servers/{server}' + path, body, **more)


def acts(
    name: str, action: str, arguments: Any = None, **more: Any
) -> Operation:
    """Return a server action; most actions cannot run twice."""
    more.setdefault('repeats', False)
    return changes(name, 'POST', '/action', {action: arguments}, **more)


def only_refused(
    name: str, action: str, arguments: Any = None, **more: Any
) -> Operation:
    """Return an action that reveals a server only by its refusal."""
    return acts(name, action, arguments, works=EITHER, lasts=True, **more)


def version(operation: Operation, newest: str) -> str | None:
    """Return the microversion for a request, None if the service has none.

    :param newest: the newest microversion of this service
    """
    if operation.asks:
        return operation.until
    found = min(operation.until, newest, key=number)
    return found if number(found) >= number(operation.since) else None


def number(text: str) -> tuple[int, ...]:
    """Return a microversion as a value to compare."""
    return tuple(map(int, text.split('.')))


def filled(template: Any, values: Mapping[str, str]) -> Any:
    """Fill in the placeholders of a path or a body.

    :raises Missing: with the placeholder that has no value
    """
    if isinstance(template, str):
        try:
            return template.format_map(values)
        except KeyError as error:
            raise Missing(error.args[0]) from error
    if isinstance(template, dict):
        return {key: filled(value, values) for key, value in template.items()}
    if isinstance(template, (list, tuple)):
        return [filled(value, values) for value in template]
    return template
