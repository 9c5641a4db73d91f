"""Who is isolated: four rules that operators override like any other.

They are registered in the service's own enforcer and evaluated with the
caller's credentials. The target is the caller's own project and user.
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
        description='Does this caller get the service as if there were no '
        "isolation? Neutron and Cinder report about everybody's "
        'servers with their own users. A service token beside a '
        "user's token is no exemption.",
        operations=ANY_REQUEST,
    ),
    policy.DocumentedRuleDefault(
        name=ISOLATED,
        check_str='@',
        description="Does isolation apply to this caller's project? Write "
        '"project_id:<id> or project_id:<id>" to isolate only '
        'some projects.',
        operations=ANY_REQUEST,
    ),
    policy.DocumentedRuleDefault(
        name=SEE_PROJECT,
        check_str='role:manager',
        description='May the caller see every server of the project? Alone, '
        'it opens what the API reads (GET) and nothing else.',
        operations=[{'path': '/*', 'method': 'GET'}],
    ),
    policy.DocumentedRuleDefault(
        name=CHANGE_PROJECT,
        check_str='role:manager',
        description='May the caller act on every server of the project? It '
        'counts only for callers who may see them too.',
        operations=[{'path': '/*', 'method': 'POST, PUT, DELETE'}],
    ),
]


def list_rules() -> List[policy.DocumentedRuleDefault]:
    """Return the rules; the entry point ``oslo.policy.policies``."""
    return RULES
