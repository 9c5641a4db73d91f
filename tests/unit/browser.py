# SPDX-License-Identifier: Apache-2.0
"""Pages in Chromium without a window.

Without a Chromium these tests are skipped, unless CLOUD_SECURITY_BROWSER is
set, as .ci/run does.
"""

import json
import os
import re
import shutil
import subprocess

import fixtures
import testtools

BROWSER = os.environ.get('CLOUD_SECURITY_BROWSER') or next(
    filter(None, map(shutil.which, ('chromium', 'chromium-browser'))), None
)


@testtools.skipUnless(BROWSER, 'There is no Chromium.')
class Browser(testtools.TestCase):
    """Opens pages."""

    def opened(self, text, *options):
        """Return the page's elements, its errors, and its requests."""
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
                '--disable-background-networking',
                '--host-resolver-rules=MAP * ~NOTFOUND',
                '--enable-logging=stderr',
                f'--user-data-dir={directory}/profile',
                f'--log-net-log={log}',
                '--virtual-time-budget=2000',
                '--dump-dom',
                *options,
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
        # Chromium's own requests have no origin.
        requested = {
            event['params']['url']
            for event in events
            if event.get('params', {}).get('initiator', 'not an origin')
            != 'not an origin'
        }
        # Chromium's own pages complain of slow machines.
        errors = [
            line
            for line in re.findall('CONSOLE.*', run.stderr)
            if 'source: chrome' not in line
        ]
        return run.stdout, errors, requested
