# SPDX-License-Identifier: Apache-2.0
"""The check kind ``isolation``, for rules that must fail without the filter.

Never write it after ``not``: where this package is missing, oslo.policy takes
an unknown check for false, and ``not`` would turn that into true.
"""

from typing import Any
from typing import Callable
from typing import Dict
from typing import Iterator
from typing import Mapping
from typing import Optional

from oslo_policy import _checks
from oslo_policy import policy

from cloud_security.visibility import scope as scopes

#: Gets the target and the credentials of a check.
Answer = Callable[[Mapping[str, Any], Mapping[str, Any]], bool]

_answers: Dict[str, Answer] = {}


def answer(match: str, holds: Answer) -> None:
    """Let a service without our filter answer a check itself.

    :param match: what stands behind ``isolation:``
    """
    _answers[match] = holds


class IsolationCheck(policy.Check):
    """``isolation:enforced``, ``legacy_defaults`` and ``default:<rule>``.

    ``enforced`` holds only while the request is inside our filter, so that a
    pipeline that lost the filter refuses instead of dropping isolation. The
    name means inside the filter, in every mode: in monitor and off, too.
    Neutron has no filter: its plugin answers (``answer``).
    ``legacy_defaults`` holds where ``[oslo_policy] enforce_new_defaults`` is
    off: it lets a drop-in file keep what oslo.policy would have added there.
    ``default:<rule>`` holds where the service's own default of a rule does,
    which can be another in each release.
    Anything else never holds.
    """

    def __call__(
        self,
        target: Mapping[str, Any],
        creds: Mapping[str, Any],
        enforcer: Any,
        current_rule: Optional[str] = None,
    ) -> bool:
        holds = _answers.get(self.match)
        if holds is not None:
            return holds(target, creds)
        if self.match == 'enforced':
            return scopes.current() is not None
        if self.match == 'legacy_defaults':
            return not enforcer.conf.oslo_policy.enforce_new_defaults
        kind, _, rule = self.match.partition(':')
        if kind == 'default' and rule:
            return any(
                # Some checks take fewer arguments; oslo.policy looks.
                _checks._check(check, target, dict(creds), enforcer, rule)
                for check in _defaults(enforcer, rule)
            )
        return False


def _defaults(enforcer: Any, name: str) -> Iterator[Any]:
    """Yield the checks of which one must hold where no file names a rule.

    Source: oslo_policy/policy.py Enforcer.load_rules and Rules.__missing__,
    oslo.policy 4.3 to 6.
    """
    registered = enforcer.registered_rules.get(name)
    if registered is None:
        if enforcer.default_rule in enforcer.rules:
            yield enforcer.rules[enforcer.default_rule]
        return
    yield registered.check
    old = registered.deprecated_rule
    if old and not enforcer.conf.oslo_policy.enforce_new_defaults:
        yield old.check
