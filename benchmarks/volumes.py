# SPDX-License-Identifier: Apache-2.0
"""The price of the filter for lists of volumes: python -m benchmarks.volumes.

A project has 100 users with 100 volumes each, on the MariaDB that
``BENCHMARKS_URL`` names. Three APIs answer in turns, each in a process of its
own: Cinder with the filter; stock Cinder; and, alone, a stock Cinder whose
project has the 100 volumes of one user. The table gives ratios of medians,
and the rows that MariaDB read. ``--index`` tries the index that ``status``
advises. The databases are dropped in the end.
"""

import argparse
import io
import json
import os
import statistics
import subprocess
import sys
import sysconfig
import tempfile
import time

import sqlalchemy as sa

URL = os.environ.get('BENCHMARKS_URL', 'mysql+pymysql://root@127.0.0.1')
PROJECT = '6f70656e737461636b20342065766572'
USERS, EACH = 100, 100
ALL, ALONE = 'cs_volumes_all', 'cs_volumes_alone'
FILTER = """
[filter:user_isolation]
paste.filter_factory = cloud_security.volume.middleware:factory
"""
#: ``{name: [path, …]}``; ``{last}`` is the last volume of a page.
QUESTIONS = {
    'one own volume': 'volumes/{own}',
    'all own volumes': 'volumes/detail?limit=1000',
    'a page of own volumes': 'volumes/detail?limit=20',
}


def configuration(folder, database, is_filtered):
    """Write cinder.conf and api-paste.ini; return the first's path."""
    etc = os.path.join(sysconfig.get_path('data'), 'etc', 'cinder')
    with open(os.path.join(etc, 'api-paste.ini')) as stream:
        paste = stream.read().replace(
            'authtoken keystonecontext', 'keystonecontext'
        )
    name = f'{database}-{is_filtered}'
    if is_filtered:
        paste = paste.replace(
            'keystonecontext apiv3', 'keystonecontext user_isolation apiv3'
        )
        paste += FILTER
    with open(f'{folder}/{name}.ini', 'w') as stream:
        stream.write(paste)
    with open(f'{folder}/{name}.conf', 'w') as stream:
        stream.write(
            '[DEFAULT]\ntransport_url = fake:/\nauth_strategy = keystone\n'
            f'api_paste_config = {folder}/{name}.ini\n'
            f'resource_query_filters_file = {etc}/resource_filters.json\n'
            f'[database]\nconnection = {URL}/{database}\n'
        )
    return f'{folder}/{name}.conf'


def populate(conf, database, users):
    """Make the schema, and the volumes of some users."""
    _configured(conf)
    from cinder.db import migration

    migration.db_sync()
    from cloud_security.volume.database import models

    with sa.create_engine(f'{URL}/{database}').begin() as connection:
        [type_id] = connection.execute(sa.select(models.VolumeType.id)).first()
        for user in range(users):
            connection.execute(
                sa.insert(models.Volume.__table__),
                [
                    {
                        'id': f'{user:08d}-0000-4000-8000-{number:012d}',
                        'user_id': f'user-{user}',
                        'project_id': PROJECT,
                        'volume_type_id': type_id,
                        'size': 1,
                        'status': 'available',
                        'attach_status': 'detached',
                        'display_name': f'volume-{number}',
                        'deleted': False,
                        'use_quota': True,
                        'created_at': f'2026-01-01 00:{number % 60:02d}:00',
                    }
                    for number in range(EACH)
                ],
            )


def _configured(conf):
    from cinder import objects
    from cinder import rpc
    from cinder.common import config

    config.CONF(['--config-file', conf], project='cinder')
    objects.register_all()
    rpc.init(config.CONF)
    return config.CONF


def serve(conf):
    """Answer ``{path, user}`` lines with ``{seconds, rows, volumes}``."""
    from oslo_service import wsgi

    config = _configured(conf)
    wsgi.register_opts(config)
    application = wsgi.Loader(config).load_app('osapi_volume')
    rows = [0]

    @sa.event.listens_for(sa.engine.Engine, 'before_cursor_execute')
    def before(connection, cursor, *_):
        rows[0] -= _handler_reads(cursor)

    @sa.event.listens_for(sa.engine.Engine, 'after_cursor_execute')
    def after(connection, cursor, *_):
        # The cursor holds the result; another one asks.
        rows[0] += _handler_reads(connection.connection.cursor())

    listeners = [('before_cursor_execute', before)]
    listeners.append(('after_cursor_execute', after))
    _listen(listeners, sa.event.remove)
    _say('ready')
    for line in sys.stdin:
        asked = json.loads(line)
        if asked['counts']:
            _listen(listeners, sa.event.listen)
        rows[0] = 0
        began = time.perf_counter()
        found = _call(application, asked['path'], asked['user'])
        seconds = time.perf_counter() - began
        if asked['counts']:
            _listen(listeners, sa.event.remove)
        _say(
            json.dumps(
                {
                    'seconds': seconds,
                    'rows': rows[0],
                    'volumes': len(found.get('volumes', ['one'])),
                    'next': found.get('volumes_links', [{}])[0].get('href'),
                }
            )
        )


def _say(text):
    sys.stdout.write(f'{text}\n')
    sys.stdout.flush()


def _listen(listeners, how):
    for name, listener in listeners:
        how(sa.engine.Engine, name, listener)


def _handler_reads(cursor):
    cursor.execute("SHOW SESSION STATUS LIKE 'Handler_read%'")
    return sum(int(value) for _, value in cursor.fetchall())


def _call(application, path, user):
    path, _, query = path.partition('?')
    statuses = []
    chunks = application(
        {
            'REQUEST_METHOD': 'GET',
            'SERVER_NAME': 'cinder',
            'SERVER_PORT': '80',
            'SERVER_PROTOCOL': 'HTTP/1.1',
            'SCRIPT_NAME': '',
            'PATH_INFO': f'/v3/{PROJECT}/{path}',
            'QUERY_STRING': query,
            'wsgi.input': io.BytesIO(),
            'wsgi.url_scheme': 'http',
            'HTTP_X_USER_ID': user,
            'HTTP_X_PROJECT_ID': PROJECT,
            'HTTP_X_ROLES': 'member,reader',
            'HTTP_OPENSTACK_API_VERSION': 'volume 3.59',
        },
        lambda status, *_: statuses.append(status),
    )
    text = b''.join(chunks)
    if statuses[0][:3] != '200':
        raise SystemExit(f'{path}: {statuses[0]}: {text}')
    return json.loads(text)


class Server:
    """One API in a process of its own."""

    def __init__(self, conf):
        self._process = subprocess.Popen(
            [sys.executable, '-W', 'ignore', '-m', __spec__.name]
            + ['--serve', conf],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        while self._process.stdout.readline().strip() not in ('ready', ''):
            pass

    def ask(self, path, user, counts=False):
        """Send a request; return seconds, rows and volumes."""
        line = json.dumps({'path': path, 'user': user, 'counts': counts})
        self._process.stdin.write(line + '\n')
        self._process.stdin.flush()
        while True:
            line = self._process.stdout.readline()
            if not line:
                raise SystemExit('A server ended: see its log.')
            if line.startswith('{'):
                return json.loads(line)

    def pages(self, user, counts=False):
        """Read every page of a list of all; return the sums."""
        total, path = {'seconds': 0, 'rows': 0, 'volumes': 0}, None
        while path is not False:
            one = self.ask(path or 'volumes/detail?limit=1000', user, counts)
            for key in total:
                total[key] += one[key]
            path = (
                one['next'].partition(f'{PROJECT}/')[2]
                if one['next']
                else False
            )
        return total

    def close(self):
        """End the process."""
        self._process.stdin.close()
        self._process.wait()


def measure(folder, rounds):
    """Print the table."""
    user = f'user-{USERS // 2}'
    servers = {
        'filter': Server(configuration(folder, ALL, True)),
        'stock': Server(configuration(folder, ALL, False)),
        'alone': Server(configuration(folder, ALONE, False)),
    }
    ids = {
        name: f'{USERS // 2 if name != "alone" else 0:08d}-0000-4000-8000-'
        '000000000007'
        for name in servers
    }
    users = dict.fromkeys(servers, user)
    users['alone'] = 'user-0'
    for question, path in QUESTIONS.items():
        _tell(
            question,
            {
                name: lambda counts, name=name, server=server: server.ask(
                    path.format(own=ids[name]), users[name], counts
                )
                for name, server in servers.items()
                if name != 'stock' or '{own}' in path
            },
            rounds,
        )
    _tell(
        'all own volumes, or all pages',
        {
            'filter': lambda counts: servers['filter'].ask(
                'volumes/detail?limit=1000', user, counts
            ),
            'stock': lambda counts: servers['stock'].pages(user, counts),
        },
        max(rounds // 10, 3),
    )
    for server in servers.values():
        server.close()


def _tell(question, asking, rounds):
    for ask in asking.values():
        ask(False)
    seconds = {name: [] for name in asking}
    for _ in range(rounds):
        for name, ask in asking.items():
            seconds[name].append(ask(False)['seconds'])
    medians = {name: statistics.median(all_) for name, all_ in seconds.items()}
    _say(question)
    for name, ask in asking.items():
        counted = ask(True)
        ratio = medians['filter'] / medians[name]
        _say(
            f'    {name:8} {counted["volumes"]:6} volumes, '
            f'{counted["rows"]:7} rows read; '
            f'the filter takes {ratio:.2f} times as long'
        )


def main():
    """Make the databases, measure, and drop them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--rounds', type=int, default=40)
    parser.add_argument('--index', action='store_true')
    parser.add_argument('--serve', help=argparse.SUPPRESS)
    parser.add_argument('--populate', nargs=3, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.serve:
        return serve(args.serve)
    if args.populate:
        return populate(*args.populate[:2], int(args.populate[2]))
    engine = sa.create_engine(URL)
    with tempfile.TemporaryDirectory() as folder:
        try:
            for database, users in ((ALL, USERS), (ALONE, 1)):
                with engine.begin() as connection:
                    connection.execute(sa.text(f'CREATE DATABASE {database}'))
                conf = configuration(folder, database, False)
                subprocess.run(
                    [sys.executable, '-W', 'ignore', '-m', __spec__.name]
                    + ['--populate', conf, database, str(users)],
                    check=True,
                    stderr=subprocess.DEVNULL,
                )
            if args.index:
                from cloud_security.volume import indexes

                with engine.begin() as connection:
                    connection.execute(sa.text(f'USE {ALL}'))
                    connection.execute(sa.text(indexes.STATEMENT))
            measure(folder, args.rounds)
        finally:
            with engine.begin() as connection:
                for database in (ALL, ALONE):
                    connection.execute(
                        sa.text(f'DROP DATABASE IF EXISTS {database}')
                    )
    return 0


if __name__ == '__main__':
    sys.exit(main())
