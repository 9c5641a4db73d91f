# SPDX-License-Identifier: Apache-2.0
"""Usage of each user, against what Nova tells of projects and of users."""

import collections
import contextlib
import csv
import datetime
import io
import os
import random
import re
from typing import Any
from typing import NamedTuple
from typing import Optional

import fixtures
from nova import context as nova_context
from nova import objects
from nova.conf import CONF
from nova.db.main import api as main_db
from nova.db.main import models
from nova.tests import fixtures as nova_fixtures
from oslo_serialization import jsonutils
import sqlalchemy as sa

from cloud_security import keystone as keystones
from cloud_security.trace import opts
from cloud_security.trace import tables
from cloud_security.visibility import scope as scopes
from tests.functional import commands
from tests.functional.compute import cloud
from tests.functional.compute import handing_over

PROJECTS = (cloud.PROJECT, 'f' * 32)
USERS = ('alice', 'bob', 'eve', 'mallory')
START = datetime.datetime(2026, 3, 1)
END = datetime.datetime(2026, 3, 29)
#: A sixteenth of an hour, in seconds: sums of such hours lose no digit, in
#: whichever order they are added.
SIXTEENTH = 225
#: Names of Nova's sums by our columns.
SUMS = {
    'CPU Hours': 'total_vcpus_usage',
    'RAM MB-Hours': 'total_memory_mb_usage',
    'Disk GB-Hours': 'total_local_gb_usage',
}


class Server(NamedTuple):
    """The life of a server, in one of the cells."""

    cell: str
    project_id: str
    user_id: str
    flavor: Any
    created_at: datetime.datetime
    launched_at: Optional[datetime.datetime]
    terminated_at: Optional[datetime.datetime]


class Keystone:
    """Knows two projects, some names and the sizes of volumes."""

    def __init__(self, sizes=None):
        self.sizes = sizes or {}

    def project(self, text):
        """Return the project with this ID or name."""
        project_id = cloud.PROJECT if text == 'atlas' else text
        if project_id in PROJECTS:
            return keystones.Found(project_id, 'atlas', True)
        return None

    def user(self, text):
        """Return the user with this ID or name."""
        if text in ('bob', 'Robert'):
            return keystones.Found('bob', 'Robert', True)
        return None

    def user_name(self, user_id):
        """Return a name; Mallory is gone."""
        return None if user_id == 'mallory' else f'"{user_id}"'

    def volume_sizes(self, project_id):
        """Return sizes by project and user."""
        return {
            key: size
            for key, size in self.sizes.items()
            if project_id in (None, key[0])
        }


class Usage(cloud.Cloud):
    NUMBER_OF_CELLS = 3
    COPIES = False

    def setUp(self):
        super().setUp()
        if 'response_validation' in CONF.api:
            # Nova's schema knows no server that ends before its launch.
            self.flags(response_validation='ignore', group='api')
        # Commands have a process of their own, without the filter.
        stack = contextlib.ExitStack()
        stack.enter_context(scopes.on_this_thread(scopes.EVERYBODY))
        self.addCleanup(stack.close)
        self.asks(None)
        self.useFixture(
            fixtures.MonkeyPatch(
                'cloud_security.compute.config.load', lambda *args: None
            )
        )

    def asks(self, keystone):
        """Let the OS_ variables name a Keystone."""
        self.useFixture(
            fixtures.MonkeyPatch(
                'cloud_security.keystone.connect', lambda: keystone
            )
        )

    def live(self, history):
        """Write servers into the databases of their cells."""
        admin = nova_context.get_admin_context()
        for life in history:
            mapping = self.cell_mappings[life.cell]
            with nova_context.target_cell(admin, mapping) as context:
                server = objects.Instance(
                    context=context,
                    project_id=life.project_id,
                    user_id=life.user_id,
                    flavor=life.flavor,
                    display_name='of-' + life.user_id,
                    vm_state='active',
                )
                server.create()
                server_id = server.uuid
                if life.terminated_at:
                    server.destroy()
                writer = main_db.get_context_manager(context).writer
                with writer.using(context) as session:
                    session.execute(
                        sa.update(models.Instance)
                        .where(models.Instance.uuid == server_id)
                        .values(
                            created_at=life.created_at,
                            launched_at=life.launched_at,
                            terminated_at=life.terminated_at,
                        )
                    )

    def rows(self, *arguments, start=START, end=END):
        """Return the rows of the command, as JSON has them."""
        code, out, err = self.list(
            '-f', 'json', *arguments, start=start, end=end
        )
        self.assertEqual(0, code, err)
        return jsonutils.loads(out)

    def list(self, *arguments, start=START, end=END):
        """Run the command; return its exit code, output and errors."""
        return commands.run(
            *('usage', 'list', *arguments),
            *(('--start', start.isoformat()) if start else ()),
            *(('--end', end.isoformat()) if end else ()),
        )

    def nova(self, account, project_id, start=START, end=END):
        """Return what Nova tells an account of a project."""
        window = f'start={start.isoformat()}&end={end.isoformat()}'
        return account.get(f'os-simple-tenant-usage/{project_id}?{window}')[
            'tenant_usage'
        ]


class TestHistories(Usage):
    """Random lives of servers in three cells."""

    def history(self, seed, step):
        """Return servers whose times are so many seconds apart."""
        chance = random.Random(seed)
        flavors = [
            objects.Flavor(
                id=number,
                flavorid=str(number),
                name=f'flavor-{number}',
                vcpus=chance.randint(1, 64),
                memory_mb=chance.randint(1, 65536),
                root_gb=chance.randint(0, 200),
                ephemeral_gb=chance.choice((0, 10)),
                swap=0,
                rxtx_factor=1.0,
                vcpu_weight=0,
                disabled=False,
                is_public=True,
                extra_specs={},
                projects=[],
            )
            for number in range(1, 5)
        ]
        week = datetime.timedelta(weeks=1)
        moments = [START, END]
        moments += [
            START - week + datetime.timedelta(seconds=step * number)
            for number in chance.choices(
                range(int((END - START + 2 * week).total_seconds() // step)),
                k=60,
            )
        ]
        history = []
        for _ in range(60):
            created, launched, terminated = chance.choices(moments, k=3)
            is_launched = chance.random() > 0.1
            history.append(
                Server(
                    chance.choice(('cell1', 'cell2', 'cell3')),
                    chance.choice(PROJECTS),
                    chance.choice(USERS),
                    chance.choice(flavors),
                    min(created, launched),
                    launched if is_launched else None,
                    # Clocks that go wrong let a few end before the launch.
                    terminated if chance.random() > 0.4 else None,
                )
            )
        return history

    def added_up(self, rows):
        """Return the sums over users, by project and column."""
        sums = collections.defaultdict(collections.Counter)
        for row in rows:
            sums[row['Project']].update(
                {name: row[name] for name in ('Servers', *SUMS)}
            )
        return sums

    def test_sums_over_users_are_those_of_the_project_to_the_last_digit(self):
        self.live(
            one for seed in (1, 2) for one in self.history(seed, SIXTEENTH)
        )
        self.asks(Keystone())
        sums = self.added_up(self.rows())
        self.assertEqual({*PROJECTS}, {*sums})
        for project_id in PROJECTS:
            told = self.nova(self.root, project_id)
            self.assertEqual(
                len(told['server_usages']), sums[project_id]['Servers']
            )
            for name, nova_name in SUMS.items():
                self.assertNotEqual(0, told[nova_name])
                self.assertEqual(told[nova_name], sums[project_id][name])
            alone = self.rows('--project', project_id)
            self.assertEqual(
                sums[project_id], self.added_up(alone)[project_id]
            )

    def test_odd_seconds_change_no_digit_that_times_have(self):
        # Floats of another order differ in the last bits; times are whole
        # seconds, so that six digits of an hour tell them apart.
        self.live(self.history(3, 1))
        sums = self.added_up(self.rows())
        for project_id in PROJECTS:
            told = self.nova(self.root, project_id)
            for name, nova_name in SUMS.items():
                self.assertEqual(
                    round(told[nova_name], 6), round(sums[project_id][name], 6)
                )

    def test_row_of_a_user_is_what_nova_tells_this_user(self):
        self.live(self.history(4, 1))
        rows = self.rows()
        self.assertLess(5, len(rows))
        for row in rows:
            account = self.account(row['User'], project_id=row['Project'])
            told = self.nova(account, row['Project'])
            self.assertEqual(len(told['server_usages']), row['Servers'])
            for name, nova_name in SUMS.items():
                self.assertEqual(told[nova_name], row[name])
        self.assertEqual(
            [row for row in rows if row['User'] == 'eve'],
            self.rows('--user', 'eve'),
        )

    def test_list_of_all_projects_adds_up_to_that_of_nova(self):
        self.live(self.history(5, SIXTEENTH))
        sums = self.added_up(self.rows())
        window = f'start={START.isoformat()}&end={END.isoformat()}'
        told = self.root.get(f'os-simple-tenant-usage?{window}')
        self.assertEqual(
            {
                one['tenant_id']: {
                    name: one[nova_name] for name, nova_name in SUMS.items()
                }
                for one in told['tenant_usages']
            },
            {
                project_id: {name: row[name] for name in SUMS}
                for project_id, row in sums.items()
            },
        )

    def test_pages_lose_no_server_and_count_none_twice(self):
        self.live(self.history(6, 1))
        rows = self.rows()
        for size in (1, 2, 7):
            with fixtures.MonkeyPatch(
                'cloud_security.compute.usage.PAGE', size
            ):
                self.assertEqual(rows, self.rows())

    def test_window_that_ends_now_is_that_of_nova(self):
        now = datetime.datetime(2026, 3, 20, 12)
        self.live(self.history(7, SIXTEENTH))
        self.useFixture(
            fixtures.MonkeyPatch(
                'oslo_utils.timeutils.utcnow', lambda *args, **kwargs: now
            )
        )
        tomorrow = now + datetime.timedelta(days=1)
        for end in (None, now, tomorrow):
            sums = self.added_up(self.rows(end=end))
            for project_id in PROJECTS:
                told = self.nova(self.root, project_id, end=end or tomorrow)
                for name, nova_name in SUMS.items():
                    self.assertEqual(told[nova_name], sums[project_id][name])

    def test_end_in_the_first_second_of_a_window_counts_as_in_nova(self):
        # The database is asked for whole seconds.
        start = START + datetime.timedelta(seconds=0.5)
        [life, *_] = self.history(10, 1)
        ends = (START + datetime.timedelta(seconds=0.25), None)
        self.live(
            life._replace(
                project_id=cloud.PROJECT,
                created_at=START - datetime.timedelta(days=1),
                launched_at=START - datetime.timedelta(days=1),
                terminated_at=end,
            )
            for end in ends
        )
        [row] = self.rows(start=start)
        told = self.nova(self.root, cloud.PROJECT, start=start)
        self.assertEqual(2, row['Servers'])
        for name, nova_name in SUMS.items():
            self.assertEqual(told[nova_name], row[name])

    def test_since_created_counts_from_the_creation(self):
        history = self.history(8, SIXTEENTH)
        self.live(history)
        expected = collections.defaultdict(collections.Counter)
        for life in history:
            last = min(END, life.terminated_at or END)
            is_in = (
                life.launched_at
                and life.created_at < END
                and (life.terminated_at is None or life.terminated_at > START)
            )
            if is_in:
                first = max(START, life.created_at)
                seconds = (last - first).total_seconds()
                expected[life.project_id, life.user_id].update(
                    {
                        'Servers': 1,
                        'CPU Hours': life.flavor.vcpus * seconds / 3600,
                        'RAM MB-Hours': life.flavor.memory_mb * seconds / 3600,
                        'Disk GB-Hours': seconds
                        * (life.flavor.root_gb + life.flavor.ephemeral_gb)
                        / 3600,
                    }
                )
        rows = self.rows('--since-created')
        self.assertNotEqual(self.rows(), rows)
        self.assertEqual(
            {key: dict(sums) for key, sums in expected.items()},
            {
                (row['Project'], row['User']): {
                    name: row[name] for name in ('Servers', *SUMS)
                }
                for row in rows
            },
        )

    def test_cell_that_does_not_answer_is_named_and_no_sum_is_printed(self):
        self.live(self.history(9, 1))
        path = self.useFixture(fixtures.TempDir()).join('usage.prom')
        for name in ('cell1', 'cell3'):
            with nova_fixtures.DownCellFixture([self.cell_mappings[name]]):
                code, out, err = self.list('-f', 'json', '--prometheus', path)
            self.assertEqual((1, ''), (code, out), err)
            self.assertIn(f'The cell {name} was not read', err)
            self.assertIn('too small', err)
            self.assertFalse(os.path.exists(path))


class TestOutput(Usage):
    def setUp(self):
        super().setUp()
        self.live(
            Server(
                *('cell2', cloud.PROJECT, user_id),
                objects.Flavor.get_by_flavor_id(
                    nova_context.get_admin_context(), '1'
                ),
                *(START, START, START + datetime.timedelta(seconds=seconds)),
            )
            for user_id, seconds in (('bob', 4000), ('mallory', 3600))
        )

    def test_table_has_two_digits_and_other_formats_all(self):
        code, out, err = self.list()
        self.assertEqual(0, code, err)
        self.assertRegex(
            out,
            r'\| Project +\| User +\| User Name +\| Servers +\| CPU Hours +'
            r'\| RAM MB-Hours +\| Disk GB-Hours +\|\n',
        )
        self.assertRegex(
            out, rf'\| {cloud.PROJECT} \| bob +\| +\| +1 \| +1.11 \| +568.89 '
        )
        [bob, _] = self.rows()
        self.assertEqual(4000 / 3600.0, bob['CPU Hours'])
        for formatter in ('csv', 'yaml', 'value'):
            code, out, err = self.list('-f', formatter)
            self.assertEqual(0, code, err)
            self.assertIn(str(4000 / 3600.0), out)
        code, out, err = self.list('-f', 'csv')
        self.assertIn(
            [cloud.PROJECT, 'mallory', '', '1', '1.0', '512.0', '1.0'],
            list(csv.reader(io.StringIO(out))),
        )

    def test_window_is_told_beside_the_table(self):
        code, out, err = self.list('-f', 'json')
        self.assertIn(
            'Usage from 2026-03-01T00:00:00Z to 2026-03-29T00:00:00Z.\n', err
        )

    def test_time_with_an_offset_is_another_hour(self):
        code, out, err = commands.run(
            *('usage', 'list', '-f', 'json', '--user', 'mallory'),
            *('--start', '2026-03-01T01:30:00+01:00', '--end', '20260329'),
        )
        self.assertEqual(0, code, err)
        [row] = jsonutils.loads(out)
        self.assertEqual(0.5, row['CPU Hours'])

    def test_names_are_missing_where_keystone_is_not_asked(self):
        code, out, err = self.list('-f', 'json')
        self.assertEqual(
            ['', ''], [row['User Name'] for row in jsonutils.loads(out)]
        )
        self.assertEqual(1, err.count('no OS_ variables are set'), err)

    def test_names_stand_beside_ids_but_for_users_who_are_gone(self):
        self.asks(Keystone())
        rows = self.rows('--project', 'atlas')
        self.assertEqual(['"bob"', ''], [row['User Name'] for row in rows])
        self.assertEqual(rows[:1], self.rows('--user', 'Robert'))

    def test_unknown_project_or_user_is_refused(self):
        for keystone in (None, Keystone()):
            self.asks(keystone)
            for option in ('--project', '--user'):
                code, out, err = self.list(option, 'e' * 32)
                self.assertEqual((1, ''), (code, out), err)
                self.assertIn('e' * 32, err)

    def test_volumes_are_those_of_each_user_also_without_servers(self):
        sizes = {
            (cloud.PROJECT, 'bob'): 7,
            (cloud.PROJECT, 'zoe'): 5,
            ('f' * 32, 'bob'): 3,
        }
        self.asks(Keystone(sizes))
        self.assertEqual(
            [(1, 7), (1, 0), (0, 5), (0, 3)],
            [
                (row['Servers'], row['Volume GB'])
                for row in self.rows('--volumes')
            ],
        )
        self.assertEqual(
            ['bob', 'mallory', 'zoe'],
            [
                row['User']
                for row in self.rows('--volumes', '--project', 'atlas')
            ],
        )
        self.assertEqual(
            [7, 3],
            [
                row['Volume GB']
                for row in self.rows('--volumes', '--user', 'bob')
            ],
        )

    def history(self):
        """Return the URL of a history with one floating IP of zoe's."""
        folder = self.useFixture(fixtures.TempDir()).path
        url = f'sqlite:///{folder}/neutron.db'
        engine = sa.create_engine(url)
        self.addCleanup(engine.dispose)
        tables.METADATA.create_all(engine)
        with engine.begin() as connection:
            for table, values in (
                (tables.GAPS, {'reason': 'before', 'end_at': START}),
                (
                    tables.HISTORY,
                    {
                        'kind': 'port',
                        'port_id': 'p',
                        'device_id': 'web',
                        'device_owner': 'compute:nova',
                        'project_id': cloud.PROJECT,
                        'begin_at': START,
                    },
                ),
                (
                    tables.HISTORY,
                    {
                        'kind': 'floating',
                        'port_id': 'p',
                        'address': '192.0.2.1',
                        'begin_at': START,
                        'end_at': START + datetime.timedelta(hours=36),
                    },
                ),
                (
                    tables.OWNERS,
                    {
                        'server_id': 'web',
                        'user_id': 'zoe',
                        'begin_at': START,
                        'source': 'sync',
                    },
                ),
            ):
                connection.execute(table.insert().values(**values))
        return url

    def test_hours_of_floating_ips_come_from_the_history(self):
        code, out, err = self.list('--ips')
        self.assertEqual((2, ''), (code, out), err)
        self.assertIn('[cloud_security_trace] connection', err)
        opts.register(CONF)
        group = 'cloud_security_trace'
        url = self.history()
        CONF.set_override('connection', url, group)
        self.addCleanup(CONF.clear_override, 'connection', group)
        self.assertEqual(
            [('bob', 0), ('mallory', 0), ('zoe', 36)],
            [
                (row['User'], row['Floating IP Hours'])
                for row in self.rows('--ips')
            ],
        )
        early = START - datetime.timedelta(days=1)
        code, out, err = self.list('--ips', start=early)
        self.assertEqual(0, code)
        self.assertIn('Not all was recorded', err)
        CONF.set_override('connection', f'{url}/no/file', group)
        code, out, err = self.list('--ips')
        self.assertEqual((1, ''), (code, out), err)

    def test_prometheus_reads_the_file(self):
        self.asks(Keystone({(cloud.PROJECT, 'bob'): 7}))
        path = self.useFixture(fixtures.TempDir()).join('usage.prom')
        self.rows('--volumes', '--prometheus', path)
        with open(path) as stream:
            text = stream.read()
        bob = (
            f'{{project_id="{cloud.PROJECT}",user_id="bob",'
            'user_name="\\"bob\\""}'
        )
        self.assertIn(
            f'\ncloud_security_usage_cpu_hours{bob} {4000 / 3600.0}\n', text
        )
        self.assertIn(f'\ncloud_security_usage_volume_gb{bob} 7\n', text)
        for line in text.splitlines():
            self.assertRegex(
                line,
                r'^(# (HELP|TYPE) cloud_security_usage_\w+ .+'
                r'|cloud_security_usage_\w+(\{.*\})? [-+.e\d]+)$',
            )
        names = re.findall('(?m)^# TYPE (.*) gauge$', text)
        self.assertEqual(len(names), len({*names}))


class TestHandedOver(handing_over.HandOver):
    def test_past_counts_for_the_new_owner(self):
        arguments = ('usage', 'list', '-f', 'json')
        users = []
        for _ in range(2):
            self.wait_for(
                lambda: len(jsonutils.loads(commands.run(*arguments)[1])) == 1
            )
            [row] = jsonutils.loads(commands.run(*arguments)[1])
            users.append(row['User'])
            self.give(self.alices_server)
        self.assertEqual(['alice', 'bob'], users)
