# SPDX-License-Identifier: Apache-2.0
"""A copy of a server is what Nova would have made."""

from tests.functional.compute import cloud
from tests.functional.compute import copies

#: What Nova makes by chance, or when it is asked.
OWN = {
    'id',
    'uuid',
    'instance_uuid',
    'action_id',
    'request_id',
    'reservation_id',
    'created_at',
    'updated_at',
    'start_time',
    'finish_time',
    'launched_at',
}


class TestCopies(cloud.Cloud):
    COPIES = False

    def test_copy_equals_a_booted_server(self):
        booted = self.boot(self.bob)
        original = copies.take(self, self.boot(self.eve))
        copy = copies.put(self, original, self.bob, 'of-bob')
        self.assertEqual(self.rows(booted), self.rows(copy))

    def rows(self, server_id):
        """Return the rows of a server, up to what is its own."""
        taken = copies.take(self, server_id)
        return [taken.resources] + sorted(
            (
                table.name,
                sorted(
                    (column, str(value).replace(server_id, 'ID'))
                    for column, value in row.items()
                    if column not in OWN
                ),
            )
            for table, row in taken.rows
        )
