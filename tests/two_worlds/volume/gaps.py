# SPDX-License-Identifier: Apache-2.0
"""Gaps between the census and a release of Cinder.

Each function takes what Cinder has, and yields one sentence for each gap: what
somebody must decide, and where to write it.
"""

import re

from tests.two_worlds import news
from tests.two_worlds.volume import census

WHERE = 'tests/two_worlds/volume/census.py'
CENSUS = news.Census('Cinder', WHERE, census.SINCE, census.UNTIL)
#: What stands for something with an owner in the name of a column.
REFERENCE = re.compile(
    '^user|volume_id|volume_uuid|snapshot_id|backup_id|^group_id|resource_'
)


def of_models(mappers, release):
    """Compare mapped classes.

    :param mappers: SQLAlchemy's, of Cinder's database
    :param release: Cinder's major version
    """
    mappers = {mapper.class_.__name__: mapper for mapper in mappers}
    yield from news.differences(
        set(mappers),
        census.OWNED.union(
            census.REACHED, census.UNSERVED, census.ABOUT_NO_VOLUME
        ),
        CENSUS,
        release,
        'Cinder has a new table, {}: decide whether its rows have an owner '
        '(then cloud_security/volume/models.py must filter them), are served '
        'to members only after a row that has one, are not served to members, '
        'or are about nothing that has an owner',
    )
    for name in sorted(set(mappers) - census.OWNED):
        columns = mappers[name].local_table.columns
        if 'user_id' in columns:
            yield (
                f'{name} has a user_id: decide whether its rows have an '
                f'owner (then cloud_security/volume/models.py must filter '
                f'them), and write it into {WHERE}.'
            )
    for name in sorted(census.ABOUT_NO_VOLUME & set(mappers)):
        for reference in sorted(_references(mappers[name])):
            if f'{name}.{reference}' not in census.HARMLESS:
                yield (
                    f'{name}.{reference} refers to something with an owner, '
                    f'but {WHERE} says that {name} is about no such thing: '
                    f'decide how its rows are reached, or why that is '
                    f'harmless.'
                )


def of_routes(routes, release):
    """Compare routes.

    :param routes: ``{'GET /volumes', …}``, those with a method behind them
    """
    yield from news.differences(
        set(routes),
        {
            f'{method} {path}'
            for table in census.ROUTES
            for path, methods in table.items()
            for method in methods.split()
        },
        CENSUS,
        release,
        'Cinder has a new route, {}: decide whether it is on one thing with '
        'an owner, lists such things, refers to them in query, body or '
        'answer, is not about them, or is for admins only; the first three '
        'need that tests/two_worlds/volume sends it to both worlds',
    )


def of_actions(actions, release):
    """Compare actions.

    :param actions: ``{path: names}``
    """
    yield from news.differences(
        {
            f'{path} {name}'
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
        'Cinder has a new action, {}: decide whether it is for members or for '
        'admins, and whether its body or its answer names other things',
    )


def of_policies(policies, release):
    """Compare policies.

    :param policies: their names
    """
    yield from news.differences(
        set(policies),
        {name for table in census.POLICIES for name in table.split()},
        CENSUS,
        release,
        'Cinder has a new policy, {}: decide whether members have it by '
        'default, find its operations, and whether '
        'etc/policy.d/cinder/50-cloud-security.yaml closes them',
    )


def of_extensions(aliases, release):
    """Compare extensions.

    :param aliases: those that Cinder loads
    """
    yield from news.differences(
        set(aliases),
        set(census.EXTENSIONS.split()),
        CENSUS,
        release,
        'Cinder has a new extension, {}: decide whether it adds to answers '
        'what tells of hidden things',
    )


def of_names(kind, names):
    """Compare what can be written.

    :param kind: ``query`` or ``body``
    """
    for name in sorted(set(names) - set(census.NAMES[kind].split())):
        yield (
            f'Cinder takes a new name in a {kind}, {name}: decide whether it '
            'names or finds things with owners or users (then it needs values '
            'in VALUES of inputs.py or NAMED of samples.py, beside it), and '
            f'add it to NAMES in {WHERE}.'
        )


def of_microversions(newest):
    """Compare the newest microversion.

    :param newest: the number after the dot
    """
    known = int(census.MICROVERSION.partition('.')[2])
    for minor in range(known + 1, newest + 1):
        yield (
            f'Cinder has a new microversion, 3.{minor}: read about it in '
            f"Cinder's REST API version history (cinder/api/openstack/"
            f'rest_api_version_history.rst), decide whether it shows, counts '
            f'or takes things elsewhere, and raise MICROVERSION in {WHERE}.'
        )


def _references(mapper):
    """Yield the columns that lead to something with an owner."""
    owned = {
        other.local_table.name
        for other in mapper.registry.mappers
        if other.class_.__name__ in census.OWNED
    }
    for column in mapper.local_table.columns:
        if REFERENCE.search(column.name) or any(
            key.target_fullname.split('.')[0] in owned
            for key in column.foreign_keys
        ):
            yield column.name
