# SPDX-License-Identifier: Apache-2.0
"""IDs, time and chance that depend only on the name of a step.

What both worlds are told leads to the same IDs in both.
"""

import datetime
import random
import uuid

import fixtures
from oslo_utils import timeutils

START = datetime.datetime(2026, 1, 1)
NAMESPACE = uuid.UUID('b0b0b0b0-0000-4000-8000-000000000000')


class Steps(fixtures.Fixture):
    """The step that a world is at."""

    def __init__(self, stand_ins=()):
        """Choose what else depends on the step.

        :param stand_ins: ``[(dotted name, function), …]``
        """
        super().__init__()
        self.stand_ins = stand_ins

    def _setUp(self):
        self.addCleanup(timeutils.clear_time_override)
        self.begin('start', 0)
        for name, stand_in in (
            ('uuid.uuid4', self.next_id),
            *self.stand_ins,
        ):
            self.useFixture(fixtures.MonkeyPatch(name, stand_in))

    def begin(self, step, second):
        """Begin a step.

        :param second: since the worlds began
        """
        self.step, self.count = step, 0
        random.seed(step)
        timeutils.set_time_override(START + datetime.timedelta(seconds=second))

    def next_id(self):
        """Return the step's next ID."""
        self.count += 1
        return uuid.uuid5(NAMESPACE, f'{self.step} {self.count}')
