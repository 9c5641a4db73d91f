# SPDX-License-Identifier: Apache-2.0
"""The probe on a cloud of Nova's fixtures, which has no Keystone."""

from keystoneauth1 import adapter
from keystoneauth1 import plugin
from keystoneauth1 import session

from cloud_security.probe import runner
from cloud_security.probe.client import accounts
from cloud_security.probe.client import limits

#: A loaded machine takes longer than a cloud.
SECONDS = 3000


class Headers(plugin.BaseAuthPlugin):
    """The headers that keystonemiddleware sends to Nova for a token."""

    def __init__(self, account):
        super().__init__()
        self._account = account

    def get_headers(self, session, **kwargs):
        """Return the headers of the account."""
        return self._account.headers()

    def get_endpoint(self, session, service_type=None, **kwargs):
        """Return Nova's endpoint; there is no other service."""
        return self._account.base_url if service_type == 'compute' else None


def account(name, member):
    """Return a member of the cloud as an account, in a role such as peer."""
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
    kwargs.setdefault('allowed', limits.Limits(SECONDS, runner.REQUESTS))
    kwargs.setdefault(
        'others',
        (account('manager', cloud.carol), account('admin', cloud.root)),
    )
    return runner.Probe(
        account('owner', cloud.alice), account('peer', cloud.bob), **kwargs
    )


def run(cloud, **kwargs):
    """Let a cloud's members try operations, and return the summary."""
    return cloud.probe(**kwargs).run()
