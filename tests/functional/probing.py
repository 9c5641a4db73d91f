"""The probe's accounts on a cloud of the fixtures, which has no Keystone."""

from keystoneauth1 import adapter
from keystoneauth1 import plugin
from keystoneauth1 import session

from cloud_security.probe import accounts
from cloud_security.probe import run


class Headers(plugin.BaseAuthPlugin):
    """What keystonemiddleware would tell Nova of a token."""

    def __init__(self, account):
        super().__init__()
        self._account = account

    def get_headers(self, session, **kwargs):
        """Return who asks."""
        return self._account.headers()

    def get_endpoint(self, session, service_type=None, **kwargs):
        """Return Nova's; there is no other service."""
        return self._account.base_url if service_type == 'compute' else None


def account(name, member):
    """Return an account of the cloud as the probe's, called such as peer."""
    return accounts.Account(
        name,
        adapter.Adapter(
            session.Session(auth=Headers(member)), service_type='compute'
        ),
        member.user_id,
        member.project_id,
        member.roles,
    )


def probe(cloud, **kwargs):
    """Return a probe: alice owns, bob tries, carol manages, root is admin."""
    kwargs.setdefault(
        'others',
        (account('manager', cloud.carol), account('admin', cloud.root)),
    )
    return run.Probe(
        account('owner', cloud.alice), account('peer', cloud.bob), **kwargs
    )
