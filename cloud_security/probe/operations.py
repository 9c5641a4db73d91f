"""What an attempt is. The attempts themselves are data, in two tables.

To add one, add an entry. The owner asks for it first, at his example server:
that is its control. The peer then asks for the same at the target.
"""

import enum
from typing import Any
from typing import Mapping
from typing import NamedTuple
from typing import Optional
from typing import Tuple

#: What a member is answered who may do it.
DONE = (200, 201, 202, 203, 204)
#: What he is answered about his own server where only others may.
REFUSED = (400, 403, 404, 409, 501)
#: What works for no ordinary member, but tells whether the server exists.
EITHER = DONE + REFUSED
#: An address that no host can have, RFC 1112.
NO_ADDRESS = '240.0.0.1'
#: The newest microversion whose bodies have been read.
NEWEST = '2.104'
OLDEST = '2.1'


class Missing(Exception):
    """A placeholder has no value; the message is its name."""


class Effect(enum.IntEnum):
    """What an attempt does where it gets through; they run in this order."""

    READS = 1
    CHANGES = 2
    DESTROYS = 3


class Kind(enum.Enum):
    """How the peer's answer is judged."""

    #: About the owner's must equal about what does not exist.
    COMPARED = 'compared'
    #: It must not name the owner's.
    SEARCHED = 'searched'
    #: As COMPARED; what counts is also what becomes of a server made so.
    BUILT = 'built'
    #: As SEARCHED, while Nova builds the server.
    BUILDING = 'building'


class Operation(NamedTuple):
    """One attempt.

    ``path`` and ``body`` have placeholders such as ``{server}``; ``stage.py``
    tells what they stand for.
    """

    name: str
    method: str
    path: str
    body: Any = None
    kind: Kind = Kind.COMPARED
    effect: Effect = Effect.READS
    #: What is somebody's, and what does not exist: a placeholder.
    about: str = 'server'
    #: Statuses that show the owner that it works.
    works: Tuple[int, ...] = DONE
    #: The newest microversion it exists in, and the oldest.
    until: str = NEWEST
    since: str = OLDEST
    #: The state in which the owner's server then is; '' for the same.
    becomes: str = ''
    #: Whether Nova goes on after its answer.
    lasts: bool = False
    #: Whether the server is gone then.
    removes: bool = False
    #: Whether Nova tells of the server only a moment later.
    late: bool = False
    #: Whether managers and admins can do it right after the owner.
    repeats: bool = True
    #: A status that may never be given about somebody else's.
    never: Optional[int] = None
    why: str = ''
    #: Whether a list must name the peer's own server.
    names_own: bool = False
    #: Whether there is no verdict without it.
    is_core: bool = False
    #: What it is about, where not every cloud has it.
    part: str = ''

    @property
    def is_read(self) -> bool:
        """Tell whether it is a GET."""
        return self.method == 'GET'

    @property
    def request(self) -> str:
        """Return the request, as it is listed."""
        if isinstance(self.body, dict) and self.path.endswith('/action'):
            return f'{self.method} {self.path} {next(iter(self.body))}'
        return f'{self.method} {self.path}'


def reads(name: str, path: str, **more: Any) -> Operation:
    """Return one that reads of a server."""
    return Operation(name, 'GET', f'servers/{{server}}{path}', **more)


def lists(name: str, path: str, **more: Any) -> Operation:
    """Return one that looks for a server in a list."""
    more.setdefault('repeats', False)
    return Operation(name, 'GET', path, kind=Kind.SEARCHED, **more)


def changes(
    name: str, method: str, path: str, body: Any = None, **more: Any
) -> Operation:
    """Return one that changes a server."""
    more.setdefault('effect', Effect.CHANGES)
    return Operation(name, method, 'servers/{server}' + path, body, **more)


def acts(
    name: str, action: str, arguments: Any = None, **more: Any
) -> Operation:
    """Return one that is an action; most cannot be done twice."""
    more.setdefault('repeats', False)
    return changes(name, 'POST', '/action', {action: arguments}, **more)


def only_refused(
    name: str, action: str, arguments: Any = None, **more: Any
) -> Operation:
    """Return an action that only tells by how it is refused."""
    return acts(name, action, arguments, works=EITHER, lasts=True, **more)


def version(operation: Operation, newest: str) -> Optional[str]:
    """Return the microversion to ask with, None where Nova has none.

    :param newest: the newest one of this Nova
    """
    found = min(operation.until, newest, key=number)
    return found if number(found) >= number(operation.since) else None


def number(text: str) -> Tuple[int, ...]:
    """Return a microversion as something to compare."""
    return tuple(map(int, text.split('.')))


def filled(template: Any, values: Mapping[str, str]) -> Any:
    """Fill in a path or a body.

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
