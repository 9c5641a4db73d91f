# SPDX-License-Identifier: Apache-2.0
"""Formats of a summary: whatever others said, and where it goes."""

import os
from xml.etree import ElementTree

import fixtures
import testtools

from cloud_security.probe.results import atomic_file
from cloud_security.probe.results import documents
from cloud_security.probe.results import page
from cloud_security.probe.results import table
from cloud_security.probe.results.summary import Summary
from cloud_security.probe.verdicts import requests
from cloud_security.probe.verdicts.evidence import Evidence
from cloud_security.probe.verdicts.findings import Finding
from cloud_security.probe.verdicts.findings import Verdict
from tests.unit.probe import fake_cloud


class TestFormats(testtools.TestCase):
    def test_hostile_message_breaks_no_output(self):
        cloud = self.useFixture(fake_cloud.FakeCloud())
        message = 'No\ud800\uffff \x1b[31m\u202e\nmore ' + 'x' * 20000

        def hooked(user, method, path, body):
            if path.endswith('/topology'):
                return 403, {'forbidden': {'message': message}}

        cloud.hook = hooked
        summary = cloud.probe('read the topology')
        reason = summary.findings[0].reason
        self.assertRegex(reason, 'same response: 403 No')
        self.assertLess(len(reason), 400)
        self.assertTrue(reason.isprintable())
        for text in (
            table.row(summary.findings[0]),
            page.html(summary),
            documents.junit(summary),
        ):
            text.encode()
            self.assertNotIn('\x1b', text)
        ElementTree.fromstring(documents.junit(summary))

    def test_junit_drops_what_xml_cannot_represent(self):
        proof = Evidence('it', 'GET x', '', 200, 'a\uffff\x1b\U0001f600')
        leak = Finding(
            'show', '', 'reads', 'peer', Verdict.OPEN, evidence=(proof,)
        )
        text = documents.junit(Summary([leak], {}, '', 1, 1))
        failure = ElementTree.fromstring(text).find('testcase/failure')
        self.assertIn('a\U0001f600', failure.text)

    def test_junit_reports_a_warning_as_an_error(self):
        closed = Finding(
            'show', '', 'reads', 'peer', Verdict.CLOSED, is_core=True
        )
        for changes, errors in (
            ({}, '0'),
            ({'left': ('server x',)}, '1'),
            ({'warning': 0.5}, '1'),
        ):
            summary = Summary([closed], {}, '', 1, 1, **changes)
            suite = ElementTree.fromstring(documents.junit(summary))
            self.assertEqual(errors, suite.get('errors'))
            for error in suite.findall('testcase/error'):
                self.assertEqual(summary.sentence, error.get('message'))

    def test_values_in_a_path_are_quoted(self):
        values = {'label': 'my net/1?', 'everywhere': 'all_tenants=1&'}
        self.assertEqual(
            {'label': 'my%20net%2F1%3F', 'everywhere': 'all_tenants=1&'},
            requests.quoted(values),
        )


class TestTally(testtools.TestCase):
    def summary(self, *verdicts):
        return Summary(
            [
                Finding('show', '', 'reads', 'peer', verdict)
                for verdict in verdicts
            ],
            {},
            '',
            1,
            1,
        )

    def test_tally_counts_each_verdict(self):
        for verdicts, tally in (
            ((), '0 leaks / 0 closed / 0 inconclusive'),
            (
                (Verdict.OPEN, Verdict.TELLS, Verdict.INCONCLUSIVE),
                '2 leaks / 0 closed / 1 inconclusive',
            ),
            ((Verdict.OPEN, Verdict.CLOSED), '1 leak / 1 closed / 0 inconcl'),
            (
                (Verdict.WORKS,),
                '0 leaks / 0 closed / 0 inconclusive / 1 works / 0 refused',
            ),
        ):
            self.assertThat(
                self.summary(*verdicts).tally,
                testtools.matchers.StartsWith(tally),
            )

    def test_heading_of_refusals_is_no_leak(self):
        for verdict, heading in (
            (Verdict.REFUSED, 'No leak found, but refusals'),
            (Verdict.OPEN, 'This cloud leaks'),
        ):
            self.assertEqual(heading, self.summary(verdict).heading)


class TestFiles(testtools.TestCase):
    def test_links_and_devices_stay(self):
        directory = self.useFixture(fixtures.TempDir()).path
        link = os.path.join(directory, 'link')
        os.symlink(os.path.join(directory, 'real'), link)
        atomic_file.write(link, 'x')
        self.assertTrue(os.path.islink(link))
        with open(link) as stream:
            self.assertEqual('x', stream.read())
        pipe = os.path.join(directory, 'pipe')
        os.mkfifo(pipe)
        reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
        self.addCleanup(os.close, reader)
        atomic_file.write(pipe, 'x')
        self.assertEqual(b'x', os.read(reader, 9))
