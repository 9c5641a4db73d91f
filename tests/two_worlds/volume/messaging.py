# SPDX-License-Identifier: Apache-2.0
"""Messages between Cinder's services, delivered in one process.

A cast is delivered when the request that caused it has its response, as in a
real cloud: so each step ends the same in both worlds. What the API casts or
calls is done as other services do it, without a scope.
Source: cinder/rpc.py, Cinder 24 to 29.
"""

import collections

import fixtures
from oslo_context import context as oslo_context
import oslo_messaging

from cloud_security.visibility import scope as scopes


class Client:
    """Stands in for oslo.messaging's client."""

    def __init__(self, post, target, serializer):
        self.post, self.target, self.serializer = post, target, serializer

    def prepare(self, timeout=None, retry=None, **changes):
        """Return a client with another target."""
        changes.pop('call_monitor_timeout', None)
        changes.pop('transport_options', None)
        return Client(self.post, self.target(**changes), self.serializer)

    def can_send_version(self, version=None):
        """Say that all services are as new as this one."""
        return True

    def cast(self, context, method, **arguments):
        """Send a message that nobody waits for."""
        self.post.later.append(
            (self, *self._packed(context, arguments), method)
        )

    def call(self, context, method, **arguments):
        """Send a message, and return what the service returns."""
        return self.deliver(*self._packed(context, arguments), method)

    def _packed(self, context, arguments):
        return self.serializer.serialize_context(context), {
            key: self.serializer.serialize_entity(context, value)
            for key, value in arguments.items()
        }

    def deliver(self, context, arguments, method):
        """Let the services do what a message asks."""
        result = None
        for server in self.post.servers(self.target):
            result = server.dispatch(
                self.serializer, context, arguments, method
            )
        return self.serializer.deserialize_entity(None, result)


class Server:
    """Stands in for oslo.messaging's server of one service."""

    def __init__(self, target, endpoints):
        self.target, self.endpoints = target, endpoints

    def start(self):
        """Do nothing: messages are delivered at once."""

    stop = wait = reset = start

    def dispatch(self, serializer, context, arguments, method):
        """Call the method, as another process would."""
        before = oslo_context.get_current()
        try:
            with scopes.on_this_thread(scopes.EVERYBODY):
                context = serializer.deserialize_context(dict(context))
                for endpoint in self.endpoints:
                    if hasattr(endpoint, method):
                        arguments = {
                            key: serializer.deserialize_entity(context, value)
                            for key, value in arguments.items()
                        }
                        return serializer.serialize_entity(
                            context,
                            getattr(endpoint, method)(context, **arguments),
                        )
        finally:
            if before is not None:
                before.update_store()
        raise oslo_messaging.NoSuchMethod(method)


class Post(fixtures.Fixture):
    """Delivers messages, those that nobody waits for by settle()."""

    def _setUp(self):
        self.known, self.later = [], collections.deque()
        #: What failed in other services, for whoever looks for a reason.
        self.failures = collections.deque(maxlen=100)
        for name, stand_in in (
            ('cinder.rpc.get_client', self._client),
            ('cinder.rpc.get_server', self._server),
        ):
            self.useFixture(fixtures.MonkeyPatch(name, stand_in))

    def _client(self, target, version_cap=None, serializer=None):
        return Client(self, target, _with_context(serializer))

    def _server(self, target, endpoints, serializer=None):
        server = Server(target, endpoints)
        self.known.append(server)
        return server

    def servers(self, target):
        """Return who gets messages for a target."""
        found = [
            server
            for server in self.known
            if server.target.topic == target.topic
            and target.server in (None, server.target.server)
        ]
        if not found:
            raise oslo_messaging.MessagingTimeout(str(target))
        return found if target.fanout else found[:1]

    def settle(self):
        """Deliver what nobody waits for, until no message is left."""
        while self.later:
            client, context, arguments, method = self.later.popleft()
            try:
                client.deliver(context, arguments, method)
            except Exception as error:
                self.failures.append((method, error))


def _with_context(serializer):
    from cinder import rpc

    return rpc.RequestContextSerializer(serializer)
