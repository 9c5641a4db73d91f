# SPDX-License-Identifier: Apache-2.0
"""The probe on a cloud of Glance's fixtures."""

import functools

from glance.api import versions
import webob

from tests.functional import probing


def account(name, member):
    """Return a member of the cloud as an account, in a role such as peer."""
    headers = member.headers()
    del headers['Content-Type']
    asked = webob.Request.blank('/versions')
    return probing.account(
        name,
        member,
        member.roles,
        probing.Headers(('image',), headers),
        probing.Wsgi(
            member.api,
            {
                '/versions': versions.Controller()
                .index(asked, explicit=True)
                .body
            },
        ),
    )


#: Lets a cloud's members try operations.
run = functools.partial(probing.run, 'image', account)
