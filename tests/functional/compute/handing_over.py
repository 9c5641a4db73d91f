# SPDX-License-Identifier: Apache-2.0
"""Servers that get another owner, by functions and by commands."""

import contextlib

import fixtures
from nova import context as nova_context
from nova.db.main import api as main_db
from nova.db.main import models
import sqlalchemy as sa

from cloud_security import keystone as keystones
from cloud_security.compute import handover
from cloud_security.compute import server_records
from cloud_security.visibility import scope as scopes
from tests.functional import writes
from tests.functional.compute import cloud

#: What a member reads of a server.
PATHS = ('', '/tags', '/metadata', '/os-interface', '/ips')
#: The writes of one hand-over.
WRITES = 3


#: As Keystone makes IDs.
BOB = 'b0b' + 29 * '0'


class Boom(Exception):
    """The process ends here."""


class Keystone:
    """Knows some users and one project; of them Bob has a role there."""

    def __init__(self, disabled=(), **users):
        self.users = users
        self.disabled = disabled

    def user(self, text):
        """Return the user with this ID or name."""
        for name, user_id in self.users.items():
            if text in (name, user_id):
                return keystones.Found(
                    user_id, name, name not in self.disabled
                )
        return None

    def project(self, text):
        """Return the project with this ID or name."""
        if text in ('atlas', cloud.PROJECT):
            return keystones.Found(cloud.PROJECT, 'atlas', True)
        return None

    def user_name(self, user_id):
        """Return a user's name; None for a user who is gone."""
        found = self.user(user_id)
        return found and found.name

    def is_in_project(self, user_id, project_id):
        """Tell whether a user has a role in a project."""
        return user_id in ('bob', BOB) and project_id == cloud.PROJECT


class HandOver(cloud.Cloud):
    def setUp(self):
        super().setUp()
        self.alices_server = self.boot(self.alice)
        self.alice.call(
            'PUT',
            f'servers/{self.alices_server}/tags/red',
            version=cloud.LATEST,
        )
        self.other_services.settle()
        # Commands have a process of their own, without the filter.
        self.enter(scopes.on_this_thread(scopes.EVERYBODY))
        self.asks(None)
        for name in ('load', 'keep_log'):
            self.useFixture(
                fixtures.MonkeyPatch(
                    f'cloud_security.compute.config.{name}',
                    lambda *args: None,
                )
            )

    def asks(self, keystone):
        """Let the OS_ variables name a Keystone."""
        self.useFixture(
            fixtures.MonkeyPatch(
                'cloud_security.keystone.connect', lambda: keystone
            )
        )

    def enter(self, manager):
        """Stay inside a context manager until the end of the test."""
        stack = contextlib.ExitStack()
        stack.enter_context(manager)
        self.addCleanup(stack.close)

    def give(self, server_id, user_id='bob', **changes):
        """Hand a server over, as it was found, but for some changes."""
        found = server_records.server(server_id)._replace(**changes)
        return handover.hand_over(found, user_id, 'operator')

    def writes_server(self, server_id, **values):
        """Write into a server in its cell."""
        found = server_records.server(server_id)
        context = nova_context.get_admin_context()
        with nova_context.target_cell(context, found.cell) as target:
            writer = main_db.get_context_manager(target).writer
            with writer.using(target) as session:
                session.execute(
                    sa.update(models.Instance)
                    .where(models.Instance.uuid == server_id)
                    .values(**values)
                )

    def seen(self, account, server_id):
        """Return what an account sees of a server, nothing but 'list'."""
        found = {
            path
            for path in PATHS
            if account.call(
                'GET', f'servers/{server_id}{path}', version=cloud.LATEST
            ).status_code
            == 200
        }
        for path in ('servers', 'servers/detail', 'servers?tags=red'):
            if server_id in account.ids(path, version=cloud.LATEST):
                found.add('list')
        return found

    def assert_owned(self, account, server_id):
        """Expect that one member sees a server, whole, and no other."""
        for other in (self.alice, self.bob, self.dan, self.eve):
            seen = self.seen(other, server_id)
            expected = set()
            if other is account:
                expected = set(PATHS) | {'list'}
            self.assertEqual(expected, seen, other.user_id)
        self.assertTrue(
            server_records.server(server_id).is_owned_by(account.user_id)
        )

    def between_writes(self, note):
        """Return writes.Between for a server, in effect until it is closed."""
        patches = contextlib.ExitStack()
        patches.enter_context(writes.Between(note, handover, '_map', '_own'))
        return patches
