# SPDX-License-Identifier: Apache-2.0
"""The page: its text, and the page in Chromium without a window."""

import html
import re

import testtools

from cloud_security.trace import answer as answers
from cloud_security.trace import columns
from cloud_security.trace import coverage
from cloud_security.trace import history
from cloud_security.trace import timeline
from tests.unit import browser
from tests.unit.trace import records

HOSTILE = '<script>console.error("x")</script><img src="http://192.0.2.1/x">'
ADDRESS = '193.48.1.7'
DAY = 86400
SERVER = 'c3a1f0de-1f2e-4d3c-8b5a-6f7e8d9c0b1a'
NETWORK = 'd7a1f0de-1f2e-4d3c-8b5a-6f7e8d9c0b1b'


class Page(testtools.TestCase):
    def setUp(self):
        super().setUp()
        self.records = self.useFixture(records.Records())

    def fill(self):
        """Let four users have the address, with a gap in the middle."""
        add = self.records
        add.gap(None, 0, 'before')
        add.gap(50 * DAY, 56 * DAY, 'off')
        for number, (begin, end, user, name) in enumerate(
            (
                (2, 30, 'alice', 'web-1'),
                (30, 48, 'bob', HOSTILE),
                (58, 90, HOSTILE, 'mail'),
            )
        ):
            port, server = f'p{number}', SERVER[:-1] + str(number)
            after = 56 * DAY if begin == 58 else None
            add.port(port, begin * DAY, after=after, device_id=server)
            add.owner(server, user, 0, server_name=name)
            add.history(
                'floating',
                begin * DAY,
                end * DAY,
                after=after,
                address=ADDRESS,
                network_id=NETWORK,
                object_id='fip',
                port_id=port,
                fixed_ip='10.0.0.5',
            )
        add.port('gw', 0, device_id='fip', device_owner='network:floatingip')
        add.fixed(ADDRESS, 'gw', 0, network_id=NETWORK)

    def page(self, span=None):
        """Return the page, and the answer that it shows."""
        span = span or records.span()
        connection = self.records.connection
        found = answers.Answer(
            answers.Question(f'Nobody had {ADDRESS}', f'who had {ADDRESS}'),
            span,
            history.of_address(connection, ADDRESS, span),
            coverage.of_span(connection, span),
        )
        return timeline.html(ADDRESS, found), found


class TestText(Page):
    def test_ticks_can_be_told_apart(self):
        self.records.gap(None, 0, 'before')
        for begin, end in ((10, 20), (3600, 9999), (5 * DAY, 9 * DAY)):
            self.records.fixed(ADDRESS, 'p', begin, end, network_id=NETWORK)
            text, _ = self.page(records.span(begin, end))
            ticks = re.findall('text-anchor="\\w+">(.*?)</text>', text)
            self.assertLess(2, len(ticks))
            self.assertEqual(len(ticks), len({*ticks}), ticks)

    def test_table_has_all_that_the_command_prints(self):
        self.fill()
        page, found = self.page()
        table = page[page.index('<table>') :]
        text = ' '.join(html.unescape(re.sub('<[^>]*>', ' ', table)).split())
        for one in found.holdings:
            for name, value in columns.values(one).items():
                shown = value or ''
                if name in ('From', 'To'):
                    shown = shown.replace('T', ' ').replace('Z', '')
                self.assertIn(' '.join(shown.split()), text)

    def test_names_of_others_are_escaped(self):
        self.fill()
        page, _ = self.page()
        self.assertNotIn('<script', page)
        self.assertNotIn('<img', page)
        self.assertGreater(page.count(html.escape(HOSTILE)), 3)

    def test_bars_gaps_and_marks_are_drawn(self):
        self.fill()
        page, found = self.page()
        self.assertEqual(len(found.holdings), page.count('<rect class="bar '))
        self.assertEqual(1, page.count('<rect class="maybe u2" x='))
        self.assertEqual(1, page.count('<rect class="gap" x='))
        self.assertNotIn('<rect class="at"', page)
        page, _ = self.page(records.instant(10 * DAY))
        self.assertEqual(1, page.count('<rect class="at" x='))

    def test_tone_and_words_are_those_of_the_answer(self):
        self.fill()
        for span, tone, words in (
            (records.instant(10 * DAY), 'good', 'alice name · web-1'),
            (records.instant(-5), 'odd', 'Not recorded: who had'),
        ):
            page, _ = self.page(span)
            self.assertIn(f'<div class="band {tone}">', page)
            self.assertIn(words, page)

    def test_page_of_nobody_has_no_drawing(self):
        self.records.gap(None, 0, 'before')
        page, _ = self.page()
        self.assertIn('<div class="band none">', page)
        self.assertIn(f'Nobody had {ADDRESS} since', page)
        self.assertNotIn('<svg', page)


class TestBrowser(browser.Browser, Page):
    def test_page_has_no_error_and_no_script(self):
        self.fill()
        dom, errors, requested = self.opened(self.page()[0])
        self.assertEqual([], errors)
        self.assertEqual(set(), requested)
        self.assertNotIn('<script', dom)
        self.assertNotIn('<img', dom)

    def test_page_is_as_wide_as_the_window(self):
        """A script of the test measures the elements at several widths."""
        self.fill()
        text = re.sub('<meta http-equiv[^>]*>', '', self.page()[0])
        script = (
            '<script>const d = document.documentElement;'
            'document.body.dataset.overflow = d.scrollWidth - d.clientWidth;'
            'document.body.dataset.bars = Math.min(...[...'
            'document.querySelectorAll(".time .bar, .time .gap")].map('
            'e => e.getBoundingClientRect().width));'
            '</script>'
        )
        text = text.replace('</body>', f'{script}</body>')
        # Chromium's window has at least 500 pixels: a frame has fewer.
        phone = (
            '<iframe width="390" height="800" srcdoc="'
            f'{html.escape(text)}" onload="document.body.dataset.inner = '
            'JSON.stringify(this.contentDocument.body.dataset)"></iframe>'
        )
        for page, width in ((text, 1280), (phone, 800)):
            dom, *_ = self.opened(page, f'--window-size={width},900')
            dom = html.unescape(dom).replace('":"', '="')
            overflow = re.search('overflow="(-?[0-9]+)"', dom).group(1)
            self.assertEqual('0', overflow, width)
            bars = re.search('bars="([0-9.]+)"', dom).group(1)
            self.assertGreater(float(bars), 5)
