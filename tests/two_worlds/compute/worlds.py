# SPDX-License-Identifier: Apache-2.0
"""Worlds of Nova: B's other services hold what A's do."""

import json
import uuid

from tests.two_worlds import pair
from tests.two_worlds.compute import exceptions


class Pair(pair.Pair):
    """Worlds A and B of Nova."""

    WORLD = 'tests.two_worlds.compute.world'
    EXCEPTIONS = exceptions

    def after_hidden(self, asked):
        """Let B know what other services hold since a hidden request."""
        if asked.method != 'GET':
            self._hold_in_b()

    def _hold_in_b(self):
        """Give B's other services what other members' servers hold.

        The pair replaces the servers' IDs by some that no Nova knows.
        """
        self.a.tell('held')
        hidden = {
            server_id: str(uuid.uuid5(pair.NAMESPACE, 'holder ' + server_id))
            for server_id, unknown_id in self.names.values()
            if server_id != unknown_id
        }

        def as_held(found):
            return hidden.get(found.group(), found.group())

        told = self.a.hear()
        held = {
            kind: [
                json.loads(pair.ID.sub(as_held, text))
                for text in map(json.dumps, entries)
                if any(server_id in text for server_id in hidden)
            ]
            for kind, entries in told.items()
        }
        held['order'] = [image['id'] for image in told['images']]
        self.b.tell('hold', **held)
        self.b.hear()

    def disown(self, name):
        """Remove the owner from the mapping of a hidden server."""
        self.a.tell('disown', server_id=self.names[name][0])
        self.a.hear()
        if self.are_alike:
            self.b.tell('disown', server_id=self.names[name][1])
            self.b.hear()
