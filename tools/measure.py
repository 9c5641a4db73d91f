# SPDX-License-Identifier: Apache-2.0
"""Measure the time that criteria and guard add to a statement.

Alternates both in one run on SQLite in memory, where a statement costs the
least and the listener therefore weighs the most.
"""

import os
import statistics
import sys
import time
import warnings

os.environ.setdefault('OS_NOVA_DISABLE_EVENTLET_PATCHING', 'true')
warnings.simplefilter('ignore')

from nova.db.api import models as api_models  # noqa: E402
from nova.db.main import models as nova_models  # noqa: E402
import sqlalchemy as sa  # noqa: E402
from sqlalchemy import orm  # noqa: E402

from cloud_security.compute import models  # noqa: E402
from cloud_security.visibility import criteria  # noqa: E402
from cloud_security.visibility import scope as scopes  # noqa: E402

ROUNDS = 40
REPEAT = 50
SERVER = '4bd08352-1a3d-4a0d-a69c-2d3ba4f6f2a5'


def statements(session):
    """Return Nova's statements by name: functions that execute them."""
    instance = nova_models.Instance
    mapping = api_models.InstanceMapping
    return {
        'instance by uuid': lambda: (
            session.query(instance)
            .filter_by(uuid=SERVER, deleted=0)
            .options(orm.joinedload(instance.info_cache))
            .first()
        ),
        'mapping by uuid': lambda: (
            session.query(mapping)
            .options(orm.joinedload(mapping.cell_mapping))
            .filter(mapping.instance_uuid == SERVER)
            .first()
        ),
        'build request': lambda: (
            session.query(api_models.BuildRequest)
            .filter_by(instance_uuid=SERVER)
            .first()
        ),
        'not owned (flavor)': lambda: (
            session.query(api_models.Flavors).filter_by(flavorid='1').first()
        ),
    }


def seconds(function):
    """Return how long a number of calls takes, in seconds."""
    begin = time.perf_counter()
    for _ in range(REPEAT):
        function()
    return time.perf_counter() - begin


def main():
    """Print a line for each statement; fail above 0.3 ms."""
    engines = {}
    for base in (nova_models.BASE, api_models.BASE):
        engines[base] = sa.create_engine('sqlite://')
        base.metadata.create_all(engines[base])
    session = orm.Session(binds=engines)
    listener = criteria.Criteria(models.owned())
    scope = scopes.Scope(owner_id='bob')
    print(f'{"statement":<22}{"ratio":>8}{"added, ms":>12}')
    worst = 0.0
    for name, function in statements(session).items():
        without, isolated = [], []
        for _ in range(ROUNDS):
            without.append(seconds(function))
            listener.install()
            with scopes.on_this_thread(scope):
                isolated.append(seconds(function))
            listener.uninstall()
        pairs = list(zip(isolated, without))
        ratio = statistics.median(a / b for a, b in pairs)
        added = statistics.median(a - b for a, b in pairs) / REPEAT * 1000
        worst = max(worst, added)
        print(f'{name:<22}{ratio:>8.2f}{added:>12.3f}')
    return 0 if worst < 0.3 else 1


if __name__ == '__main__':
    sys.exit(main())
