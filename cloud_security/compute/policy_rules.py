# SPDX-License-Identifier: Apache-2.0
"""Nova's rules in force, for the checks that every service shares."""

from __future__ import annotations

from collections.abc import Iterator
import re

from nova.conf import CONF

from cloud_security.compute import policy_operations
from cloud_security.compute import policy_targets
from cloud_security.compute import service
from cloud_security.deploy import base_rules
from cloud_security.deploy import checks
from cloud_security.deploy import exemption
from cloud_security.deploy import file_access
from cloud_security.deploy import lever
from cloud_security.deploy import policy_files
from cloud_security.deploy import rule_set
from cloud_security.policy import origin

#: The user that packages of Nova create.
_ACCOUNT = 'nova'
#: Names of Nova's API, as a program, a configuration of uWSGI or a module.
_PROGRAM = re.compile(r'nova[-_]api[\w-]*|nova\.wsgi(\.\w+)*')


def read() -> rule_set.RuleSet:
    """Return the rules in force.

    :raises Exception: when a policy file cannot be read
    """
    # At first, for oslo.policy would wait for a pipe without end.
    origins = origin.Origins(origin.files(CONF))
    return rule_set.RuleSet(
        service.NOVA.rules.read(),
        origins,
        policy_targets.targets(),
        policy_operations.WITHOUT_SERVERS,
        checks.most(CONF),
    )


def faults_of_files() -> tuple[list[str], list[str]]:
    """Return sentences about policy files: failures and warnings."""
    reader = file_access.service_user(_ACCOUNT, _PROGRAM)
    empty = list(policy_files.empty_options(CONF))
    folders = origin.folders(CONF)
    try:
        paths = origin.files(CONF)
    except OSError as error:
        closed = list(policy_files.faults([], folders, reader))
        return [*empty, *closed, policy_files.unlisted(error)], []
    failures = [*empty, *policy_files.faults(paths, folders, reader)]
    warnings = []
    if reader is None:
        warnings = list(policy_files.closed_to_others(paths))
    return failures, warnings


def open_without_the_filter(found: rule_set.RuleSet) -> Iterator[str]:
    """Yield sentences about rules that let callers past a lost filter."""
    names = set(found.enforcer.registered_rules) - lever.OURS
    yield from base_rules.undecidable(found, names | base_rules.NAMES)
    # Those have been told of already, with how they should read.
    trapped = policy_targets.trapped(found)
    yield from base_rules.open_without_the_filter(found, trapped)


def to_exempt(found: rule_set.RuleSet) -> Iterator[str]:
    """Yield sentences about callers for whom isolation breaks operations."""
    yield from exemption.empty_lists(
        found, policy_operations.LISTING_ALL_PROJECTS
    )
    yield from exemption.disturbed(
        found,
        policy_operations.DISTURBED,
        policy_operations.DISTURBED_ELSEWHERE,
    )
