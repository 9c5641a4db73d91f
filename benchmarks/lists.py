# SPDX-License-Identifier: Apache-2.0
"""The price of the filter for lists of a service, apart from Nova.

A project has 100 users with 100 things each, on the MariaDB that
``BENCHMARKS_URL`` names. Three APIs answer in turns, each in a process of its
own: the service with the filter; the stock service; and, alone, a stock
service whose project has the 100 things of one user. The table gives ratios of
medians, and the rows that MariaDB read. ``--index`` tries an index. The
databases are dropped in the end.
"""

import abc
import argparse
import io
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time

import sqlalchemy as sa

URL = os.environ.get('BENCHMARKS_URL', 'mysql+pymysql://root@127.0.0.1')
PROJECT = '6f70656e737461636b20342065766572'
USERS, EACH = 100, 100


class Service(abc.ABC):
    """A service, and what the benchmark asks it."""

    #: The module that calls ``main``.
    module = ''
    #: The plural, in responses and in the table.
    noun = ''
    #: The path of a list, where it is not the plural.
    listing = ''
    headers = {}

    def page(self, limit=1000):
        """Return the path of the first page of a list."""
        return f'{self.listing or self.noun}?limit={limit}'

    def questions(self):
        """Return ``{name: path}``; ``{own}`` is the ID of an own thing."""
        return {
            f'one own {self.noun[:-1]}': f'{self.noun}/{{own}}',
            f'all own {self.noun}': self.page(),
            f'a page of own {self.noun}': self.page(20),
        }

    def database(self, name):
        """Return the name of a database."""
        return f'cs_{self.noun}_{name}'

    @abc.abstractmethod
    def configuration(self, folder, database, is_filtered):
        """Write the configuration; return its path."""

    @abc.abstractmethod
    def populate(self, conf, database, users):
        """Make the schema, and the things of some users."""

    @abc.abstractmethod
    def application(self, conf):
        """Return the API, a WSGI application."""

    @abc.abstractmethod
    def path_info(self, path):
        """Return the whole path of a request."""

    @abc.abstractmethod
    def behind(self, found):
        """Return the path of the page behind a response, None at the end."""

    @abc.abstractmethod
    def indexes(self):
        """Return the statements that ``--index`` tries."""


def thing_id(user, number):
    """Return the ID of a thing of a user."""
    return f'{user:08d}-0000-4000-8000-{number:012d}'


def serve(service, conf):
    """Answer ``{path, user}`` lines with ``{seconds, rows, things}``."""
    application = service.application(conf)
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
        found = _call(service, application, asked['path'], asked['user'])
        seconds = time.perf_counter() - began
        if asked['counts']:
            _listen(listeners, sa.event.remove)
        _say(
            json.dumps(
                {
                    'seconds': seconds,
                    'rows': rows[0],
                    'things': len(found.get(service.noun, ['one'])),
                    'next': service.behind(found),
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


def _call(service, application, path, user):
    path, _, query = path.partition('?')
    statuses = []
    chunks = application(
        {
            'REQUEST_METHOD': 'GET',
            'SERVER_NAME': 'api',
            'SERVER_PORT': '80',
            'SERVER_PROTOCOL': 'HTTP/1.1',
            'SCRIPT_NAME': '',
            'PATH_INFO': service.path_info(path),
            'QUERY_STRING': query,
            'wsgi.input': io.BytesIO(),
            'wsgi.url_scheme': 'http',
            'HTTP_X_USER_ID': user,
            'HTTP_X_PROJECT_ID': PROJECT,
            'HTTP_X_ROLES': 'member,reader',
            **service.headers,
        },
        lambda status, *_: statuses.append(status),
    )
    text = b''.join(chunks)
    if statuses[0][:3] != '200':
        raise SystemExit(f'{path}: {statuses[0]}: {text}')
    return json.loads(text)


class Server:
    """One API in a process of its own."""

    def __init__(self, service, conf):
        self._service = service
        self._process = subprocess.Popen(
            [sys.executable, '-W', 'ignore', '-m', service.module]
            + ['--serve', conf],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        while self._process.stdout.readline().strip() not in ('ready', ''):
            pass

    def ask(self, path, user, counts=False):
        """Send a request; return seconds, rows and things."""
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
        total = {'seconds': 0, 'rows': 0, 'things': 0}
        path = self._service.page()
        while path:
            one = self.ask(path, user, counts)
            for key in total:
                total[key] += one[key]
            path = one['next']
        return total

    def close(self):
        """End the process."""
        self._process.stdin.close()
        self._process.wait()


def measure(service, folder, rounds):
    """Print the table."""
    user = f'user-{USERS // 2}'
    all_, alone = service.database('all'), service.database('alone')
    servers = {
        name: Server(service, service.configuration(folder, database, is_it))
        for name, database, is_it in (
            ('filter', all_, True),
            ('stock', all_, False),
            ('alone', alone, False),
        )
    }
    ids = {
        name: thing_id(0 if name == 'alone' else USERS // 2, 7)
        for name in servers
    }
    users = dict.fromkeys(servers, user)
    users['alone'] = 'user-0'
    for question, path in service.questions().items():
        _tell(
            service,
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
        service,
        f'all own {service.noun}, or all pages',
        {
            'filter': lambda counts: servers['filter'].ask(
                service.page(), user, counts
            ),
            'stock': lambda counts: servers['stock'].pages(user, counts),
        },
        max(rounds // 10, 3),
    )
    for server in servers.values():
        server.close()


def _tell(service, question, asking, rounds):
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
            f'    {name:8} {counted["things"]:6} {service.noun}, '
            f'{counted["rows"]:7} rows read; '
            f'the filter takes {ratio:.2f} times as long'
        )


def main(service):
    """Make the databases, measure, and drop them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--rounds', type=int, default=40)
    parser.add_argument('--index', action='store_true')
    parser.add_argument('--serve', help=argparse.SUPPRESS)
    parser.add_argument('--populate', nargs=3, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.serve:
        return serve(service, args.serve)
    if args.populate:
        return service.populate(*args.populate[:2], int(args.populate[2]))
    engine = sa.create_engine(URL)
    databases = {service.database('all'): USERS, service.database('alone'): 1}
    with tempfile.TemporaryDirectory() as folder:
        try:
            for database, users in databases.items():
                with engine.begin() as connection:
                    connection.execute(sa.text(f'CREATE DATABASE {database}'))
                conf = service.configuration(folder, database, False)
                subprocess.run(
                    [sys.executable, '-W', 'ignore', '-m', service.module]
                    + ['--populate', conf, database, str(users)],
                    check=True,
                    stderr=subprocess.DEVNULL,
                )
            if args.index:
                with engine.begin() as connection:
                    connection.execute(
                        sa.text(f'USE {service.database("all")}')
                    )
                    for statement in service.indexes():
                        connection.execute(sa.text(statement))
            measure(service, folder, args.rounds)
        finally:
            with engine.begin() as connection:
                for database in databases:
                    connection.execute(
                        sa.text(f'DROP DATABASE IF EXISTS {database}')
                    )
    return 0
