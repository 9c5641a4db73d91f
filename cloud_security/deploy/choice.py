# SPDX-License-Identifier: Apache-2.0
"""Choice of a hand-over, and the steps that a service makes of it.

Each room of a service plans its own steps; the commands know these shapes.
"""

from __future__ import annotations

from typing import Any
from typing import NamedTuple
from typing import Optional


class Choice(NamedTuple):
    """The part of a user's things that is to change hands."""

    #: Servers that change hands, too.
    server_ids: frozenset[str] = frozenset()
    #: Servers that do so later, with what belongs to them.
    staying_ids: frozenset[str] = frozenset()
    #: Things that were named: volumes, images or ports.
    thing_ids: frozenset[str] = frozenset()
    is_all: bool = False

    @property
    def is_everything(self) -> bool:
        """Tell whether all that the user has is to change hands."""
        return self.is_all or not (self.server_ids or self.thing_ids)


class Step(NamedTuple):
    """A holding, and a sentence about why it does not change hands.

    ``str(holding)`` names it, and ``holding.ids`` are those that a choice can
    name.
    """

    holding: Any
    #: By its nature; the command did its work all the same.
    stays: Optional[str] = None
    #: For now: the command is to be run again.
    refused: Optional[str] = None
