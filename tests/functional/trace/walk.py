# SPDX-License-Identifier: Apache-2.0
"""A walk of random operations, with a look at the history behind each.

``TRACE_OPERATIONS``, ``TRACE_SEED`` and ``TRACE_URL`` choose.
"""

import os
import random
import sys
import time

from cloud_security.trace import checking
from tests.functional.trace import cloud
from tests.functional.trace import operations
from tests.functional.trace import oracle

NUMBER = int(os.environ.get('TRACE_OPERATIONS', '300'))
SEED = int(os.environ.get('TRACE_SEED', random.randrange(10**6)))


class Walk(cloud.Cloud):
    def setUp(self):
        super().setUp()
        self.random = random.Random(SEED)
        self.addDetail(
            'seed', cloud.text(f'TRACE_SEED={SEED} of {NUMBER} operations')
        )
        self.operations = operations.Operations(self, self.random)
        self.oracle = oracle.Oracle(self)

    def walk(self, number=NUMBER):
        """Do random operations; return what differed behind which."""
        wrong = []
        for count in range(number):
            if self.engine.dialect.name == 'sqlite':
                # Its clock has milliseconds.
                time.sleep(0.002)
            name = self.operations.next()
            differing = self.oracle.look()
            if differing:
                wrong.append((count, name, differing))
            if count % 100 == 99:
                sys.stderr.write(f'{count + 1} operations\n')
        return wrong

    def assertExact(self):
        self.assertEqual([], self.oracle.wrong_moments())
        self.assertEqual([], self.oracle.overlaps())
        self.assertEqual([], checking.compare(self.engine).rows)
        sys.stderr.write(
            f'seed {SEED}: {len(self.oracle.seen)} operations, '
            f'{len(self.oracle.intervals())} intervals, responses '
            f'{dict(self.operations.statuses)}\n'
        )
