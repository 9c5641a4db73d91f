# SPDX-License-Identifier: Apache-2.0
"""The probe on a cloud of Cinder's fixtures."""

import functools

from cloud_security.probe.resources import supplies
from tests.functional import probing

#: Nova lists the images that Cinder makes of volumes; here it has none.
IMAGES = {'/v2.1/images/detail': b'{"images": []}'}


def account(app, name, member):
    """Return a member of the cloud as an account, in a role such as peer."""
    headers = member.headers()
    del headers['Content-Type'], headers['OpenStack-API-Version']
    return probing.account(
        name,
        member,
        member.roles,
        probing.Headers(('compute', 'volumev3'), headers),
        probing.Wsgi(app, IMAGES),
    )


def run(cloud, *args, **kwargs):
    """Let a cloud's members try operations."""
    return probing.run(
        'volume',
        functools.partial(account, cloud.osapi.app),
        cloud,
        *args,
        choice=supplies.Choice(backup=True),
        **kwargs,
    )
