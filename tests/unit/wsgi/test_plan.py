# SPDX-License-Identifier: Apache-2.0
"""Plans choose steps and apply what they return."""

import io
import types

import fixtures
import testtools
import webob

from cloud_security.policy import decision
from cloud_security.policy import operation
from cloud_security.visibility import scope as scopes
from cloud_security.wsgi import plan
from cloud_security.wsgi import transform

OWN = scopes.Scope(owner_id='bob')
SHOW = ('GET', '/servers/{id}')


class Plans(testtools.TestCase):
    def setUp(self):
        super().setUp()
        self.log = self.useFixture(fixtures.FakeLogger('cloud_security'))
        self.calls = []
        self.has_proof = False
        self.totals = scopes.TOTALS

    def planner(self, *transforms, mode='enforce', scope=OWN):
        self.useFixture(
            fixtures.MockPatchObject(
                decision,
                'decide',
                return_value=decision.Decision(scope, {}, overrides=True),
            )
        )
        return plan.Planner(
            types.SimpleNamespace(
                router=lambda application: (
                    lambda environ: operation.Operation(
                        *SHOW, {'id': '1'}, '1'
                    )
                ),
                rules=types.SimpleNamespace(read=lambda: None),
                is_exempt=lambda context, routed: False,
                has_proof=lambda exchange: self.has_proof,
                totals=lambda routed: self.totals,
                transforms=transforms,
                owned=lambda: {},
                acted_on=lambda: (),
                acts=lambda routed: True,
            ),
            None,
            mode,
        )

    def plan(self, *transforms, body=b'sent', **kwargs):
        self.environ = {
            'REQUEST_METHOD': 'POST',
            'CONTENT_LENGTH': str(len(body)),
            'wsgi.input': io.BytesIO(body),
        }
        return self.planner(*transforms, **kwargs).plan(
            self.environ, types.SimpleNamespace(user_id='bob')
        )

    def noting(self, name, change=None, **kwargs):
        """Return a transform that notes its calls and returns a change."""

        def before(exchange):
            self.calls.append(f'{name} before')
            return change

        def after(exchange, response):
            self.calls.append(f'{name} after')
            return change

        return transform.Transform(before, after, **kwargs)

    def run_plan(self, chosen, body=b'said'):
        response = webob.Response(body)
        is_denial = chosen.after(response, chosen.before())
        return response, is_denial


class TestChoice(Plans):
    def setUp(self):
        super().setUp()
        self.transforms = (
            self.noting('own'),
            self.noting('show', routes=frozenset({SHOW})),
            self.noting('other', routes=frozenset({('GET', '/x')})),
            self.noting('open', for_unrestricted=True),
        )

    def names(self, **kwargs):
        self.run_plan(self.plan(*self.transforms, **kwargs))
        return self.calls

    def test_isolated_callers_get_their_transforms_in_order(self):
        self.assertEqual(
            ['own before', 'show before', 'own after', 'show after'],
            self.names(),
        )

    def test_other_callers_get_the_transforms_for_unrestricted(self):
        for mode in ('enforce', 'monitor'):
            del self.calls[:]
            self.assertEqual(
                ['open before', 'open after'],
                self.names(scope=scopes.EVERYBODY, mode=mode),
            )

    def test_monitor_mode_gets_both(self):
        self.assertEqual(
            ['own before', 'show before', 'open before'],
            self.names(mode='monitor')[:3],
        )


class TestChanges(Plans):
    CHANGE = transform.Change(
        hidden={'1': 'alice'},
        body=b'changed',
        status=403,
        restores={'ab': 'x', 'abc': 'y'},
        is_denial=True,
    )

    def test_enforce_mode_applies_changes(self):
        chosen = self.plan(self.noting('own', self.CHANGE))
        response, is_denial = self.run_plan(chosen)
        self.assertEqual(b'changed', webob.Request(self.environ).body)
        self.assertEqual((403, True), (response.status_code, is_denial))
        self.assertEqual(b'changed', response.body)
        self.assertEqual({'1': 'alice'}, chosen.found)
        self.assertIs(OWN, chosen.scope)

    def test_monitor_mode_notes_changes_and_applies_none(self):
        chosen = self.plan(self.noting('own', self.CHANGE), mode='monitor')
        response, is_denial = self.run_plan(chosen, b'ab')
        self.assertEqual(b'sent', webob.Request(self.environ).body)
        self.assertEqual((200, False), (response.status_code, is_denial))
        self.assertEqual(b'ab', response.body)
        self.assertEqual({'1': 'alice'}, chosen.found)
        self.assertTrue(chosen.scope.is_everybody)

    def test_longest_texts_are_restored_first_and_once(self):
        before = transform.Change(restores={'ab': 'abc', 'abc': 'y'})
        chosen = self.plan(transform.Transform(lambda exchange: before))
        response, _ = self.run_plan(chosen, b'ab abc')
        self.assertEqual(b'abc y', response.body)
        self.assertEqual('5', response.headers['Content-Length'])

    def test_errors_end_a_request_unless_in_monitor_mode(self):
        def fail(*_):
            raise ValueError('of a transform')

        broken = transform.Transform(fail, fail)
        self.assertRaises(ValueError, self.run_plan, self.plan(broken))
        response, _ = self.run_plan(self.plan(broken, mode='monitor'))
        self.assertEqual(b'said', response.body)
        self.assertIn('of a transform', self.log.output)

    def test_a_body_too_deep_for_a_transform_is_so_for_the_service(self):
        def recurse(exchange):
            return recurse(exchange)

        deep = transform.Transform(recurse)
        self.assertEqual({}, self.plan(deep).before())
        self.assertRaises(
            RecursionError, getattr, webob.Request(self.environ), 'body'
        )
        self.assertEqual({}, self.plan(deep, mode='monitor').before())
        self.assertEqual(b'sent', webob.Request(self.environ).body)


class TestScope(Plans):
    def test_scope_of_an_isolated_caller_has_the_services_totals(self):
        self.totals = frozenset({'sum'})
        self.assertEqual(
            scopes.Scope(owner_id='bob', totals=frozenset({'sum'})),
            self.plan().scope,
        )

    def test_scope_of_a_request_with_proof_is_everybodys(self):
        self.has_proof = True
        chosen = self.plan()
        self.assertIs(scopes.EVERYBODY, chosen.scope)
        self.assertTrue(chosen.exchange.decision.scope.is_everybody)

    def test_scope_of_a_caller_who_sees_all_is_kept(self):
        self.has_proof = True
        chosen = self.plan(scope=scopes.EVERYBODY)
        self.assertTrue(chosen.scope.is_everybody)
