# SPDX-License-Identifier: Apache-2.0
"""Each table and route of this Glance is classified."""

import collections
import itertools

# Glance's tests patch threads first, up to 32.
import glance.tests  # noqa: F401

# isort: split
from glance import version
from glance.db.sqlalchemy import models as glance_models
from glance.db.sqlalchemy import models_metadef
import testtools

from cloud_security.image import models
from cloud_security.image import routes
from tests.two_worlds import news
from tests.two_worlds import process
from tests.two_worlds.image import census

WHERE = 'tests/two_worlds/image/census.py'
CENSUS = news.Census('Glance', WHERE, census.SINCE, census.UNTIL)
RELEASE = int(version.version_string().partition('.')[0])
KNOWN_ROUTES = {
    f'{method} {path}'
    for table in census.ROUTES
    for path, methods in table.items()
    for method in methods.split()
}
KNOWN_TABLES = census.OWNED.union(
    census.REACHED, census.UNSERVED, census.ABOUT_NO_IMAGE
)


def tables():
    """Return the names of Glance's mapped classes."""
    bases = (glance_models.BASE, models_metadef.BASE_DICT)
    return {
        mapper.class_.__name__
        for base in bases
        for mapper in base.registry.mappers
    }


def gaps_of_tables(found):
    """Return sentences about tables that nobody has decided about."""
    return list(
        news.differences(
            found,
            KNOWN_TABLES,
            CENSUS,
            RELEASE,
            'Glance has a new table, {}: decide whether its rows have an '
            'owner (then cloud_security/image/models.py must filter them)',
        )
    )


def gaps_of_routes(found):
    """Return sentences about routes that nobody has decided about."""
    return list(
        news.differences(
            {
                name
                for name in found
                if not name.partition(' ')[2].startswith(census.METADEFS)
            },
            KNOWN_ROUTES,
            CENSUS,
            RELEASE,
            'Glance has a new route, {}: decide whether it is on an image, '
            'and whether it makes one (then '
            'cloud_security/image/transforms/new_images.py must write the '
            'owner)',
        )
    )


class TestCensus(testtools.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        stock = process.Process('tests.two_worlds.image.world', 'b')
        stock.hear()
        stock.tell('operations')
        cls.routes = set(map(' '.join, stock.hear()))
        stock.close()

    def test_table_is_classified(self):
        self.assertEqual([], gaps_of_tables(tables()))

    def test_route_is_classified(self):
        self.assertEqual([], gaps_of_routes(self.routes))

    def test_owned_tables_are_those_that_are_filtered(self):
        self.assertEqual(
            census.OWNED, {model.__name__ for model in models.owned()}
        )

    def test_route_that_names_an_image_is_known_to_the_filter(self):
        for name in self.routes:
            path = name.partition(' ')[2]
            if '{image_id}' in path or '{task_id}' in path:
                self.assertTrue(routes._RESOURCE.match(path), path)

    def test_entry_stands_in_one_table(self):
        entries = collections.Counter(
            f'{method} {path}'
            for table in census.ROUTES
            for path, methods in table.items()
            for method in methods.split()
        )
        self.assertEqual({1}, set(entries.values()), entries)
        for one, other in itertools.combinations(
            (
                *(census.OWNED, census.REACHED, census.UNSERVED),
                census.ABOUT_NO_IMAGE,
            ),
            2,
        ):
            self.assertEqual(set(), set(one) & set(other))


class TestCensusCanFail(testtools.TestCase):
    """Made-up names are gaps."""

    def test_new_and_lost_table_are_gaps(self):
        [new] = gaps_of_tables(tables() | {'Lease'})
        self.assertIn('new table, Lease: decide', new)
        [lost] = gaps_of_tables(tables() - {'ImageTag'})
        self.assertIn('SINCE and UNTIL', lost)

    def test_new_and_lost_route_are_gaps(self):
        known = {
            name for name in KNOWN_ROUTES if CENSUS.expects(name, RELEASE)
        }
        [new] = gaps_of_routes(known | {'POST /leases'})
        self.assertIn('new route, POST /leases: decide', new)
        [lost] = gaps_of_routes(known - {'GET /images'})
        self.assertIn('GET /images stands in', lost)
