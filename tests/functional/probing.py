# SPDX-License-Identifier: Apache-2.0
"""The probe on a cloud of a service's own fixtures, which has no Keystone."""

import io
from urllib import parse

from keystoneauth1 import adapter
from keystoneauth1 import plugin
from keystoneauth1 import session
import requests
from requests import adapters
import webob

from cloud_security.probe import catalog
from cloud_security.probe import runner
from cloud_security.probe.client import accounts
from cloud_security.probe.client import limits
from cloud_security.probe.results.summary import Outcome
from cloud_security.probe.verdicts.findings import Verdict

#: A loaded machine takes longer than a cloud.
SECONDS = 3000
URL = 'http://service.test'


class Headers(plugin.BaseAuthPlugin):
    """The headers that keystonemiddleware sends to a service for a token."""

    def __init__(self, service_types, headers):
        super().__init__()
        self._service_types = service_types
        self._headers = headers

    def get_headers(self, session, **kwargs):
        """Return the headers of the member."""
        return dict(self._headers)

    def get_endpoint(self, session, service_type=None, **kwargs):
        """Return the endpoint of one of the services; all have the same."""
        return URL if service_type in self._service_types else None


class Wsgi(adapters.BaseAdapter):
    """Sends requests to a WSGI application in this process.

    ``given`` is what the application does not serve, such as the list of its
    versions: JSON by path. ``prefix`` is the part of paths that the
    application does not route.
    """

    def __init__(self, application, given, prefix=''):
        super().__init__()
        self._application = application
        self._given = given
        self._prefix = prefix

    def send(self, request, **kwargs):
        """Return the application's response."""
        url = parse.urlsplit(request.url)
        if url.path in self._given:
            return self._response(request, 200, {}, self._given[url.path])
        sent = webob.Request.blank(
            f'{url.path.removeprefix(self._prefix)}?{url.query}',
            method=request.method,
            # Nobody here would unpack what a service compresses.
            headers={**request.headers, 'Accept-Encoding': 'identity'},
        )
        sent.script_name = self._prefix
        body = request.body or b''
        sent.body = body.encode() if isinstance(body, str) else body
        response = sent.get_response(self._application)
        return self._response(
            request,
            response.status_code,
            dict(response.headers),
            response.body,
        )

    @staticmethod
    def _response(request, status, headers, body):
        response = requests.Response()
        response.status_code = status
        response.headers.update(headers)
        response.raw = io.BytesIO(body)
        response.request, response.url = request, request.url
        return response

    def close(self):
        """Close nothing."""


class Verdicts:
    """Checks of a run's findings; a mixin of test cases."""

    def verdicts(self, summary, account='peer'):
        """Return the verdicts on an account's attempts, by operation."""
        self.assertEqual(('', ()), (summary.error, summary.left))
        self.assert_nothing_left()
        return {
            one.operation: one.verdict
            for one in summary.findings
            if one.account == account
        }

    def assert_nothing_left(self):
        """Check that the probe deleted all that it made."""

    def assert_no_leak(self, summary, never):
        """Check that peer and reader met closed doors alone.

        :param never: names of operations that prove nothing here
        """
        self.assertEqual(Outcome.OK, summary.outcome, summary.sentence)
        self.assertEqual([], summary.leaks + summary.refused)
        for account in ('peer', 'reader'):
            found = self.verdicts(summary, account)
            others = {
                one for one, how in found.items() if how != Verdict.CLOSED
            }
            # What nobody can try has a finding for the peer alone.
            self.assertEqual(never & {*found}, others, account)

    def assert_works(self, summary, change):
        """Check that manager and admin had no failure.

        :param change: name of an operation that they tried
        """
        for account in ('manager', 'admin'):
            found = self.verdicts(summary, account)
            self.assertEqual({Verdict.WORKS}, {*found.values()}, account)
            self.assertIn(change, found)

    def assert_all_leak(self, summary, never):
        """Check that the peer got through, but for what proves nothing."""
        self.assertEqual(Outcome.CRITICAL, summary.outcome)
        self.assertEqual(
            never,
            {
                name
                for name, verdict in self.verdicts(summary).items()
                if not verdict.is_leak
            },
        )


def account(name, member, roles, headers, wsgi):
    """Return a member of the cloud as an account, in a role such as peer.

    :param headers: Headers of the member
    :param wsgi: Wsgi of the service
    """
    sender = requests.Session()
    sender.mount(URL, wsgi)
    found = session.Session(auth=headers, session=sender)
    made = {
        service_type: adapter.Adapter(found, service_type=service_type)
        for service_type in catalog.TABLES
    }
    asked = accounts.Account(
        name, made['compute'], member.user_id, member.project_id, tuple(roles)
    )
    asked.adapters = made
    return asked


def run(service_type, account, cloud, names=None, others=True, **kwargs):
    """Let alice and bob try operations, and return the summary.

    :param account: returns an account, of its name and a member
    :param names: of operations; None for all
    :param others: let dan, carol and root try them, too
    """
    table = [
        one
        for one in catalog.TABLES[service_type]
        if names is None or one.name in names
    ]
    more = (
        account('reader', cloud.dan),
        account('manager', cloud.carol),
        account('admin', cloud.root),
    )
    return runner.Probe(
        account('owner', cloud.alice),
        account('peer', cloud.bob),
        more if others else (),
        allowed=limits.Limits(SECONDS, runner.REQUESTS),
        table=table,
        **kwargs,
    ).run()
