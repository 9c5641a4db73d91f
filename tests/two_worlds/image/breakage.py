# SPDX-License-Identifier: Apache-2.0
"""The filter of a world, with a line of it taken out."""

import dataclasses

import fixtures
import sqlalchemy as sa

from cloud_security.image import models
from cloud_security.image import service
from cloud_security.visibility import criteria
from cloud_security.wsgi import plan


class Breakage(fixtures.Fixture):
    """Knows listener and planners of the filter, and can replace them."""

    def _setUp(self):
        self.listening, self.planners = [], []
        install = criteria.Criteria.install
        prepare = plan.Planner.__init__

        def noted(installed):
            if installed not in self.listening:
                self.listening.append(installed)
            install(installed)

        def noted_planner(planner, *args):
            prepare(planner, *args)
            self.planners.append(planner)

        for name, stand_in in (
            ('visibility.criteria.Criteria.install', noted),
            ('wsgi.plan.Planner.__init__', noted_planner),
        ):
            self.useFixture(
                fixtures.MonkeyPatch(f'cloud_security.{name}', stand_in)
            )
        self.addCleanup(self._uninstall)

    def _uninstall(self):
        while self.listening:
            self.listening.pop().uninstall()

    def lines(self):
        """Return the lines: models, alternatives of criteria, transforms."""
        found = []
        for model, entry in models.owned().items():
            found.append([model.__name__, None])
            found += [
                [model.__name__, place]
                for place in range(len(entry.criterion.clauses))
            ]
        places = range(len(service.GLANCE.transforms))
        return found + [['transform', place] for place in places]

    def take_out(self, line):
        """Replace the filter by one that lacks a line.

        :param line: one of lines(), or None to have all of them
        """
        name, place = line or (None, None)
        owned = dict(models.owned())
        for model, entry in models.owned().items():
            if model.__name__ == name and place is None:
                del owned[model]
            elif model.__name__ == name:
                clauses = list(entry.criterion.clauses)
                del clauses[place]
                owned[model] = entry._replace(criterion=sa.or_(*clauses))
        self._uninstall()
        criteria.Criteria(owned).install()
        transforms = list(service.GLANCE.transforms)
        if name == 'transform':
            del transforms[place]
        for planner in self.planners:
            planner._steps.clear()
            planner._service = dataclasses.replace(
                service.GLANCE, transforms=tuple(transforms)
            )
