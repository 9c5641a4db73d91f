"""Ways to break the filter, each of which the tests must notice.

``CLOUD_SECURITY_MUTATION=<name>`` breaks it so in every cloud of a process
(cloud.py); test_mutations.py runs the killers of each.
"""

import functools
from typing import Callable
from typing import NamedTuple

from cloud_security.compute import attachments
from cloud_security.compute import floating_ips
from cloud_security.compute import foreign_ids
from cloud_security.compute import hints
from cloud_security.compute import middleware
from cloud_security.compute import models
from cloud_security.compute import quotas
from cloud_security.compute import records
from cloud_security.visibility import scope as scopes


class Mutation(NamedTuple):
    """A change of the running code, and tests of which one must fail."""

    apply: Callable[[], None]
    killers: str


def _not_owned(model: str) -> Callable[[], None]:
    def apply():
        owned = models.owned
        models.owned = functools.lru_cache(maxsize=None)(
            lambda: {
                key: entry
                for key, entry in owned().items()
                if key.__name__ != model
            }
        )

    return apply


def _switched_off(change: Callable[..., None]) -> Callable[[], None]:
    def apply():
        for name in ('BEFORE', 'AFTER'):
            changes = getattr(middleware, name)
            kept = tuple(kept for kept in changes if kept is not change)
            setattr(middleware, name, kept)

    return apply


def _replaced(holder, name, stand_in) -> Callable[[], None]:
    return lambda: setattr(holder, name, stand_in)


def _no_threads():
    """The scope stays in the request's own thread; others see everything."""
    scopes.current = scopes._here.get
    scopes.is_lost = lambda: False


MUTATIONS = {
    'Instance is not owned': Mutation(
        _not_owned('Instance'), 'test_lists.TestLists'
    ),
    'InstanceMapping is not owned': Mutation(
        _not_owned('InstanceMapping'), 'test_operations.TestOperations'
    ),
    'InstanceGroup is not owned': Mutation(
        _not_owned('InstanceGroup'), 'test_project.TestProject'
    ),
    'BuildRequest is not owned': Mutation(
        _not_owned('BuildRequest'), 'test_lists.TestBuilding'
    ),
    'Migration is not owned': Mutation(
        _not_owned('Migration'), 'test_project.TestMigrations'
    ),
    'attachments are not refused': Mutation(
        _switched_off(attachments.refuse), 'test_exceptions.TestAttachments'
    ),
    'service tokens count for nothing': Mutation(
        _replaced(attachments, 'is_asked_by_service', lambda *_: False),
        'test_exceptions.TestAttachments',
    ),
    'usage of the quota is shown': Mutation(
        _switched_off(quotas.hide_usage), 'test_project.TestProject'
    ),
    'foreign ids are shown': Mutation(
        _switched_off(foreign_ids.replace), 'test_exceptions.TestForeignIds'
    ),
    'hints reach the scheduler': Mutation(
        _switched_off(hints.neutralize), 'test_exceptions.TestHints'
    ),
    'floating IPs are not guarded': Mutation(
        _switched_off(floating_ips.guard), 'test_exceptions.TestFloatingIps'
    ),
    'denials are not recorded': Mutation(
        _replaced(records, 'write_after', lambda *_: None),
        'test_filter.TestRecords',
    ),
    'threads have no scope': Mutation(_no_threads, 'test_filter.TestThreads'),
}


def apply(name: str) -> None:
    """Break the filter.

    :raises KeyError: when there is no such mutation
    """
    MUTATIONS[name].apply()
