# SPDX-License-Identifier: Apache-2.0
"""RULES: Neutron's rules in force, with the defaults that Neutron registers.

Entry points have them, so that this module imports nothing of Neutron's. Their
packages do.
"""

from __future__ import annotations

import functools
from typing import Any

from oslo_policy import policy
import stevedore

from cloud_security.deploy import apis
from cloud_security.deploy import neutron_rules
from cloud_security.deploy import plugin_config
from cloud_security.deploy import policy_calls
from cloud_security.deploy import service_rules
from cloud_security.policy import checks as own_checks

#: Things whose projects rules compare.
_PARENTS = ('ext_parent', 'network', 'security_group')


@functools.lru_cache(maxsize=None)
def _defaults() -> tuple[Any, ...]:
    """Return the rules that Neutron and its plugins register.

    Source: neutron/policy.py register_rules, Neutron 24 to 29.
    """
    # This registers Neutron's own kinds of checks, too.
    stevedore.NamedExtensionManager(
        'oslo.policy.enforcer', ['neutron'], invoke_on_load=False
    )
    found: Any = stevedore.ExtensionManager(
        'neutron.policies', invoke_on_load=True
    )
    return tuple(rule for one in found.extensions for rule in one.obj)


@functools.lru_cache(maxsize=None)
def _enforcer() -> Any:
    enforcer = policy.Enforcer(plugin_config.CONF)
    enforcer.suppress_default_change_warnings = True
    enforcer.register_defaults(_defaults())
    return enforcer


def _read() -> Any:
    """Return the enforcer, with rules that are up to date."""
    enforcer = _enforcer()
    enforcer.load_rules()
    return enforcer


def _passed() -> policy_calls.Passed:
    """Return what Neutron passes to the rules of the drop-in, and looks up.

    Source: neutron/policy.py OwnerCheck, Neutron 24 to 29, which looks up the
    projects of parents, and the API's resources, none of which has a user.
    """
    projects = ('project_id', 'tenant_id')
    known = frozenset(
        {
            *projects,
            *(f'{parent}:{name}' for parent in _PARENTS for name in projects),
            'network_id',
            'security_group_id',
            'target_tenant',
        }
    )
    return {name: {known} for name in neutron_rules.DROPPED_IN}


def _is_neutrons(check: Any) -> bool:
    """Tell whether a check needs an object of a running Neutron.

    So does one that leads to a default of Neutron's.
    """
    is_default = isinstance(check, own_checks.IsolationCheck) and (
        check.match.startswith('default:')
    )
    return is_default or type(check).__module__.startswith('neutron.')


def _without_owners() -> frozenset[str]:
    """Return rules about what is the project's, such as networks.

    Rules on attributes of a port count after the rule on that port.
    """
    names = {rule.name for rule in _defaults()}
    return frozenset(names - neutron_rules.DROPPED_IN)


RULES = service_rules.ServiceRules(
    apis.NEUTRON,
    plugin_config.CONF,
    _read,
    _passed,
    service_rules.Operations(_without_owners(), frozenset(), {}, {}),
    _is_neutrons,
)
