"""What Keystone is asked, and what becomes of it when it does not answer."""

import types

import fixtures
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

    auth = types.SimpleNamespace(get_access=answering(answers.get('access')))
    return keystone.Keystone(
        types.SimpleNamespace(
            session=types.SimpleNamespace(auth=auth),
            identity=types.SimpleNamespace(
                roles=answering(answers.get('roles')),
                role_assignments=answering(answers.get('assignments')),
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
        self.assertTrue(asked(roles=iter(['role'])).knows_role('manager'))
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
