# SPDX-License-Identifier: Apache-2.0
"""Methods of Neutron's that the plugin replaces by ones around them.

Each stands where a callback would come too early, too late or not at all.
"""

from __future__ import annotations

from collections.abc import Callable
import functools
from typing import Any
from typing import NamedTuple

#: Takes the original method, an instance and its other arguments.
Around = Callable[..., Any]

_MARK = '_cloud_security_around'


class Wrapped(NamedTuple):
    """A method that was replaced."""

    cls: type
    name: str
    original: Any


#: What was replaced in this process, in that order.
DONE: list[Wrapped] = []


def wrap(cls: Any, name: str, around: Around) -> None:
    """Replace a method; again changes nothing.

    :param around: gets the original method before its arguments
    :raises AttributeError: when this Neutron has no such method
    """
    original = getattr(cls, name)
    # Another function may have been wrapped around it since.
    found = original
    while found is not None:
        if getattr(found, _MARK, None) is around:
            return
        found = getattr(found, '__wrapped__', None)

    @functools.wraps(original)
    def wrapped(self: Any, *args: Any, **kwargs: Any) -> Any:
        return around(original, self, *args, **kwargs)

    setattr(wrapped, _MARK, around)
    DONE.append(Wrapped(cls, name, cls.__dict__.get(name)))
    setattr(cls, name, wrapped)
