# SPDX-License-Identifier: Apache-2.0
import threading

from oslo_context import context as oslo_context
import testtools

from cloud_security.visibility import scope as scopes
from tests.unit.visibility import context

BOB = scopes.Scope(owner_id='bob')


class TestScope(testtools.TestCase):
    def setUp(self):
        super().setUp()
        self.useFixture(context.NoContext())

    def in_thread(self, function, context=None):
        """Run a function as a service's worker thread would."""
        found = []

        def run():
            if context is not None:
                context.update_store()
            found.append(function())

        thread = threading.Thread(target=run)
        thread.start()
        thread.join()
        return found[0]

    def test_there_is_none_outside_of_a_request(self):
        self.assertIsNone(scopes.current())

    def test_the_zero_value_sees_nobody(self):
        self.assertEqual('', scopes.Scope().owner_id)
        self.assertFalse(scopes.Scope().is_everybody)

    def test_it_is_left_on_every_path(self):
        def fails():
            with scopes.entered(BOB, 'req-1'):
                raise KeyboardInterrupt

        self.assertRaises(KeyboardInterrupt, fails)
        self.assertIsNone(scopes.current())
        with scopes.entered(BOB, 'req-1'):
            self.assertIs(BOB, scopes.current())

    def test_a_thread_of_the_request_finds_it(self):
        request = oslo_context.RequestContext(
            user_id='bob', request_id='req-1'
        )
        copy = oslo_context.RequestContext.from_dict(request.to_dict())
        with scopes.entered(BOB, 'req-1'):
            self.assertIs(BOB, self.in_thread(scopes.current, copy))
        self.assertIsNone(self.in_thread(scopes.current, copy))

    def test_a_thread_of_another_request_does_not(self):
        request = oslo_context.RequestContext(
            user_id='eve', request_id='req-2'
        )
        with scopes.entered(BOB, 'req-1'):
            self.assertIsNone(self.in_thread(scopes.current, request))
            self.assertTrue(self.in_thread(scopes.is_lost, request))

    def test_a_thread_without_a_user_is_not_lost(self):
        request = oslo_context.RequestContext(request_id='req-3')
        self.assertFalse(self.in_thread(scopes.is_lost, request))
        self.assertFalse(self.in_thread(scopes.is_lost))

    def test_two_requests_with_one_id_are_refused(self):
        def second():
            with scopes.entered(scopes.Scope(owner_id='eve'), 'req-1'):
                pass

        with scopes.entered(BOB, 'req-1'):
            self.assertRaises(scopes.ScopeError, second)
            self.assertIs(BOB, scopes.current())
            self.assertEqual((BOB,), scopes._by_request_id['req-1'])
        self.assertEqual({}, scopes._by_request_id)

    def test_equal_scopes_are_still_two_requests(self):
        def second(scope):
            with scopes.entered(scope, 'req-1'):
                pass

        for scope, other in (
            (BOB, scopes.Scope(owner_id='bob')),
            (scopes.EVERYBODY, scopes.EVERYBODY),
        ):
            with scopes.entered(scope, 'req-1'):
                self.assertRaises(scopes.ScopeError, second, other)

    def test_a_request_without_an_id_is_refused(self):
        for request_id in ('', None):
            self.assertRaises(
                scopes.ScopeError, scopes.entered(BOB, request_id).__enter__
            )
