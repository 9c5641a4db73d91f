# SPDX-License-Identifier: Apache-2.0
"""Ways to break the filter, each of which the tests must notice.

test_mutations.py runs the killer of each in a process of its own (killers.py),
test_probe.py the probe.
"""

import dataclasses
import inspect
import re
from typing import Callable
from typing import NamedTuple

from sqlalchemy.sql import functions

from cloud_security.compute import models
from cloud_security.compute import service
from cloud_security.compute.transforms import assisted_snapshots
from cloud_security.compute.transforms import attachments
from cloud_security.compute.transforms import floating_ips
from cloud_security.compute.transforms import foreign_ids
from cloud_security.compute.transforms import quota_limits
from cloud_security.compute.transforms import quotas
from cloud_security.compute.transforms import scheduler_hints
from cloud_security.compute.transforms import stored_hints
from cloud_security.policy import inspection
from cloud_security.visibility import forms
from cloud_security.visibility import guard
from cloud_security.visibility import scope as scopes
from cloud_security.wsgi import recorder
from cloud_security.wsgi import transform
from tests.functional.compute import cloud


class Mutation(NamedTuple):
    """A change of the running code, and the test that must fail."""

    apply: Callable[[], None]
    test: str

    @property
    def killer(self) -> str:
        """The whole name of the test."""
        return f'tests.functional.compute.{self.test}'


def _not_owned(model: str) -> Callable[[], None]:
    def owned():
        return {
            key: entry
            for key, entry in models.owned().items()
            if key.__name__ != model
        }

    return lambda: _change_service(owned=owned)


def _change_service(**changes) -> None:
    service.NOVA = dataclasses.replace(service.NOVA, **changes)


def _switched_off(*transforms: transform.Transform) -> Callable[[], None]:
    SWITCHED_OFF.extend(transforms)
    return lambda: _change_service(
        transforms=tuple(
            kept for kept in service.NOVA.transforms if kept not in transforms
        )
    )


def _without(holder, name: str, entry) -> Callable[[], None]:
    """Take an entry out of a tuple, or out of those that a dict holds."""

    def apply():
        entries = getattr(holder, name)
        if isinstance(entries, dict):
            kept = {
                key: tuple(kept for kept in value if kept != entry)
                for key, value in entries.items()
            }
        else:
            kept = tuple(kept for kept in entries if kept != entry)
        setattr(holder, name, kept)

    return apply


def _fails_open():
    source = inspect.getsource(floating_ips._holder_id)
    broken = source.replace('raise _NotTold from error', "return ''")
    assert broken != source
    exec(broken, vars(floating_ips))


def _any_function_counts():
    forms.is_aggregate = lambda columns: any(
        isinstance(column['expr'], functions.FunctionElement)
        for column in columns
    )


def _replaced(holder, name, stand_in) -> Callable[[], None]:
    # What is not there any more cannot be taken away.
    getattr(holder, name)
    return lambda: setattr(holder, name, stand_in)


def _no_threads():
    """The scope stays in the request's own thread; others see everything."""
    scopes.current = scopes._here.get
    scopes.is_lost = lambda: False


#: Transforms that a mutation takes away.
SWITCHED_OFF: list[transform.Transform] = []

MUTATIONS = {
    'Instance is not owned': Mutation(
        _not_owned('Instance'),
        'test_lists.TestLists.'
        'test_list_of_a_member_has_full_pages_of_own_servers',
    ),
    'InstanceMapping is not owned': Mutation(
        _not_owned('InstanceMapping'),
        'test_operations.TestOperations.'
        'test_a_member_cannot_tell_a_hidden_server_from_none',
    ),
    'InstanceGroup is not owned': Mutation(
        _not_owned('InstanceGroup'),
        'test_project.TestProject.test_groups_are_their_owners',
    ),
    'BuildRequest is not owned': Mutation(
        _not_owned('BuildRequest'),
        'test_lists.TestBuilding.test_own_builds_alone_are_listed_and_shown',
    ),
    'Migration is not owned': Mutation(
        _not_owned('Migration'),
        'test_project.TestMigrations.test_a_member_sees_those_of_his_servers',
    ),
    'attachments are not refused': Mutation(
        _switched_off(attachments.REFUSE),
        'test_attachments.TestAttachments.'
        'test_service_token_gets_novas_response_on_this_route_only',
    ),
    'service tokens count for nothing': Mutation(
        lambda: _change_service(is_exempt=lambda *_: False),
        'test_attachments.TestAttachments.'
        'test_service_token_gets_novas_response_on_this_route_only',
    ),
    'usage of the quota is shown': Mutation(
        _switched_off(quotas.HIDE_USAGE),
        'test_project.TestProject.'
        'test_somebody_elses_usage_of_the_quota_is_nothing',
    ),
    'foreign ids are shown': Mutation(
        _switched_off(foreign_ids.REPLACE),
        'test_foreign_ids.TestForeignIds.'
        'test_error_does_not_name_a_hidden_server',
    ),
    'hints reach the scheduler': Mutation(
        _switched_off(scheduler_hints.NEUTRALIZE),
        'test_hints.TestHints.test_same_host_as_a_hidden_server_finds_no_host',
    ),
    'stored hints reach the scheduler': Mutation(
        _switched_off(stored_hints.NEUTRALIZE),
        'test_stored_hints.TestStoredHints.'
        'test_unshelve_with_hidden_servers_on_all_hosts_succeeds',
    ),
    "volumes of hidden servers are assisted snapshots' to find": Mutation(
        _switched_off(
            assisted_snapshots.HIDE_CREATE, assisted_snapshots.HIDE_DELETE
        ),
        'test_opened_policies.TestAssistedSnapshots.'
        'test_volume_of_hidden_server_is_like_an_unknown_one',
    ),
    "limits tell another user's usage": Mutation(
        _switched_off(quota_limits.ACCEPT),
        'test_opened_policies.TestQuotas.'
        'test_quota_below_usage_of_another_user_is_accepted',
    ),
    'floating IPs are not guarded': Mutation(
        _switched_off(floating_ips.GUARD),
        'test_floating_ips.TestFloatingIps.'
        'test_address_of_a_hidden_server_is_not_taken',
    ),
    'denials are not recorded': Mutation(
        _replaced(recorder.Recorder, 'write_after', lambda *_: None),
        'test_filter.TestRecords.'
        'test_request_for_a_hidden_server_writes_one_record',
    ),
    'the guard refuses nothing': Mutation(
        _replaced(guard.Guard, 'check', lambda *_: None),
        'test_faults.TestThreads.test_a_thread_that_lost_its_scope',
    ),
    'threads have no scope': Mutation(
        _no_threads,
        'test_filter.TestThreads.test_a_cells_thread_keeps_the_scope',
    ),
    'Neutron is down, and the door open': Mutation(
        _fails_open,
        'test_floating_ips.TestFloatingIps.'
        'test_address_of_a_hidden_server_is_not_taken',
    ),
    'rules that are not understood pass': Mutation(
        _replaced(inspection, 'misread', lambda *_: None),
        'test_policy.TestPolicyFaults.'
        'test_a_rule_that_is_not_understood_is_an_error',
    ),
    'EXISTS is restricted': Mutation(
        _any_function_counts,
        'test_project.TestQuotaCache.test_it_is_asked_of_everybodys_rows',
    ),
    'any service role opens attachments': Mutation(
        lambda: _change_service(
            is_exempt=lambda context, _: bool(context.service_roles)
        ),
        'test_attachments.TestAttachments.'
        'test_service_token_gets_novas_response_on_this_route_only',
    ),
    'naming an id shows who holds it': Mutation(
        _replaced(foreign_ids, 'TELLS', re.compile('nothing like it')),
        'test_foreign_ids.TestForeignIds.'
        'test_error_does_not_name_a_hidden_server',
    ),
}
MUTATIONS.update(
    {
        f'{entry} is not looked at': Mutation(
            _without(holder, name, entry), killer
        )
        for holder, name, entry, killer in (
            (
                scheduler_hints,
                'HINTS',
                'OS-SCH-HNT:scheduler_hints',
                'test_spelling.TestSpelling.'
                'test_hints_in_every_spelling_are_marked',
            ),
            (
                foreign_ids,
                'SERVERS',
                ('floating_ip', 'instance_id'),
                'test_foreign_ids.TestForeignIds.'
                'test_floating_ip_of_a_hidden_server_does_not_name_it',
            ),
            (
                foreign_ids,
                'SERVERS',
                ('volumes', '*', 'attachments', '*', 'serverId'),
                'test_foreign_ids.TestForeignIds.'
                'test_volume_of_a_hidden_server_does_not_name_it',
            ),
            (
                foreign_ids,
                'TEXTS',
                ('server', 'fault'),
                'test_foreign_ids.TestForeignIds.'
                'test_fault_does_not_name_a_hidden_server',
            ),
            (
                foreign_ids,
                'TEXTS',
                ('instanceAction', 'message'),
                'test_foreign_ids.TestForeignIds.'
                'test_instance_action_does_not_name_a_hidden_server',
            ),
        )
    }
)


#: Nova shows hints from microversion 2.100 on.
MARKS = {
    'marks in hints are shown': Mutation(
        _switched_off(
            scheduler_hints.SHOW_AS_SENT, scheduler_hints.SHOW_TO_EVERYBODY
        ),
        'test_hints.TestHints.test_hints_are_shown_as_sent',
    ),
    "marks in hints are not the caller's own": Mutation(
        _switched_off(scheduler_hints.KEEP_MARKS),
        'test_hints.TestHints.test_hints_are_shown_as_sent',
    ),
}
if int(cloud.LATEST.partition('.')[2]) >= 100:
    MUTATIONS.update(MARKS)


def apply(name: str) -> None:
    """Break the filter.

    :raises KeyError: when there is no such mutation
    """
    MUTATIONS[name].apply()
