# SPDX-License-Identifier: Apache-2.0
"""Four rules about callers, which operators override like any other.

The filter registers them in the service's enforcer, which then knows them. It
evaluates them in an enforcer of its own (RulesInForce), because threads share
the service's while that reads changed files. The credentials are the caller's;
the target is the caller's own project and user.
"""

from typing import Any
from typing import List

from oslo_policy import policy

EXEMPT = 'cloud_security:exempt'
ISOLATED = 'cloud_security:isolated'
SEE_PROJECT = 'cloud_security:see_project'
CHANGE_PROJECT = 'cloud_security:change_project'

ANY_REQUEST: Any = [{'path': '/*', 'method': '*'}]

RULES = [
    policy.DocumentedRuleDefault(
        name=EXEMPT,
        check_str='rule:context_is_admin or role:service',
        description='Callers who get the service without isolation. Neutron '
        "and Cinder report about everybody's servers with their own users. "
        "A service token beside a user's token opens single operations only: "
        "Cinder's question to Nova whether a volume is still attached, and "
        "Nova's work on attachments and volumes of the user's own servers.",
        operations=ANY_REQUEST,
    ),
    policy.DocumentedRuleDefault(
        name=ISOLATED,
        check_str='@',
        description='Callers whose project is isolated. Write '
        "\"'<id>':%(project_id)s or '<id>':%(project_id)s\" to isolate only "
        'some projects.',
        operations=ANY_REQUEST,
    ),
    policy.DocumentedRuleDefault(
        name=SEE_PROJECT,
        check_str='role:manager',
        description='Callers who may see all resources of the project. '
        'Without cloud_security:change_project, this rule opens requests '
        'that the API routes as GET, and no others.',
        operations=[{'path': '/*', 'method': 'GET'}],
    ),
    policy.DocumentedRuleDefault(
        name=CHANGE_PROJECT,
        check_str='role:manager',
        description='Callers who may act on all resources of the project. '
        'The rule counts only for callers who may also see them.',
        operations=[{'path': '/*', 'method': 'POST, PUT, PATCH, DELETE'}],
    ),
]


def list_rules() -> List[policy.DocumentedRuleDefault]:
    """Return the rules; the entry point ``oslo.policy.policies``."""
    return RULES
