# SPDX-License-Identifier: Apache-2.0
"""The check of the token that Nova sends to Neutron beside a user's.

Neutron's plugin lets Nova work with the bound ports of another member's server
where both tokens say that Nova has checked the server. Nova sends the second
one only where nova.conf says so.
Source: nova/service_auth.py get_auth_plugin, Nova 29 to 34.
"""

from __future__ import annotations

from typing import Any

from nova.conf import CONF

from cloud_security.deploy import apis
from cloud_security.deploy import checks
from cloud_security.deploy import file_changes
from cloud_security.deploy import host
from cloud_security.deploy import loading as loadings
from cloud_security.deploy import own_token
from cloud_security.deploy import unchecked

NAME = 'Token for Neutron'
_ADVICE = f'{own_token.ADVICE}, on all hosts of Nova.'


def is_asked() -> bool:
    """Tell whether the check is shown.

    It is where Neutron's API is on this host, or the operator names Nova.
    """
    return bool(getattr(CONF, 'service', None)) or _loading().is_there()


def check(_checks: Any) -> checks.Result:
    """[service_user] in nova.conf, which Neutron's plugin needs."""
    fault = own_token.fault(CONF)
    if not fault:
        return checks.result(())
    said = f'{fault} in nova.conf'
    try:
        is_loaded = _loading().is_there() and not _loading().putting_in()
    except file_changes.Refused as error:
        return unchecked.result(
            f'{said}. Whether Neutron needs it was not looked at: {error}'
        )
    if is_loaded:
        return checks.result(
            (),
            [
                f'{said}, and Neutron isolates: what Nova does for a caller '
                f"with the ports of another member's server fails. {_ADVICE}"
            ],
        )
    return unchecked.result(
        f'{said}, and whether Neutron isolates on another host cannot be told '
        f'here. Where it does: {_ADVICE}'
    )


def _loading() -> loadings.Loading:
    return host.Host(api=apis.NEUTRON).loading
