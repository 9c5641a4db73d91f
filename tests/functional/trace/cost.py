# SPDX-License-Identifier: Apache-2.0
"""Cost of the recorder for a request; a command, and no test by its name.

TRACE_URL=mysql+pymysql://root@127.0.0.1 python -m testtools.run \
    tests.functional.trace.cost

prints the median of pairs of the same request, with the recorder and without.
"""

import os
import statistics
import sys
import time

from neutron_lib.db import api as db_api

from cloud_security.trace import interval_recorder
from tests.functional.trace import cloud

PAIRS = int(os.environ.get('TRACE_PAIRS', '100'))


class TestCost(cloud.Cloud):
    def setUp(self):
        super().setUp()
        self.external = self.external_network()
        self.host = self.port(self.alice, **self.bound())
        self.other = self.port(self.alice, **self.bound())
        self.floating = self.floating_ip(self.alice)
        self.is_on = True

    def switch(self, is_on):
        if is_on != self.is_on:
            change = db_api.sqla_listen if is_on else db_api.sqla_remove
            for listener in interval_recorder.listeners():
                change(*listener)
            self.is_on = is_on

    def timed(self, is_on, *request):
        self.switch(is_on)
        began = time.perf_counter()
        status, body = self.root.ask(*request)
        took = time.perf_counter() - began
        self.assertEqual(2, status // 100, body)
        return took, body

    def requests(self):
        """Yield ``(name, request)`` whose effect the next round undoes."""
        made = []
        while True:
            port = {'port': {'network_id': self.network['id'], **self.bound()}}
            body = yield 'create a port', ('POST', 'ports', port)
            made.append(body['port']['id'])
            yield (
                'rename a port',
                ('PUT', f'ports/{made[-1]}', {'port': {'name': 'n'}}),
            )
            device = {'port': {'device_id': self.bound()['device_id']}}
            yield 'move a port', ('PUT', f'ports/{made[-1]}', device)
            for target in (self.host, self.other):
                yield (
                    'move a floating IP',
                    (
                        'PUT',
                        f'floatingips/{self.floating["id"]}',
                        {'floatingip': {'port_id': target['id']}},
                    ),
                )
            yield 'list ports', ('GET', 'ports')
            yield 'delete a port', ('DELETE', f'ports/{made.pop()}')

    def test_cost(self):
        took = {}
        rounds = {True: self.requests(), False: self.requests()}
        bodies = {True: None, False: None}
        for count in range(PAIRS * 7):
            order = (True, False) if count % 2 else (False, True)
            pair = {}
            for is_on in order:
                name, request = rounds[is_on].send(bodies[is_on])
                pair[is_on], bodies[is_on] = self.timed(is_on, *request)
            took.setdefault(name, []).append(pair)
        self.switch(True)
        everything = [pair for pairs in took.values() for pair in pairs]
        for name, pairs in [*took.items(), ('all', everything)]:
            median = {
                is_on: statistics.median(pair[is_on] for pair in pairs)
                for is_on in (True, False)
            }
            ratio = statistics.median(
                pair[True] / pair[False] for pair in pairs
            )
            sys.stderr.write(
                f'{name}: median of pairs {ratio:.3f}, of medians '
                f'{median[True] / median[False]:.3f}, '
                f'{(median[True] - median[False]) * 1000:+.1f} ms of '
                f'{median[False] * 1000:.0f}\n'
            )
