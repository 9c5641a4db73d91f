# SPDX-License-Identifier: Apache-2.0
"""RULES: Glance's rules in force, for the checks that every service shares."""

from __future__ import annotations

from oslo_config import cfg

from cloud_security.deploy import apis
from cloud_security.deploy import service_rules
from cloud_security.image import policy_operations
from cloud_security.image import policy_targets
from cloud_security.image import service

RULES = service_rules.ServiceRules(
    apis.GLANCE,
    cfg.CONF,
    service.GLANCE.rules.read,
    policy_targets.passed,
    policy_operations.OPERATIONS,
)
