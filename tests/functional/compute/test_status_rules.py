# SPDX-License-Identifier: Apache-2.0
"""Findings of cloud-security-status about rules, and where advice leads."""

import os
import pathlib
from random import Random

import fixtures
from nova import policies
from nova import policy as nova_policy
from nova.conf import CONF
from oslo_policy import opts as policy_opts
from oslo_serialization import jsonutils
import testtools

from cloud_security.compute import checks
from cloud_security.compute import policy_operations
from cloud_security.deploy import file_access
from cloud_security.policy import rules
from tests.functional.compute import advice
from tests.functional.compute import cloud

Code = checks.Code
SHOW = 'os_compute_api:servers:show'
DELETE = 'os_compute_api:servers:delete'
EVENTS = 'os_compute_api:os-instance-actions:events'
ALL_TENANTS = 'os_compute_api:servers:detail:get_all_tenants'
OWN_PROJECT = 'project_id:%(project_id)s'
OWN_USER = 'user_id:%(user_id)s'
MEMBER = 'rule:project_member_or_admin'
PROJECT = 'f' * 32


class Keystone:
    """Knows some roles, and some IDs."""

    def __init__(self, roles=('manager',), known=()):
        self.roles, self.known = roles, known

    def knows_role(self, name):
        return name in self.roles

    def knows(self, kind, identifier):
        return (kind, identifier) in self.known


class Rules(testtools.TestCase):
    """Nova's policy files, without a Nova that runs."""

    NEW_DEFAULTS = True
    CHECKS = (
        'check_policy_files',
        'check_rules',
        'check_traps',
        'check_exemptions',
        'check_roles',
    )

    def setUp(self):
        super().setUp()
        folder = self.useFixture(fixtures.TempDir()).path
        os.chmod(folder, 0o755)
        self.policy_dir = os.path.join(folder, 'policy.d')
        os.mkdir(self.policy_dir)
        self.drop_in = os.path.join(self.policy_dir, '50-cloud-security.yaml')
        os.symlink(cloud.DROP_IN, self.drop_in)
        self.main = os.path.join(folder, 'policy.yaml')
        self.own = os.path.join(self.policy_dir, '90-own.yaml')
        CONF([], project='nova', default_config_files=[])
        self.addCleanup(CONF.reset)
        policy_opts.set_defaults(CONF)
        for name, value in (
            ('policy_dirs', [self.policy_dir]),
            ('policy_file', self.main),
            ('enforce_new_defaults', self.NEW_DEFAULTS),
        ):
            CONF.set_override(name, value, 'oslo_policy')
            self.addCleanup(CONF.clear_override, name, 'oslo_policy')
        nova_policy.reset()
        self.addCleanup(nova_policy.reset)
        self.useFixture(
            fixtures.MonkeyPatch(
                'nova.policy._warning_for_deprecated_user_based_rules',
                lambda rules: None,
            )
        )
        self.asks(None)
        self.is_run_by(file_access.Reader('root', 0, frozenset()))

    def is_run_by(self, reader):
        """Let a user run Nova's API."""
        self.useFixture(
            fixtures.MonkeyPatch(
                'cloud_security.deploy.file_access.service_user',
                lambda *_: reader,
            )
        )

    def asks(self, keystone):
        """Let the OS_ variables name a Keystone."""
        self.useFixture(
            fixtures.MonkeyPatch(
                'cloud_security.keystone.connect', lambda: keystone
            )
        )

    def writes(self, found, path=None):
        """Let the operator write rules, or a text, into a file."""
        path = path or self.own
        with open(path, 'w') as stream:
            text = found if isinstance(found, str) else jsonutils.dumps(found)
            stream.write(text)
        return path

    def findings(self):
        """Return ``{name of a check: (code, details)}`` of findings."""
        # A reader may not notice a second change within one tick.
        nova_policy.reset()
        found = {}
        for name in self.CHECKS:
            result = getattr(checks.Checks, name)(checks.Checks())
            if result.code > Code.SUCCESS:
                found[name.replace('check_', '')] = result
        return {
            name: (result.code, result.details)
            for name, result in found.items()
        }

    def assert_found(self, check, code, *words):
        """Expect one finding, and return its details."""
        found = self.findings()
        self.assertEqual([check], list(found), found)
        self.assertEqual(code, found[check][0], found)
        for word in words:
            self.assertIn(word, found[check][1])
        return found[check][1]

    def assert_advice_leads_to_green(self, times=1):
        """Do what is said, so many times, and expect no finding then."""
        for _ in range(times):
            for _, details in self.findings().values():
                advice.follow(details)
        self.assertEqual({}, self.findings())


class TestOwnRules(Rules):
    def test_the_defaults_have_no_finding(self):
        self.assertEqual({}, self.findings())

    def test_a_rule_that_compares_unknown_attributes_is_an_open_door(self):
        for text, word in (
            ('project_name:atlas', 'project_name'),
            ('tenant_id:atlas', 'tenant_id'),
            ('rol:member', 'rol'),
            ('True:%(project_id)s', 'True:%(project_id)s'),
            ('project_id:%(projct)s', '%(projct)s'),
            ('rule:project_member_api', 'isolation:enforced'),
        ):
            for rule in rules.RULES:
                self.writes({rule.name: f'role:x or {text}'})
                found = self.findings()
                code, details = found['rules']
                self.assertEqual(Code.FAILURE, code)
                self.assertIn(word, details)
                if 'rule:' not in text:
                    self.assertIn(f'{self.own}, line 1: ', details)
                self.assertIn('every request fails', details)

    def test_a_value_that_is_no_rule_is_found(self):
        for value, means in (
            ('null', 'lets everybody in'),
            ('', 'lets everybody in'),
            ('!', 'lets everybody in'),
            ('false', 'lets everybody in'),
            ('no', 'lets everybody in'),
            ('0', 'lets everybody in'),
            ('{}', 'lets everybody in'),
            ('true', 'every request fails'),
            ('5', 'every request fails'),
            ('1.5', 'every request fails'),
            ('2026-11-24', 'every request fails'),
            ('{role: x}', 'every request fails'),
            ('[[1]]', 'every request fails'),
            ('[true]', 'every request fails'),
        ):
            for name in (rules.SEE_PROJECT, DELETE, 'mine'):
                self.writes(f'# mine\n"{name}": {value}\n')
                code, details = self.findings()['policy_files']
                self.assertEqual(Code.FAILURE, code, value)
                self.assertIn(f'{self.own}, line 2: {name} is ', details)
                self.assertIn('no rule, and oslo.policy', details)
                self.assertIn(means, details, value)
        self.writes(f'"{rules.SEE_PROJECT}": !\n"mine": 5\n')
        advice.follow(self.findings()['policy_files'][1])
        self.writes({rules.CHANGE_PROJECT: '!'}, f'{self.policy_dir}/91.yaml')
        self.assertEqual({}, self.findings())

    def test_lists_in_the_old_form_are_rules(self):
        self.writes(
            {rules.SEE_PROJECT: [['role:manager']], 'mine': ['role:x', []]}
        )
        self.assertEqual({}, self.findings())

    def test_a_mistyped_name_counts_for_nothing(self):
        for name in (
            'cloud_security:isolatd',
            'cloud-security:exempt',
            'cloud_securty:isolated',
            'cloud.security:isolated',
            ' cloud_security:isolated',
            'cloud_security:isolated ',
            'Cloud_Security:Isolated',
            'cloud_secruity:see_project',
            'cloudsecurity_isolated',
            'nova:cloud_security:exempt',
            'isolated',
            'see_project',
        ):
            self.writes({name: '!'})
            self.assert_found(
                'policy_files', Code.FAILURE, f'there is no rule {name}'
            )
        self.writes(
            {
                'cloud_security_support': 'role:manager',
                rules.SEE_PROJECT: 'rule:cloud_security_support',
            }
        )
        self.assertEqual({}, self.findings())

    def test_a_rule_that_stands_twice_is_found(self):
        self.writes(f'"{rules.ISOLATED}": "@"\n"{rules.ISOLATED}": "@"\n')
        self.assert_found(
            'policy_files', Code.WARNING, 'stands there 2 times, in lines 1, 2'
        )

    def test_members_for_whom_nobody_is_isolated_are_found(self):
        for written, words in (
            (
                {rules.EXEMPT: 'role:member or role:service'},
                'nobody is isolated',
            ),
            ({rules.EXEMPT: 'is_admin_project:True'}, 'nobody is isolated'),
            (
                {rules.EXEMPT: 'role:service or not role:lead'},
                'nobody is isolated',
            ),
            ({'context_is_admin': 'role:member'}, 'nobody is isolated'),
            ({rules.ISOLATED: '!'}, 'nobody is isolated'),
            (
                {rules.ISOLATED: 'not project_id:%(project_id)s'},
                'nobody is isolated',
            ),
            (
                {rules.ISOLATED: "'GET':%(verb)s"},
                'holds for some operations only',
            ),
            (
                {rules.SEE_PROJECT: '@', rules.CHANGE_PROJECT: '@'},
                'hold for members: nobody is isolated',
            ),
        ):
            self.writes(written)
            self.assert_found('rules', Code.FAILURE, words, self.own)
            self.assert_advice_leads_to_green()

    def test_isolated_rule_that_is_no_rule_gets_one_that_isolates(self):
        for value in ('null', 'false', '.nan'):
            self.writes(f'"{rules.ISOLATED}": {value}\n')
            found = self.findings()
            advice = f'"{rules.ISOLATED}": "@"'
            self.assertIn(advice, found['policy_files'][1])
            self.assertNotIn('"!"', found['rules'][1])
            self.writes(f'{advice}\n')
            self.assertEqual({}, self.findings())

    def test_domain_whose_members_are_left_out_is_named(self):
        for written in (
            {rules.EXEMPT: 'role:service or user_domain_id:default'},
            {'context_is_admin': 'role:admin or user_domain_id:default'},
            {rules.ISOLATED: 'not user_domain_id:default'},
            {rules.EXEMPT: 'role:service or project_domain_id:5a5a'},
        ):
            self.writes(written)
            self.assert_found(
                'rules',
                Code.WARNING,
                'leaves out all callers with',
                '_domain_id:',
                self.own,
            )
        for written in (
            {rules.EXEMPT: 'role:service or role:x and user_domain_id:d'},
            {rules.EXEMPT: 'role:service or domain_id:%(domain_id)s'},
        ):
            self.writes(written)
            found = self.findings().get('rules', ('', ''))
            self.assertNotIn('leaves out all callers', found[1])

    def test_isolated_rule_that_leaves_members_out_is_a_failure(self):
        for text in (
            'not role:member',
            'not role:reader',
            "not 'u1':%(user_id)s and not role:member",
            'not (role:member or role:manager)',
            'role:reader and not role:member',
            'service_roles:service',
            'user_domain_id:None',
            'project_domain_id:None',
            'service_project_id:%(project_id)s',
            'service_user_id:%(user_id)s',
            f'service_project_id:{PROJECT}',
            f'project_id:{PROJECT} and not role:member',
            'system_scope:all',
            'is_admin:True',
            'global_request_id:x',
            'role:manager',
            'not user_domain_id:%(user_domain_id)s and user_id:None',
        ):
            self.writes({rules.ISOLATED: text})
            found = self.findings()
            self.assertIn('rules', found, text)
            code, details = found['rules']
            self.assertEqual(Code.FAILURE, code, text)
            if 'compares' not in details:
                self.assertIn('does not hold for members', details)

    def test_values_without_a_service_token_do_not_exempt_members(self):
        for text in (
            'service_user_id:None',
            'service_project_domain_id:None',
            'service_project_id:None',
            'service_user_domain_id:None',
            'not service_roles:service',
            'not user_domain_id:None',
            'domain_id:None',
        ):
            for written in (
                {rules.EXEMPT: f'role:service or {text}'},
                {rules.SEE_PROJECT: text, rules.CHANGE_PROJECT: text},
            ):
                self.writes(written)
                self.assert_found('rules', Code.FAILURE, 'nobody is isolated')
                self.assert_advice_leads_to_green()

    def test_rules_together_that_isolate_no_member_are_a_failure(self):
        named = f'project_id:{PROJECT}'
        for written in (
            {rules.ISOLATED: named, rules.EXEMPT: f'role:service or {named}'},
            {
                rules.ISOLATED: named,
                rules.SEE_PROJECT: named,
                rules.CHANGE_PROJECT: named,
            },
            {
                rules.ISOLATED: named,
                rules.SEE_PROJECT: f"'{PROJECT}':%(project_id)s",
                rules.CHANGE_PROJECT: 'role:member',
                rules.EXEMPT: 'role:service',
            },
        ):
            self.writes(written)
            code, details = self.findings()['rules']
            self.assertEqual(Code.FAILURE, code, details)
            self.assertIn('nobody is isolated', details)
            self.assert_advice_leads_to_green(times=2)

    def test_a_rule_that_names_many_is_judged_or_said_to_be_too_long(self):
        # The search ends after a thousand, which takes long here.
        most = 'cloud_security.deploy.rule_set.MOST_CALLERS'
        self.useFixture(fixtures.MonkeyPatch(most, 20))
        users = ' or '.join(f'user_id:{number:032x}' for number in range(30))
        for name in (rules.EXEMPT, rules.SEE_PROJECT):
            written = {name: f'role:service or {users} or role:member'}
            if name == rules.SEE_PROJECT:
                written[rules.CHANGE_PROJECT] = written[name]
            self.writes(written)
            code, details = self.findings()['rules']
            self.assertEqual(Code.FAILURE, code)
            self.assertIn('nobody is isolated', details)
        self.writes({rules.EXEMPT: f'role:service or {users}'})
        code, details = self.findings()['rules']
        self.assertEqual(Code.WARNING, code)
        self.assertIn('too long to be judged', details)
        self.writes({rules.ISOLATED: users.replace('user_id', 'project_id')})
        self.assertEqual({}, self.findings())

    def test_isolation_of_a_role_of_the_sites_own_is_a_warning(self):
        for text, role in (
            ('role:student', 'role:student'),
            ('role:student and not role:member', 'role:student'),
            (f'role:student and project_id:{PROJECT}', 'role:student'),
        ):
            self.writes({rules.ISOLATED: text})
            self.assert_found(
                'rules', Code.WARNING, f'holds only for callers with {role}'
            )
            self.assert_advice_leads_to_green()

    def test_a_quoted_role_is_found(self):
        for text in ("role:'x'", 'role:"x"', "not role:'x'", 'role:*'):
            for rule in rules.RULES:
                self.writes({rule.name: text})
                found = self.findings()
                self.assertEqual(Code.FAILURE, found['rules'][0], text)
                self.assertIn('which names no role', found['rules'][1])

    def test_a_key_that_is_no_text_is_found(self):
        for key in ('1', 'null', '2.5', 'true', '2020-01-01'):
            for others in ('', f'"a": "@"\n{key}: "@"\n'):
                self.writes(f'{key}: "role:x"\n{others}')
                code, details = self.findings()['policy_files']
                self.assertEqual(Code.FAILURE, code)
                self.assertIn('is no text', details)

    def test_doors_that_are_half_open_are_warnings(self):
        for written, words in (
            ({rules.EXEMPT: "role:service or 'GET':%(verb)s"}, 'it asks for'),
            ({rules.ISOLATED: 'role:member'}, 'without the role member'),
            (
                {rules.SEE_PROJECT: 'role:observer'},
                'holds for callers with role:manager and',
            ),
            (
                {rules.CHANGE_PROJECT: 'role:manager or role:lead'},
                'holds for callers with role:lead and',
            ),
            (
                {rules.SEE_PROJECT: '!', rules.CHANGE_PROJECT: '@'},
                'holds for callers with any role and',
            ),
        ):
            self.writes(written)
            self.assert_found('rules', Code.WARNING, words, self.own)
            self.assert_advice_leads_to_green()

    def test_rules_that_are_meant_have_no_finding(self):
        for written in (
            {rules.ISOLATED: f'project_id:{PROJECT}'},
            {rules.ISOLATED: f'not project_id:{PROJECT}'},
            {rules.ISOLATED: 'not role:trusted'},
            {rules.EXEMPT: 'role:service or user_id:bob'},
            # Keystone gives a manager the roles of a member, too.
            {rules.SEE_PROJECT: 'role:manager and role:member'},
            {
                rules.SEE_PROJECT: 'role:reader and role:manager',
                rules.CHANGE_PROJECT: 'role:manager and role:member',
            },
            {
                rules.SEE_PROJECT: 'role:manager or role:supporter',
                rules.CHANGE_PROJECT: 'role:manager or '
                "(role:supporter and 'reboot':%(action)s)",
            },
        ):
            self.writes(written)
            self.assertEqual({}, self.findings(), written)

    def test_all_see_and_the_owner_acts_is_at_most_a_warning(self):
        for written in (
            {rules.SEE_PROJECT: '@'},
            {rules.SEE_PROJECT: 'role:reader'},
            {
                rules.SEE_PROJECT: '@',
                rules.CHANGE_PROJECT: "not 'DELETE':%(verb)s",
            },
        ):
            self.writes(written)
            self.assert_found('rules', Code.WARNING, 'members: all see all')

    def test_keystone_is_asked_for_all_that_the_rules_name(self):
        self.writes(
            {
                rules.ISOLATED: f'project_id:{PROJECT} or '
                f"'{'a' * 32}':%(project_id)s",
                rules.EXEMPT: 'role:service or rule:mine',
                'mine': 'role:Lead and user_domain_id:d and user_id:u',
            }
        )
        known = [
            ('project', PROJECT),
            ('project', 'a' * 32),
            ('domain', 'd'),
            ('user', 'u'),
        ]
        self.asks(Keystone(('manager', 'lead'), known))
        self.assertEqual({}, self.findings())
        for kind, value in known:
            left = [pair for pair in known if pair != (kind, value)]
            self.asks(Keystone(('manager', 'lead'), left))
            self.assert_found(
                'roles', Code.WARNING, f'the {kind} with the ID {value}'
            )
        self.asks(Keystone(('manager',), known))
        self.assert_found('roles', Code.WARNING, 'the role lead, which')

    def test_a_project_that_is_no_id_is_found_without_keystone(self):
        self.writes({rules.ISOLATED: 'project_id:atlas'})
        self.assert_found(
            'roles', Code.WARNING, 'atlas, which does not look like an ID'
        )


class TestRecipes(Rules):
    def test_recipes_have_no_finding_but_what_they_are_for(self):
        recipes = (
            pathlib.Path(cloud.DROP_IN)
            .parents[2]
            .joinpath('doc/source/configuration/recipes')
        )
        found = {}
        for path in recipes.glob('*.yaml'):
            self.writes(path.read_text())
            found[path.stem] = self.findings()
        self.assertGreater(len(found), 7)
        for name, findings in found.items():
            if name in ('all-see', 'owner-destroys'):
                code, details = findings.pop('rules')
                self.assertEqual(Code.WARNING, code, name)
                self.assertIn('members: all see all', details)
            self.assertEqual({}, findings, name)


class TestLostFilter(Rules):
    """Rules of Nova that would let callers past a lost filter."""

    def test_roles_of_the_sites_own_are_found(self):
        for rule in (
            f'{MEMBER} or (role:helpdesk and {OWN_PROJECT})',
            f'{MEMBER} or role:helpdesk',
            f'{MEMBER} or rule:helpers',
            f'rule:context_is_admin or user_id:bob or {MEMBER}',
            f'{MEMBER} or user_domain_id:default and {OWN_PROJECT}',
            f'{MEMBER} or (role:a and role:b and not role:c)',
            f'{MEMBER} or roles:helpdesk',
            f'{MEMBER} or not role:reader',
            f'{MEMBER} or http://policy/%(project_id)s and role:x',
            [['role:helpdesk', OWN_PROJECT], [MEMBER]],
        ):
            self.writes({DELETE: rule, 'helpers': 'role:helpdesk'})
            found = self.findings()
            code, details = found['policy_files']
            self.assertEqual(Code.FAILURE, code, rule)
            self.assertIn(self.own, details)
            if 'http' not in rule:
                self.assert_advice_leads_to_green()

    def test_a_corrected_rule_still_holds_for_admins_without_the_filter(self):
        self.writes(
            {DELETE: f'rule:context_is_admin or role:a or {OWN_PROJECT}'}
        )
        details = self.assert_found('policy_files', Code.FAILURE)
        self.assertIn(
            f'    "{DELETE}": "rule:context_is_admin or '
            f'((role:a or {OWN_PROJECT}) and isolation:enforced)"',
            details,
        )

    def test_brackets_stand_where_they_are_needed(self):
        for rule, wanted in (
            (OWN_PROJECT, f'{OWN_PROJECT} and isolation:enforced'),
            ('@', 'isolation:enforced'),
            ('', 'isolation:enforced'),
            ('role:a or role:b', '(role:a or role:b) and isolation:enforced'),
            (
                'role:admin or role:a and role:b',
                'role:admin or (role:a and role:b and isolation:enforced)',
            ),
            (
                'not role:a',
                'not role:a and isolation:enforced',
            ),
            (
                'not (role:a or role:b)',
                'not (role:a or role:b) and isolation:enforced',
            ),
            (
                'role:a and not isolation:enforced',
                'role:a and isolation:enforced',
            ),
            (
                'role:a and (isolation:enforced or role:b)',
                'role:a and (isolation:enforced or role:b) and '
                'isolation:enforced',
            ),
        ):
            self.writes({DELETE: rule})
            details = self.assert_found('policy_files', Code.FAILURE)
            self.assertIn(f'    "{DELETE}": "{wanted}"', details)
            self.assert_advice_leads_to_green()

    def test_the_one_rule_to_which_all_lead_is_named(self):
        names = [
            rule.name
            for rule in policies.list_rules()
            if 'project_member_or_admin' in str(rule.check)
        ]
        self.assertGreater(len(names), 50)
        for owner, rule in (
            ('owner', 'rule:admin_api or rule:owner'),
            ('owner', 'rule:admin_api or (role:member and rule:owner)'),
            ('admin_or_owner', 'rule:admin_or_owner'),
        ):
            self.writes(
                {
                    'admin_api': 'is_admin:True',
                    owner: f'rule:admin_api or {OWN_PROJECT}',
                    **dict.fromkeys(names, rule),
                }
            )
            details = self.assert_found('policy_files', Code.FAILURE)
            self.assertIn(f'{self.own}, line 1: {owner} lets', details)
            self.assertEqual(1, len(advice.RULE.findall(details)), details)
            self.assertIn(' more. Write there:', details)
            self.assert_advice_leads_to_green()

    def test_details_and_json_hold_all_names(self):
        names = [
            rule.name
            for rule in policies.list_rules()
            if 'project_member_or_admin' in str(rule.check)
            and rule.name not in policy_operations.WITHOUT_SERVERS
        ]
        self.writes({'project_member_api': 'role:member'})
        details = self.assert_found('policy_files', Code.FAILURE)
        self.assertIn(' more. Write there:', details)
        self.useFixture(
            fixtures.MonkeyPatch(
                'cloud_security.deploy.checks.most', lambda conf: None
            )
        )
        details = self.assert_found('policy_files', Code.FAILURE)
        for name in names:
            self.assertIn(name, details)

    def test_a_rule_under_its_old_name_is_found_as_it_stands_there(self):
        old = 'os_compute_api:os-server-password'
        self.writes(
            '# Written in 2019.\n'
            f'"{old}": "rule:mine"\n'
            f'"mine": "{OWN_PROJECT}"\n'
        )
        details = self.assert_found('policy_files', Code.FAILURE)
        self.assertIn(f'{self.own}, line 3: mine lets every caller', details)
        self.writes(f'"{old}": "{OWN_PROJECT}"\n')
        details = self.assert_found('policy_files', Code.FAILURE)
        self.assertIn(f'{self.own}, line 1: {old} lets every', details)
        self.assertIn(f'{old}:show', details)
        self.assertIn(f'{old}:clear', details)
        self.assert_advice_leads_to_green()

    def test_the_rule_for_those_that_miss_is_looked_at(self):
        self.writes({DELETE: 'rule:missing', 'default': OWN_PROJECT})
        self.assert_found('policy_files', Code.FAILURE, DELETE, self.own)
        self.assert_advice_leads_to_green()
        self.writes({DELETE: 'rule:missing', 'default': 'is_admin:True'})
        self.assertEqual({}, self.findings())

    def test_anchors_and_merged_keys_are_read(self):
        self.writes(f'"{SHOW}": &open "{OWN_PROJECT}"\n"{DELETE}": *open\n')
        self.assert_found('policy_files', Code.FAILURE, f'{self.own}, line 2')
        self.assert_advice_leads_to_green()
        self.writes(
            f'base: &base {{"{DELETE}": "{OWN_PROJECT}"}}\n<<: *base\n'
        )
        self.assert_found(
            'policy_files', Code.FAILURE, f'{self.own}: base is', 'no rule'
        )

    def test_a_pipe_in_place_of_a_file_is_found(self):
        os.mkfifo(self.own)
        code, details = self.findings()['policy_files']
        self.assertEqual(Code.FAILURE, code)
        self.assertIn(f'{self.own} cannot be read', details)

    def test_the_main_file_is_an_origin(self):
        self.writes({SHOW: OWN_PROJECT}, self.main)
        self.assert_found('policy_files', Code.FAILURE, f'{self.main}, line 1')
        self.assert_advice_leads_to_green()

    def test_rules_for_admins_that_were_opened_are_found(self):
        for name in (
            'os_compute_api:os-migrate-server:migrate',
            'os_compute_api:os-admin-actions:reset_state',
        ):
            self.writes({name: f'role:helpdesk and {OWN_PROJECT}'})
            self.assert_found('policy_files', Code.FAILURE, name)
            self.assert_advice_leads_to_green()

    def test_a_base_rule_for_others_is_found(self):
        for name, rule in (
            ('project_member_api', 'role:operator'),
            ('project_member_api', 'role:member'),
            ('project_reader_or_admin', 'rule:context_is_admin or role:x'),
            ('project_member_or_admin', 'project_domain_id:default'),
            ('project_member_api', 'role:member and not isolation:enforced'),
            ('admin_or_owner', f'is_admin:True or {OWN_PROJECT}'),
        ):
            self.writes({name: rule})
            code, details = self.findings()['policy_files']
            self.assertEqual(Code.FAILURE, code)
            self.assertIn(name, details)
            self.assert_advice_leads_to_green()

    def test_rules_that_let_nobody_else_in_have_no_finding(self):
        for written in (
            {'project_member_api': '!'},
            {'project_member_api': 'rule:context_is_admin'},
            {'project_member_api': 'role:member and isolation:enforced'},
            {DELETE: 'role:admin or role:service'},
            {DELETE: 'is_admin:True'},
            {DELETE: f'{MEMBER} and role:helpdesk'},
            {DELETE: 'role:reader and system_scope:all'},
            {DELETE: 'tenant_id:%(tenant_id)s'},
            # The filter's owner check is Nova's own here.
            {DELETE: f'rule:admin_api or {OWN_USER}'},
            {'os_compute_api:servers:stop': OWN_USER},
            {'os_compute_api:servers:rebuild': f'{OWN_USER} and {MEMBER}'},
            # There is no server in these responses.
            {'os_compute_api:os-flavor-extra-specs:index': '@'},
            {'os_compute_api:os-flavor-extra-specs:show': OWN_PROJECT},
            {'os_compute_api:os-keypairs:index': '@'},
            {'os_compute_api:os-networks:list': OWN_PROJECT},
        ):
            self.writes(written)
            self.assertEqual({}, self.findings(), written)

    def test_every_rule_with_which_nova_passes_the_owner_is_fine(self):
        for name in (
            *('os-admin-password', 'os-deferred-delete:force', 'os-evacuate'),
            *('os-lock-server:lock', 'os-pause-server:pause', 'os-rescue'),
            *('os-shelve:shelve', 'os-shelve:shelve_offload'),
            *('os-suspend-server:suspend', 'servers:delete'),
            *('servers:rebuild', 'servers:resize', 'servers:start'),
            *('servers:stop', 'servers:trigger_crash_dump', 'servers:update'),
        ):
            self.writes(
                {
                    f'os_compute_api:{name}': f'rule:admin_api or {OWN_USER}',
                    # This one was named os-rescue once.
                    'os_compute_api:os-unrescue': MEMBER,
                }
            )
            self.assertEqual({}, self.findings(), name)

    def test_novas_defaults_written_out_have_no_finding(self):
        found = {rule.name: rule.check_str for rule in policies.list_rules()}
        self.writes(found, self.main)
        self.assertEqual({}, self.findings())
        # A generator writes what is in force where the old defaults count.
        for rule in policies.list_rules():
            if rule.deprecated_rule:
                found[rule.name] = (
                    f'({rule.check_str}) or ({rule.deprecated_rule.check_str})'
                )
        self.writes(found, self.main)
        result = self.findings()
        self.assertNotIn('replaces', str(result))

    def test_the_operators_rules_that_ours_replace_are_found(self):
        for name, rule in (
            ('project_reader_api', 'role:auditor'),
            ('project_member_api', 'role:a or role:b'),
        ):
            self.writes({name: rule}, self.main)
            self.assert_found(
                'policy_files', Code.WARNING, self.main, 'replaces its', name
            )
            # A role for all projects, which is to be exempt then.
            self.assert_advice_leads_to_green(times=2)
            os.unlink(f'{self.policy_dir}/90-isolation.yaml')

    def test_without_the_drop_in_the_folder_is_named(self):
        os.unlink(self.drop_in)
        self.assert_found(
            'policy_files',
            Code.FAILURE,
            '50-cloud-security.yaml is not among the policy files',
            f'policy_dirs is {self.policy_dir}',
            'cloud-security-manage enable',
        )

    def test_the_drop_in_may_have_another_name(self):
        other = f'{self.policy_dir}/60-own.yaml'
        os.rename(self.drop_in, other)
        self.assertEqual({}, self.findings())
        self.writes({DELETE: 'role:x'})
        self.assert_found('policy_files', Code.FAILURE, self.own)
        self.assert_advice_leads_to_green()

    def test_advice_counts_whatever_the_name_of_the_drop_in(self):
        for name in ('00-ours.yaml', '60-ours.yaml', '95-ours.yaml', 'z.yaml'):
            ours = f'{self.policy_dir}/{name}'
            os.rename(self.drop_in, ours)
            self.writes({'project_reader_api': 'role:auditor'}, self.main)
            self.assert_found(
                'policy_files', Code.WARNING, f'{name} is read after'
            )
            self.assert_advice_leads_to_green(times=2)
            for other in os.listdir(self.policy_dir):
                if other != name:
                    os.unlink(f'{self.policy_dir}/{other}')
            self.drop_in = ours

    def test_a_rule_that_refers_to_itself_is_found(self):
        for written in (
            {SHOW: 'rule:a', 'a': 'rule:b', 'b': 'rule:a'},
            {SHOW: f'rule:{SHOW}'},
            {SHOW: f'{MEMBER} or not rule:{SHOW}'},
            {'project_member_api': MEMBER},
        ):
            self.writes(written)
            code, details = self.findings()['policy_files']
            self.assertEqual(Code.FAILURE, code)
            self.assertIn('it refers to itself', details)

    def test_advice_fits_files_that_hold_the_drop_in_as_well(self):
        with open(cloud.DROP_IN) as stream:
            ours = stream.read()
        os.unlink(self.drop_in)
        for path in (self.main, f'{self.policy_dir}/nova.yaml'):
            for extra in (
                {rules.EXEMPT: 'role:member'},
                {rules.ISOLATED: '!'},
                {rules.SEE_PROJECT: '@', rules.CHANGE_PROJECT: '@'},
                {ALL_TENANTS: 'role:accounting'},
                {ALL_TENANTS: '@'},
                {DELETE: 'role:helpdesk'},
                {SHOW: OWN_USER},
                {EVENTS: 'rule:project_reader_or_admin'},
            ):
                lines = [
                    f'{jsonutils.dumps(name)}: {jsonutils.dumps(rule)}'
                    for name, rule in extra.items()
                ]
                self.writes(ours + '\n' + '\n'.join(lines), path)
                self.assertNotEqual({}, self.findings(), extra)
                self.assert_advice_leads_to_green(times=2)
                for name in os.listdir(self.policy_dir):
                    os.unlink(f'{self.policy_dir}/{name}')
            if os.path.exists(self.main):
                os.unlink(self.main)

    def test_advice_names_a_file_that_no_other_overrides(self):
        late = f'{self.policy_dir}/95-late.yaml'
        other = f'{os.path.dirname(self.main)}/policy2.d'
        os.mkdir(other)
        for dirs, path in (
            ([self.policy_dir], late),
            ([self.policy_dir, other], f'{other}/10.yaml'),
            ([other, self.policy_dir], f'{other}/10.yaml'),
        ):
            CONF.set_override('policy_dirs', dirs, 'oslo_policy')
            for written in (
                {
                    rules.SEE_PROJECT: '!',
                    rules.CHANGE_PROJECT: 'role:observer',
                },
                {'project_reader_api': 'role:auditor'},
            ):
                first, *second = written.items()
                self.writes(dict([first]), self.own)
                self.writes(dict(second), path)
                self.assertNotEqual({}, self.findings())
                self.assert_advice_leads_to_green(times=3)
                for folder in (self.policy_dir, other):
                    for name in os.listdir(folder):
                        if f'{folder}/{name}' != self.drop_in:
                            os.unlink(f'{folder}/{name}')

    def test_advice_prints_no_placeholder_for_a_caller(self):
        many = ' or '.join(f'project_id:{n:032x}' for n in range(300))
        others = ' or '.join(f'project_id:{n + 999:032x}' for n in range(100))
        self.writes(
            {
                rules.ISOLATED: many,
                ALL_TENANTS: f'rule:context_is_admin or {others}',
                DELETE: f'(role:a or {many}) and ({others} or role:b)',
            }
        )
        for _, details in self.findings().values():
            self.assertNotIn('somebody:', details)

    def test_operations_that_tell_of_no_server_may_be_open(self):
        for name, text in (
            ('os-services:list', 'rule:context_is_admin or role:monitor'),
            ('os-aggregates:index', 'rule:context_is_admin or role:member'),
            ('os-aggregates:show', 'rule:context_is_admin or role:member'),
            ('servers:show:host_status', '@'),
            ('servers:show:host_status:unknown-only', '@'),
            ('os-extended-server-attributes', '@'),
            ('servers:create:forced_host', 'role:member'),
            ('servers:create:requested_destination', 'role:member'),
            ('servers:create:zero_disk_flavor', '@'),
        ):
            name = f'os_compute_api:{name}'
            self.writes({name: text})
            self.assertEqual({}, self.findings(), name)

    def test_an_empty_option_for_policy_files_is_found(self):
        folder = os.path.dirname(self.main)
        self.writes('[DEFAULT]\n', f'{folder}/nova.conf')
        CONF([], default_config_files=[f'{folder}/nova.conf'])
        for option, value in (('policy_dirs', ['']), ('policy_file', '')):
            CONF.set_override(option, value, 'oslo_policy')
            code, details = self.findings()['policy_files']
            self.assertEqual(Code.FAILURE, code)
            self.assertIn(f'{option} is empty', details)
            self.assertNotIn(f'{folder}/nova.conf', details)
            CONF.clear_override(option, 'oslo_policy')
            CONF.set_override('policy_dirs', [self.policy_dir], 'oslo_policy')

    def test_a_rule_that_cannot_be_decided_is_found(self):
        for rule in ('role:100%', 'http://127.0.0.1:9/decide'):
            self.writes({SHOW: f'{MEMBER} and {rule}'})
            code, details = self.findings()['policy_files']
            self.assertEqual(Code.FAILURE, code)
            self.assertIn(f'{SHOW} ({self.own}, line 1) cannot be', details)


class TestLegacyDefaults(Rules):
    """[oslo_policy] enforce_new_defaults = False."""

    NEW_DEFAULTS = False

    def test_the_defaults_have_no_finding(self):
        self.assertEqual({}, self.findings())

    def test_rules_that_let_callers_past_a_lost_filter_are_found(self):
        for written in (
            {DELETE: f'{MEMBER} or role:helpdesk'},
            {'admin_or_owner': f'is_admin:True or {OWN_PROJECT}'},
            {'project_member_or_admin': 'project_domain_id:default'},
        ):
            self.writes(written)
            self.assert_found('policy_files', Code.FAILURE, self.own)
            self.assert_advice_leads_to_green()


class TestTraps(Rules):
    def test_rules_on_user_id_that_lock_out_or_let_in_are_found(self):
        for written, words in (
            ({SHOW: f'{OWN_USER} and {MEMBER}'}, 'locks owners out'),
            ({SHOW: f'rule:admin_api or {OWN_USER}'}, 'locks owners out'),
            (
                {SHOW: 'rule:own and rule:project_reader_or_admin'},
                'locks owners out',
            ),
            (
                {'os_compute_api:servers:reboot': 'rule:own'},
                'locks owners out',
            ),
            (
                {'os_compute_api:os-remote-consoles': f'{OWN_USER} and @'},
                'lets all in',
            ),
        ):
            self.writes({**written, 'own': OWN_USER})
            self.assert_found('traps', Code.FAILURE, words, self.own)
            self.assert_advice_leads_to_green()

    def test_a_base_rule_on_user_id_is_one_finding(self):
        self.writes({'project_member_api': f'role:member and {OWN_USER}'})
        code, details = self.findings()['traps']
        self.assertEqual(Code.FAILURE, code)
        self.assertIn(' more: Nova does not tell', details)
        # The same line for both ways in which it is a trap.
        self.assertEqual(1, len(set(advice.RULE.findall(details))), details)
        self.assert_advice_leads_to_green()

    def test_rules_that_hold_in_another_way_are_no_traps(self):
        for written in (
            {SHOW: f'rule:project_reader_or_admin or {OWN_USER}'},
            {DELETE: f'{OWN_USER} and {MEMBER}'},
            {'os_compute_api:os-keypairs:index': OWN_USER},
            {'os_compute_api:os-flavor-extra-specs:index': OWN_USER},
        ):
            self.writes(written)
            self.assertNotIn('traps', self.findings(), written)


class TestExemptions(Rules):
    def test_a_role_that_lists_all_projects_is_named(self):
        for who in (
            'role:accounting',
            'role:accounting and user_domain_id:default',
            'user_id:caso',
        ):
            self.writes({ALL_TENANTS: f'rule:context_is_admin or ({who})'})
            found = self.findings()
            code, details = found['exemptions']
            self.assertEqual(Code.WARNING, code)
            self.assertIn(f'Callers with {who} may list all', details)
            self.assert_advice_leads_to_green()
        for written in (
            {ALL_TENANTS: 'role:service'},
            {ALL_TENANTS: 'role:x', rules.EXEMPT: 'role:service or role:x'},
            {ALL_TENANTS: 'role:x', rules.SEE_PROJECT: 'role:x'},
        ):
            self.writes(written)
            self.assertNotIn('exemptions', self.findings(), written)

    def test_members_who_list_all_projects_are_not_to_be_exempt(self):
        for rule in ('@', 'role:reader', 'rule:project_reader_or_admin'):
            self.writes({ALL_TENANTS: rule})
            code, details = self.findings()['exemptions']
            self.assertIn(f'{ALL_TENANTS} ({self.own}, line 1) lets', details)
            self.assert_advice_leads_to_green()

    def test_each_operation_that_hidden_servers_disturb_is_known(self):
        known = {rule.name for rule in policies.list_rules()}
        asked = {
            *policy_operations.DISTURBED,
            *policy_operations.DISTURBED_ELSEWHERE,
            *policy_operations.LISTING_ALL_PROJECTS,
            *policy_operations.WITHOUT_SERVERS,
        }
        newest = checks.version.version_string().split('.')[0] >= '34'
        if newest:
            self.assertEqual(set(), asked - known)

    def test_a_role_that_uses_such_an_operation_is_named(self):
        known = {rule.name for rule in policies.list_rules()}
        for name in sorted(known & set(policy_operations.DISTURBED)):
            self.writes(
                {name: 'rule:context_is_admin or role:operator'},
            )
            code, details = self.findings()['exemptions']
            self.assertEqual(Code.WARNING, code)
            self.assertIn('Callers with role:operator', details)
            self.assertIn(name, details)
        self.assert_advice_leads_to_green()

    def test_members_who_use_such_an_operation_are_not_to_be_exempt(self):
        self.writes({EVENTS: 'rule:project_reader_or_admin'})
        self.assert_found(
            'exemptions', Code.WARNING, f'{EVENTS} ({self.own}, line 1) lets'
        )
        self.assert_advice_leads_to_green()

    def test_a_base_rule_that_opens_such_an_operation_is_named(self):
        self.writes({'project_reader_api': 'role:reader'})
        code, details = self.findings()['exemptions']
        self.assertIn(f'through project_reader_api ({self.own}', details)
        self.assert_advice_leads_to_green(times=2)

    def test_quota_of_other_projects_is_a_disturbed_operation(self):
        name = 'os_compute_api:os-quota-sets:detail'
        self.writes({name: 'rule:project_reader_or_admin or role:x'})
        code, details = self.findings()['exemptions']
        self.assertIn('Callers with role:x', details)


class TestRandomPolicies(Rules):
    NAMES = (
        *('project_member_api', 'project_reader_api', 'admin_or_owner'),
        *('project_reader_or_admin', 'admin_api'),
        *(SHOW, DELETE, EVENTS, ALL_TENANTS),
        'os_compute_api:os-server-password',
        'os_compute_api:os-remote-consoles',
        'os_compute_api:os-hypervisors:show',
    )
    CHECKS_OF_RULES = (
        *('role:helpdesk', 'role:member', 'role:reader', 'role:admin'),
        *(OWN_PROJECT, OWN_USER, 'user_id:bob', 'user_domain_id:default'),
        *('rule:mine', MEMBER, 'rule:admin_api', 'isolation:enforced'),
        *('@', '!'),
    )

    def rule(self, random, depth=2):
        """Return the text of a random rule."""
        kind = random.choice(('check', 'not', 'and', 'or', 'or'))
        if depth == 0 or kind == 'check':
            return random.choice(self.CHECKS_OF_RULES)
        first, second = (self.rule(random, depth - 1) for _ in range(2))
        return (
            f'not {first}' if kind == 'not' else f'({first} {kind} {second})'
        )

    def test_advice_leads_to_green_in_a_few_rounds(self):
        random = Random(3)
        for _ in range(12):
            names = random.sample(self.NAMES, 4)
            written = {name: self.rule(random) for name in names}
            written['mine'] = random.choice((OWN_PROJECT, 'role:helpdesk'))
            self.writes(written, random.choice((self.own, self.main)))
            for _ in range(4):
                for _, details in self.findings().values():
                    advice.follow(details)
            self.assertEqual({}, self.findings(), written)
            for name in os.listdir(self.policy_dir):
                if name != os.path.basename(self.drop_in):
                    os.unlink(f'{self.policy_dir}/{name}')
            self.writes({}, self.main)


class TestAccess(Rules):
    """Files that the user who runs Nova cannot read."""

    def setUp(self):
        super().setUp()
        self.nova = file_access.Reader('nova', 12345, frozenset({12346}))

    def test_files_and_folders_that_are_closed_are_found(self):
        self.writes({})
        for path in (self.own, self.policy_dir, os.path.dirname(self.main)):
            mode = os.stat(path).st_mode
            self.is_run_by(self.nova)
            self.assertEqual({}, self.findings())
            os.chmod(path, 0o700 if os.path.isdir(path) else 0o600)
            self.assert_found(
                'policy_files',
                Code.FAILURE,
                'cannot be read by nova, which runs the service',
            )
            self.is_run_by(None)
            self.assert_found(
                'policy_files', Code.WARNING, 'cannot be read by all users'
            )
            os.chmod(path, mode)

    def test_group_and_owner_are_looked_at(self):
        if os.geteuid():
            self.skipTest('Only root gives files to others.')
        self.writes({})
        self.is_run_by(self.nova)
        for uid, gid, mode, is_open in (
            (0, 12346, 0o640, True),
            (0, 12346, 0o604, False),
            (12345, 0, 0o400, True),
            (12345, 12346, 0o044, False),
            (0, 0, 0o640, False),
        ):
            os.chown(self.own, uid, gid)
            os.chmod(self.own, mode)
            self.assertEqual(is_open, {} == self.findings(), oct(mode))

    def test_a_folder_that_cannot_be_listed_is_found(self):
        self.is_run_by(self.nova)
        os.chmod(self.policy_dir, 0o711)
        self.assert_found('policy_files', Code.FAILURE, self.policy_dir)

    def test_a_folder_that_this_user_may_not_list_is_a_failure(self):
        real = os.listdir

        def listdir(path):
            if path == self.policy_dir:
                raise PermissionError(13, 'Permission denied', path)
            return real(path)

        self.useFixture(fixtures.MonkeyPatch('os.listdir', listdir))
        code, details = self.findings()['policy_files']
        self.assertEqual(Code.FAILURE, code)
        self.assertIn(self.policy_dir, details)
        self.assertIn('run this command as root', details)

    def test_a_link_into_a_closed_folder_is_found(self):
        self.is_run_by(self.nova)
        closed = self.useFixture(fixtures.TempDir()).path
        self.writes({}, f'{closed}/own.yaml')
        os.symlink(f'{closed}/own.yaml', self.own)
        self.assert_found('policy_files', Code.FAILURE, f'the folder {closed}')
