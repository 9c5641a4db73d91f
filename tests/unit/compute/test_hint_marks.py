# SPDX-License-Identifier: Apache-2.0
"""Marks of IDs in scheduler hints."""

import testtools

from cloud_security.compute import hint_marks

ONE = '0fb7b5b1-9d33-4b1e-9c5c-0d8c9fd4e001'
OTHER = 'a1e9a5f0-4d34-4a34-8d15-5b9c8c7f5002'
MARK = hint_marks.MARK


class TestHintMarks(testtools.TestCase):
    def test_named_ids_keep_their_marks(self):
        text = f'["{ONE}", "{MARK}{OTHER}", "{MARK}{MARK}{ONE}"]'
        self.assertEqual(
            [ONE, MARK + OTHER, MARK + MARK + ONE], hint_marks.named(text)
        )
        self.assertEqual({ONE, OTHER}, hint_marks.marked_ids(text))

    def test_mapped_text_is_the_same_but_for_ids(self):
        text = f'$instances.{ONE}.host {MARK} req-{OTHER} {OTHER.upper()}'
        self.assertEqual(text, hint_marks.mapped(text, str))
        self.assertEqual(
            text.replace(ONE, 'X').replace(OTHER.upper(), 'X'),
            hint_marks.mapped(text, lambda found: 'X'),
        )

    def test_new_mark_is_one_that_the_caller_did_not_send(self):
        self.assertEqual(MARK, hint_marks.new_mark('{}' * 50))
        mark = hint_marks.new_mark(MARK + ONE)
        again = hint_marks.new_mark(mark + ONE)
        self.assertEqual(3, len({MARK, mark, again}))
        marked = ONE
        for one in (mark, MARK, again, again, mark):
            marked = one + marked
            self.assertTrue(hint_marks.is_in(marked))
            self.assertEqual([marked], hint_marks.named('}{' + marked)[:1])
            self.assertEqual(
                marked[len(one) :], hint_marks.without_mark(marked)
            )
            self.assertEqual(ONE, hint_marks.plain(marked.upper()))
        self.assertFalse(hint_marks.is_marked(ONE))

    def test_mark_is_added_and_removed_once(self):
        marked = hint_marks.mapped(ONE, lambda found: MARK + found)
        twice = hint_marks.mapped(marked, lambda found: MARK + found)
        self.assertEqual(MARK + MARK + ONE, twice)
        self.assertEqual(
            marked, hint_marks.mapped(twice, hint_marks.without_mark)
        )
