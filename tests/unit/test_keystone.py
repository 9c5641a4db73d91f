# SPDX-License-Identifier: Apache-2.0
"""Questions to Keystone, and complaints when it does not answer."""

import types

import fixtures
from openstack import exceptions
import testtools

from cloud_security import keystone


def asked(**answers):
    """Return a Keystone with an SDK that answers with these, or raises."""

    def answering(answer):
        def call(*args, **kwargs):
            if isinstance(answer, Exception):
                raise answer
            return answer

        return call

    def look_up(verb, known):
        """Return get_user or users, and the like of projects."""

        def get(text):
            if isinstance(known, Exception):
                raise known
            for one in known or ():
                if one.id == text:
                    return one
            raise exceptions.NotFoundException('none')

        def listed(name):
            if isinstance(known, Exception):
                raise known
            return (one for one in known or () if one.name == name)

        return get if verb else listed

    auth = types.SimpleNamespace(get_access=answering(answers.get('access')))
    return keystone.Keystone(
        types.SimpleNamespace(
            session=types.SimpleNamespace(auth=auth),
            identity=types.SimpleNamespace(
                roles=answering(answers.get('roles')),
                role_assignments=answering(answers.get('assignments')),
                **{
                    f'{verb}{kind}{plural}': look_up(verb, answers.get(kind))
                    for kind in ('user', 'project')
                    for verb, plural in (('get_', ''), ('', 's'))
                },
            ),
        )
    )


def token(project_id):
    """Return what a token says."""
    return types.SimpleNamespace(
        user_id='u', project_id=project_id, role_names=['member', 'reader']
    )


class TestConnect(testtools.TestCase):
    def setUp(self):
        super().setUp()
        for name in keystone.VARIABLES:
            self.useFixture(fixtures.EnvironmentVariable(name))

    def test_without_variables_there_is_no_keystone(self):
        self.assertIsNone(keystone.connect())

    def test_variables_of_nova_name_no_keystone(self):
        self.useFixture(
            fixtures.EnvironmentVariable('OS_NOVA_CONFIG_DIR', '/etc/nova')
        )
        self.assertIsNone(keystone.connect())

    def test_variables_that_are_not_complete_are_told(self):
        for name, value in (
            ('OS_CLOUD', 'nowhere'),
            ('OS_USERNAME', 'u'),
            ('OS_AUTH_TYPE', 'nonsense'),
        ):
            with fixtures.EnvironmentVariable(name, value):
                error = self.assertRaises(keystone.Unknown, keystone.connect)
            self.assertIn('Mend the OS_ variables: ', str(error))

    def test_nothing_is_asked_before_there_is_a_question(self):
        self.useFixture(
            fixtures.EnvironmentVariable('OS_AUTH_URL', 'http://127.0.0.1:1')
        )
        self.assertIsInstance(keystone.connect(), keystone.Keystone)


class TestKeystone(testtools.TestCase):
    def test_a_caller_is_whose_token_it_is(self):
        self.assertEqual(
            keystone.Caller('u', 'p', ('member', 'reader')),
            asked(access=token('p')).caller(),
        )

    def test_a_token_must_be_for_a_project(self):
        known = asked(access=token(None))
        error = self.assertRaises(keystone.Unknown, known.caller)
        self.assertIn('set OS_PROJECT_NAME', str(error))

    def test_roles_are_known_or_not(self):
        self.assertTrue(
            asked(
                roles=iter([types.SimpleNamespace(name='Manager')])
            ).knows_role('manager')
        )
        self.assertFalse(asked(roles=iter([])).knows_role('manager'))
        self.assertTrue(asked(assignments=iter([1])).is_in_project('u', 'p'))
        self.assertFalse(asked(assignments=iter([])).is_in_project('u', 'p'))

    def test_whatever_goes_wrong_is_one_sentence(self):
        wrong = Exception('no\nanswer')
        known = asked(access=wrong, roles=wrong, assignments=wrong)
        for question, arguments in (
            (known.caller, ()),
            (known.knows_role, ('manager',)),
            (known.is_in_project, ('u', 'p')),
        ):
            error = self.assertRaises(keystone.Unknown, question, *arguments)
            self.assertTrue(str(error).endswith(': no answer'), error)

    def test_users_and_projects_are_found_by_name_or_id(self):
        for kind in ('user', 'project'):
            known = asked(**{kind: [one('1', 'a'), one('2', 'b', False)]})
            find = getattr(known, kind)
            self.assertEqual(keystone.Found('1', 'a', True), find('a'))
            self.assertEqual(keystone.Found('2', 'b', False), find('2'))
            self.assertIsNone(find('c'))
            name = getattr(known, f'{kind}_name')
            self.assertEqual(('a', None), (name('1'), name('3')))
            self.assertTrue(known.knows(kind, '1'))
            self.assertFalse(known.knows(kind, 'a'))

    def test_name_of_several_is_refused(self):
        for users in (
            [one('1', 'a'), one('2', 'a')],
            # A name that is another's ID.
            [one('1', 'a'), one('a', 'b')],
        ):
            known = asked(user=users)
            error = self.assertRaises(keystone.Unknown, known.user, 'a')
            self.assertIn('give the ID, one of', str(error))

    def test_texts_that_are_no_ids_are_asked_for_as_names(self):
        for text in ('a/b', '../users', 'a?x=y', '..', '', 'a b'):
            known = asked(user=[one(text, 'x'), one('1', text)])
            self.assertEqual('1', known.user(text).id, text)

    def test_ids_that_differ_in_case_are_not_known(self):
        # MySQL compares without regard to case, and to accents.
        identity = types.SimpleNamespace(
            get_project=lambda text: one('abc', 'a'),
            roles=lambda name: [types.SimpleNamespace(name='Eleve')],
        )
        known = keystone.Keystone(types.SimpleNamespace(identity=identity))
        self.assertTrue(known.knows('project', 'abc'))
        self.assertFalse(known.knows('project', 'ABC'))
        self.assertTrue(known.knows_role('eleve'))
        self.assertFalse(known.knows_role('\xe9l\xe8ve'))

    def test_questions_about_users_can_fail(self):
        known = asked(user=Exception('403\nForbidden'))
        for question in (known.user, known.user_name):
            error = self.assertRaises(keystone.Unknown, question, 'a')
            self.assertEqual(
                'Keystone does not tell: 403 Forbidden', str(error)
            )


def one(number, name, is_enabled=True):
    """Return a user or a project, as the SDK does."""
    return types.SimpleNamespace(id=number, name=name, is_enabled=is_enabled)


class TestServers(testtools.TestCase):
    """Nova alone knows who owns servers."""

    def owners(self, answer, project_id=None):
        def servers(**query):
            self.query = query
            if isinstance(answer, Exception):
                raise answer
            return iter(answer)

        connection = types.SimpleNamespace(
            compute=types.SimpleNamespace(servers=servers)
        )
        return keystone.Keystone(connection).server_owners(project_id)

    def test_owners_of_servers_of_all_projects_are_returned(self):
        found = self.owners(
            [
                types.SimpleNamespace(id='s1', user_id='alice'),
                types.SimpleNamespace(id='s2', user_id='bob'),
            ]
        )
        self.assertEqual({'s1': 'alice', 's2': 'bob'}, found)
        self.assertEqual({'details': True, 'all_projects': True}, self.query)

    def test_project_that_is_named_is_the_only_one(self):
        self.assertEqual({}, self.owners([], 'p'))
        self.assertEqual('p', self.query['project_id'])

    def test_refusal_of_nova_is_told(self):
        error = self.assertRaises(
            keystone.Unknown,
            self.owners,
            exceptions.ForbiddenException('403: no'),
        )
        self.assertIn('Nova does not tell: 403: no', str(error))


class TestVolumes(testtools.TestCase):
    """Cinder tells an admin alone all volumes, and refuses nobody."""

    def sizes(self, answer, project_id=None, roles=('admin',)):
        def volumes(**query):
            self.query = query
            if isinstance(answer, Exception):
                raise answer
            return iter(answer)

        access = types.SimpleNamespace(
            user_id='u', project_id='p', role_names=list(roles)
        )
        auth = types.SimpleNamespace(get_access=lambda session: access)
        connection = types.SimpleNamespace(
            session=types.SimpleNamespace(auth=auth),
            block_storage=types.SimpleNamespace(volumes=volumes),
        )
        return keystone.Keystone(connection).volume_sizes(project_id)

    def volume(self, project_id, user_id, size):
        return types.SimpleNamespace(
            project_id=project_id, user_id=user_id, size=size
        )

    def test_sizes_add_up_by_project_and_user(self):
        found = self.sizes(
            [
                self.volume('p', 'alice', 1),
                self.volume('p', 'bob', 2),
                self.volume('p', 'alice', 4),
                self.volume('q', 'alice', 8),
            ],
            roles=('Admin', 'member'),
        )
        self.assertEqual(
            {('p', 'alice'): 5, ('p', 'bob'): 2, ('q', 'alice'): 8}, found
        )
        self.assertEqual({'details': True, 'all_projects': True}, self.query)

    def test_project_that_is_named_is_the_only_one(self):
        volumes = [self.volume('p', 'bob', 1), self.volume('q', 'bob', 2)]
        self.assertEqual({('q', 'bob'): 2}, self.sizes(volumes, 'q'))
        self.assertEqual('q', self.query['project_id'])

    def test_account_without_the_role_admin_is_refused(self):
        for roles in ((), ('member', 'administrator')):
            error = self.assertRaises(
                keystone.Unknown, self.sizes, [], roles=roles
            )
            self.assertIn('no role admin', str(error))

    def test_volume_without_a_project_is_refused(self):
        error = self.assertRaises(
            keystone.Unknown, self.sizes, [self.volume(None, 'bob', 1)]
        )
        self.assertIn('os-vol-tenant-attr:tenant_id', str(error))

    def test_silence_of_cinder_is_told(self):
        error = self.assertRaises(
            keystone.Unknown,
            self.sizes,
            exceptions.EndpointNotFound('no endpoint'),
        )
        self.assertIn('Cinder does not tell: no endpoint', str(error))
