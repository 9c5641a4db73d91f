# SPDX-License-Identifier: Apache-2.0
"""The filter's place in Cinder's api-paste.ini, and the way in and out."""

import functools
import pathlib

import fixtures
import testtools

from cloud_security.deploy import apis
from cloud_security.deploy import paste
from cloud_security.deploy import paste_check

FILES = pathlib.Path(__file__).parents[1] / 'api_paste'
#: That of Cinder 24 to 29.
TEXT = (FILES / 'cinder-24.ini').read_bytes().decode()
FILTER = (
    '[filter:user_isolation]\n'
    'paste.filter_factory = cloud_security.volume.middleware:factory\n\n'
)
STRATEGIES = (
    'noauth',
    'noauth_include_project_id',
    'keystone',
    'keystone_nolimit',
)

Paste = functools.partial(paste.Paste, api=apis.CINDER)
enable = functools.partial(paste.enable, api=apis.CINDER)
disable = functools.partial(paste.disable, api=apis.CINDER)


class TestCinder(testtools.TestCase):
    def test_file_as_it_comes_has_no_filter_in_any_pipeline(self):
        found = Paste(TEXT)
        self.assertEqual(
            STRATEGIES,
            tuple(pipeline.option for pipeline in found.pipelines),
        )
        for pipeline in found.pipelines:
            self.assertTrue(found.is_missing(pipeline))
        self.assertFalse(found.is_isolated_on_all_ways)

    def test_enable_puts_the_filter_before_apiv3_in_every_pipeline(self):
        after = enable(TEXT)
        found = Paste(after)
        self.assertEqual([paste.NAME], list(found.filters))
        self.assertTrue(found.is_isolated_on_all_ways)
        for name in STRATEGIES:
            [line] = [
                line
                for line in after.splitlines()
                if line.startswith(f'{name} = ')
            ]
            self.assertTrue(line.endswith(' user_isolation apiv3'), line)

    def test_enable_adds_one_section_and_one_word_to_each_pipeline(self):
        after = enable(TEXT)
        self.assertIn(FILTER, after)
        self.assertEqual(
            TEXT, after.replace(FILTER, '').replace(' user_isolation ', ' ')
        )

    def test_enable_twice_changes_nothing(self):
        once = enable(TEXT)
        self.assertEqual(once, enable(once))

    def test_disable_gives_back_every_byte(self):
        for end in ('\n', '\r\n'):
            before = TEXT.replace('\n', end)
            enabled = enable(before)
            self.assertNotEqual(before, enabled)
            self.assertEqual(before, disable(enabled))
            self.assertEqual(before, disable(before))

    def test_legacy_paths_that_cinder_drops_are_not_followed(self):
        old = TEXT.replace(
            '/v3: openstack_volume_api_v3\n',
            '/v1: gone\n/v2: gone_too\n/v3: openstack_volume_api_v3\n',
        )
        self.assertTrue(Paste(enable(old)).is_isolated_on_all_ways)
        self.assertEqual(old, disable(enable(old)))
        other = old.replace('/v1: gone', '/v4: gone')
        self.assertRaises(paste.NotUnderstood, enable, other)

    def test_file_of_another_service_is_refused(self):
        nova = (FILES / 'nova-32.ini').read_text()
        for change in (enable, disable):
            error = self.assertRaises(paste.NotUnderstood, change, nova)
            self.assertIn('cinder.api.v3.router', str(error))
        self.assertRaises(paste.NotUnderstood, paste.enable, TEXT)

    def test_filter_of_another_service_is_no_filter(self):
        novas = enable(TEXT).replace('.volume.', '.compute.')
        self.assertFalse(Paste(novas).is_isolated_on_all_ways)


class TestFaults(testtools.TestCase):
    def setUp(self):
        super().setUp()
        folder = pathlib.Path(self.useFixture(fixtures.TempDir()).path)
        self.path = folder / 'api-paste.ini'

    def failures(self, text):
        self.path.write_text(text)
        return paste_check.failures(str(self.path), apis.CINDER)

    def test_file_with_the_filter_has_no_fault(self):
        self.assertEqual([], self.failures(enable(TEXT)))

    def test_pipeline_without_the_filter_is_named(self):
        for name in STRATEGIES:
            line = next(
                line
                for line in enable(TEXT).splitlines()
                if line.startswith(f'{name} = ')
            )
            lost = line.replace(' user_isolation', '')
            found = self.failures(enable(TEXT).replace(line, lost))
            self.assertEqual(
                [
                    f'[composite:openstack_volume_api_v3] {name} has no '
                    'filter.',
                    f'Run cloud-security-manage enable for {self.path}, and '
                    "restart Cinder's API; an upgrade may have brought a new "
                    'file.',
                ],
                found,
            )

    def test_filter_that_is_not_the_last_is_named(self):
        text = enable(TEXT).replace(
            'authtoken keystonecontext user_isolation apiv3',
            'user_isolation authtoken keystonecontext apiv3',
        )
        self.assertIn(
            'In [composite:openstack_volume_api_v3] keystone the filter is '
            'not the last.',
            self.failures(text),
        )

    def test_api_that_is_reached_without_a_pipeline_is_told(self):
        text = enable(TEXT).replace(
            '/v3: openstack_volume_api_v3', '/v3: apiv3'
        )
        [found] = self.failures(text)
        self.assertIn('[composite:osapi_volume] /v3 reaches', found)
        self.assertIn('the volume API', found)

    def test_missing_file_is_told_of_as_cinders(self):
        [found] = paste_check.failures('/nowhere/x.ini', apis.CINDER)
        self.assertIn("run this on a host of Cinder's API", found)
