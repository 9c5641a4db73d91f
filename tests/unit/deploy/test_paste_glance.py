# SPDX-License-Identifier: Apache-2.0
"""The filter's place in Glance's api-paste.ini, and the way in and out."""

import functools
import pathlib
import re

import fixtures
import testtools

from cloud_security.deploy import apis
from cloud_security.deploy import paste
from cloud_security.deploy import paste_check

FILES = pathlib.Path(__file__).parents[1] / 'api_paste'
#: That of Glance 28 to 33, but for a spelling mistake.
TEXT = (FILES / 'glance-28.ini').read_bytes().decode()
FILTER = (
    '[filter:user_isolation]\n'
    'paste.filter_factory = cloud_security.image.middleware:factory\n\n'
)
FLAVORS = {
    'default': 'rootapp',
    'caching': 'cache rootapp',
    'cachemanagement': 'cache cachemanage rootapp',
    'keystone': 'rootapp',
    'keystone+caching': 'cache rootapp',
    'keystone+cachemanagement': 'cache cachemanage rootapp',
}
#: A pipeline for each flavor, as older files have them.
OF_OLD = re.sub(
    r'(?ms)^\[composite:glance-api.*?^\[composite:rootapp\]',
    '[pipeline:glance-api-keystone+caching]\n'
    'pipeline = authtoken context cache rootapp\n\n'
    '[pipeline:glance-api-keystone]\n'
    'pipeline = authtoken context\n'
    '    gzip rootapp\n\n'
    '[composite:rootapp]',
    TEXT,
)

Paste = functools.partial(paste.Paste, api=apis.GLANCE)
enable = functools.partial(paste.enable, api=apis.GLANCE)
disable = functools.partial(paste.disable, api=apis.GLANCE)


def line_of(text, name):
    [line] = [one for one in text.splitlines() if one.startswith(f'{name} =')]
    return line


class TestGlance(testtools.TestCase):
    def test_file_as_it_comes_has_no_filter_in_any_pipeline(self):
        found = Paste(TEXT)
        self.assertEqual(
            [*FLAVORS], [pipeline.option for pipeline in found.pipelines]
        )
        for pipeline in found.pipelines:
            self.assertTrue(found.is_missing(pipeline))
        self.assertFalse(found.is_isolated_on_all_ways)

    def test_enable_puts_the_filter_behind_context_before_the_cache(self):
        after = enable(TEXT)
        self.assertTrue(Paste(after).is_isolated_on_all_ways)
        for name, behind in FLAVORS.items():
            line = line_of(after, name)
            self.assertTrue(
                line.endswith(f'context user_isolation {behind}'), line
            )

    def test_enable_adds_one_section_and_one_word_to_each_pipeline(self):
        after = enable(TEXT)
        self.assertIn(FILTER, after)
        self.assertEqual(
            TEXT, after.replace(FILTER, '').replace(' user_isolation ', ' ')
        )
        self.assertEqual(after, enable(after))

    def test_disable_gives_back_every_byte(self):
        for text in (TEXT, OF_OLD):
            for end in ('\n', '\r\n'):
                before = text.replace('\n', end)
                enabled = enable(before)
                self.assertNotEqual(before, enabled)
                self.assertEqual(before, disable(enabled))
                self.assertEqual(before, disable(before))

    def test_pipelines_of_old_get_the_filter(self):
        after = enable(OF_OLD)
        self.assertIn('context user_isolation cache rootapp', after)
        self.assertIn('    gzip user_isolation rootapp', after)

    def test_pipeline_that_is_named_like_the_cache_gets_the_filter(self):
        text = TEXT.replace('\ncaching =', '\ncache =')
        line = line_of(enable(text), 'cache')
        self.assertTrue(line.endswith('user_isolation cache rootapp'), line)
        self.assertTrue(line.startswith('cache = cors '), line)
        self.assertEqual(text, disable(enable(text)))

    def test_cache_under_another_name_is_found(self):
        text = TEXT.replace('filter:cache]', 'filter:store]')
        text = text.replace(' cache ', ' store ')
        self.assertIn('context user_isolation store rootapp', enable(text))

    def test_filter_behind_the_cache_is_put_before_it(self):
        text = enable(TEXT).replace(
            'user_isolation cache rootapp', 'cache user_isolation rootapp'
        )
        self.assertFalse(Paste(text).is_isolated_on_all_ways)
        self.assertEqual(enable(TEXT), enable(text))

    def test_file_of_another_service_is_refused(self):
        cinder = (FILES / 'cinder-24.ini').read_text()
        for change in (enable, disable):
            error = self.assertRaises(paste.NotUnderstood, change, cinder)
            self.assertIn('glance.api.v2.router', str(error))
        self.assertRaises(paste.NotUnderstood, paste.enable, TEXT)


class TestFaults(testtools.TestCase):
    def setUp(self):
        super().setUp()
        folder = pathlib.Path(self.useFixture(fixtures.TempDir()).path)
        self.path = folder / 'glance-api-paste.ini'

    def failures(self, text):
        self.path.write_text(text)
        return paste_check.failures(str(self.path), apis.GLANCE)

    def test_file_with_the_filter_has_no_fault(self):
        self.assertEqual([], self.failures(enable(TEXT)))

    def test_pipeline_without_the_filter_is_named(self):
        for name in FLAVORS:
            text = enable(TEXT)
            line = line_of(text, name)
            lost = line.replace(' user_isolation', '')
            found, *_ = self.failures(text.replace(line, lost))
            self.assertEqual(f'[composite:api] {name} has no filter.', found)

    def test_filter_behind_the_cache_is_named(self):
        text = enable(TEXT).replace(
            'user_isolation cache cachemanage',
            'cache user_isolation cachemanage',
        )
        self.assertIn(
            'In [composite:api] keystone+cachemanagement the filter is not '
            'directly before cache.',
            self.failures(text),
        )

    def test_api_that_is_reached_without_a_pipeline_is_told(self):
        text = enable(TEXT).replace(
            '[composite:glance-api-keystone]\n'
            'paste.composite_factory = glance.api:root_app_factory\n/: api\n',
            '[composite:glance-api-keystone]\n'
            'paste.composite_factory = glance.api:root_app_factory\n'
            '/: rootapp\n',
        )
        found = self.failures(text)
        self.assertIn('past the filter', ' '.join(found))
