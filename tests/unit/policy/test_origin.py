# SPDX-License-Identifier: Apache-2.0
"""The places from which the rules in force come."""

import os

import fixtures
from oslo_config import cfg
from oslo_policy import opts
from oslo_policy import policy
import testtools

from cloud_security.policy import inspection
from cloud_security.policy import origin


class TestOrigin(testtools.TestCase):
    def setUp(self):
        super().setUp()
        self.folder = self.useFixture(fixtures.TempDir()).path
        self.conf = cfg.ConfigOpts()
        self.conf(['--config-dir', self.folder])
        opts.set_defaults(self.conf)
        self.conf.set_override('policy_dirs', [self.folder], 'oslo_policy')
        self.conf.set_override(
            'policy_file', f'{self.folder}/../absent', 'oslo_policy'
        )

    def writes(self, name, text):
        path = os.path.join(self.folder, name)
        with open(path, 'w') as stream:
            stream.write(text)
        return path

    def enforcer(self):
        self.conf.set_override('enforce_new_defaults', True, 'oslo_policy')
        found = policy.Enforcer(self.conf)
        found.suppress_deprecation_warnings = True
        old = policy.DeprecatedRule(
            'old', 'role:x', deprecated_reason='why', deprecated_since='then'
        )
        for name in ('new', 'newer'):
            found.register_default(
                policy.RuleDefault(name, 'role:y', deprecated_rule=old)
            )
        found.load_rules()
        return found

    def places(self, name):
        enforcer = self.enforcer()
        found = origin.Origins(origin.files(self.conf))
        return found, enforcer, found.of(enforcer, name)

    def test_the_last_file_and_the_line_are_found(self):
        self.writes('10.yaml', '"new": "role:a"\n')
        path = self.writes('20.yaml', '# why\n"other": "@"\n"new": "role:b"\n')
        self.writes('.30.yaml', '"new": "role:c"\n')
        _, _, place = self.places('new')
        self.assertEqual((path, 3, 'new', 'role:b'), place)
        self.assertEqual(f'{path}, line 3', str(place))

    def test_the_old_name_is_found_where_it_counts(self):
        path = self.writes('10.yaml', '"old": "role:a"\n')
        found, enforcer, place = self.places('new')
        self.assertEqual('role:a', str(enforcer.rules['new']))
        self.assertEqual((path, 1, 'old'), place[:3])
        self.assertEqual(['new', 'newer'], found.stands_for(enforcer, place))

    def test_the_old_name_is_not_found_where_it_does_not_count(self):
        for text in ('"old": "role:x"\n', '"old": "rule:new"\n'):
            self.writes('10.yaml', text)
            _, enforcer, place = self.places('new')
            in_force = str(enforcer.rules['new'])
            # oslo.policy 4 takes the old default for an override.
            self.assertIn(in_force, ('role:y', 'role:x'), text)
            self.assertEqual(in_force == 'role:y', place is None, text)

    def test_file_without_rules_is_empty_as_for_oslo_policy(self):
        folder = self.useFixture(fixtures.TempDir()).path
        path = os.path.join(folder, 'p.yaml')
        for text in ('null\n', '~', 'false', '0', '---\n', '{}', '""', ''):
            with open(path, 'w') as stream:
                stream.write(text)
            self.assertEqual([], origin.read(path), text)

    def test_a_rule_that_stands_twice_is_read_twice(self):
        path = self.writes('10.yaml', '"a": "@"\nb: "!"\n"a": "!"\n')
        self.assertEqual(
            [('a', 1), ('b', 2), ('a', 3)],
            [(place.name, place.line) for place in origin.read(path)],
        )

    def test_the_json_file_is_found_where_oslo_policy_reads_it(self):
        self.conf.clear_override('policy_file', 'oslo_policy')
        self.conf.set_override('policy_dirs', [], 'oslo_policy')
        path = self.writes('policy.json', '{\n\t"new": "role:a"\n}\n')
        read = self.enforcer().policy_path
        self.assertEqual([read] if read else [], origin.files(self.conf))
        if read:
            self.assertEqual(path, self.places('new')[2].path)

    def test_rule_in_force_has_a_place(self):
        path = self.writes('10.yaml', '# why\n"new": "role:a"\n')
        enforcer = self.enforcer()
        self.assertEqual(
            (path, 2, 'new', 'role:a'), origin.place(enforcer, 'new')
        )
        self.assertIsNone(origin.place(enforcer, 'newer'))
        self.writes('10.yaml', '- no rules\n')
        self.assertIsNone(origin.place(enforcer, 'new'))
        without_files = policy.Enforcer(self.conf, use_conf=False)
        self.assertIsNone(origin.place(without_files, 'new'))

    def test_problem_of_a_rule_begins_with_its_place(self):
        path = self.writes('10.yaml', '"new": "user_id:"\n')
        self.assertEqual(
            [
                f'{path}, line 1: new asks for user_id:, which compares '
                'user_id with nothing'
            ],
            inspection.problems(self.enforcer(), ['new', 'newer']),
        )

    def test_main_file_comes_before_those_in_folders(self):
        main = self.writes('../main.yaml', '')
        self.addCleanup(os.remove, main)
        other = self.writes('10.yaml', '')
        self.conf.set_override('policy_file', main, 'oslo_policy')
        self.assertEqual([main, other], origin.files(self.conf))
        self.conf.set_override('policy_file', '', 'oslo_policy')
        self.assertEqual([other], origin.files(self.conf))

    def test_names_without_lines_have_a_file(self):
        path = self.writes('10.yaml', 'x: &x {"a": "@"}\n<<: *x\n')
        places = {place.name: place for place in origin.read(path)}
        self.assertEqual({'x', 'a'}, {*places})
        self.assertEqual((path, 0, 'a', '@'), places['a'])
        self.assertEqual(path, str(places['a']))

    def test_folders_and_hidden_files_are_no_policy_files(self):
        path = self.writes('10.yaml', '')
        self.writes('.20.yaml', '')
        for name in ('30.d', '.40.d'):
            os.mkdir(os.path.join(self.folder, name))
        self.assertEqual([path], origin.files(self.conf))
        self.conf.set_override(
            'policy_dirs', [self.folder, path, 'absent'], 'oslo_policy'
        )
        self.assertEqual([self.folder], origin.folders(self.conf))

    def test_pipe_is_not_opened(self):
        path = os.path.join(self.folder, 'pipe')
        os.mkfifo(path)
        error = self.assertRaises(ValueError, origin.read, path)
        self.assertEqual('it is no file, but a pipe or a socket', str(error))

    def test_files_that_hold_no_rules_are_an_error(self):
        for text in ('- a list\n', 'a text', '{"a: b', '\t'):
            path = self.writes('10.yaml', text)
            self.assertRaises(ValueError, origin.read, path)
        path = self.writes('10.yaml', '- a list\n')
        error = self.assertRaises(ValueError, origin.read, path)
        self.assertEqual('it holds no rules', str(error))
        self.assertEqual([], origin.read(self.writes('20.yaml', '')))
