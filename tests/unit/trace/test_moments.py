# SPDX-License-Identifier: Apache-2.0
"""Times as people and logs write them."""

import datetime
import re

import testtools

from cloud_security.trace import moments

NOW = datetime.datetime(2026, 11, 29, 17)
NOON = '2026-01-01T12:00:00'


class TestMoments(testtools.TestCase):
    def read(self, text, **options):
        """Return the beginning and the length in seconds."""
        span, _ = moments.read(text, NOW, **options)
        return span.begin.isoformat(), (span.end - span.begin).total_seconds()

    def test_time_to_the_second_is_a_second(self):
        for text in (
            '2026-01-01T12:00:00Z',
            '2026-01-01 12:00:00',
            '2026-01-01T13:00:00+01:00',
            '2026-01-01T13:00:00+0100',
            '2026-01-01T07:00:00-05',
            '20260101T120000Z',
            '01/Jan/2026:13:00:00 +0100',
            '[01/Jan/2026:13:00:00 +0100]',
            'Thu, 01 Jan 2026 13:00:00 +0100',
            'Thu Jan  1 12:00:00 2026',
            'Thu Jan  1 12:00:00 UTC 2026',
            'Jan  1 12:00:00',
            'Jan 1 15:00:00 GMT+3',
            '2026-01-01 15:00:00UTC+3',
            '2026-01-01 01:00:00 PM +0100',
            '1767268800',
            '@1767268800',
        ):
            self.assertEqual((NOON, 1), self.read(text), text)

    def test_time_is_as_long_as_its_last_part(self):
        for text, begin, seconds in (
            ('2026-01-01 12:00', NOON, 60),
            ('1 Jan 2026 12:00 UTC', NOON, 60),
            ('1 Jan 2026 12 PM', NOON, 3600),
            ('2026-01-01', '2026-01-01T00:00:00', 86400),
            ('20260101', '2026-01-01T00:00:00', 86400),
            ('13/01/2026', '2026-01-13T00:00:00', 86400),
            ('2026-01-01T12:00:00.123Z', f'{NOON}.123000', 0.001),
            ('1767268800.5', f'{NOON}.500000', 0.1),
            ('1767268800123', f'{NOON}.123000', 0.001),
            ('2026-01-01T12:00:00,123456Z', f'{NOON}.123456', 0.000001),
        ):
            self.assertEqual((begin, seconds), self.read(text), text)

    def test_year_that_is_left_out_is_the_last_one(self):
        self.assertEqual(
            ('2025-12-31T23:59:59', 1), self.read('Dec 31 23:59:59')
        )
        self.assertEqual(
            ('2024-02-29T12:00:00', 1), self.read('Feb 29 12:00:00')
        )

    def test_reading_is_told_unless_the_text_is_plain(self):
        for text in ('2026-01-01T12:00Z', '2026-01-01 12:00:00.5+01:00'):
            self.assertIsNone(moments.read(text, NOW).note)
        for text, words in (
            ('2026-01-01 12:00', f'as {NOON}Z to 2026-01-01T12:00:59Z.'),
            ('1767268800', f"'1767268800' was read as {NOON}Z."),
            ('Jan 1 12:00:00', f'as {NOON}Z.'),
        ):
            self.assertIn(words, moments.read(text, NOW).note)
        self.assertTrue(
            moments.read('2026-01-01', NOW, is_begin=True).note.endswith(
                'as 2026-01-01T00:00:00Z.'
            )
        )

    def test_text_that_means_several_times_or_none_is_refused(self):
        for text, words in (
            ('01/02/2026', 'may mean two days'),
            ('1.2.2026 12:00', 'may mean two days'),
            ('Mon 01/02/2026', 'may mean two days'),
            ('2 1 2026', 'may mean two days'),
            ('26-01-02', 'year of four digits'),
            ('01/02/26 12:00', 'year of four digits'),
            ('Jan 2 26 12:00', 'year of four digits'),
            ('1 Jan', 'year of four digits'),
            ('12:00', 'year of four digits'),
            ('', 'year of four digits'),
            ('2026', 'names no day'),
            ('2026-01', 'names no day'),
            ('Monday 12:00', 'names no day'),
            ('yesterday', 'is no time'),
            ('2026-02-30', 'is no time'),
            ('2026-01-01T25:00Z', 'is no time'),
            ('2026-01-01 12:00 EST', 'EST is no zone'),
            ('2026-01-01T12:00:00A', 'no zone but Z'),
            ('2026-01-01 12:00 p', 'no zone but Z'),
            ('2026-01-01T12:00:00B', 'no zone but Z'),
            ('2026-01-01T12:00:00Z+01:00', 'a zone and an offset'),
            ('20260101T120000Z+0100', 'a zone and an offset'),
            ('2026-01-01 12:00:00 Z +01:00', 'a zone and an offset'),
            ('2026-01-01 12:00 CET+1', 'a zone and an offset'),
            ('9' * 30, 'year of four digits'),
        ):
            error = self.assertRaises(
                moments.NoMoment, moments.read, text, NOW
            )
            self.assertIn(words, str(error), text)
            self.assertNotIn('\n', str(error))

    def test_written_time_is_iso_in_utc(self):
        moment = datetime.datetime(2026, 1, 1, 12, 0, 0, 5)
        self.assertEqual(f'{NOON}Z', moments.written(moment))
        self.assertEqual(f'{NOON}.000005Z', moments.written(moment, True))
        self.assertRegex(moments.written(NOW), re.compile(r'Z\Z'))
