# SPDX-License-Identifier: Apache-2.0
"""Agreement of all files that name the supported releases of Nova."""

import re

import testtools

from cloud_security import releases
from tests.packaging import ROOT

README = ' '.join((ROOT / 'README.rst').read_text().split())
TOX = (ROOT / 'tox.ini').read_text()
PINS = ROOT / 'constraints'


class TestReleases(testtools.TestCase):
    def test_none_is_left_out(self):
        self.assertEqual(
            list(range(releases.OLDEST, releases.NEWEST + 1)),
            list(releases.NOVA),
        )

    def test_the_readme_names_the_range(self):
        oldest, newest = releases.OLDEST, releases.NEWEST
        self.assertIn(
            f'Tested with Nova {oldest} ({releases.NOVA[oldest]}) to {newest} '
            f'({releases.NOVA[newest]})',
            README,
        )
        self.assertIn(
            f'installs Nova {newest} (OpenStack {releases.NOVA[newest]})',
            README,
        )

    def test_each_has_its_constraints(self):
        pinned = {}
        for path in PINS.glob('nova-*.txt'):
            pins = path.read_text()
            [major] = re.findall(r'(?m)^nova==(\d+)\.', pins)
            pinned[path.name] = int(major)
            for name in ('hypothesis', 'pymysql', 'psycopg2-binary'):
                self.assertRegex(pins, f'(?m)^{name}==')
        self.assertEqual(
            {f'nova-{major}.txt': major for major in releases.NOVA}, pinned
        )

    def test_each_of_the_other_services_has_its_constraints(self):
        for name in ('cinder', 'glance', 'neutron'):
            self.assertEqual(
                {
                    f'{name}-{major}.txt'
                    for major in getattr(releases, name.upper())
                },
                {path.name for path in PINS.glob(f'{name}-*.txt')},
            )

    def test_release_that_was_not_tested_is_warned_of(self):
        self.assertIsNone(releases.warning('27.0.1', 'Neutron'))
        self.assertIn(
            'tested with Cinder 24 to 29, this is Cinder 30.0.0:',
            releases.warning('30.0.0', 'Cinder'),
        )

    def test_each_has_a_tox_environment_with_its_constraints(self):
        default = re.findall(r'(?m)^    -c .*/nova-(\d+)\.txt$', TOX)
        self.assertEqual([str(releases.NEWEST)], default)
        for names in re.findall(r'nova\{(.*?)\}', TOX):
            self.assertEqual(
                set(releases.NOVA),
                {int(name.partition('-')[0]) for name in names.split(',')},
            )
        for major in set(releases.NOVA) - {releases.NEWEST}:
            self.assertIn(
                f'nova{major}: -c {{toxinidir}}/constraints/nova-{major}.txt',
                TOX,
            )
            self.assertIn(f'!nova{major}', TOX)
