# SPDX-License-Identifier: Apache-2.0
"""The commands as operators start them: a process, nova.conf, databases."""

import datetime
import functools
import json
import os
import subprocess
import sys
import tempfile

import fixtures
from nova.db.api import models as api_models
from nova.db.main import models
from nova.objects import flavor
from oslo_utils.fixture import uuidsentinel as uuids
import sqlalchemy as sa
import testtools

from cloud_security.deploy import host
from tests.functional.compute import cloud

ALICE, BOB, PROJECT = (letter * 32 for letter in 'abc')
SET_OWNER = ('server', 'set-owner', '--force', uuids.alices_server, BOB)
ROOT = os.path.abspath(f'{cloud.DROP_IN}/../../..')


@functools.cache
def _loaded():
    """Start the process that has loaded the commands, once."""
    return subprocess.Popen(
        [sys.executable, '-m', 'tests.functional.compute.loaded_commands'],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


class EndToEnd(testtools.TestCase):
    #: Commands start as copies of a process that has loaded Nova.
    ARE_LOADED = True

    def setUp(self):
        super().setUp()
        self.etc = self.useFixture(fixtures.TempDir()).path
        # As /etc/nova: Nova's user can look into it.
        os.chmod(self.etc, 0o755)
        self.databases = {}
        for name, module in (('api', api_models), ('cell', models)):
            url = f'sqlite:///{self.etc}/{name}.sqlite'
            self.databases[name] = sa.create_engine(url)
            module.BASE.metadata.create_all(self.databases[name])
            self.addCleanup(self.databases[name].dispose)
        self.fill()
        self.writes(
            'nova.conf',
            '[DEFAULT]',
            f'log_file = {self.etc}/nova.log',
            f'state_path = {self.etc}',
            '[api_database]',
            f'connection = sqlite:///{self.etc}/api.sqlite',
            '[database]',
            f'connection = sqlite:///{self.etc}/cell.sqlite',
            '[oslo_policy]',
            f'policy_dirs = {self.etc}/policy.d',
        )
        self.writes('api-paste.ini', cloud.api_paste())

    def fill(self):
        """Make one server of alice's in one cell."""
        for engine, model, values in (
            (
                'api',
                api_models.CellMapping,
                {
                    'id': 1,
                    'uuid': uuids.cell,
                    'name': 'one',
                    'transport_url': 'rabbit://user:password@127.0.0.1:1/',
                    'database_connection': (
                        f'sqlite:///{self.etc}/cell.sqlite'
                    ),
                    'disabled': False,
                },
            ),
            (
                'api',
                api_models.InstanceMapping,
                {
                    'instance_uuid': uuids.alices_server,
                    'cell_id': 1,
                    'project_id': PROJECT,
                    'user_id': ALICE,
                    'queued_for_delete': False,
                },
            ),
            (
                'cell',
                models.Instance,
                {
                    'uuid': uuids.alices_server,
                    'project_id': PROJECT,
                    'user_id': ALICE,
                    'display_name': 'alices-server',
                    'deleted': 0,
                },
            ),
        ):
            with self.databases[engine].begin() as connection:
                connection.execute(sa.insert(model.__table__).values(**values))

    def writes(self, name, *lines):
        with open(os.path.join(self.etc, name), 'w') as stream:
            stream.writelines(f'{line}\n' for line in lines)

    def owners(self):
        """Return what the two databases say."""
        return [
            self.databases[name].connect().execute(sa.select(column)).scalar()
            for name, column in (
                ('api', api_models.InstanceMapping.__table__.c.user_id),
                ('cell', models.Instance.__table__.c.user_id),
            )
        ]

    def run_command(self, name, *arguments, **environment):
        """Run a command; return its exit code, output and complaints."""
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith('OS_') and name != 'PYTHONWARNINGS'
        }
        told = {**kept, 'OS_NOVA_CONFIG_DIR': self.etc, **environment}
        code, out, err = self.started(
            name,
            [self.program(name), *arguments],
            {key: value for key, value in told.items() if value is not None},
        )
        complaints = [line for line in err.splitlines() if line.strip()]
        return code, out, '\n'.join(complaints)

    def started(self, name, arguments, environment):
        """Start a command that is loaded, or its program in a new process."""
        if not self.ARE_LOADED:
            done = subprocess.run(
                [sys.executable, *arguments],
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                env=environment,
            )
            return done.returncode, done.stdout, done.stderr
        with (
            tempfile.NamedTemporaryFile('r') as out,
            tempfile.NamedTemporaryFile('r') as err,
        ):
            asked = {
                'name': name,
                'arguments': arguments,
                'environment': environment,
                'out': out.name,
                'err': err.name,
            }
            loaded = _loaded()
            print(json.dumps(asked), file=loaded.stdin, flush=True)
            return int(loaded.stdout.readline()), out.read(), err.read()

    def program(self, name):
        """Write what pip would install; the log is called like it."""
        self.writes(
            f'cloud-security-{name}',
            'import sys',
            f'sys.path.insert(0, {ROOT!r})',
            f'from cloud_security.cmd.{name} import main',
            'sys.exit(main())',
        )
        return f'{self.etc}/cloud-security-{name}'

    def manage(self, *arguments, **kwargs):
        return self.run_command('manage', *arguments, **kwargs)

    def enable(self, *arguments):
        return self.manage(
            'enable', '--paste', f'{self.etc}/api-paste.ini', *arguments
        )

    def status(self, **kwargs):
        """Return the exit code and what is found, by check."""
        code, out, err = self.run_command(
            'status', 'upgrade', 'check', '--json', **kwargs
        )
        self.assertNotIn('Traceback', out + err)
        checks = json.loads(out)['checks']
        return code, {
            check['check']: check['details']
            for check in checks
            if check['result'] > 0
        }


class TestProcess(EndToEnd):
    """Commands whose warnings and log files need a process of their own."""

    ARE_LOADED = False

    def test_the_day_of_an_operator(self):
        code, found = self.status()
        self.assertEqual(2, code)
        self.assertIn('has no filter', found['Filter in api-paste.ini'])
        self.assertIn('is not among', found['Policy files'])
        code, out, err = self.enable()
        self.assertEqual((0, ''), (code, err))
        self.assertIn('enable --restarted', out)
        code, found = self.status()
        self.assertEqual((2, ['Policy files']), (code, list(found)))
        self.assertIn('cloud-security-manage enable', found['Policy files'])
        code, out, err = self.enable('--restarted')
        self.assertEqual((0, ''), (code, err))
        self.assertEqual((0, {}), self.status())
        for line in ('mode = monitor', 'mode = off'):
            with open(f'{self.etc}/nova.conf', 'a') as stream:
                stream.write(f'[cloud_security]\n{line}\n')
            code, found = self.status()
            self.assertEqual(1 if 'monitor' in line else 2, code)
            self.assertEqual(['Mode'], list(found))
        code, out, err = self.manage(
            'disable', '--paste', f'{self.etc}/api-paste.ini'
        )
        self.assertEqual((0, ''), (code, err))
        with open(f'{self.etc}/api-paste.ini') as stream:
            self.assertEqual(cloud.api_paste() + '\n', stream.read())
        self.assertEqual(2, self.status()[0])

    def test_fault_is_complained_about_once(self):
        for text in ('bob', BOB):
            code, out, err = self.manage(
                'server', 'set-owner', uuids.alices_server, text
            )
            self.assertEqual((1, ''), (code, out))
            self.assertEqual(1, len(err.splitlines()), err)
        self.assertFalse(
            os.path.exists(f'{self.etc}/nova.log')
            and 'ERROR' in open(f'{self.etc}/nova.log').read()
        )

    def test_deprecations_are_not_told_unless_asked_for(self):
        _, _, err = self.manage('report', '/nowhere')
        self.assertEqual(1, len(err.splitlines()), err)

    def test_the_record_is_in_novas_folder_of_logs(self):
        with open(f'{self.etc}/nova.conf') as stream:
            text = stream.read().replace(
                f'log_file = {self.etc}/nova.log', f'log_dir = {self.etc}'
            )
        self.writes('nova.conf', text)
        self.manage(*SET_OWNER)
        with open(f'{self.etc}/cloud-security-manage.log') as stream:
            self.assertIn('cloud_security.handed_over', stream.read())


class TestEndToEnd(EndToEnd):
    def test_explain_and_hand_over(self):
        os.makedirs(f'{self.etc}/policy.d')
        os.symlink(cloud.DROP_IN, f'{self.etc}/policy.d/{host.LINK}')
        bob = (
            *('explain', '--user', BOB, '--project', PROJECT),
            *('--role', 'member', '--role', 'reader'),
            *('-f', 'json', uuids.alices_server),
        )
        code, out, err = self.manage(*bob)
        self.assertEqual((0, ''), (code, err))
        found = json.loads(out)
        self.assertEqual((ALICE, '404'), (found['owner'], found['answer']))
        code, out, err = self.manage(*SET_OWNER, SUDO_USER='olga')
        self.assertEqual(0, code, err)
        self.assertIn('alices-server is handed over', out)
        self.assertEqual([BOB, BOB], self.owners())
        found = json.loads(self.manage(*bob)[1])
        self.assertEqual((BOB, '200'), (found['owner'], found['answer']))

    def test_the_record_is_where_novas_log_is(self):
        self.manage(*SET_OWNER, SUDO_USER='olga')
        with open(f'{self.etc}/nova.log') as stream:
            log = stream.read()
        for event in ('handing_over', 'handed_over'):
            self.assertRegex(log, rf'INFO .*cloud_security\.{event} {{"by": ')
        self.assertIn('"by": "olga"', log)

    def test_where_nova_has_no_log_the_record_is_on_standard_error(self):
        with open(f'{self.etc}/nova.conf') as stream:
            text = stream.read().replace('log_file', '#')
        self.writes('nova.conf', text)
        code, out, err = self.manage(*SET_OWNER)
        self.assertEqual(0, code)
        self.assertIn('cloud_security.handed_over {"by": ', err)
        self.assertNotIn('cloud_security.handed_over', out)

    def test_status_shows_that_a_check_asked_nobody(self):
        code, out, err = self.run_command('status', 'upgrade', 'check')
        found = out.partition('Check: Roles ')[2].splitlines()[1]
        self.assertIn('Result: Not checked', found)
        out = self.run_command('status', 'upgrade', 'check', '--json')[1]
        [roles] = [
            check
            for check in json.loads(out)['checks']
            if check['check'] == 'Roles'
        ]
        self.assertEqual(-1, roles['result'])

    def test_dead_databases_are_told(self):
        for name in ('api', 'cell'):
            self.databases[name].dispose()
            os.unlink(f'{self.etc}/{name}.sqlite')
        self.enable('--offline')
        code, found = self.status()
        self.assertEqual(2, code)
        self.assertEqual(['Servers without owner'], list(found))
        self.assertIn(
            "Nova's API database does not answer",
            found['Servers without owner'],
        )
        for arguments in (
            SET_OWNER,
            (
                *('explain', '--user', BOB, '--project', PROJECT),
                *('--role', 'member', uuids.alices_server),
            ),
        ):
            code, out, err = self.manage(*arguments)
            self.assertEqual((1, ''), (code, out))
            self.assertIn("Nova's databases do not answer (", err)
            self.assertNotIn('Traceback', err)

    def test_a_keystone_that_does_not_answer_is_told(self):
        keystone = {
            'OS_AUTH_URL': 'http://127.0.0.1:1/v3',
            'OS_USERNAME': 'u',
            'OS_PASSWORD': 'p',
            'OS_PROJECT_NAME': 'p',
            'OS_USER_DOMAIN_ID': 'default',
            'OS_PROJECT_DOMAIN_ID': 'default',
        }
        code, out, err = self.manage(*SET_OWNER, **keystone)
        self.assertEqual((1, ''), (code, out))
        self.assertIn('Keystone does not tell', err)
        self.assertEqual([ALICE, ALICE], self.owners())
        self.enable('--offline')
        code, found = self.status(**keystone)
        self.assertEqual((1, ['Roles']), (code, list(found)))
        del keystone['OS_PASSWORD']
        code, out, err = self.manage('explain', **keystone)
        self.assertEqual((1, ''), (code, out))
        self.assertIn('Keystone gave no token', err)

    def test_status_complains_in_one_sentence(self):
        for arguments in ((), ('upgrade',), ('downgrade',), ('--nonsense',)):
            code, out, err = self.run_command('status', *arguments)
            self.assertEqual((2, ''), (code, out))
            self.assertEqual(1, len(err.splitlines()), err)
            self.assertIn('see cloud-security-status --help', err)
        code, out, _ = self.run_command('status', '--help')
        self.assertEqual(0, code)
        self.assertIn('upgrade', out)

    def test_status_takes_its_options_before_and_behind_the_command(self):
        other = f'{self.etc}/other.ini'
        os.rename(f'{self.etc}/api-paste.ini', other)
        self.manage('enable', '--offline', '--paste', other)
        check = ('upgrade', 'check', '--json')
        for arguments in (
            (*check, '--paste', other),
            (
                *('upgrade', f'--paste={other}', 'check', '--json'),
                *('--config-file', f'{self.etc}/nova.conf'),
            ),
        ):
            code, out, err = self.run_command('status', *arguments)
            self.assertEqual((0, ''), (code, err), arguments)
            self.assertIn('"checks"', out)
        self.assertEqual(2, self.status()[0])
        code, out, err = self.run_command('status', *check, '--paste')
        self.assertEqual((2, ''), (code, out))
        self.assertIn('--paste', err)

    def without_its_place(self, name, *arguments):
        """Run a command that is not told where nova.conf is."""
        return self.run_command(
            name, *arguments, OS_NOVA_CONFIG_DIR=None, HOME=f'{self.etc}/home'
        )

    def test_status_without_a_nova_conf_could_not_tell(self):
        for folder in (None, f'{self.etc}/empty', f'{self.etc}/nowhere'):
            code, out, err = self.run_command(
                'status', 'upgrade', 'check', OS_NOVA_CONFIG_DIR=folder
            )
            self.assertEqual((255, ''), (code, out), err)
            self.assertEqual(1, len(err.splitlines()), err)
            self.assertIn('nova.conf', err)
            self.assertNotIn('Success', err)

    def test_manage_without_a_nova_conf_is_one_sentence(self):
        for arguments in (
            SET_OWNER,
            (
                *('explain', '--user', BOB, '--project', PROJECT),
                *('--role', 'member'),
            ),
        ):
            code, out, err = self.without_its_place('manage', *arguments)
            self.assertEqual((1, ''), (code, out), err)
            self.assertEqual(1, len(err.splitlines()), err)
            self.assertIn('no nova.conf was found', err)
            self.assertIn('--config-file', err)

    def test_configuration_is_found_as_each_openstack_command_does(self):
        os.makedirs(f'{self.etc}/nova.d')
        os.rename(f'{self.etc}/nova.conf', f'{self.etc}/nova.d/10.conf')
        for options in (
            ('--config-file', f'{self.etc}/nova.d/10.conf'),
            ('--config-dir', f'{self.etc}/nova.d'),
        ):
            for arguments in (
                (*options, *SET_OWNER),
                (*SET_OWNER[:2], *options, *SET_OWNER[2:]),
                (*SET_OWNER, *options),
            ):
                code, _, err = self.without_its_place('manage', *arguments)
                self.assertEqual(0, code, err)
            code, out, err = self.without_its_place(
                'status', *options, 'upgrade', 'check', '--json'
            )
            self.assertEqual(2, code, err)
            self.assertIn('"checks"', out)
        code, _, err = self.without_its_place(
            'manage', '--config-file', f'{self.etc}/missing', *SET_OWNER
        )
        self.assertEqual(1, code)
        self.assertIn(f'{self.etc}/missing', err)

    def test_a_nova_conf_that_is_wrong_is_one_sentence(self):
        with open(f'{self.etc}/bytes.conf', 'wb') as stream:
            stream.write(b'[DEFAULT]\n# \xff\n')
        self.writes('value.conf', '[DEFAULT]', 'debug = perhaps')
        for name, why in (
            (f'{self.etc}/bytes.conf', 'invalid start byte'),
            (f'{self.etc}/value.conf', 'perhaps'),
            (self.etc, 'Is a directory'),
            ('', 'Is a directory'),
        ):
            for expected, words in (
                (255, ('status', 'upgrade', 'check')),
                (1, ('manage', *SET_OWNER)),
            ):
                code, out, err = self.run_command(
                    *words, '--config-file', name
                )
                self.assertEqual((expected, ''), (code, out), err)
                self.assertEqual(1, len(err.splitlines()), err)
                self.assertIn('nova.conf', err)
                self.assertIn(name, err)
                self.assertIn(why, err)

    def test_a_wrong_policy_option_is_a_failure(self):
        self.writes(
            'policy.conf', '[oslo_policy]', 'enforce_new_defaults = maybe'
        )
        # --json may stand before the command, too.
        code, out, err = self.run_command(
            'status',
            *('--json', '--config-file', f'{self.etc}/nova.conf'),
            *('--config-file', f'{self.etc}/policy.conf', 'upgrade', 'check'),
        )
        self.assertEqual(2, code, err)
        self.assertIn('Mend [oslo_policy] in nova.conf', out)
        self.assertNotIn('Traceback', out + err)
        self.assertEqual('{', out[:1])

    def test_a_mistyped_command_is_told(self):
        for words in (('upgrade', 'chekc'), ('upgarde', 'check')):
            code, out, err = self.run_command('status', *words)
            self.assertEqual((2, ''), (code, out), err)
            self.assertEqual(1, len(err.splitlines()), err)
            self.assertIn('--help', err)

    def test_a_nova_conf_that_cannot_be_read_is_told(self):
        self.writes('nova.conf', 'nonsense')
        code, out, err = self.run_command('status', 'upgrade', 'check')
        self.assertEqual((255, ''), (code, out))
        self.assertIn('nova.conf cannot be read', err)
        code, out, err = self.manage(*SET_OWNER)
        self.assertEqual((1, ''), (code, out))
        self.assertIn('nova.conf', err)
        self.assertNotIn('Traceback', err)


class TestUsage(EndToEnd):
    LIST = (
        *('usage', 'list', '-f', 'json'),
        *('--start', '2026-01-01', '--end', '2026-01-02'),
    )

    def fill(self):
        """Let Alice's server run for an hour and a half."""
        super().fill()
        small = flavor.Flavor(
            id=1,
            flavorid='1',
            name='small',
            vcpus=2,
            memory_mb=512,
            root_gb=1,
            ephemeral_gb=0,
            swap=0,
            rxtx_factor=1.0,
            vcpu_weight=0,
            extra_specs={},
        )
        with self.databases['cell'].begin() as connection:
            connection.execute(
                sa.update(models.Instance.__table__).values(
                    launched_at=datetime.datetime(2026, 1, 1, 12),
                    terminated_at=datetime.datetime(2026, 1, 1, 13, 30),
                )
            )
            connection.execute(
                sa.insert(models.InstanceExtra.__table__).values(
                    instance_uuid=uuids.alices_server,
                    flavor=json.dumps(
                        {
                            'cur': small.obj_to_primitive(),
                            'old': None,
                            'new': None,
                        }
                    ),
                    deleted=0,
                )
            )

    def test_usage_is_read_from_the_databases(self):
        code, out, err = self.manage(*self.LIST)
        self.assertEqual(0, code, err)
        self.assertEqual(
            [
                {
                    'Project': PROJECT,
                    'User': ALICE,
                    'User Name': '',
                    'Servers': 1,
                    'CPU Hours': 3.0,
                    'RAM MB-Hours': 768.0,
                    'Disk GB-Hours': 1.5,
                }
            ],
            json.loads(out),
        )
        self.assertEqual(
            [
                'There are no names of users: no OS_ variables are set.',
                'Usage from 2026-01-01T00:00:00Z to 2026-01-02T00:00:00Z.',
            ],
            err.splitlines(),
        )

    def test_cell_whose_database_is_gone_is_named(self):
        # By default, oslo.db tries again for minutes.
        self.writes('impatient.conf', '[database]', 'max_retries = 0')
        for url in (
            f'sqlite:///{self.etc}/no/cell.sqlite',
            'mysql+pymysql://nobody@127.0.0.1:1/cell?connect_timeout=1',
            'nonsense+driver://nobody@127.0.0.1/cell',
        ):
            with self.databases['api'].begin() as connection:
                cells = api_models.CellMapping.__table__
                connection.execute(sa.delete(cells).where(cells.c.id == 2))
                connection.execute(
                    sa.insert(cells).values(
                        id=2,
                        uuid=uuids.other_cell,
                        name='two',
                        transport_url='rabbit://nobody@127.0.0.1:1/',
                        database_connection=url,
                        disabled=False,
                    )
                )
            code, out, err = self.manage(
                *self.LIST,
                *('--config-file', f'{self.etc}/nova.conf'),
                *('--config-file', f'{self.etc}/impatient.conf'),
            )
            self.assertEqual((1, ''), (code, out), err)
            self.assertIn('The cell two was not read', err)
            self.assertEqual(1, len(err.splitlines()), err)
