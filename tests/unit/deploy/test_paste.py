# SPDX-License-Identifier: Apache-2.0
"""The filter's place in an api-paste.ini, and the way in and out."""

import pathlib

import testtools

from cloud_security.deploy import paste

FILES = pathlib.Path(__file__).parents[1] / 'api_paste'
NOVAS = sorted(path.name for path in FILES.glob('nova-*.ini'))
FILTER = f'[filter:user_isolation]\npaste.filter_factory = {paste.FACTORY}\n\n'
ROUTER = f'[app:router]\npaste.app_factory = {paste.ROUTER}\n'


def text_of(name):
    """Return Nova's file, with the ends of its lines."""
    return (FILES / name).read_bytes().decode()


def pipelines(*parts, ours=''):
    """Return a small file with one pipeline for each argument."""
    lines = [
        f'[pipeline:p{number}]\npipeline = {part}\n\n'
        for number, part in enumerate(parts)
    ]
    return ''.join(lines) + ours + ROUTER


class TestNova(testtools.TestCase):
    def test_there_is_a_file_before_and_after_noauth2_went(self):
        self.assertEqual(['nova-29.ini', 'nova-32.ini'], NOVAS)
        self.assertIn('noauth2', text_of('nova-29.ini'))
        self.assertNotIn('noauth2', text_of('nova-32.ini'))

    def test_as_it_comes_no_pipeline_has_the_filter(self):
        for name, count in zip(NOVAS, (4, 2)):
            found = paste.Paste(text_of(name))
            self.assertEqual(count, len(found.pipelines))
            for pipeline in found.pipelines:
                self.assertTrue(found.is_missing(pipeline))
                self.assertFalse(found.is_isolated(pipeline))

    def test_enable_puts_it_last_into_every_pipeline(self):
        for name in NOVAS:
            found = paste.Paste(paste.enable(text_of(name)))
            self.assertEqual([paste.NAME], list(found.filters))
            for pipeline in found.pipelines:
                self.assertTrue(found.is_isolated(pipeline), pipeline)
                self.assertFalse(found.is_missing(pipeline), pipeline)

    def test_enable_adds_lines_and_a_word_to_each_pipeline_only(self):
        for name in NOVAS:
            before = text_of(name)
            after = paste.enable(before)
            self.assertIn(FILTER, after)
            self.assertEqual(
                before,
                after.replace(FILTER, '').replace(' user_isolation ', ' '),
            )

    def test_enable_twice_changes_nothing(self):
        for name in NOVAS:
            once = paste.enable(text_of(name))
            self.assertEqual(once, paste.enable(once))

    def test_disable_gives_back_every_byte(self):
        for name in NOVAS:
            for end in ('\n', '\r\n'):
                before = text_of(name).replace('\n', end)
                enabled = paste.enable(before)
                self.assertNotEqual(before, enabled)
                self.assertEqual(before, paste.disable(enabled))
                self.assertEqual(before, paste.disable(before))

    def test_the_ends_of_lines_stay_windows(self):
        for name in NOVAS:
            after = paste.enable(text_of(name).replace('\n', '\r\n'))
            self.assertEqual(after.count('\n'), after.count('\r\n'))


class TestOdd(testtools.TestCase):
    def assert_enables(self, before, after):
        self.assertEqual(after, paste.enable(before))
        self.assertEqual(after, paste.enable(after))

    def assert_refused(self, text, why):
        for change in (paste.enable, paste.disable):
            error = self.assertRaises(paste.NotUnderstood, change, text)
            self.assertIn(why, str(error))

    def test_a_misplaced_filter_is_moved(self):
        self.assert_enables(
            pipelines('user_isolation a router', ours=FILTER),
            pipelines('a user_isolation router', ours=FILTER),
        )

    def test_a_filter_that_is_named_twice_is_named_once(self):
        self.assert_enables(
            pipelines('user_isolation a user_isolation router', ours=FILTER),
            pipelines('a user_isolation router', ours=FILTER),
        )

    def test_only_the_pipeline_without_it_is_changed(self):
        self.assert_enables(
            pipelines('a user_isolation router', 'b router', ours=FILTER),
            pipelines(
                'a user_isolation router',
                'b user_isolation router',
                ours=FILTER,
            ),
        )

    def test_pipelines_of_other_applications_stay_as_they_are(self):
        other = '[pipeline:meta]\npipeline = cors metaapp\n\n'
        self.assert_enables(
            other + pipelines('a router'),
            other + pipelines('a user_isolation router', ours=FILTER),
        )

    def test_a_filter_of_ours_keeps_the_name_that_it_has(self):
        ours = FILTER.replace('user_isolation', 'mine')
        before = pipelines('a router', ours=ours)
        self.assert_enables(before, pipelines('a mine router', ours=ours))
        self.assertEqual(
            pipelines('a router'), paste.disable(paste.enable(before))
        )

    def test_a_section_that_was_lost_comes_back(self):
        self.assert_enables(
            pipelines('a user_isolation router'),
            pipelines('a user_isolation router', ours=FILTER),
        )

    def test_a_name_without_its_section_goes(self):
        self.assertEqual(
            pipelines('a router'),
            paste.disable(pipelines('a user_isolation router')),
        )

    def test_lines_may_go_on(self):
        before = pipelines('a\n    b\n    router')
        after = pipelines('a\n    b\n    user_isolation router', ours=FILTER)
        self.assert_enables(before, after)
        self.assertEqual(before, paste.disable(after))

    def test_comments_stay_with_what_they_are_about(self):
        before = pipelines('a router').replace(
            ROUTER, f'# Nova itself.\n{ROUTER}# its end\n'
        )
        after = paste.enable(before)
        self.assertIn(f'{FILTER}# Nova itself.\n[app:router]', after)
        self.assertEqual(before, paste.disable(after))

    def test_a_comment_behind_our_section_stays(self):
        ours = FILTER.rstrip('\n') + '\n# next\n'
        self.assertEqual(
            pipelines('a router', ours='# next\n'),
            paste.disable(pipelines('a user_isolation router', ours=ours)),
        )

    def test_our_section_need_not_be_followed_by_an_empty_line(self):
        ours = FILTER.rstrip('\n') + '\n'
        self.assertEqual(
            pipelines('a router'),
            paste.disable(pipelines('a user_isolation router', ours=ours)),
        )

    def test_a_file_may_end_without_a_new_line(self):
        text = ROUTER + '[pipeline:p]\npipeline = a router'
        after = paste.enable(text)
        self.assertTrue(after.endswith('pipeline = a user_isolation router'))
        self.assertEqual(text, paste.disable(after))

    def test_a_file_without_the_router_is_refused(self):
        self.assert_refused('[app:x]\nkey = value\n', paste.ROUTER)
        self.assert_refused('', paste.ROUTER)

    def test_a_router_without_a_pipeline_is_refused(self):
        self.assert_refused(ROUTER, 'no pipeline ends in router')

    def test_a_router_that_is_reached_otherwise_is_refused(self):
        for section in (
            '[composite:c]\n/v2.1 = router\n',
            '[filter-app:c]\nnext = router\n',
            '[pipeline:c]\npipeline = a router b\n',
        ):
            self.assert_refused(
                pipelines('a router') + section, 'not as a pipeline that ends'
            )

    def test_a_file_that_is_no_ini_is_refused(self):
        self.assert_refused('pipeline = a router\n', 'no section headers')
        self.assert_refused('\ufeff' + pipelines('a router'), 'no section')

    def test_our_name_for_another_filter_is_refused(self):
        other = FILTER.replace(paste.FACTORY, 'another:factory')
        text = pipelines('user_isolation a router', ours=other)
        error = self.assertRaises(paste.NotUnderstood, paste.enable, text)
        self.assertIn('[filter:user_isolation] is not cloud_sec', str(error))
        self.assertEqual(text, paste.disable(text))

    def test_another_filter_of_our_name_stays_beside_ours(self):
        other = FILTER.replace(paste.FACTORY, 'another:factory')
        ours = FILTER.replace('user_isolation', 'mine')
        before = pipelines('user_isolation a router', ours=other + ours)
        after = pipelines('user_isolation a mine router', ours=other + ours)
        self.assert_enables(before, after)
        self.assertEqual(
            pipelines('user_isolation a router', ours=other),
            paste.disable(after),
        )

    def test_a_section_in_two_parts_is_refused(self):
        text = pipelines('a router') + '[pipeline:p0]\npipeline = b router\n'
        error = self.assertRaises(paste.NotUnderstood, paste.enable, text)
        self.assertIn('already exists', str(error))

    def test_comments_in_a_pipeline_stay_where_they_are(self):
        for text in (
            'a\n# why\n    router',
            'a\n    # user_isolation\n    b router',
            'a b\n\n    router',
            'a router\n    # why',
            '\n    a\n    router',
        ):
            before = pipelines(text)
            after = paste.enable(before)
            [pipeline] = paste.Paste(after).pipelines
            self.assertTrue(paste.Paste(after).is_isolated(pipeline))
            self.assertEqual(before, paste.disable(after))

    def test_lines_that_were_folded_meanwhile_stay_folded(self):
        folded = 'a\n    user_isolation\n    router'
        after = paste.disable(pipelines(folded, ours=FILTER))
        self.assertEqual(pipelines('a\n    router'), after)
        folded = 'a user_isolation\n    router'
        after = paste.disable(pipelines(folded, ours=FILTER))
        self.assertEqual(pipelines('a\n    router'), after)

    def test_our_section_goes_with_the_comments_in_it(self):
        after = paste.enable(pipelines('a router'))
        for more in ('# why\n', '\n', '\n# why\n'):
            changed = after.replace(
                '[filter:user_isolation]\n', f'[filter:user_isolation]\n{more}'
            )
            self.assertEqual(pipelines('a router'), paste.disable(changed))

    def test_an_application_is_an_app(self):
        text = pipelines('a router', 'b other') + ROUTER.replace(
            'app:router', 'application:other'
        )
        after = paste.Paste(paste.enable(text))
        self.assertEqual(2, len(after.pipelines))
        self.assertTrue(all(map(after.is_isolated, after.pipelines)))
        self.assertEqual(text, paste.disable(after.text))


class TestPasteDeploy(testtools.TestCase):
    """Files that PasteDeploy reads otherwise than they look."""

    NOVA = text_of('nova-32.ini')
    KEYSTONE = 'keystonecontext osapi_compute_app_v21'
    ENABLED = paste.enable(NOVA)

    def is_isolated(self, text):
        found = paste.Paste(text)
        return found.is_isolated_on_all_ways

    def assert_refused(self, text, why, change=paste.enable):
        error = self.assertRaises(paste.NotUnderstood, change, text)
        self.assertIn(why, str(error))

    def changed(self, text, *pairs):
        for old, new in pairs:
            self.assertIn(old, text)
            text = text.replace(old, new)
        return text

    def test_a_pipeline_that_is_put_together_is_read_whole(self):
        text = self.changed(
            self.NOVA, (self.KEYSTONE, 'keystonecontext %(tail)s')
        )
        tail = '[DEFAULT]\ntail = {}\n'
        self.assertTrue(
            self.is_isolated(
                tail.format('user_isolation osapi_compute_app_v21')
                + self.changed(
                    self.ENABLED,
                    (
                        'keystonecontext user_isolation osapi_compute_app',
                        'keystonecontext %(tail)s #',
                    ),
                ).replace(' #_v21', '')
            )
        )
        before = tail.format('osapi_compute_app_v21') + text
        self.assertFalse(self.is_isolated(before))
        after = paste.enable(before)
        self.assertIn('keystonecontext user_isolation %(tail)s', after)
        self.assertEqual(before, paste.disable(after))
        # Here no place in the pipeline is right.
        self.assert_refused(
            tail.format('cors osapi_compute_app_v21') + text, 'unknown form'
        )
        self.assert_refused(text, 'tail')

    def test_a_filter_that_only_looks_like_ours_is_none(self):
        for old, new in (
            (
                f'paste.filter_factory = {paste.FACTORY}',
                f'paste.filter_factory = {paste.FACTORY}\nuse = egg:a#b',
            ),
            (
                f'paste.filter_factory = {paste.FACTORY}',
                f'paste.filter_app_factory = {paste.FACTORY}',
            ),
            (
                f'paste.filter_factory = {paste.FACTORY}',
                'use = config:other.ini#user_isolation',
            ),
        ):
            text = self.changed(self.ENABLED, (old, new))
            self.assertFalse(self.is_isolated(text), new)
            self.assert_refused(text, 'is not cloud_security')

    def test_an_option_that_default_names_is_none(self):
        text = (
            f'[DEFAULT]\npaste.filter_factory = {paste.FACTORY}\n'
            + self.ENABLED
        )
        self.assertFalse(self.is_isolated(text))

    def test_the_compute_api_in_another_file_is_refused(self):
        for new in (
            'use = config:other.ini#osapi_compute_app_v21',
            'use = config:/etc/nova/other.ini',
        ):
            text = self.changed(
                self.ENABLED, (f'paste.app_factory = {paste.ROUTER}', new)
            )
            self.assert_refused(text, 'goes on in another file, config:')
        text = self.changed(
            self.ENABLED,
            (
                '/v2.1/+: openstack_compute_api_v21',
                '/v2.1/+: config:other.ini#openstack_compute_api_v21',
            ),
        )
        self.assert_refused(text, 'goes on in another file, config:other.ini')

    def test_filter_with_on_the_application_is_refused(self):
        app = f'paste.app_factory = {paste.ROUTER}'
        text = self.changed(
            self.ENABLED, (app, f'{app}\nfilter-with = sizelimit')
        )
        self.assert_refused(text, 'filter-with puts sizelimit directly before')
        self.assert_refused(
            text, 'filter-with puts sizelimit', change=paste.Paste
        )

    def test_filter_with_ours_on_the_application_is_isolation(self):
        app = f'paste.app_factory = {paste.ROUTER}'
        text = self.changed(
            self.NOVA, (app, f'{app}\nfilter-with = user_isolation')
        )
        self.assertTrue(self.is_isolated(f'{text}\n{FILTER}'))

    def test_the_compute_api_under_another_name_is_found(self):
        alias = '\n[app:alias]\nuse = osapi_compute_app_v21\n'
        text = self.changed(
            self.ENABLED,
            ('user_isolation osapi_compute_app_v21', 'alias'),
        )
        self.assertFalse(self.is_isolated(text + alias))
        after = paste.enable(text + alias)
        self.assertIn('keystonecontext user_isolation alias', after)
        self.assertTrue(self.is_isolated(after))

    def test_a_composite_that_leads_past_the_pipelines_is_refused(self):
        for line in ('/x: osapi_compute_app_v21', 'not_found_app = alias'):
            text = self.changed(
                self.ENABLED,
                (
                    '/v2.1/+: openstack_compute_api_v21\n',
                    f'/v2.1/+: openstack_compute_api_v21\n{line}\n',
                ),
            )
            text += '\n[app:alias]\nuse = osapi_compute_app_v21\n'
            self.assert_refused(text, 'not as a pipeline that ends there')

    def test_a_filter_app_past_the_filter_is_no_isolation(self):
        text = self.changed(
            self.ENABLED,
            (
                '/v2.1/+: openstack_compute_api_v21',
                '/v2.1/+: own',
            ),
        )
        text += (
            '\n[filter-app:own]\nuse = keystonecontext\n'
            'next = osapi_compute_app_v21\n'
        )
        self.assertFalse(self.is_isolated(text))
        self.assert_refused(text, 'unknown form')

    def test_a_filter_that_has_options_is_refused(self):
        text = self.changed(
            self.ENABLED,
            (
                f'paste.filter_factory = {paste.FACTORY}',
                f'paste.filter_factory = {paste.FACTORY}\nmode = monitor',
            ),
        )
        self.assert_refused(text, 'takes no options, but has mode: move them')

    def test_lines_end_where_a_file_has_ends_of_lines(self):
        line = 'keystone = cors osapi_compute_app_v21\n'
        for end in ('\x0b', '\x0c', '\x1c', '\x85', '\u2028'):
            # Only str.splitlines() takes these for ends.
            text = self.changed(
                self.NOVA, ('[filter:', f'# x{end}{line}[filter:')
            )
            after = paste.enable(text)
            self.assertEqual(text, paste.disable(after))
        text = self.changed(
            self.ENABLED, ('\nkeystone = ', f'\n# x\r{line}keystone = ')
        )
        self.assert_refused(text, 'already exists')

    def test_sections_that_lead_in_circles_are_refused(self):
        circle = '\n[app:a]\nuse = b\n[app:b]\nuse = a\n'
        text = self.changed(
            self.ENABLED, ('/v2.1/+: openstack_compute_api_v21', '/v2.1/+: a')
        )
        self.assert_refused(text + circle, 'uses itself')
        text = self.changed(
            self.ENABLED,
            (
                '/v2.1/+: openstack_compute_api_v21',
                '/v2.1/+: osapi_compute',
            ),
        )
        self.assert_refused(text, 'leads back to itself')

    def test_sections_that_refer_too_often_are_refused_soon(self):
        more = ''.join(
            f'[composite:x{number}]\nuse = egg:Paste#urlmap\n'
            f'/a = x{number + 1}\n/b = x{number + 1}\n'
            for number in range(60)
        )
        text = self.changed(
            self.ENABLED, ('/v2.1/+: openstack_compute_api_v21', '/v2.1/+: x0')
        )
        self.assert_refused(
            f'{text}\n{more}[app:x60]\nuse = egg:a#b\n',
            'too often',
        )

    def test_a_filter_that_cannot_be_loaded_is_named(self):
        text = self.changed(
            self.ENABLED,
            ('[filter:sizelimit]', '[filter:lost]'),
            ('[filter:request_log]', '[filter:request_log]\nx = 100%'),
        )
        self.assertEqual(
            ['request_log', 'sizelimit'], paste.Paste(text).missing_filters
        )
        self.assertEqual([], paste.Paste(self.ENABLED).missing_filters)
