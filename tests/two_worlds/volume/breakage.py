# SPDX-License-Identifier: Apache-2.0
"""The filter of a world, with a line of its criteria taken out."""

import fixtures
import sqlalchemy as sa

from cloud_security.visibility import criteria
from cloud_security.volume import models
from cloud_security.volume import process


class Breakage(fixtures.Fixture):
    """Knows the listener that the filter installs, and can replace it."""

    def _setUp(self):
        self.listening = []
        install = criteria.Criteria.install

        def noted(installed):
            if installed not in self.listening:
                self.listening.append(installed)
            install(installed)

        for name, stand_in in (
            ('cloud_security.visibility.criteria.Criteria.install', noted),
            # Messages to other services are without a scope here.
            ('cloud_security.volume.process.OTHER_SERVICES', ()),
        ):
            self.useFixture(fixtures.MonkeyPatch(name, stand_in))
        self.addCleanup(self._uninstall)

    def _uninstall(self):
        while self.listening:
            self.listening.pop().uninstall()

    def lines(self):
        """Return the lines: models, and alternatives of their criteria.

        :returns: ``[['Volume', None], ['Snapshot', None], ['Snapshot', 0],
            …]``
        """
        found = []
        for model, entry in models.owned().items():
            found.append([model.__name__, None])
            if _is_choice(entry.criterion):
                found += [
                    [model.__name__, place]
                    for place in range(len(entry.criterion.clauses))
                ]
        return found

    def switch_off(self):
        """Let all rows through, as if no criteria were there."""
        self._uninstall()

    def take_out(self, line):
        """Replace the listener by one that lacks a line.

        :param line: one of lines(), or None to have all of them
        """
        owned = dict(models.owned())
        name, place = line or (None, None)
        for model, entry in models.owned().items():
            if model.__name__ == name:
                if place is None:
                    del owned[model]
                else:
                    owned[model] = _without(entry, place)
        self._uninstall()
        criteria.Criteria(owned, process.is_shared).install()


def _is_choice(criterion):
    return (
        isinstance(criterion, sa.sql.elements.BooleanClauseList)
        and criterion.operator is sa.sql.operators.or_
    )


def _without(entry, place):
    clauses = list(entry.criterion.clauses)
    del clauses[place]
    # Whose rows come with a parent's is in the criterion, too.
    return entry._replace(criterion=sa.or_(*clauses), parents={})
