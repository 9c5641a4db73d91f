# SPDX-License-Identifier: Apache-2.0
"""The check kind ``isolation``, for rules that must fail without the filter.

Never write it after ``not``: where this package is missing, oslo.policy takes
an unknown check for false, and ``not`` would turn that into true.
"""

from typing import Any
from typing import Mapping
from typing import Optional

from oslo_policy import policy

from cloud_security.visibility import scope as scopes


class IsolationCheck(policy.Check):
    """``isolation:enforced`` and ``isolation:legacy_defaults``.

    ``enforced`` holds only while the request is inside our filter, so that a
    pipeline that lost the filter refuses instead of dropping isolation. The
    name means inside the filter, in every mode: in monitor and off, too.
    ``legacy_defaults`` holds where ``[oslo_policy] enforce_new_defaults`` is
    off: it lets a drop-in file keep what oslo.policy would have added there.
    Anything else never holds.
    """

    def __call__(
        self,
        target: Mapping[str, Any],
        creds: Mapping[str, Any],
        enforcer: Any,
        current_rule: Optional[str] = None,
    ) -> bool:
        if self.match == 'enforced':
            return scopes.current() is not None
        if self.match == 'legacy_defaults':
            return not enforcer.conf.oslo_policy.enforce_new_defaults
        return False
