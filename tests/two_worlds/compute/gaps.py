# SPDX-License-Identifier: Apache-2.0
"""Gaps between the census and a release of Nova.

Each function takes a list of what Nova has, and yields one sentence for each
gap: what somebody must decide, and where to write it.
"""

import re

from oslo_utils import versionutils

from tests.two_worlds import news
from tests.two_worlds.compute import census

WHERE = 'tests/two_worlds/compute/census.py'
CENSUS = news.Census('Nova', WHERE, census.SINCE, census.UNTIL)
#: What stands for a server in the name of a column.
REFERENCE = re.compile('instance|server|guest|_vm|vm_|machine')


def of_models(mappers, release):
    """Compare mapped classes.

    :param mappers: SQLAlchemy's, of both of Nova's databases
    :param release: Nova's major version
    """
    mappers = {name_of(mapper): mapper for mapper in mappers}
    yield from news.differences(
        set(mappers),
        census.OWNED.union(
            census.REACHED, census.UNSERVED, census.ABOUT_NO_SERVER
        ),
        CENSUS,
        release,
        'Nova has a new table, {}: decide whether its rows have an owner '
        '(then cloud_security/compute/models.py must filter them), are '
        'served to members only after a row that has one, are not served to '
        'members, or are not about servers',
    )
    for name in sorted(census.ABOUT_NO_SERVER & set(mappers)):
        for reference in sorted(_references(mappers[name])):
            if f'{name}.{reference}' not in census.HARMLESS:
                yield (
                    f'{name}.{reference} refers to a server, but {WHERE} '
                    f'says that {name} is not about servers: decide how its '
                    f'rows are reached, or why that is harmless.'
                )


def of_routes(route_list, release):
    """Compare routes.

    :param route_list: ``[(path, {method: …} or another path)]``
    """
    found = set()
    for path, methods in route_list:
        if isinstance(methods, str):
            methods = ('redirection',)
        found.update(f'{method} {path}' for method in methods)
    yield from news.differences(
        found,
        {
            f'{method} {path}'
            for table in census.ROUTES
            for path, methods in table.items()
            for method in methods.split()
        },
        CENSUS,
        release,
        'Nova has a new route, {}: decide whether it is on one server, lists '
        'servers, refers to them in query, body or answer, is not about '
        'servers, or is for admins only; the first three need that '
        'tests/two_worlds sends it to both worlds',
    )


def of_actions(actions, release):
    """Compare actions.

    :param actions: ``{path: names}``
    """
    yield from news.differences(
        {
            f'{census.SAME_ACTIONS.get(path, path)} {name}'
            for path, names in actions.items()
            for name in names
        },
        {
            f'{path} {name}'
            for table in census.ACTIONS
            for path, names in table.items()
            for name in names.split()
        },
        CENSUS,
        release,
        'Nova has a new action, {}: decide whether it is for members, for '
        'managers or for admins, and whether its body or its answer names '
        'other servers',
    )


def of_names(kind, names):
    """Compare what can be written.

    :param kind: ``query`` or ``body``
    """
    for name in sorted(set(names) - set(census.NAMES[kind].split())):
        yield (
            f'Nova takes a new name in a {kind}, {name}: decide whether it '
            'names or finds servers, groups or users (then it needs values in '
            'VALUES of inputs.py or NAMED of samples.py, beside it), and add '
            f'it to NAMES in {WHERE}.'
        )


def of_microversions(newest):
    """Compare the newest microversion."""
    known, newest = map(
        versionutils.convert_version_to_tuple, (census.MICROVERSION, newest)
    )
    for minor in range(known[1] + 1, newest[1] + 1):
        yield (
            f"Nova has a new microversion, 2.{minor}: read about it in Nova's "
            f'REST API version history (nova/api/openstack/compute/'
            f'rest_api_version_history.rst), decide whether it shows, counts '
            f'or takes servers elsewhere, and raise MICROVERSION in {WHERE}.'
        )


def name_of(mapper):
    """Return ``main.Instance``, after the database and the class."""
    return (
        f'{mapper.class_.__module__.split(".")[-2]}.{mapper.class_.__name__}'
    )


def _references(mapper):
    """Yield the columns and relationships that lead to a server."""
    about = census.OWNED.union(census.REACHED, census.UNSERVED)
    tables = {
        other.local_table.name
        for other in mapper.registry.mappers
        if name_of(other) in about
    }
    for column in mapper.local_table.columns:
        if REFERENCE.search(column.name) or any(
            key.target_fullname.split('.')[0] in tables
            for key in column.foreign_keys
        ):
            yield column.name
    for relation in mapper.relationships:
        if name_of(relation.mapper) in about:
            yield relation.key
