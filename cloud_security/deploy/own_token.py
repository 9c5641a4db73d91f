# SPDX-License-Identifier: Apache-2.0
"""The token that a service sends to others beside that of a user.

Source: nova/service_auth.py, Nova 29 to 34, and cinder/service_auth.py,
Cinder 24 to 29: without a plugin for its own token, Nova sends the user's
alone, and Cinder fails.
"""

from __future__ import annotations

from typing import Any

from keystoneauth1 import exceptions
from keystoneauth1 import loading
from oslo_config import cfg

#: What to do about a fault.
ADVICE = (
    'Set send_service_user_token to true, with auth_type and the options that '
    'get a token'
)
_GROUP = 'service_user'


def fault(conf: Any) -> str:
    """Return why a service cannot ask for a token of its own, '' if it can.

    Keystone is not asked, so that a wrong password is not noticed.

    :param conf: the oslo.config object of Nova or Cinder
    """
    if not conf[_GROUP].send_service_user_token:
        return f'[{_GROUP}] send_service_user_token is off'
    try:
        plugin = loading.load_auth_from_conf_options(conf, _GROUP)
    except (exceptions.ClientException, cfg.Error, ValueError) as error:
        return f'[{_GROUP}] has no account that could get a token: {error}'
    return '' if plugin else f'[{_GROUP}] auth_type is not set'
