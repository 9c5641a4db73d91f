# SPDX-License-Identifier: Apache-2.0
"""One world: a process with a whole Glance that does what it is told.

``python -m tests.two_worlds.image.world a`` is Glance with the filter,
``… b`` stock Glance. Commands come as process.py says.
"""

import os
import re
import shutil
import sys

# Glance's tests patch threads first, up to 32.
import glance.tests

# isort: split
from glance.common import config
from glance.common import utils
from glance.db.sqlalchemy import api as db_api
from glance.tests import functional
from oslo_config import cfg
from oslo_db import options as db_options
from oslo_utils import units
import sqlalchemy as sa
import webob

from tests.two_worlds import process
from tests.two_worlds import steps
from tests.two_worlds.image import declared

FILTER = """
[filter:user_isolation]
paste.filter_factory = cloud_security.image.middleware:factory
"""
DROP_INS = os.path.join(process.ROOT, 'etc', 'policy.d', 'glance')
PROJECT = '6f70656e737461636b20342065766572'
MEMBER = ('member', 'reader')
ACCOUNTS = {
    'alice': ('alice', MEMBER, PROJECT),
    'bob': ('bob', MEMBER, PROJECT),
    'reader': ('bob', ('reader',), PROJECT),
    'carol': ('carol', ('manager', *MEMBER), PROJECT),
    'root': ('root', ('admin', 'manager', *MEMBER), PROJECT),
    'eve': ('eve', MEMBER, 'f' * 32),
}
#: The server of a database, on which this makes one of its own.
URL = os.environ.get('TWO_WORLDS_URL')
#: Times of the threads of Glance 28, which know no other clock.
_REAL_TIME = re.compile(
    r'\b20\d\d-(?!01-0[1-9]T)\d\d-\d\dT[\d:]{8}(?:\.\d+)?Z?'
)
db_options.set_defaults(cfg.CONF)


class World(functional.SynchronousAPIBase):
    """A Glance with its cache and three stores, whose tasks run at once."""

    FILTERED = False

    def setUp(self):
        self.steps = self.useFixture(steps.Steps())
        super().setUp()
        self.mock_object(glance.async_.ThreadPoolModel, 'spawn', _at_once)
        self.config(
            policy_dirs=[DROP_INS] if self.FILTERED else [],
            policy_file=self.policy_file,
            group='oslo_policy',
        )
        if hasattr(utils, 'validate_uri'):
            self.mock_object(utils, 'validate_uri', return_value=False)
        self.config(limit_param_default=5, api_limit_max=20)
        self.config(
            user_storage_quota=str(units.Gi), show_multiple_locations=True
        )
        self.breakage = None
        if self.FILTERED:
            from tests.two_worlds.image import breakage

            self.breakage = self.useFixture(breakage.Breakage())
        self.start_server()

    def setup_database(self):
        """Make a database: SQLite's, or one on a server."""
        if not URL:
            super().setup_database()
            return
        name = f'two_worlds_glance_{os.getpid()}'
        server = sa.create_engine(URL, isolation_level='AUTOCOMMIT')
        self.addCleanup(server.dispose)
        self.addCleanup(_execute, server, f'DROP DATABASE {name}')
        _execute(server, f'CREATE DATABASE {name} CHARACTER SET utf8')
        self.config(connection=f'{URL}/{name}', group='database')
        db_api.clear_db_env()
        engine = db_api.get_engine()
        self.addCleanup(engine.dispose)
        glance.tests.utils.db_sync(engine=engine)

    def copy_data_file(self, file_name, dst_dir):
        """Copy a file of Glance's tests, whatever the folder."""
        source = os.path.join(os.path.dirname(glance.tests.__file__), 'etc')
        shutil.copy(os.path.join(source, file_name), dst_dir)
        return os.path.join(dst_dir, file_name)

    _copy_data_file = copy_data_file

    def set_policy(self):
        """Let Glance's own rules be in force, and not those of its tests."""
        super().set_policy()
        with open(self.policy_file, 'w') as stream:
            stream.write('{}')

    def setup_simple_paste(self):
        """Write the api-paste.ini, with or without the filter."""
        super().setup_simple_paste()
        if not self.FILTERED:
            return
        with open(self.paste_config) as stream:
            text = stream.read()
        text = re.sub(
            r'(?m)^(pipeline = (?:.*\s)?context) ',
            r'\1 user_isolation ',
            text,
        )
        with open(self.paste_config, 'w') as stream:
            stream.write(text + FILTER)

    def runTest(self):
        """Obey until the input ends."""
        process.obey(self)

    def do_call(self, step, second, who, method, path, body, version, headers):
        """Send a request; return ``[status, [[header, value], …], body]``."""
        self.steps.begin(step, second)
        request = webob.Request.blank(
            path, method=method, body=body.encode('utf-8', 'surrogateescape')
        )
        user_id, roles, project_id = ACCOUNTS[who]
        request.headers.update(
            {
                'Content-Type': 'application/json',
                'X-Identity-Status': 'Confirmed',
                'X-User-Id': user_id,
                'X-Project-Id': project_id,
                'X-Roles': ','.join(roles),
            },
            **headers,
        )
        try:
            answer = request.get_response(self.api)
            text = answer.body.decode('utf-8', 'replace')
            text = text.replace(self.test_dir, '/stores')
            text = _REAL_TIME.sub('NOW', text)
        except Exception as error:
            return [599, [], repr(error)]
        return [answer.status_int, answer.headerlist, text]

    def do_operations(self):
        """Return the routes of Glance's API."""
        return declared.operations()

    def do_lines(self):
        """Return the lines of the filter that can be taken out."""
        return self.breakage.lines()

    def do_take_out(self, line):
        """Take a line out of the filter, or None to have all of them."""
        self.breakage.take_out(line)


def _execute(engine, statement):
    with engine.connect() as connection:
        connection.execute(sa.text(statement))


def _at_once(_pool, function, *args, **kwargs):
    function(*args, **kwargs)


if __name__ == '__main__':
    World.FILTERED = sys.argv[1] == 'a'
    config.set_config_defaults()
    process.run(World())
