"""Accounts of clouds.yaml and of the OS_ variables, by openstacksdk."""

from typing import Optional

from keystoneauth1 import adapter
import openstack

from cloud_security import identity
from cloud_security.probe import accounts
from cloud_security.probe import limits


def account(name: str, cloud: Optional[str]) -> accounts.Account:
    """Return the account of a name in clouds.yaml, or of OS_ variables.

    :raises CannotTell: when there is none, or Keystone does not know it
    """
    try:
        with identity.asking(f'The {name} cannot be used'):
            connection = openstack.connect(cloud=cloud)
        caller = identity.Keystone(connection).caller()
    except identity.Unknown as error:
        raise limits.CannotTell(
            f'{name.capitalize()}: {error}'.rstrip('.') + '.'
        ) from error
    config = connection.config
    return accounts.Account(
        name,
        adapter.Adapter(
            connection.session,
            service_type='compute',
            interface=config.get_interface('compute'),
            region_name=config.get_region_name('compute'),
            endpoint_override=config.get_endpoint('compute'),
        ),
        *caller,
    )
