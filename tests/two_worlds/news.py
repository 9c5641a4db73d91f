# SPDX-License-Identifier: Apache-2.0
"""Differences between a census and a release of a service."""

from typing import Mapping
from typing import NamedTuple


class Census(NamedTuple):
    """A service's census, and which releases have its entries."""

    #: The name of the service.
    service: str
    #: The file.
    where: str
    #: ``{major version: words with which entries begin}``
    since: Mapping
    until: Mapping

    def expects(self, name, release):
        """Tell whether a release has an entry."""
        return not any(
            release < since and name.startswith(names)
            for since, names in self.since.items()
        ) and not any(
            release > until and name.startswith(names)
            for until, names in self.until.items()
        )


def differences(found, known, census, release, decide):
    """Yield a sentence for each difference: what somebody must decide.

    :param found: names in the release
    :param known: names in the census
    :param decide: what to decide about a new name, ``{}`` in it
    """
    for name in sorted(found - known):
        yield f'{decide.format(name)}, and write it into {census.where}.'
    for name in sorted(known - found):
        if census.expects(name, release):
            yield (
                f'{name} stands in {census.where}, but {census.service} '
                f'{release} has it not: take it out, or say under SINCE and '
                f'UNTIL which have it.'
            )
