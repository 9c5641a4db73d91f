# SPDX-License-Identifier: Apache-2.0
"""Keystone, for commands that services' tests run."""

from cloud_security import keystone as keystones


class Keystone:
    """Knows the project atlas, Alice, Bob and Eve; Eve has no role there."""

    def __init__(self, project_id, servers=None):
        """Prepare.

        :param servers: ``{ID of a server in atlas: its owner}``
        """
        self.project_id = project_id
        self.servers = servers or {}

    def user(self, text):
        """Return the user with this ID or name."""
        if text in ('alice', 'bob', 'eve'):
            return keystones.Found(text, text, True)
        return None

    def project(self, text):
        """Return the project with this ID or name."""
        if text in ('atlas', self.project_id):
            return keystones.Found(self.project_id, 'atlas', True)
        return None

    def is_in_project(self, user_id, project_id):
        """Tell whether a user has a role in a project."""
        return user_id != 'eve'

    def server_owners(self, project_id):
        """Return the owners of the servers in a project, None for all."""
        return self.servers if project_id in (None, self.project_id) else {}
