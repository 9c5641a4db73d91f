# SPDX-License-Identifier: Apache-2.0
"""Verdicts on files of all kinds, compared with what PasteDeploy loads."""

import importlib.util
import os
import random
import re
import unittest

import fixtures
import testtools

from cloud_security.deploy import paste
from cloud_security.deploy import paste_loader
from cloud_security.deploy import paste_sections

HAS_PASTE = importlib.util.find_spec('paste') and importlib.util.find_spec(
    'paste.deploy'
)
#: Names in a file, and the stand-ins that PasteDeploy imports.
STAND_INS = (
    (paste.ROUTER, 'router'),
    ('nova.api.openstack.compute.routes:APIRouterV21.factory', 'router'),
    (paste.FACTORY, 'ours'),
    ('nova.api.openstack.urlmap:urlmap_factory', 'urlmap'),
    ('nova.api.auth:pipeline_factory_v21', 'pipeline_v21'),
)
#: Names of the compute API, as entry points may be written.
ROUTERS = (
    *(paste.ROUTER,) * 4,
    paste.ROUTER.replace('.compute:', '.compute.routes:'),
    f'{paste.ROUTER} ',
    paste.ROUTER.replace(':', ' : '),
)
#: Ends of pipelines.
ENDS = ('router', 'router', 'router', 'inner', 'second')
HERE = 'tests.unit.deploy.fake_paste'


class Writer:
    """Writes files with whatever PasteDeploy and configparser allow."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.is_odd = self.chance(0.5)
        self.lines = []
        self.defaults = {}

    def chance(self, share):
        return self.random.random() < share

    def odd(self, share):
        """Tell whether to write what few files have; half have none."""
        return self.is_odd and self.chance(share)

    def pick(self, *choices):
        return self.random.choice(choices)

    def section(self, header, *options, more=0.05):
        """Write a section, at times with options that change its meaning."""
        kind, _, name = header.partition(':')
        if self.odd(0.03):
            header = f'{kind}: {name}'
        options = list(options)
        if self.odd(more):
            options.append(
                self.pick(
                    'filter-with = a',
                    'filter-with = b',
                    'filter-with = user_isolation',
                    'use = router',
                    'use = inner',
                    'use = config:other.ini#router',
                    f'use = call:{HERE}:a',
                    f'use = call:{HERE}:other',
                    f'paste.app_factory = {paste.ROUTER}',
                    f'paste.filter_factory = {HERE}:c',
                    'set word = a',
                    'get keystone = word',
                    'get pipeline = word',
                    'x = 100%',
                    'x = %(word)s',
                    'require = PasteDeploy',
                )
            )
        if self.odd(0.02):
            header = f' {header}'
        end = self.pick('\n', '\n', '\n', '\n', '\r\n', '\r')
        self.lines.append(f'[{header}]{end}')
        for option in options:
            if self.odd(0.05):
                self.lines.append(
                    self.pick(
                        '# user_isolation router\n',
                        '# x\rkeystone = a router\n',
                        '# x\x0ckeystone = a router\n',
                        '; x\u2028pipeline = router\n',
                        '\n',
                        '  # a\n',
                    )
                )
            self.lines.append(f'{option}{end}')
        self.lines.append(end)

    def words(self, *last):
        """Return the words of a pipeline."""
        words = [
            self.pick('a', 'b', 'c')
            for _ in range(self.random.choice((0, 1, 1, 2)))
        ]
        for _ in range(self.random.choice((0, 0, 1, 1, 1, 2))):
            at = self.pick(
                len(words), len(words), self.random.randint(0, len(words))
            )
            words.insert(at, 'user_isolation')
        if self.odd(0.04):
            words.insert(
                0,
                self.pick(
                    'missing', f'call:{HERE}:a', 'config:other.ini#a', 'router'
                ),
            )
        if self.odd(0.06):
            words.insert(len(words), 'filter')
        words = ['alias' if word == 'filter' else word for word in words]
        words.append(self.pick(*last))
        separator = self.pick(' ', ' ', ' ', '\n    ', '  ', '\n  # x\n  ')
        text = separator.join(words)
        if self.odd(0.08):
            name = self.pick('word', 'tail', 'all')
            self.defaults[name] = self.pick(
                'router',
                'a',
                text.replace('\n', ' ').replace('# x', ''),
                'user_isolation',
            )
            text = self.pick(
                f'a %({name})s',
                f'%({name})s',
                f'%({name})s router',
                f'{text} %({name})s',
            )
        return text

    def text(self):
        """Return one file."""
        between = self.pick(' = ', ' = ', '=', ': ', ' =\n  ')
        branches = [
            f'/{name}: {name}'
            for name in ('v2', 'v21', 'inner', 'chained')
            if self.chance(0.7)
        ]
        if self.odd(0.03):
            branches.append('/x: router')
        if self.odd(0.03):
            branches.append('not_found_app = router')
        self.section(
            'composite:osapi_compute',
            'use = call:nova.api.openstack.urlmap:urlmap_factory',
            *branches,
        )
        self.section(
            'composite:v21',
            'use = call:nova.api.auth:pipeline_factory_v21',
            f'keystone{between}{self.words(*ENDS)}',
            *(
                [f'noauth2 = {self.words("router")}']
                if self.chance(0.3)
                else []
            ),
        )
        self.section(
            'composite:v2',
            self.pick(
                'use = call:nova.api.auth:pipeline_factory_v21',
                'paste.composite_factory = nova.api.auth : '
                'pipeline_factory_v21',
                'use = v21',
            ),
            *(
                [f'keystone{between}{self.words("router", "router", "inner")}']
                if self.chance(0.9)
                else []
            ),
        )
        self.section(
            'pipeline:inner',
            f'pipeline{between}{self.words(*ENDS, "v2")}',
        )
        self.section(
            'filter-app:chained',
            f'next = {self.pick("inner", "inner", "v21", "router", "second")}',
            self.pick(
                f'paste.filter_factory = {HERE}:a',
                f'paste.filter_factory = {paste.FACTORY}',
                'use = a',
                'use = user_isolation',
            ),
        )
        if self.chance(0.9):
            self.section(
                'filter:user_isolation',
                f'paste.filter_factory = {paste.FACTORY}',
                more=0.1,
            )
        self.section(
            'filter:alias',
            self.pick(
                'use = user_isolation',
                f'paste.filter_factory = {paste.FACTORY}',
                f'paste.filter_app_factory = {paste.FACTORY}',
                f'use = call:{paste.FACTORY}',
            ),
        )
        for name in 'abc':
            self.section(
                f'filter:{name}',
                f'paste.filter_factory = {HERE}:{name}',
                more=0.03,
            )
        self.section(
            'app:router',
            f'paste.app_factory = {self.pick(*ROUTERS)}',
        )
        self.section(
            'app:second',
            self.pick(
                'use = router',
                f'use = call:{paste.ROUTER}',
                f'paste.app_factory = {HERE}:other',
            ),
        )
        if self.odd(0.05):
            self.section(
                self.pick(
                    'app:v21', 'pipeline:router', 'filter:a', 'app:inner'
                ),
                'x = router',
            )
        if self.odd(0.1):
            self.defaults[
                self.pick(
                    'keystone',
                    'use',
                    'pipeline',
                    'x',
                    'not_found_app',
                    'paste.app_factory',
                    'filter-with',
                )
            ] = self.pick('a', 'router', 'inner')
        if self.defaults:
            self.section(
                'DEFAULT',
                *(
                    f'{name} = {value}'
                    for name, value in self.defaults.items()
                ),
                more=0,
            )
        return ''.join(self.lines)


@unittest.skipUnless(HAS_PASTE, 'PasteDeploy is not installed.')
class TestPasteDeploy(testtools.TestCase):
    FILES = 120

    def setUp(self):
        super().setUp()
        self.folder = self.useFixture(fixtures.TempDir()).path
        self.path = os.path.join(self.folder, 'api-paste.ini')
        with open(os.path.join(self.folder, 'other.ini'), 'w') as stream:
            stream.write(
                f'[app:router]\npaste.app_factory = {HERE}:router\n'
                f'[filter:a]\npaste.filter_factory = {HERE}:a\n'
            )

    def loaded(self, text):
        """Return the ways that PasteDeploy loads, None where it cannot."""
        from paste import deploy

        for name, stand_in in STAND_INS:
            text = text.replace(name, f'{HERE}:{stand_in}')
            text = text.replace(name.replace(':', ' : '), f'{HERE}:{stand_in}')
        with open(self.path, 'w', encoding='utf-8', newline='') as stream:
            stream.write(text)
        try:
            application = deploy.loadapp(
                f'config:{self.path}', name='osapi_compute'
            )
            return application.ways()
        except Exception:  # noqa: BLE001 (whatever it raises)
            return None

    def verdict(self, text):
        """Return whether we call a file isolated, None where we refuse."""
        try:
            found = paste.Paste(text, self.path)
        except paste.NotUnderstood:
            return None
        return found.is_isolated_on_all_ways

    def expected(self, text):
        """Return the ways that our model of PasteDeploy finds."""
        sections = paste_sections.Sections(text, self.path)
        # The stand-in for Nova's factory reads no other strategy.
        for section in sections.sections:
            sections.parser.remove_option(section, 'noauth2')
        return {
            tuple(
                'ours'
                if part.factory == paste.FACTORY
                else re.split('[:#]', part.factory)[-1]
                for part in way
            )
            for way in paste_loader.Loader(sections).ways('osapi_compute')
        }

    def changed(self, change, text):
        try:
            return change(text, self.path)
        except paste.NotUnderstood:
            return None

    def assert_isolated(self, ways, text):
        for way in ways:
            self.assertEqual(1, way.count('ours'), text)
            self.assertEqual('ours', way[-1], text)

    def without(self, ways):
        return {tuple(name for name in way if name != 'ours') for way in ways}

    def compare(self, text):
        """Compare one file; return how it came out."""
        ways = self.loaded(text)
        verdict = self.verdict(text)
        if verdict and ways:
            self.assert_isolated(ways, text)
        if ways is not None and verdict is not None:
            self.assertEqual(ways, self.expected(text), text)
        after = self.changed(paste.enable, text)
        if after is not None:
            enabled = self.loaded(after)
            self.assertTrue(self.verdict(after), after)
            if ways is not None:
                self.assertIsNotNone(enabled, after)
                self.assertEqual(
                    self.without(ways), self.without(enabled), text
                )
            self.assert_isolated(enabled or (), after)
            self.assertEqual(after, paste.enable(after, self.path))
        before = self.changed(paste.disable, text if after is None else after)
        if before is not None and ways is not None:
            disabled = self.loaded(before)
            self.assertEqual(self.without(ways), disabled, text)
        return ways, verdict, after, before

    def test_files_that_we_call_isolated_are_loaded_isolated(self):
        found = [
            self.compare(Writer(seed).text()) for seed in range(self.FILES)
        ]
        # It must not be so because all is refused.
        loaded = [each for each in found if each[0]]
        self.assertGreater(len(loaded), self.FILES / 4)
        for at, share in ((1, 0.5), (2, 0.3), (3, 0.2)):
            known = [each for each in loaded if each[at] is not None]
            self.assertGreater(len(known), share * len(loaded), at)
