"""Where the filter stands in an api-paste.ini, and how it gets there."""

import pathlib

import testtools

from cloud_security.deploy import paste

FILES = pathlib.Path(__file__).parent / 'api_paste'
NOVAS = sorted(path.name for path in FILES.glob('*.ini'))
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
