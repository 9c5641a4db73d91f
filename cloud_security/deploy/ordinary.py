# SPDX-License-Identifier: Apache-2.0
"""Ordinary callers: members and readers of a project, as rules see them.

A search reads rules and can be too long. These callers are made up, with all
that a token holds, and rules are evaluated for them as oslo.policy does it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from typing import Optional

from oslo_context import context as oslo_context
from oslo_policy import _checks

from cloud_security.deploy import rule_set
from cloud_security.policy import checks as own_checks
from cloud_security.policy import rules

MEMBER = ('member', 'reader')
READER = ('reader',)
#: Values that a project, a user or a domain can have for itself.
_NAMED = frozenset(
    {'project_domain_id', 'project_id', 'user_domain_id', 'user_id'}
)
_OF_OPERATIONS = ('%(action)s', '%(path)s', '%(verb)s')
_PLACEHOLDER = 'somebody-ordinary'


class Caller:
    """A caller with a token for a project, without a service token."""

    def __init__(
        self,
        found: rule_set.RuleSet,
        roles: tuple[str, ...] = MEMBER,
        named: Optional[Mapping[str, str]] = None,
    ) -> None:
        """Make up a caller.

        :param named: ``{attribute: value}`` of a certain project, user or
            domain; whatever no caller can have is left out
        """
        self._found = found
        values: dict[str, Any] = {
            key: f'{_PLACEHOLDER}-{key}' for key in sorted(_NAMED)
        }
        for key, value in (named or {}).items():
            if key in _NAMED and value != 'None' and '%' not in value:
                values[key] = value
        self._target = {
            'project_id': values['project_id'],
            'user_id': values['user_id'],
        }
        self._creds: dict[str, Any] = {
            **oslo_context.RequestContext(
                roles=list(roles), overwrite=False, **values
            ).to_policy_values(),
            'is_admin': False,
            # oslo.policy adds it.
            'system': None,
        }
        self._creds['is_admin'] = bool(self.judge('context_is_admin'))

    def judge(self, name: str) -> Optional[bool]:
        """Return whether a rule holds, None where the operation decides.

        A server of the site's (``http:``) can decide as well.
        """
        check = self._found.enforcer.rules.get(name)
        return self._judge(check, frozenset({name}))

    def is_isolated(self) -> bool:
        """Tell whether the rules can hide anything from this caller."""
        if any(map(self.judge, self._found.exempting)):
            return False
        if self.judge(rules.ISOLATED) is False:
            return False
        opens = (rules.SEE_PROJECT, rules.CHANGE_PROJECT)
        return not all(self.judge(name) for name in opens)

    def _judge(self, check: Any, through: frozenset[str]) -> Optional[bool]:
        if isinstance(check, _checks.NotCheck):
            found = self._judge(check.rule, through)
            return None if found is None else not found
        if isinstance(check, (_checks.AndCheck, _checks.OrCheck)):
            decisive = isinstance(check, _checks.OrCheck)
            parts = {self._judge(part, through) for part in check.rules}
            if decisive in parts:
                return decisive
            return None if None in parts else not decisive
        if isinstance(check, _checks.RuleCheck):
            name = check.match
            inner = self._found.enforcer.rules.get(name)
            if inner is None or name in through:
                return False
            return self._judge(inner, through | {name})
        return self._leaf(check)

    def _leaf(self, check: Any) -> Optional[bool]:
        if isinstance(check, (_checks.TrueCheck, _checks.FalseCheck)):
            return isinstance(check, _checks.TrueCheck)
        match = str(getattr(check, 'match', ''))
        if any(word in match for word in _OF_OPERATIONS):
            return None
        kinds = (
            _checks.RoleCheck,
            _checks.registered_checks[None],
            own_checks.IsolationCheck,
        )
        is_admin = getattr(check, 'kind', '') == 'is_admin'
        if is_admin:
            # The service's own check; it compares texts.
            return (match.lower() == 'true') == bool(self._creds['is_admin'])
        if check is None or type(check) not in kinds:
            return None
        return bool(check(self._target, self._creds, self._found.enforcer))
