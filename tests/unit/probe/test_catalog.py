# SPDX-License-Identifier: Apache-2.0
"""The catalog of operations, as data."""

import testtools

from cloud_security.probe import catalog
from cloud_security.probe.catalog import operations


class TestTable(testtools.TestCase):
    def test_operation_names_are_unique(self):
        names = [operation.name for operation in catalog.TABLE]
        self.assertEqual(sorted(set(names)), sorted(names))

    def test_run_order_is_reads_then_changes_then_deletions(self):
        effects = [operation.effect for operation in catalog.TABLE]
        self.assertEqual(sorted(effects), effects)
        self.assertEqual('remove', catalog.TABLE[-1].name)

    def test_version_of_operation_depends_on_nova(self):
        operation = operations.Operation('n', 'GET', 'p', since='2.9')
        for newest, found in (('2.10', '2.10'), ('2.8', None)):
            self.assertEqual(found, operations.version(operation, newest))
        self.assertEqual(
            '2.9', operations.version(operation._replace(until='2.9'), '2.10')
        )
