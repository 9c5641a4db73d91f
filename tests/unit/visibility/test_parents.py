# SPDX-License-Identifier: Apache-2.0
"""SQL on rows that belong to other rows, which the guard takes for own."""

import testscenarios
import testtools

from cloud_security.visibility import reader

KEYS = {
    'boxes': frozenset({'id'}),
    'things': frozenset({'id'}),
}
PARENTS = {('things', 'box_id'): ('boxes', 'id')}
OWN = 'boxes.user_id = /* own */ ?'
WITHIN = 'things.box_id = boxes.id'

RESTRICTED = (
    f'UPDATE boxes SET x = ? WHERE NOT (EXISTS (SELECT * FROM things '
    f'WHERE {WITHIN} AND things.x = ?)) AND boxes.id = ? AND {OWN}',
    f'UPDATE boxes SET x = ? WHERE {OWN} AND EXISTS (SELECT * FROM things '
    f'WHERE (boxes.id = things.box_id))',
    f'SELECT EXISTS (SELECT * FROM things WHERE {WITHIN}) FROM boxes '
    f'WHERE {OWN}',
    f'SELECT things.id FROM boxes, things WHERE {WITHIN} AND {OWN}',
    f'UPDATE free SET x = ? WHERE EXISTS (SELECT * FROM boxes WHERE {OWN} '
    f'AND EXISTS (SELECT * FROM things WHERE {WITHIN}))',
    'SELECT 1 FROM boxes AS b WHERE b.user_id = /* own */ ? AND EXISTS '
    '(SELECT * FROM things AS t WHERE t.box_id = b.id)',
    # An outer join brings own boxes in, and rows without a box.
    f'SELECT 1 FROM free LEFT JOIN boxes ON {OWN} WHERE EXISTS '
    f'(SELECT * FROM things WHERE {WITHIN}) OR 1',
)
UNRESTRICTED = (
    # Nothing restricts the parent.
    f'UPDATE boxes SET x = ? WHERE EXISTS (SELECT * FROM things '
    f'WHERE {WITHIN})',
    f'SELECT things.id FROM boxes, things WHERE {WITHIN}',
    # Another column, another comparison, or one of several conditions.
    f'UPDATE boxes SET x = ? WHERE {OWN} AND EXISTS (SELECT * FROM things '
    'WHERE things.id = boxes.id)',
    f'UPDATE boxes SET x = ? WHERE {OWN} AND EXISTS (SELECT * FROM things '
    'WHERE things.box_id = boxes.x)',
    f'UPDATE boxes SET x = ? WHERE {OWN} AND EXISTS (SELECT * FROM things '
    'WHERE things.box_id != boxes.id)',
    f'UPDATE boxes SET x = ? WHERE {OWN} AND EXISTS (SELECT * FROM things '
    'WHERE things.box_id = boxes.id + 1)',
    f'UPDATE boxes SET x = ? WHERE {OWN} AND EXISTS (SELECT * FROM things '
    f'WHERE NOT {WITHIN})',
    f'UPDATE boxes SET x = ? WHERE {OWN} AND EXISTS (SELECT * FROM things '
    f'WHERE {WITHIN} OR x = ?)',
    f'UPDATE boxes SET x = ? WHERE {OWN} AND EXISTS (SELECT * FROM things '
    f'WHERE {WITHIN} AND x = ? OR y = ?)',
    f'UPDATE boxes SET x = ? WHERE {OWN} AND EXISTS (SELECT * FROM things '
    f'WHERE ({WITHIN}) OR x = ?)',
    f'UPDATE boxes SET x = ? WHERE {OWN} AND EXISTS (SELECT * FROM things '
    f'WHERE CASE WHEN x THEN {WITHIN} END)',
    # The name stands for a table within, which nothing restricts.
    f'UPDATE boxes SET x = ? WHERE {OWN} AND EXISTS (SELECT * FROM things, '
    f'boxes WHERE {WITHIN})',
    # The query around reads other rows, too.
    f'SELECT EXISTS (SELECT * FROM things WHERE {WITHIN}) FROM boxes '
    f'WHERE {OWN} OR x = ?',
    f'SELECT things.id FROM things LEFT JOIN boxes ON {WITHIN} WHERE {OWN}',
    f'SELECT 1 FROM (SELECT * FROM boxes WHERE {OWN}) AS b WHERE EXISTS '
    f'(SELECT * FROM things WHERE things.box_id = b.id)',
    # A query beside, not around.
    f'SELECT 1 FROM free WHERE EXISTS (SELECT * FROM boxes WHERE {OWN}) AND '
    f'EXISTS (SELECT * FROM things WHERE {WITHIN})',
    'SELECT things.id FROM things WHERE things.box_id = things.id',
)


class TestParents(testscenarios.WithScenarios, testtools.TestCase):
    scenarios = [(sql, {'sql': sql, 'is_own': True}) for sql in RESTRICTED] + [
        (sql, {'sql': sql, 'is_own': False}) for sql in UNRESTRICTED
    ]

    def test_children_of_own_rows_are_restricted_and_no_others(self):
        found = reader.Reader(KEYS, PARENTS).read(self.sql).tables
        self.assertEqual(self.is_own, found == (), found)

    def test_without_parents_children_are_unrestricted(self):
        self.assertIn('things', reader.Reader(KEYS).read(self.sql).tables)
