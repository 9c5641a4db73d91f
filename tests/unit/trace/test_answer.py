# SPDX-License-Identifier: Apache-2.0
"""Found, nobody and not recorded never look alike."""

import testtools

from cloud_security.trace import answer as answers
from cloud_security.trace import coverage
from cloud_security.trace import history
from cloud_security.trace import intervals
from tests.unit.trace import records

ADDRESS = '10.0.0.5'
QUESTION = answers.Question('Nobody had it', 'who had it')
FOUND, NOBODY, UNKNOWN = answers.Outcome


class TestAnswer(testtools.TestCase):
    def setUp(self):
        super().setUp()
        self.records = self.useFixture(records.Records())

    def answer(self, span):
        connection = self.records.connection
        return answers.Answer(
            QUESTION,
            span,
            history.of_address(connection, ADDRESS, span),
            coverage.of_span(connection, span),
        )

    def assert_answers(self, expected, span, *words):
        """Expect an outcome and words; None instead of words for silence."""
        found = self.answer(span)
        self.assertEqual(expected, found.outcome)
        text = ' '.join(found.sentences())
        for word in words:
            if word is None:
                self.assertEqual('', text)
            else:
                self.assertIn(word, text)

    def test_history_without_a_record_knows_nothing(self):
        for span in (records.span(), records.instant(5), records.span(1, 9)):
            self.assert_answers(UNKNOWN, span, 'Not recorded: who had it')
        self.assertTrue(self.answer(records.span()).when.startswith('before '))

    def test_history_before_the_end_of_the_import_never_says_nobody(self):
        self.records.fixed('10.0.0.9', 'p', 100)
        spans = (records.span(), records.instant(99), records.instant(101))
        for span in spans:
            self.assert_answers(UNKNOWN, span, 'import has not run')
        self.records.gap(None, None, 'before')
        for span in spans:
            self.assert_answers(UNKNOWN, span, 'import has not ended')
        self.records.fixed(ADDRESS, 'p', 100)
        self.assert_answers(FOUND, records.instant(101), 'may be wrong')

    def test_import_begins_the_history(self):
        self.records.gap(None, 100, 'before')
        self.assert_answers(UNKNOWN, records.instant(99))
        self.assert_answers(
            NOBODY,
            records.instant(100),
            'Nobody had it at 2026-01-01T00:01:40Z: all of this time is '
            'recorded.',
        )
        self.assert_answers(
            NOBODY, records.span(), 'Nobody had it since 2026-01-01T00:01:40Z'
        )
        self.assert_answers(
            UNKNOWN,
            records.span(end=50),
            'who had it before 2026-01-01T00:00:50Z.',
        )
        self.assert_answers(
            UNKNOWN,
            records.span(50, 150),
            'from 2026-01-01T00:00:50Z until 2026-01-01T00:01:40Z, it is '
            'before the first record',
            'In the rest of the time: nobody had it.',
        )

    def test_gap_makes_nobody_unknown(self):
        self.records.gap(None, 0, 'before')
        for begin, end, reason, words in (
            (100, 200, 'off', 'Neutron ran without the plugin'),
            (300, 300, 'failure', 'the plugin could not record a change'),
            (400, 410, 'new', 'new'),
            (500, None, 'difference', 'records and Neutron differed'),
        ):
            self.records.gap(begin, end, reason)
            self.assert_answers(NOBODY, records.instant(begin - 1))
            self.assert_answers(UNKNOWN, records.instant(begin), words)
        self.assert_answers(NOBODY, records.instant(200))
        self.assert_answers(UNKNOWN, records.span(0, 101))
        self.assert_answers(NOBODY, records.span(0, 100))
        self.assert_answers(UNKNOWN, records.span())

    def test_purged_time_is_unknown(self):
        self.records.gap(None, 100, 'before')
        self.records.gap(None, 500, 'purged')
        self.records.fixed(ADDRESS, 'p', 450)
        self.assert_answers(UNKNOWN, records.instant(300), 'is purged')
        self.assert_answers(
            FOUND,
            records.instant(460),
            'there may have been others, and what is shown may be wrong.',
        )
        self.assert_answers(FOUND, records.instant(500), None)
        self.assert_answers(FOUND, records.span(), None)

    def test_found_in_a_gap_is_found_with_a_note(self):
        self.records.gap(None, 0, 'before')
        self.records.gap(100, 200, 'failure')
        self.records.fixed(ADDRESS, 'p', 50)
        self.assert_answers(
            FOUND, records.instant(150), 'Not all was recorded (from '
        )
        self.assert_answers(FOUND, records.instant(50), None)

    def test_holding_that_may_have_begun_later_is_not_found(self):
        self.records.gap(None, 100, 'before')
        self.records.fixed(ADDRESS, 'p', 101, after=20)
        for second in (20, 99, 100):
            self.assert_answers(
                UNKNOWN, records.instant(second), 'may have begun too late'
            )
            self.assertEqual(
                1, len(self.answer(records.instant(second)).holdings)
            )
        self.assert_answers(FOUND, records.instant(101), None)

    def test_holding_that_may_have_ended_sooner_is_not_found(self):
        self.records.gap(None, 0, 'before')
        self.records.fixed(ADDRESS, 'p', 10, 50, end_after=30)
        for second, expected, *words in (
            (29, FOUND, None),
            (30, UNKNOWN, 'or ended too early'),
            (49, UNKNOWN),
            (50, NOBODY),
        ):
            self.assert_answers(expected, records.instant(second), *words)
        self.assert_answers(FOUND, records.span(29, 40), None)

    def test_nobody_names_the_last_check(self):
        self.records.gap(None, 0, 'before')
        day = 86400
        self.assert_answers(
            NOBODY,
            records.instant(5),
            'check has not compared the records with Neutron.',
        )
        self.records.check(day)
        self.assertEqual(1, len(self.answer(records.instant(5)).sentences()))
        self.assert_answers(
            NOBODY,
            records.instant(3 * day),
            'with Neutron since 2026-01-02T00:00:00Z.',
        )

    def test_server_without_owner_is_a_gap_for_owners(self):
        self.records.gap(None, 0, 'before')
        server = '12345678-1234-1234-1234-12345678901{}'
        self.records.port('p', 50, 60, device_id=server.format(0))
        self.records.port('q', 70, 80, device_id=server.format(1))
        self.records.port('r', 10, device_id=server.format(2))
        self.records.owner(server.format(2), 'alice', 10)
        self.records.port('s', 10, device_id='no server at all')
        self.records.port('t', 10, device_owner='network:dhcp')
        # A user renamed the owner of a port that was on a server.
        self.records.port('v', 90, 95, device_id=server.format(3))
        self.records.port(
            'v', 95, 99, device_id=server.format(3), device_owner='x:y'
        )
        self.records.port(
            'w', 95, device_id=server.format(4), device_owner='x:y'
        )
        connection = self.records.connection
        for begin, end, expected in (
            (10, 50, []),
            (40, 65, [records.span(50, 60)]),
            (60, 70, []),
            (55, 80, [records.span(55, 60), records.span(70, 80)]),
            (96, 105, [records.span(96, 99)]),
        ):
            found = coverage.of_owners(connection, records.span(begin, end))
            self.assertEqual(expected, [gap.span for gap in found.gaps])
            self.assertTrue(self.records.coverage(found.span).is_whole)

    def test_time_to_come_is_not_covered(self):
        self.records.gap(None, 0, 'before')
        found = self.records.coverage(records.span(5))
        self.assertLess(found.span.end, intervals.EVER.end)
        self.assertEqual(found.now, found.span.end)
