# SPDX-License-Identifier: Apache-2.0
"""The page: its text, and the page in Chromium without a window."""

import html
import json
import os
import re
import shutil

import testtools

from cloud_security.probe.results import markup
from cloud_security.probe.results import page
from cloud_security.probe.results.summary import Summary
from cloud_security.probe.verdicts import evidence
from cloud_security.probe.verdicts.evidence import Evidence
from cloud_security.probe.verdicts.findings import Finding
from cloud_security.probe.verdicts.findings import Verdict
from tests.unit import browser

HOSTILE = '<script>console.error("x")</script><img src="http://192.0.2.1/x">'
ADDRESS = 'http://nova-api.region-one.example.org:8774'
USER = '3f1c2b4a5d6e7f8091a2b3c4d5e6f708'
SERVER = 'c3a1f0de-1f2e-4d3c-8b5a-6f7e8d9c0b1a'
BODY = json.dumps({'server': {'id': SERVER, 'name': HOSTILE}})


def summary(*verdicts, **more):
    """Return a summary with a finding of each verdict."""
    proof = (
        Evidence(
            evidence.OWNERS,
            f'GET {ADDRESS}/v2.1/servers/{SERVER} (2.1)',
            '{}',
            200,
            evidence.indented(BODY),
        ),
        Evidence(evidence.UNKNOWN, 'GET y', '', 404, ''),
    )
    return Summary(
        [
            Finding(
                f'operation {number}',
                'GET servers/{server}',
                ('reads', 'changes', 'destroys')[number % 3],
                'peer'
                if verdict.value not in ('works', 'refused')
                else 'admin',
                verdict,
                200,
                404,
                HOSTILE,
                proof if verdict.is_bad else (),
                is_core=verdict.value not in ('works', 'refused'),
            )
            for number, verdict in enumerate(verdicts)
        ],
        {
            'endpoint': ADDRESS,
            'project': USER[::-1],
            'owner': USER,
            'peer': HOSTILE,
            'admin': 'root-id',
        },
        '2026-01-31T23:59:58Z',
        1.5,
        10,
        **{
            'names': {'project': 'demo', 'owner': 'Alice', 'peer': HOSTILE},
            **more,
        },
    )


class TestText(testtools.TestCase):
    """The text of the page, and the elements around it."""

    def setUp(self):
        super().setUp()
        self.page = page.html(summary(*Verdict, Verdict.CLOSED))
        text = re.sub('(?s)<style>.*</style>|<[^>]*>', '', self.page)
        self.text = ' '.join(html.unescape(text).split())

    def test_tally_is_a_sentence(self):
        self.assertIn(
            '2 leaks / 2 closed / 1 inconclusive / 1 works / 1 refused',
            self.text,
        )
        verdicts = [Verdict.OPEN] * 128 + [Verdict.INCONCLUSIVE] * 14
        made = page.html(summary(*verdicts))
        text = re.sub('<[^>]*>', '', made)
        self.assertIn('128 leaks / 0 closed / 14 inconclusive\n', text)

    def test_account_has_its_name_and_its_id(self):
        for words in (
            f'<dd>Alice</dd>\n<dd><code class="id">{USER}</code></dd>',
            f'<dd>demo</dd>\n<dd><code class="id">{USER[::-1]}</code></dd>',
            '<dt>Admin</dt>\n<dd><code class="id">root-id</code></dd>',
            'Owner <span class="who">Alice</span></th>',
            '<th scope="col">Admin</th>',
        ):
            self.assertIn(words, self.page.replace('</dt><dd>', '</dt>\n<dd>'))
        self.assertIn(f'Peer {HOSTILE} about the owner', self.text)

    def test_time_has_a_zone(self):
        self.assertIn(
            '<time datetime="2026-01-31T23:59:58Z">2026-01-31 23:59:58 UTC'
            '</time>',
            self.page,
        )
        times = re.findall(r'\d\d:\d\d:\d\d.{0,4}', self.text)
        self.assertEqual(['23:59:58 UTC'], [one[:12] for one in times])

    def test_proof_is_indented(self):
        self.assertIn('{\n  &quot;server&quot;: {\n    &quot;id', self.page)

    def test_each_service_has_its_verdicts_by_account(self):
        found = summary(
            *[Verdict.CLOSED] * 3, Verdict.OPEN, Verdict.INCONCLUSIVE
        )
        volumes = summary(Verdict.CLOSED, Verdict.WORKS).findings
        found.findings.extend(
            one._replace(service='volume') for one in volumes
        )
        made = page.html(found).partition('<section id="services">')[2]
        rows = made.partition('</section>')[0].partition('<tbody>')[2]
        self.assertEqual(
            [
                'Nova|✗1 open ?1 inconclusive ✓3 closed|–',
                'Cinder|✓1 closed|✓1 works',
            ],
            [
                re.sub(
                    '<[^>]*>',
                    '',
                    row.replace('\n', '')
                    .replace('<td', '|<td')
                    .replace('<br>', ' '),
                )
                for row in rows.split('</tr>')[:-1]
            ],
        )
        self.assertIn('<td class="bad"><span', rows)

    def test_summary_without_a_run_is_a_page(self):
        text = page.html(Summary([], {}, '', 0, 0, error='Give --peer.'))
        self.assertIn('<p class="sentence">Give --peer.</p>', text)
        self.assertNotIn('<time', text)


class TestMarkup(testtools.TestCase):
    def test_address_and_id_are_whole(self):
        for whole in (
            'http://nova.example.org:8774',
            'https://[fd00::1]:8774',
            '[fd00::1]:8774',
            '10.0.0.5:8774',
            'localhost:8774',
            SERVER,
            f'req-{SERVER}',
            USER,
        ):
            for before, after in (('', ''), ('GET ', '/v2.1 x'), ('"', '",')):
                self.assertEqual(
                    f'{html.escape(before)}<span class="whole">{whole}</span>'
                    + html.escape(after),
                    markup.text(f'{before}{whole}{after}'),
                )

    def test_long_host_breaks_after_a_dot_and_before_no_port(self):
        made = markup.text(f'{ADDRESS}/v2.1')
        self.assertEqual(
            [
                'http://nova-api.',
                'region-one.',
                'example.',
                'org:8774',
            ],
            re.findall('<span class="whole">([^<]*)</span>', made),
        )
        self.assertEqual(3, made.count('<wbr>'))

    def test_other_text_is_escaped(self):
        for words in ('', 'a: b', '<b>&"\'', 'x' * 500, HOSTILE[:40]):
            self.assertEqual(html.escape(words), markup.text(words))

    def test_hostile_address_is_escaped(self):
        for words in (f'http://{HOSTILE}', f'{HOSTILE}:80', 'a"b://c<d>:80'):
            made = markup.text(words)
            plain = re.sub('</?(span|wbr)( class="whole")?>', '', made)
            self.assertEqual(html.escape(words), plain)


class TestBrowser(browser.Browser):
    def assert_shows(self, shown, tone, *words):
        dom, errors, requested = self.opened(page.html(shown))
        self.assertEqual([], errors)
        self.assertEqual(set(), requested)
        self.assertIn(f'<div class="band {tone}">', dom)
        for word in words:
            self.assertIn(word, dom)
        for name, count in shown.shares:
            self.assertIn(f'<b>{count}</b> {name}', dom)
        self.assertNotIn('<script', dom)
        self.assertNotIn('<img', dom)

    def test_page_of_a_leak(self):
        self.assert_shows(
            summary(*Verdict, Verdict.CLOSED),
            'bad',
            '<h1 id="verdict">This cloud leaks</h1>',
            'id="peer-operation-1"',
            'href="#peer-operation-1"',
        )

    def test_page_without_a_leak(self):
        self.assert_shows(
            summary(Verdict.CLOSED, Verdict.WORKS),
            'good',
            '<h1 id="verdict">No leak found</h1>',
        )

    def test_page_without_a_verdict(self):
        self.assert_shows(
            summary(error=HOSTILE),
            'odd',
            '<h1 id="verdict">No verdict</h1>',
        )

    def test_addresses_and_ids_are_on_one_line(self):
        """A script of the test measures the elements at several widths."""
        text = page.html(summary(Verdict.OPEN, Verdict.INCONCLUSIVE))
        text = re.sub('<meta http-equiv[^>]*>', '', text)
        script = (
            '<script>document.querySelectorAll("details").forEach('
            'e => { e.open = true; });'
            'const lines = [...document.querySelectorAll(".whole, .id")].map('
            'e => e.getClientRects().length);'
            'document.body.dataset.lines = lines.join(" ");'
            'document.body.dataset.overflow = '
            'document.documentElement.scrollWidth - document.documentElement.'
            'clientWidth;</script>'
        )
        text = text.replace('</body>', f'{script}</body>')
        for width in (1280, 500):
            dom = self.opened(text, f'--window-size={width},900')[0]
            lines = re.search('data-lines="([^"]*)"', dom).group(1).split()
            self.assertGreater(len(lines), 5)
            self.assertEqual({'1'}, set(lines), width)
            self.assertIn('data-overflow="0"', dom, width)

    def test_error_and_request_of_a_page_are_seen(self):
        text = page.html(summary(Verdict.OPEN))
        text = re.sub('<meta http-equiv[^>]*>', '', text)
        text = text.replace('</body>', HOSTILE + '</body>')
        _, errors, requested = self.opened(text)
        self.assertEqual(1, len(errors), errors)
        self.assertEqual({'http://192.0.2.1/x'}, requested)


class TestCI(testtools.TestCase):
    def test_ci_has_a_browser(self):
        if 'CLOUD_SECURITY_BROWSER' in os.environ:
            self.assertTrue(browser.BROWSER)
            self.assertTrue(shutil.which(browser.BROWSER))
