"""The page in a real browser: Chromium, without a window.

Where there is none these tests are skipped, but not with
CLOUD_SECURITY_BROWSER set, as .ci/run does.
"""

import json
import os
import re
import shutil
import subprocess

import fixtures
import testtools

from cloud_security.probe import answers
from cloud_security.probe import findings
from cloud_security.probe import page

BROWSER = os.environ.get('CLOUD_SECURITY_BROWSER') or next(
    filter(None, map(shutil.which, ('chromium', 'chromium-browser'))), None
)
HOSTILE = '<script>console.error("x")</script><img src="http://192.0.2.1/x">'


def report(*verdicts, **more):
    """Return a report with a finding of each verdict."""
    proof = (
        answers.Evidence("the owner's", 'GET x', '{}', 200, HOSTILE),
        answers.Evidence('what does not exist', 'GET y', '', 404, ''),
    )
    return findings.Report(
        [
            findings.Finding(
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
        {'owner': 'alice', 'peer': HOSTILE, 'admin': 'root'},
        '2026-01-01T00:00:00Z',
        1.5,
        10,
        **more,
    )


@testtools.skipUnless(BROWSER, 'There is no Chromium.')
class TestPage(testtools.TestCase):
    def opened(self, text):
        """Return what stands in the page, its errors, and its requests."""
        directory = self.useFixture(fixtures.TempDir()).path
        path = os.path.join(directory, 'page.html')
        with open(path, 'w', encoding='utf-8') as stream:
            stream.write(text)
        log = os.path.join(directory, 'net.json')
        run = subprocess.run(
            [
                BROWSER,
                '--headless',
                '--no-sandbox',
                '--disable-gpu',
                '--host-resolver-rules=MAP * ~NOTFOUND',
                '--enable-logging=stderr',
                f'--user-data-dir={directory}/profile',
                f'--log-net-log={log}',
                '--virtual-time-budget=2000',
                '--dump-dom',
                f'file://{path}',
            ],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            timeout=120,
        )
        self.assertEqual(0, run.returncode, run.stderr)
        with open(log) as stream:
            events = json.load(stream)['events']
        # Chromium asks for updates of its own, from no origin.
        asked = {
            event['params']['url']
            for event in events
            if event.get('params', {}).get('initiator', 'not an origin')
            != 'not an origin'
        }
        # Its own pages complain of slow machines.
        errors = [
            line
            for line in re.findall('CONSOLE.*', run.stderr)
            if 'source: chrome' not in line
        ]
        return run.stdout, errors, asked

    def assert_shows(self, shown, tone, *words):
        dom, errors, asked = self.opened(page.html(shown))
        self.assertEqual([], errors)
        self.assertEqual(set(), asked)
        self.assertIn(f'<div class="band {tone}">', dom)
        for word in words:
            self.assertIn(word, dom)
        for name, count in shown.counts.items():
            if name != 'exec_time':
                self.assertIn(f'<b>{count}</b>', dom)
        self.assertNotIn('<script', dom)
        self.assertNotIn('<img', dom)

    def test_a_leak(self):
        self.assert_shows(
            report(*findings.Verdict, findings.Verdict.CLOSED),
            'bad',
            '<h1 id="verdict">This cloud leaks</h1>',
            'id="peer-operation-1"',
            'href="#peer-operation-1"',
        )

    def test_no_leak(self):
        self.assert_shows(
            report(findings.Verdict.CLOSED, findings.Verdict.WORKS),
            'good',
            '<h1 id="verdict">No leak found</h1>',
        )

    def test_no_verdict(self):
        self.assert_shows(
            report(error=HOSTILE),
            'odd',
            '<h1 id="verdict">It cannot be told</h1>',
        )

    def test_an_error_and_a_request_would_be_seen(self):
        text = page.html(report(findings.Verdict.OPEN))
        text = re.sub('<meta http-equiv[^>]*>', '', text)
        text = text.replace('</body>', HOSTILE + '</body>')
        _, errors, asked = self.opened(text)
        self.assertEqual(1, len(errors), errors)
        self.assertEqual({'http://192.0.2.1/x'}, asked)


class TestBrowser(testtools.TestCase):
    def test_ci_has_one(self):
        if 'CLOUD_SECURITY_BROWSER' in os.environ:
            self.assertTrue(BROWSER and shutil.which(BROWSER))
