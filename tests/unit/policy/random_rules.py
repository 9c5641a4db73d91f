# SPDX-License-Identifier: Apache-2.0
"""Random policy rules, and every caller for whom they can hold."""

import itertools
import re

from oslo_config import cfg
from oslo_policy import policy

ROLES = ('admin', 'member', 'x', 'y')
ATOMS = (
    'role:admin',
    'role:member',
    'role:X',
    'roles:y',
    'user_id:u',
    "'u':%(user_id)s",
    'project_id:%(project_id)s',
    'user_id:%(user_id)s',
    'user_domain_id:d',
    'user_domain_id:e',
    'tenant_id:t',
    'is_admin:True',
    'is_admin:False',
    'is_admin_project:True',
    'isolation:enforced',
    'rule:a',
    'rule:b',
    'rule:missing',
    '@',
    '!',
)


def rule(random, depth=3):
    """Return the text of a random rule."""
    kind = random.choice(('atom', 'atom', 'not', 'and', 'or'))
    if depth == 0 or kind == 'atom':
        return random.choice(ATOMS)
    first, second = (rule(random, depth - 1) for _ in range(2))
    if kind == 'not':
        return f'not {first}'
    return f'({first} {kind} {second})'


def everybody():
    """Yield the credentials of every caller."""
    for chosen in itertools.product((False, True), repeat=len(ROLES)):
        roles = list(itertools.compress(ROLES, chosen))
        for user, domain in itertools.product('uv', 'def'):
            yield {
                'roles': roles,
                'user_id': user,
                'project_id': 'p',
                'user_domain_id': domain,
                'is_admin': 'admin' in roles,
                'is_admin_project': True,
            }


def enforcer(random):
    """Return an enforcer with a rule, it, and two to which that refers."""
    conf = cfg.ConfigOpts()
    conf([])
    found = policy.Enforcer(conf, use_conf=False)
    # Without circles, for which oslo.policy never comes to an end.
    texts = {
        'context_is_admin': 'role:admin',
        'b': re.sub('rule:[ab]', 'role:y', rule(random, 2)),
        'a': rule(random, 2).replace('rule:a', 'rule:b'),
        'it': rule(random),
        'cloud_security:exempt': 'rule:context_is_admin',
        'cloud_security:isolated': '@',
    }
    found.set_rules(policy.Rules.from_dict(texts))
    return found
