# SPDX-License-Identifier: Apache-2.0
"""RULES: Nova's rules in force, for the checks that every service shares."""

from __future__ import annotations

from nova.conf import CONF

from cloud_security.compute import policy_operations
from cloud_security.compute import policy_targets
from cloud_security.compute import service
from cloud_security.deploy import apis
from cloud_security.deploy import service_rules

RULES = service_rules.ServiceRules(
    apis.NOVA,
    CONF,
    service.NOVA.rules.read,
    policy_targets.passed,
    service_rules.Operations(
        policy_operations.WITHOUT_SERVERS,
        policy_operations.LISTING_ALL_PROJECTS,
        policy_operations.DISTURBED,
        policy_operations.DISTURBED_ELSEWHERE,
    ),
)
