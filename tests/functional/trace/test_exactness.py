# SPDX-License-Identifier: Apache-2.0
"""The history says of each moment what Neutron's tables said then."""

import contextlib
import threading
from unittest import mock

from neutron_lib.callbacks import events
from neutron_lib.callbacks import registry
from neutron_lib.callbacks import resources
from oslo_config import cfg

from cloud_security.trace import checking
from cloud_security.trace import repairing
from cloud_security.trace import writing
from tests.functional.trace import cloud
from tests.functional.trace import walk

#: Threads that ask at once.
THREADS = 6


def at_once(target, arguments):
    """Call a function in a thread for each tuple of arguments."""
    threads = [
        threading.Thread(target=target, args=some) for some in arguments
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


class TestExactness(walk.Walk):
    def test_history_says_what_the_tables_said(self):
        self.assertEqual([], self.walk())
        self.assertExact()
        self.assertLess(walk.NUMBER / 2, self.operations.statuses[2])

    def test_history_without_ends_is_noticed(self):
        # Neutron would try again for minutes what fails so.
        cfg.CONF.set_override('strict', False, 'cloud_security_trace')
        with mock.patch.object(writing, 'end'):
            self.assertNotEqual([], self.walk(20))


class TestInjectedFailures(walk.Walk):
    """Something of Neutron's fails within its transactions."""

    def setUp(self):
        super().setUp()
        for resource in (
            resources.PORT,
            resources.FLOATING_IP,
            resources.ROUTER,
        ):
            for event in (
                events.PRECOMMIT_CREATE,
                events.PRECOMMIT_UPDATE,
                events.PRECOMMIT_DELETE,
            ):
                registry.subscribe(self.fail_at_times, resource, event)

    def fail_at_times(self, resource, event, trigger, payload=None):
        if self.random.random() < 0.2:
            raise RuntimeError('injected')

    def test_what_is_rolled_back_leaves_nothing(self):
        self.assertEqual([], self.walk(walk.NUMBER // 3))
        self.assertExact()
        self.assertLess(walk.NUMBER / 60, self.operations.statuses[5])


class TestSuccesses(cloud.Cloud):
    """By default, a failure of the recorder fails no request."""

    is_strict = False
    ROUNDS = 25

    def test_success_is_in_the_database(self):
        if not cloud.URL:
            self.skipTest('SQLite in memory has one connection: TRACE_URL')
        self.external = self.external_network()
        repairing.import_all(self.engine)
        pairs = [
            (
                self.floating_ip(self.alice),
                self.port(self.alice, **self.bound()),
            )
            for _ in range(2)
        ]
        self.together = threading.Barrier(len(pairs))
        self.statuses, self.lost = [], []
        at_once(self.move, pairs)
        self.assertEqual([200] * 4 * self.ROUNDS, self.statuses)
        self.assertEqual([], self.lost)
        self.assertEqual([], checking.compare(self.engine).rows)

    def move(self, floating, port):
        for port_id in (port['id'], None) * self.ROUNDS:
            self.together.wait(60)
            status, _ = self.alice.put(
                f'floatingips/{floating["id"]}',
                {'floatingip': {'port_id': port_id}},
            )
            self.statuses.append(status)
            [found] = self.sql(
                'select fixed_port_id from floatingips where id = :id',
                id=floating['id'],
            )
            if found != (port_id,):
                self.lost.append((port_id, found))


class TestThreads(walk.Walk):
    """Several threads change the same things at once."""

    def test_threads_leave_no_difference(self):
        if not cloud.URL:
            self.skipTest('SQLite in memory has one connection: TRACE_URL')
        at_once(self.work, [(walk.NUMBER // THREADS,)] * THREADS)
        self.assertEqual([], self.oracle.look())
        self.assertExact()

    def work(self, number):
        for _ in range(number):
            # Another thread may have taken the thing away meanwhile.
            with contextlib.suppress(KeyError, TypeError, ValueError):
                self.operations.next()
