# SPDX-License-Identifier: Apache-2.0
"""Isolated callers: roles, the operator's rules, and a lost filter."""

import contextlib
import os
import threading

import fixtures
import nova.policy
from oslo_policy import policy
from oslo_utils.fixture import uuidsentinel

from cloud_security.compute import service
from cloud_security.compute.service import NOVA
from cloud_security.policy import rules
from cloud_security.wsgi import startup
from tests.functional.compute import cloud
from tests.functional.compute import operations

EVERYBODY = ('alice', 'bob', 'dan', 'carol', 'root', 'neutron_user', 'eve')


class Policy(cloud.Cloud):
    def setUp(self):
        super().setUp()
        self.alices_server = self.boot(self.alice)

    def who(
        self,
        method='GET',
        path='servers/{}',
        body=None,
        allowed=(200,),
        **kwargs,
    ):
        """Return the accounts for which a request goes through."""
        return {
            name
            for name in EVERYBODY
            if getattr(self, name)
            .call(method, path.format(self.alices_server), body, **kwargs)
            .status_code
            in allowed
        }


class TestRoles(Policy):
    def test_who_sees_the_server(self):
        self.assertEqual(
            {'alice', 'carol', 'root', 'neutron_user'}, self.who()
        )

    def test_who_changes_the_server(self):
        self.assertEqual(
            {'alice', 'carol', 'root', 'neutron_user'},
            self.who(
                'PUT', 'servers/{}/tags', {'tags': ['x']}, version='2.26'
            ),
        )

    def test_service_users_report_about_everybodys_servers(self):
        self.operator_writes(
            {
                'os_compute_api:os-server-external-events:create': (
                    'role:service or rule:context_is_admin'
                )
            }
        )
        event = {
            'events': [
                {'name': 'network-changed', 'server_uuid': self.alices_server}
            ]
        }
        self.assertEqual(
            {'root', 'neutron_user'},
            self.who('POST', 'os-server-external-events', event),
        )

    def test_rules_take_effect_without_a_restart(self):
        nobody = {
            rule: '!' for rule in (rules.SEE_PROJECT, rules.CHANGE_PROJECT)
        }
        self.operator_writes(nobody)
        self.assertNotIn('carol', self.who())
        self.operator_writes({})
        self.assertIn('carol', self.who())

    def test_isolation_can_be_for_some_projects_only(self):
        self.operator_writes({rules.ISOLATED: f'project_id:{"f" * 32}'})
        self.assertIn('bob', self.who())
        self.operator_writes({rules.ISOLATED: f'project_id:{cloud.PROJECT}'})
        self.assertNotIn('bob', self.who())

    def test_an_exempt_user_gets_stock_nova(self):
        self.operator_writes({rules.EXEMPT: 'user_id:bob'})
        self.assertIn('bob', self.who())
        self.assertNotIn('dan', self.who())

    def test_an_observer_sees_and_does_not_touch(self):
        self.operator_writes({rules.SEE_PROJECT: 'user_id:bob'})
        self.assertEqual([self.alices_server], self.bob.ids())
        for action in ('os-stop', 'lock', 'forceDelete'):
            self.assertEqual(
                404, self.bob.act(self.alices_server, action).status_code
            )
        self.assertEqual(
            404,
            self.bob.call(
                'DELETE', f'servers/{self.alices_server}'
            ).status_code,
        )

    def test_an_observer_gains_nothing_by_overriding_the_method(self):
        self.operator_writes({rules.SEE_PROJECT: 'user_id:bob'})
        for method in ('GET', 'HEAD'):
            self.assertEqual(
                404,
                self.bob.call(
                    method, f'servers/{self.alices_server}?_method=DELETE'
                ).status_code,
            )
        self.assertEqual(
            'ACTIVE',
            self.alice.get(f'servers/{self.alices_server}')['server'][
                'status'
            ],
        )

    def test_rules_can_ask_what_is_done(self):
        self.operator_writes(
            {
                rules.SEE_PROJECT: "role:member and '/servers/{id}/action':"
                "%(path)s and 'POST':%(verb)s",
                rules.CHANGE_PROJECT: "'lock':%(action)s",
            }
        )
        self.assertEqual(
            202, self.bob.act(self.alices_server, 'lock').status_code
        )
        self.assertEqual(
            404, self.bob.act(self.alices_server, 'unlock').status_code
        )
        self.assertEqual(
            404, self.dan.act(self.alices_server, 'lock').status_code
        )
        self.assertNotIn('bob', self.who())

    def test_changing_alone_opens_nothing(self):
        self.operator_writes({rules.CHANGE_PROJECT: 'user_id:bob'})
        self.assertNotIn('bob', self.who())
        self.assertEqual(
            404, self.bob.act(self.alices_server, 'os-stop').status_code
        )

    def test_a_service_token_beside_a_members_is_no_exemption(self):
        self.assertNotIn('bob', self.who(X_Service_Roles='service'))


class TestLegacyRoles(Policy):
    """[oslo_policy] enforce_new_defaults = False."""

    NEW_DEFAULTS = False
    COPIES = False

    def test_who_sees_the_server(self):
        self.assertEqual(
            {'alice', 'carol', 'root', 'neutron_user'}, self.who()
        )

    def test_whoever_is_in_the_project_works_in_it(self):
        guest = self.account('guest', ('other',))
        server_id = self.boot(guest)
        self.assertEqual([server_id], guest.ids())


class TestLegacyRolesWithNewDefaults(Policy):
    def test_whoever_is_in_the_project_needs_a_role(self):
        guest = self.account('guest', ('other',))
        self.assertEqual(403, guest.call('GET', 'servers').status_code)
        body = {
            'server': {
                'name': 'x',
                'flavorRef': '1',
                'imageRef': cloud.IMAGE,
                'networks': 'none',
            }
        }
        for account in (guest, self.dan):
            answer = account.call('POST', 'servers', body, version='2.37')
            self.assertEqual(403, answer.status_code)


class LostFilter(cloud.Cloud):
    """An upgrade put a fresh api-paste.ini there; the rules remain."""

    FILTERED = False
    COPIES = False

    def setUp(self):
        super().setUp()
        self.roots_server = self.boot(self.root)

    def operations(self):
        yield operations.Request('GET', 'servers', None)
        yield operations.Request('GET', 'servers/detail', None)
        yield operations.Request(
            'POST',
            'servers',
            {
                'server': {
                    'name': 'x',
                    'flavorRef': '1',
                    'imageRef': cloud.IMAGE,
                }
            },
        )
        for request in operations.requests(self.roots_server):
            yield request


class TestLostFilter(LostFilter):
    def test_members_are_refused(self):
        refused = 0
        for account in (self.alice, self.dan, self.carol):
            for request in self.operations():
                answer = account.call(*request)
                # Nova refuses what is malformed, and what it no longer has,
                # before it asks policy; nothing may go through.
                self.assertGreaterEqual(answer.status_code, 400, request)
                refused += answer.status_code == 403
        self.assertGreater(refused, 150)
        for account, action in (
            (self.alice, 'lock'),
            (self.carol, 'migrate'),
            (self.carol, 'lock'),
        ):
            answer = account.act(self.roots_server, action)
            self.assertEqual(403, answer.status_code, action)

    def test_admins_get_stock_nova(self):
        self.assertEqual([self.roots_server], self.root.ids())
        self.assertEqual(
            202, self.root.act(self.roots_server, 'os-stop').status_code
        )


class TestLostFilterWithLegacyDefaults(TestLostFilter):
    NEW_DEFAULTS = False


class TestLostFilterWithoutTheRules(LostFilter):
    DROPPED_IN = False

    def test_members_get_stock_nova(self):
        self.assertEqual([self.roots_server], self.alice.ids())
        self.assertEqual(
            200,
            self.dan.call('GET', f'servers/{self.roots_server}').status_code,
        )


class TestPolicyFaults(Policy):
    """A rule that cannot be decided ends in an error."""

    def test_a_rule_that_raises_is_an_error(self):
        for rule in (rules.ISOLATED, rules.EXEMPT):
            # Nothing listens there.
            self.operator_writes({rule: 'http://127.0.0.1:9/decide'})
            self.assertEqual(500, self.bob.call('GET', 'servers').status_code)
        self.operator_writes({})
        self.assertEqual([], self.bob.ids())

    def test_a_rule_that_is_not_understood_is_an_error(self):
        for wrong in ('role:x role:y', 'role:x and (', 'rule:missing'):
            for rule in rules.list_rules():
                self.operator_writes(
                    {rules.SEE_PROJECT: '@', rule.name: wrong}
                )
                answer = self.bob.act(self.alices_server, 'lock')
                self.assertEqual(500, answer.status_code, rule.name)
        # Through another rule, and in the old form.
        for check in ('rule:mine', [['rule:mine']]):
            self.operator_writes(
                {rules.ISOLATED: check, 'mine': 'role:x and ('}
            )
            self.assertEqual(500, self.bob.call('GET', 'servers').status_code)
        self.operator_writes({rules.ISOLATED: 'not (! or !)'})
        self.assertEqual([], self.bob.ids())

    def test_a_rule_that_compares_what_no_token_has_is_an_error(self):
        for wrong in (
            'project_name:atlas',
            'project:atlas',
            'tenant_id:atlas',
            'projectid:atlas',
            'rol:member',
            'True:%(project_id)s',
            'project_id:%(projct)s',
            'rule:project_member_api',
        ):
            for rule in (wrong, f'not {wrong}', f'@ and not rule:{wrong}'):
                self.operator_writes({rules.ISOLATED: rule})
                answer = self.bob.call('GET', f'servers/{self.alices_server}')
                self.assertEqual(500, answer.status_code, rule)
        for rule in rules.list_rules():
            self.operator_writes({rule.name: 'project_name:atlas'})
            answer = self.bob.act(self.alices_server, 'lock')
            # Nobody asks whether those may change who may not see.
            expected = 404 if rule.name == rules.CHANGE_PROJECT else 500
            self.assertEqual(expected, answer.status_code, rule.name)
            answer = self.carol.act(self.alices_server, 'lock')
            self.assertEqual(500, answer.status_code, rule.name)

    def test_a_value_that_is_no_rule_is_an_error(self):
        for value in (None, False, 0, {}, True, 5, {'role': 'x'}, [[1]]):
            for rule in (rules.EXEMPT, rules.SEE_PROJECT):
                self.operator_writes({rule: value})
                answer = self.bob.call('GET', f'servers/{self.alices_server}')
                self.assertEqual(500, answer.status_code, value)
        self.operator_writes({})
        self.assertEqual([], self.bob.ids())

    def refuses_to_start(self):
        """Return the error with which the filter refuses to start."""
        return self.assertRaises(
            startup.UnsafeStart, startup.check, NOVA, self._router, 'enforce'
        )

    def test_the_filter_does_not_start_with_a_rule_that_is_misread(self):
        for rule in rules.list_rules():
            self.operator_writes({rule.name: 'tenant_id:atlas'})
            error = self.assertRaises(
                startup.UnsafeStart,
                startup.check,
                NOVA,
                self._router,
                'enforce',
            )
            for words in (
                f'{self.policy_dir}/90-operator.yaml, line 1: {rule.name}',
                'tenant_id:atlas',
                'did you mean project_id?',
            ):
                self.assertIn(words, str(error))
        self.write_policy('95-broken.yaml', '{"a: b')
        error = self.refuses_to_start()
        self.assertIn('policy files of Nova cannot be read', str(error))
        startup.check(NOVA, self._router, 'off')

    def test_files_are_read_by_one_thread_at_a_time(self):
        self.operator_writes({'unused': '!'})
        self.one_at_a_time('load_rules', service.NOVA.rules.read)

    def test_rules_are_registered_by_one_thread_at_a_time(self):
        nova.policy.reset()
        nova.policy.init(suppress_deprecation_warnings=True)
        self.one_at_a_time('register_default', service.NOVA.rules._registered)

    def one_at_a_time(self, method, function):
        """Call a function in two threads that would meet in a method."""
        meeting = threading.Barrier(2, timeout=0.3)
        original = getattr(policy.Enforcer, method)
        met, failed = [], []

        def meet(*args, **kwargs):
            with contextlib.suppress(threading.BrokenBarrierError):
                meeting.wait()
                met.append(method)
            return original(*args, **kwargs)

        def call():
            try:
                function()
            except Exception as error:  # noqa: BLE001
                failed.append(error)

        threads = [threading.Thread(target=call) for _ in range(2)]
        with fixtures.MockPatchObject(policy.Enforcer, method, meet):
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        self.assertEqual(([], []), (met, failed))

    def test_a_broken_policy_file_is_an_error(self):
        path = self.write_policy(
            '95-broken.yaml', '"cloud_security:isolated": [{'
        )
        self.assertGreaterEqual(
            self.bob.call('GET', 'servers').status_code, 500
        )
        os.remove(path)
        self.operator_writes({})
        self.assertEqual([], self.bob.ids())

    def test_a_forgotten_rule_is_an_error(self):
        self.bob.ids()
        enforcer = nova.policy._ENFORCER
        enforcer.use_conf = False
        del enforcer.rules[rules.ISOLATED]
        self.assertEqual(500, self.bob.call('GET', 'servers').status_code)

    def test_a_rule_that_comes_while_files_are_read_is_no_lasting_fault(self):
        # Nova up to 33 lets others see its enforcer while it fills it.
        load = policy.Enforcer.load_rules
        late = [policy.RuleDefault('late', '!')]

        def loaded(enforcer, *args, **kwargs):
            load(enforcer, *args, **kwargs)
            while late and enforcer is not nova.policy._ENFORCER:
                nova.policy._ENFORCER.register_default(late.pop())

        self.operator_writes({'unused': '!'})
        self.useFixture(
            fixtures.MonkeyPatch(
                'oslo_policy.policy.Enforcer.load_rules', loaded
            )
        )
        self.assertEqual(500, self.bob.call('GET', 'servers').status_code)
        self.assertEqual([], self.bob.ids())

    def test_rules_that_are_being_read_open_nothing(self):
        # Between a change of files and the return of the defaults, other
        # threads find Nova's enforcer without them and take them for false.
        self.operator_writes({rules.ISOLATED: 'project_id:%(project_id)s'})
        self.assertEqual([], self.bob.ids())
        enforcer = nova.policy._ENFORCER
        complete, authorize = enforcer.rules, policy.Enforcer.authorize
        seen = []

        def meanwhile(deciding, rule, *args, **kwargs):
            if rule != rules.ISOLATED:
                return authorize(deciding, rule, *args, **kwargs)
            seen.append(rule)
            enforcer.rules = type(complete)({}, None)
            try:
                return authorize(deciding, rule, *args, **kwargs)
            finally:
                enforcer.rules = complete

        self.useFixture(
            fixtures.MonkeyPatch(
                'oslo_policy.policy.Enforcer.authorize', meanwhile
            )
        )
        self.assertEqual([], self.bob.ids())
        self.assertEqual([rules.ISOLATED], seen)

    def test_an_unknown_server_is_still_unknown(self):
        self.assertEqual(
            404,
            self.bob.call(
                'GET', f'servers/{uuidsentinel.unknown}'
            ).status_code,
        )
