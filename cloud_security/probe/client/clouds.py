# SPDX-License-Identifier: Apache-2.0
"""Accounts of clouds.yaml and of the OS_ variables, through openstacksdk."""

from __future__ import annotations

from typing import Any

from keystoneauth1 import adapter
import openstack

from cloud_security import keystone
from cloud_security.probe.client import accounts
from cloud_security.probe.client import limits
from cloud_security.probe.client import redaction
from cloud_security.probe.client import services

#: Keys in clouds.yaml whose values are secret.
SECRET = ('password', 'passcode', 'token', 'application_credential_secret')


def account(
    name: str, cloud: str | None, allowed: limits.Limits
) -> accounts.Account:
    """Return the account of a name in clouds.yaml, or of the OS_ variables.

    :param name: owner, peer, reader, manager or admin
    :param cloud: the name in clouds.yaml; None for the OS_ variables
    :raises CannotTell: when there is no such account, or Keystone does not
        know it, or does not respond
    """
    try:
        connection, caller, names = allowed.wait(
            lambda: _connected(name, cloud), accounts.PATIENCE
        )
    except keystone.Unknown as error:
        raise limits.CannotTell(
            f'{name.capitalize()}: {error}'.rstrip('.') + '.'
        ) from error
    made = {
        service.name: _adapter(connection, service)
        for service in services.ALL.values()
    }
    found = accounts.Account(
        name,
        made[services.COMPUTE.name],
        caller.user_id,
        caller.project_id,
        caller.roles,
        *names,
    )
    found.adapters = made
    return found


def _adapter(connection: Any, service: services.Service) -> adapter.Adapter:
    # clouds.yaml names settings by any of a service's types.
    config, official = connection.config, service.types[0]
    return adapter.Adapter(
        connection.session,
        service_type=official,
        interface=config.get_interface(official),
        region_name=config.get_region_name(official),
        endpoint_override=config.get_endpoint(official),
    )


def _connected(
    name: str, cloud: str | None
) -> tuple[Any, keystone.Caller, tuple[str, str]]:
    wrong = f'openstacksdk cannot use the {name}'
    if cloud:
        # The SDK says "not found" of a file that is no YAML, too.
        wrong = f'clouds.yaml must be valid and describe {cloud}'
    with keystone.asking(wrong):
        connection = openstack.connect(cloud=cloud)
    for key in SECRET:
        redaction.keep(connection.config.get_auth_args().get(key))
    caller = keystone.Keystone(connection).caller()
    session: Any = connection.session
    with keystone.asking('Keystone gave no token'):
        # keystoneauth1 has the token already and sends no request here.
        access = session.auth.get_access(session)
    return (
        connection,
        caller,
        (
            access.username or '',
            access.project_name or '',
        ),
    )
