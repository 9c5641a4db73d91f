"""Accounts of clouds.yaml and of the OS_ variables, by openstacksdk."""

from typing import Any
from typing import Optional
from typing import Tuple

from keystoneauth1 import adapter
import openstack

from cloud_security import keystone
from cloud_security.probe import accounts
from cloud_security.probe import limits
from cloud_security.probe import words

#: What is secret of an account, in clouds.yaml.
SECRET = ('password', 'passcode', 'token', 'application_credential_secret')


def account(
    name: str, cloud: Optional[str], allowed: limits.Limits
) -> accounts.Account:
    """Return the account of a name in clouds.yaml, or of OS_ variables.

    :raises CannotTell: when there is none, Keystone does not know it, or does
        not answer
    """
    try:
        connection, caller = allowed.wait(
            lambda: _connected(name, cloud), accounts.PATIENCE
        )
    except keystone.Unknown as error:
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


def _connected(name: str, cloud: Optional[str]) -> Tuple[Any, keystone.Caller]:
    wrong = f'The {name} cannot be used'
    if cloud:
        # The SDK says "not found", too, of a file that is no YAML.
        wrong = f'A valid clouds.yaml must tell all of {cloud}'
    with keystone.asking(wrong):
        connection = openstack.connect(cloud=cloud)
    for key in SECRET:
        words.keep(connection.config.get_auth_args().get(key))
    return connection, keystone.Keystone(connection).caller()
