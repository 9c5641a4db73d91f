# SPDX-License-Identifier: Apache-2.0
"""ServiceRules: the policy rules of one service, in force on this host."""

from __future__ import annotations

from collections.abc import Collection
from collections.abc import Iterator
from collections.abc import Mapping
import dataclasses
from typing import Any
from typing import Callable

from cloud_security.deploy import apis
from cloud_security.deploy import base_rules
from cloud_security.deploy import checks
from cloud_security.deploy import exemption
from cloud_security.deploy import file_access
from cloud_security.deploy import lever
from cloud_security.deploy import policy_calls
from cloud_security.deploy import policy_files
from cloud_security.deploy import rule_set
from cloud_security.deploy import traps
from cloud_security.policy import origin


@dataclasses.dataclass(frozen=True)
class Operations:
    """A service's rules by what isolation means to their operations.

    ``without_owners`` are rules in whose responses nothing has an owner.
    ``listing_all_projects`` let a caller list what all projects have.
    ``disturbed`` maps a rule to what goes wrong for an isolated caller,
    ``disturbed_elsewhere`` the same for callers of another project.
    """

    without_owners: Collection[str]
    listing_all_projects: Collection[str]
    disturbed: Mapping[str, str]
    disturbed_elsewhere: Mapping[str, str]


@dataclasses.dataclass(frozen=True)
class ServiceRules:
    """The rules, with what must be known of the service.

    ``enforcer`` returns the service's own enforcer with rules that are up to
    date, ``passed`` the targets that the service passes to them.
    ``is_of_service`` tells checks that look up what the service has, and that
    nothing else can decide.
    """

    api: apis.Api
    conf: Any
    enforcer: Callable[[], Any]
    passed: Callable[[], policy_calls.Passed]
    operations: Operations
    is_of_service: Callable[[Any], bool] = lambda check: False

    def read(self) -> rule_set.RuleSet:
        """Return the rules in force.

        :raises Exception: when a policy file cannot be read
        """
        # At first, for oslo.policy would wait for a pipe without end.
        origins = origin.Origins(origin.files(self.conf))
        return rule_set.RuleSet(
            self.enforcer(),
            origins,
            traps.targets(self.passed()),
            self.operations.without_owners,
            checks.most(self.conf),
            self.api,
        )

    def faults_of_files(self) -> tuple[list[str], list[str]]:
        """Return sentences about policy files: failures and warnings."""
        reader = file_access.service_user(self.api.account, self.api.program)
        empty = list(policy_files.empty_options(self.conf))
        folders = origin.folders(self.conf)
        try:
            paths = origin.files(self.conf)
        except OSError as error:
            closed = list(policy_files.faults([], folders, reader))
            return [*empty, *closed, policy_files.unlisted(error)], []
        failures = [*empty, *policy_files.faults(paths, folders, reader)]
        warnings = []
        if reader is None:
            warnings = list(policy_files.closed_to_others(paths))
        return failures, warnings

    def refused_by_the_service(self) -> list[str]:
        """Return sentences about rules that the service cannot read."""
        paths = origin.files(self.conf)
        return list(policy_files.refused_by_the_service(paths))

    def open_without_the_filter(
        self, found: rule_set.RuleSet
    ) -> Iterator[str]:
        """Yield sentences about rules that let callers past a lost filter."""
        names = set(found.enforcer.registered_rules) - lever.OURS
        yield from base_rules.undecidable(
            found, names | self.api.base_rules, self.is_of_service
        )
        # Those have been told of already, with how they should read.
        trapped = traps.trapped(found, self.passed())
        yield from base_rules.open_without_the_filter(found, trapped)

    def traps(self, found: rule_set.RuleSet) -> Iterator[str]:
        """Yield sentences about rules on user_id."""
        return traps.sentences(found, self.passed())

    def to_exempt(self, found: rule_set.RuleSet) -> Iterator[str]:
        """Yield sentences about callers for whom operations break."""
        yield from exemption.empty_lists(
            found, self.operations.listing_all_projects
        )
        yield from exemption.disturbed(
            found,
            self.operations.disturbed,
            self.operations.disturbed_elsewhere,
        )
