# SPDX-License-Identifier: Apache-2.0
"""A small cloud from Nova's own fixtures, with or without our filter."""

import collections
import contextvars
import functools
import logging
import os
import re
import sysconfig
import time
import unittest

import fixtures
import futurist
from nova import context as nova_context
from nova import objects
from nova import utils
from nova.api import auth
from nova.api.openstack import api_version_request
from nova.api.openstack import compute as nova_compute
from nova.compute import multi_cell_list
from nova.conf import CONF
from nova.db.api import api as api_db
from nova.db.api import models as api_models
from nova.db.main import api as main_db
import nova.policy
from nova.tests.functional import integrated_helpers
from nova.tests.functional.api import client
import oslo_messaging
from oslo_serialization import jsonutils
import sqlalchemy as sa

from cloud_security import opts
from cloud_security.deploy import file_access
from cloud_security.visibility import criteria
from cloud_security.visibility import scope as scopes
from tests.functional.compute import caches
from tests.functional.compute import copies

FILTER = """
[filter:user_isolation]
paste.filter_factory = cloud_security.compute.middleware:factory
"""
DROP_IN = os.path.abspath(
    os.path.join(
        os.path.dirname(__file__),
        '..',
        '..',
        '..',
        'etc',
        'policy.d',
        '50-cloud-security.yaml',
    )
)
MEMBER = ('member', 'reader')
PROJECT = '6f70656e737461636b20342065766572'
#: The newest microversion of this Nova.
LATEST = api_version_request.max_api_version().get_string()
IMAGE = '155d900f-4e14-4e4c-a73d-069cbf4541e6'


def api_paste():
    """Return the text of the api-paste.ini that came with Nova."""
    path = os.path.join(
        sysconfig.get_path('data'), 'etc', 'nova', 'api-paste.ini'
    )
    with open(path) as paste:
        return paste.read()


def with_filter(paste):
    """Put the filter last into every pipeline that ends in the router."""
    return (
        re.sub(
            r'(?m)^(\w+ = .*) osapi_compute_app_v21$',
            r'\1 user_isolation osapi_compute_app_v21',
            paste,
        )
        + FILTER
    )


def map_server(server_id, **values):
    """Write into a server's mapping, in the API database."""
    mapping = api_models.InstanceMapping
    context = nova_context.get_admin_context()
    with scopes.on_this_thread(scopes.EVERYBODY):
        with api_db.context_manager.writer.using(context) as session:
            session.execute(
                sa.update(mapping)
                .where(mapping.instance_uuid == server_id)
                .values(**values)
            )


class Account:
    """Somebody with a token; speaks HTTP to Nova's API."""

    def __init__(self, base_url, user_id, roles, project_id=PROJECT):
        self.user_id = user_id
        self.project_id = project_id
        self.roles = roles
        self.base_url = base_url
        self._client = client.TestOpenStackClient(user_id, base_url)
        self._headers = {
            'X-User-Id': user_id,
            'X-Project-Id': project_id,
            'X-Roles': ','.join(roles),
        }

    def call(self, method, path, body=None, version=None, **headers):
        """Send a request.

        :param path: below the host, such as ``/v2.1/servers``; without a
            leading slash it is below ``/v2.1/``
        :param body: JSON, or bytes that are sent as they are
        :param version: a microversion
        :param headers: further headers, ``X_Service_Roles='service'``
        :returns: requests.Response
        """
        url = self._client.base_url
        url = (
            url.rsplit('/', 1)[0] + path
            if path.startswith('/')
            else url + '/' + path
        )
        if body is not None and not isinstance(body, bytes):
            body = jsonutils.dump_as_bytes(body)
        return self._client.request(
            url, method, body, self.headers(version, **headers)
        )

    def headers(self, version=None, **headers):
        """Return what a request of this account says in its head."""
        sent = dict(self._headers)
        sent.update(
            (name.replace('_', '-'), value) for name, value in headers.items()
        )
        if version:
            sent['OpenStack-API-Version'] = f'compute {version}'
        return sent

    def get(self, path, **kwargs):
        """GET and expect success; return the JSON of the answer."""
        answer = self.call('GET', path, **kwargs)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def act(self, server_id, name, arguments=None, **kwargs):
        """Call a server's action."""
        return self.call(
            'POST', f'servers/{server_id}/action', {name: arguments}, **kwargs
        )

    def ids(self, path='servers', **kwargs):
        """Return the ids of the servers in a list."""
        return [server['id'] for server in self.get(path, **kwargs)['servers']]


# It closes after each test's logging and would write to the terminal.
logging.getLogger('nova.thread_pool_factory').setLevel(logging.WARNING)

_listening = []


def remove_listeners():
    """Let statements pass as they do where the filter is not loaded."""
    while _listening:
        _listening.pop().uninstall()


class _Pool(sa.pool.QueuePool):
    """As many connections as are asked for at once."""

    def __init__(self, *args, **kwargs):
        kwargs['max_overflow'] = -1
        super().__init__(*args, **kwargs)


class OtherServices(fixtures.Fixture):
    """Conductor, scheduler and compute, as if they had their own processes.

    In a real cloud they load no filter and read everybody's rows, while the
    API is as strict as it is where nothing else shares its process.
    """

    def _setUp(self):
        install = criteria.Criteria.install

        def noted(installed):
            if installed not in _listening:
                _listening.append(installed)
            install(installed)

        self.addCleanup(remove_listeners)
        self.useFixture(
            fixtures.MonkeyPatch(
                'cloud_security.visibility.criteria.Criteria.install', noted
            )
        )
        self._under_way = collections.deque()
        self.is_other = contextvars.ContextVar('is_other', default=False)
        self.useFixture(
            fixtures.MonkeyPatch(
                'cloud_security.compute.process.OTHER_SERVICES', ()
            )
        )
        dispatch = oslo_messaging.RPCDispatcher.dispatch
        self.useFixture(
            fixtures.MonkeyPatch(
                'oslo_messaging.RPCDispatcher.dispatch',
                lambda *args: self._unscoped(dispatch, *args),
            )
        )
        for executor in ('ThreadPoolExecutor', 'GreenThreadPoolExecutor'):
            self.useFixture(
                fixtures.MonkeyPatch(
                    f'futurist.{executor}.submit',
                    self._inheriting(getattr(futurist, executor).submit),
                )
            )

        if hasattr(utils, 'pass_context'):  # up to Nova 31
            pass_context = utils.pass_context
            self.useFixture(
                fixtures.MonkeyPatch(
                    'nova.utils.pass_context',
                    lambda runner, *args, **kwargs: pass_context(
                        self._inheriting(runner), *args, **kwargs
                    ),
                )
            )

    def _unscoped(self, function, *args, **kwargs):
        def run():
            self.is_other.set(True)
            with scopes.on_this_thread(scopes.EVERYBODY):
                return function(*args, **kwargs)

        return contextvars.copy_context().run(run)

    def _inheriting(self, submit):
        def inheriting(*args, **kwargs):
            if self.is_other.get():
                place = [callable(argument) for argument in args].index(True)
                args = args[:place] + (self._task,) + args[place:]
                self._under_way.append(None)
            return submit(*args, **kwargs)

        return inheriting

    def _task(self, function, *args, **kwargs):
        try:
            return self._unscoped(function, *args, **kwargs)
        finally:
            self._under_way.pop()

    def settle(self):
        """Wait until no thread of the other services has work left."""
        for _ in range(12000):
            if not self._under_way:
                return
            time.sleep(0.005)
        raise AssertionError('Nova did not settle within a minute.')


class Cloud(integrated_helpers._IntegratedTestBase):
    """Two members, a reader, a manager, an admin and a service user.

    ``alice`` and ``bob`` are members of one project, ``dan`` reads it,
    ``carol`` manages it, ``eve`` is a member of another one.
    """

    #: Is the filter in the pipelines, and are the drop-in rules loaded?
    FILTERED = True
    DROPPED_IN = True
    MODE = 'enforce'
    AUDIT = 'log'
    #: Production's default, which Placement's fixture turns off.
    NEW_DEFAULTS = True
    #: What the operator wrote: {rule: check}.
    RULES = {}
    #: May servers be copies of one that was booted? Not where it matters that
    #: somebody may make them, or what the scheduler remembers (see copies.py).
    COPIES = True

    def setUp(self):
        if self.COPIES:
            _original()
        self.other_services = self.useFixture(OtherServices())
        for name, stand_in in (
            # Connecting to a file of SQLite's would be a fifth of the time.
            ('sqlalchemy.pool.NullPool', _Pool),
            # So would asking for every server's allocations at each change of
            # one, for the case that a driver reshapes them; here none does.
            (
                'nova.scheduler.client.report.SchedulerReportClient.'
                'get_allocations_for_provider_tree',
                lambda *_: {},
            ),
            # Rules are read in _setup_services.
            ('nova.tests.fixtures.PolicyFixture', fixtures.Fixture),
            ('nova.tests.fixtures.RealPolicyFixture', fixtures.Fixture),
            # Both pipelines end in one router, where Nova has two alike.
            (
                'nova.api.openstack.compute.APIRouterV21.factory',
                lambda *_, **__: self._router,
            ),
            # Nova's API runs in this process.
            (
                'cloud_security.deploy.file_access.service_user',
                lambda *_: file_access.Reader(
                    'tester', os.geteuid(), frozenset(os.getgroups())
                ),
            ),
            ('oslo_db.sqlalchemy.engines.create_engine', caches.create_engine),
            (
                'nova.api.validation.validators._SchemaValidator',
                caches.validator,
            ),
        ):
            self.useFixture(fixtures.MonkeyPatch(name, stand_in))
        super().setUp()

    @functools.cached_property
    def _router(self):
        return nova_compute.APIRouterV21()

    def _setup_services(self):
        state = self.useFixture(fixtures.TempDir()).path
        paste = os.path.join(state, 'api-paste.ini')
        with open(paste, 'w') as stream:
            stream.write(self.paste(api_paste()))
        self.flags(api_paste_config=paste, group='wsgi')
        self.policy_dir = os.path.join(state, 'policy.d')
        os.mkdir(self.policy_dir)
        if self.DROPPED_IN:
            os.symlink(
                DROP_IN,
                os.path.join(self.policy_dir, os.path.basename(DROP_IN)),
            )
        self.operator_writes(self.RULES)
        self.flags(
            policy_dirs=[self.policy_dir],
            policy_file=os.path.join(state, 'policy.yaml'),
            enforce_new_defaults=self.NEW_DEFAULTS,
            group='oslo_policy',
        )
        opts.register(CONF)
        self.flags(mode=self.MODE, audit=self.AUDIT, group='cloud_security')
        nova.policy.reset()
        nova.policy.init(suppress_deprecation_warnings=True)
        self.addCleanup(nova.policy.reset)
        create_context = auth.NovaKeystoneContext._create_context
        super()._setup_services()
        # The fixture takes whoever is called admin for one; we ask policy.
        self.useFixture(
            fixtures.MonkeyPatch(
                'nova.api.auth.NovaKeystoneContext._create_context',
                staticmethod(create_context),
            )
        )
        # While they build, services take a minute to stop.
        self.addCleanup(self.other_services.settle)
        self.alice = self.account('alice')
        self.bob = self.account('bob')
        self.dan = self.account('dan', ('reader',))
        self.carol = self.account('carol', ('manager',) + MEMBER)
        self.root = self.account('root', ('admin', 'manager') + MEMBER)
        self.neutron_user = self.account('neutron', ('service',) + MEMBER)
        self.eve = self.account('eve', project_id='f' * 32)

    def paste(self, paste):
        """Return the api-paste.ini to use."""
        return with_filter(paste) if self.FILTERED else paste

    def operator_writes(self, rules):
        """Write the operator's rules, which Nova reads at once."""
        self.write_policy('90-operator.yaml', jsonutils.dumps(rules))

    def write_policy(self, name, text):
        """Put a file into policy.d at once: Nova reads it while we write.

        oslo.policy reads every file there but those that begin with a dot.

        :returns: its path
        """
        path = os.path.join(self.policy_dir, name)
        unfinished = os.path.join(self.policy_dir, f'.{name}')
        with open(unfinished, 'w') as stream:
            stream.write(text)
        os.replace(unfinished, path)
        return path

    def account(self, user_id, roles=MEMBER, **kwargs):
        """Return an account of the project."""
        return Account(self.api_fixture.api.base_url, user_id, roles, **kwargs)

    def boot(
        self,
        account,
        name=None,
        state='ACTIVE',
        version='2.37',
        hints=None,
        **server,
    ):
        """Let somebody make a server and wait for it, or copy one.

        :returns: its id
        """
        name = name or f'of-{account.user_id}'
        if self.COPIES and (hints, server, state) == (None, {}, 'ACTIVE'):
            return copies.put(self, _original(), account, name)
        body = {
            'server': dict(
                {
                    'name': name,
                    'flavorRef': '1',
                    'imageRef': IMAGE,
                    'networks': 'none',
                },
                **server,
            )
        }
        if hints is not None:
            body['os:scheduler_hints'] = hints
        answer = account.call('POST', 'servers', body, version=version)
        self.assertEqual(202, answer.status_code, answer.text)
        server_id = answer.json()['server']['id']
        if state:
            self.other_services.settle()
            self.wait_for(
                lambda: (
                    state
                    == self.root.get(f'servers/{server_id}')['server'][
                        'status'
                    ]
                )
            )
        return server_id

    def read_in_the_cells_threads(self, note=lambda: None):
        """Have lists read where Nova prepares them, in threads of its own.

        Nova 34 reads them in the request's thread.

        :param note: called there
        """
        holder = multi_cell_list.CrossCellLister
        if not hasattr(holder, 'query_wrapper'):  # up to Nova 32
            holder = multi_cell_list
        prepare = holder.query_wrapper

        def read(*args, **kwargs):
            rows = list(prepare(*args, **kwargs))
            note()
            return iter(rows)

        self.useFixture(
            fixtures.MockPatchObject(holder, 'query_wrapper', read)
        )

    def cell_engine(self, name='cell1'):
        """Return the engine of a cell's database."""
        with nova_context.target_cell(
            nova_context.get_admin_context(), self.cell_mappings[name]
        ) as context:
            return main_db.get_engine(context=context)

    def forget_owner(self, server_id):
        """Make the mapping one of a Nova before 20."""
        with scopes.on_this_thread(scopes.EVERYBODY):
            objects.InstanceMapping._save_in_db(
                nova_context.get_admin_context(), server_id, {'user_id': None}
            )

    def wait_until_gone(self, server_id):
        """Wait until a server is deleted."""
        self.wait_for(
            lambda: (
                404
                == self.root.call('GET', f'servers/{server_id}').status_code
            )
        )

    def wait_for(self, happened):
        """Wait for something to become true, at most 20 seconds."""
        for _ in range(400):
            if happened():
                return
            time.sleep(0.05)
        self.fail('It did not happen within 20 seconds.')


class _Original(Cloud):
    """Boots the server that others are copies of."""

    FILTERED = DROPPED_IN = COPIES = False

    def runTest(self):
        server_id = self.boot(self.account('original'))
        self._found = copies.take(self, server_id)


@functools.lru_cache(maxsize=None)
def _original():
    """Return the server that all copies of this process are made of."""
    result = unittest.TestResult()
    cloud = _Original()
    cloud.run(result)
    for _, problem in result.errors + result.failures:
        raise AssertionError(problem)
    return cloud._found
