# SPDX-License-Identifier: Apache-2.0
"""Sizes of a measurement."""

from typing import NamedTuple
from typing import Tuple


class Plan(NamedTuple):
    """Sizes and times.

    ``sizes`` of projects in servers, the smallest has ``own``, the caller's,
    and no others; ``seconds`` is how long one call is measured,
    ``list_seconds`` one list; ``slices`` how many servers of each side are
    under load, twice ``press`` seconds each.
    """

    sizes: Tuple[int, ...] = (100, 1000, 10000)
    seconds: float = 6
    list_seconds: float = 6
    slices: int = 6
    press: float = 3

    @property
    def own(self) -> int:
        """The number of the caller's servers."""
        return self.sizes[0]


FULL = Plan()
SMOKE = Plan((5, 30), 0.2, 0, 1, 0.5)
