# SPDX-License-Identifier: Apache-2.0
"""Service tokens: the token of a service beside the user's in one request.

Source: keystonemiddleware/auth_token/__init__.py, whose service_token_roles
are the roles that such a token must have.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from typing import Optional

from oslo_config import cfg

cfg.CONF.import_opt(
    'service_token_roles',
    'keystonemiddleware.auth_token',
    group='keystone_authtoken',
)


def is_beside(context: Any) -> bool:
    """Tell whether a service's token came with the user's.

    :param context: oslo_context.context.RequestContext
    """
    return has_role(context.service_roles)


def has_role(roles: Optional[Iterable[str]]) -> bool:
    """Tell whether one of some roles is a service's."""
    accepted = cfg.CONF.keystone_authtoken.service_token_roles
    return not set(roles or ()).isdisjoint(accepted)
