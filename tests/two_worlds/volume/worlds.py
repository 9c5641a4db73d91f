# SPDX-License-Identifier: Apache-2.0
"""Worlds of Cinder."""

from tests.two_worlds import pair
from tests.two_worlds import request
from tests.two_worlds.volume import exceptions


class Pair(pair.Pair):
    """Worlds A and B of Cinder."""

    WORLD = 'tests.two_worlds.volume.world'
    EXCEPTIONS = exceptions

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.latest = self.both('latest')[0]

    def operations(self):
        """Return what stock Cinder declares (see declared.py)."""
        self.b.tell('operations')
        return self.b.hear()


def ask(who, method, path, body=None, version=None, label='', **headers):
    """Build a request.

    :param path: below ``/v3``, or a whole path that begins with ``/v3``
    :param version: the minor microversion, or None
    """
    return request.request(
        who,
        method,
        path,
        body,
        None if version is None else f'3.{version}',
        label,
        root='/v3',
        **headers,
    )
