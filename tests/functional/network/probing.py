# SPDX-License-Identifier: Apache-2.0
"""The probe on a cloud of Neutron's fixtures."""

import functools

from oslo_serialization import jsonutils

from tests.functional import probing

VERSIONS = {'versions': [{'id': 'v2.0', 'status': 'CURRENT', 'links': []}]}


def account(name, member):
    """Return a member of the cloud as an account, in a role such as peer."""
    return probing.account(
        name,
        member,
        member.headers['X-Roles'].split(','),
        probing.Headers(('network',), member.headers),
        probing.Wsgi(
            member.app.app,
            {'/': jsonutils.dump_as_bytes(VERSIONS)},
            prefix='/v2.0',
        ),
    )


#: Lets a cloud's members try operations.
run = functools.partial(probing.run, 'network', account)
