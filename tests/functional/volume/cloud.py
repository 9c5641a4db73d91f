# SPDX-License-Identifier: Apache-2.0
"""A small Cinder from its own fixtures, with or without our filter."""

import contextvars
import os
import re
import sysconfig
import time
from unittest import mock

from cinder import policy as cinder_policy
from cinder import service
from cinder.api import microversions
from cinder.api.openstack import api_version_request
from cinder.tests.unit import test
import fixtures
from oslo_config import cfg
import oslo_messaging
from oslo_serialization import jsonutils
from oslo_service import wsgi
import requests

from cloud_security import opts
from cloud_security.visibility import criteria
from cloud_security.visibility import scope as scopes

CONF = cfg.CONF
FILTER = """
[filter:user_isolation]
paste.filter_factory = cloud_security.volume.middleware:factory
"""
DROP_IN = os.path.abspath(
    os.path.join(
        os.path.dirname(__file__),
        '..',
        '..',
        '..',
        'etc',
        'policy.d',
        'cinder',
        '50-cloud-security.yaml',
    )
)
MEMBER = ('member', 'reader')
PROJECT = '6f70656e737461636b20342065766572'
#: The newest microversion of this Cinder.
LATEST = api_version_request.max_api_version().get_string()
#: The first microversion of each of these.
ATTACHMENTS = microversions.NEW_ATTACH
GROUPS = microversions.GROUP_VOLUME


def api_paste():
    """Return the text of the api-paste.ini that came with Cinder."""
    path = os.path.join(
        sysconfig.get_path('data'), 'etc', 'cinder', 'api-paste.ini'
    )
    with open(path) as paste:
        return paste.read()


def without_keystone(paste):
    """Believe what requests say of their callers."""
    return re.sub(r'\bauthtoken keystonecontext\b', 'keystonecontext', paste)


def with_filter(paste):
    """Put the filter last into every pipeline that ends in the router."""
    return re.sub(r'(?m)^(\w+ = .*) apiv3$', r'\1 user_isolation apiv3', paste)


class Account:
    """Somebody with a token; speaks HTTP to Cinder's API."""

    def __init__(self, base_url, user_id, roles, project_id=PROJECT):
        self.base_url = base_url
        self.user_id = user_id
        self.project_id = project_id
        self.roles = roles

    def call(self, method, path, body=None, version=LATEST, **headers):
        """Send a request.

        :param path: below the project, ``volumes``; with a leading slash it
            is below the host, such as ``/v3/volumes``
        :param body: JSON, or bytes that are sent as they are
        :param version: a microversion
        :param headers: further headers, ``X_Service_Roles='service'``
        :returns: requests.Response
        """
        if not path.startswith('/'):
            path = f'/v3/{self.project_id}/{path}'
        if body is not None and not isinstance(body, bytes):
            body = jsonutils.dump_as_bytes(body)
        return requests.request(
            method,
            self.base_url + path,
            data=body,
            headers=self.headers(version, **headers),
            timeout=60,
        )

    def headers(self, version=LATEST, **headers):
        """Return what a request of this account says in its head."""
        sent = {
            'X-User-Id': self.user_id,
            'X-Project-Id': self.project_id,
            'X-Roles': ','.join(self.roles),
            'Content-Type': 'application/json',
            'OpenStack-API-Version': f'volume {version}',
        }
        sent.update(
            (name.replace('_', '-'), value) for name, value in headers.items()
        )
        return sent

    def get(self, path, **kwargs):
        """GET and expect success; return the JSON of the response."""
        response = self.call('GET', path, **kwargs)
        assert response.status_code == 200, response.text
        return response.json()

    def post(self, path, body, **kwargs):
        """POST and expect success; return the JSON of the response."""
        response = self.call('POST', path, body, **kwargs)
        assert response.status_code in (200, 202), response.text
        return response.json()

    def act(self, path, name, arguments=None, **kwargs):
        """Call an action of a resource, ``act('volumes/ID', 'os-extend')``."""
        return self.call('POST', f'{path}/action', {name: arguments}, **kwargs)

    def ids(self, path='volumes', **kwargs):
        """Return the IDs in a list."""
        [key] = [
            name
            for name in self.get(path, **kwargs)
            if not name.endswith('_links') and name != 'count'
        ]
        return [item['id'] for item in self.get(path, **kwargs)[key]]


_listening = []


def remove_listeners():
    """Let statements pass as they do where the filter is not loaded."""
    while _listening:
        _listening.pop().uninstall()


class OtherServices(fixtures.Fixture):
    """Scheduler and volume service, as if they had their own processes.

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
        dispatch = oslo_messaging.RPCDispatcher.dispatch
        for name, stand_in in (
            ('cloud_security.visibility.criteria.Criteria.install', noted),
            ('cloud_security.volume.process.OTHER_SERVICES', ()),
            (
                'oslo_messaging.RPCDispatcher.dispatch',
                lambda *args: self._unscoped(dispatch, *args),
            ),
        ):
            self.useFixture(fixtures.MonkeyPatch(name, stand_in))

    def _unscoped(self, function, *args, **kwargs):
        def run():
            with scopes.on_this_thread(scopes.EVERYBODY):
                return function(*args, **kwargs)

        return contextvars.copy_context().run(run)


class Cloud(test.TestCase):
    """Two members, a reader, a manager, an admin and a service user.

    ``alice`` and ``bob`` are members of one project, ``dan`` reads it,
    ``carol`` manages it, ``eve`` is a member of another one.
    """

    #: Is the filter in the pipelines, and are the drop-in rules loaded?
    FILTERED = True
    DROPPED_IN = True
    MODE = 'enforce'
    AUDIT = 'log'
    #: Production's default.
    NEW_DEFAULTS = True
    #: What the operator wrote: {rule: check}.
    RULES = {}

    def setUp(self):
        self.useFixture(OtherServices())
        super().setUp()
        state = self.useFixture(fixtures.TempDir()).path
        self._write_policy(state)
        opts.register(CONF)
        self.flags(mode=self.MODE, audit=self.AUDIT, group='cloud_security')
        self.flags(
            osapi_volume_listen='127.0.0.1',
            osapi_volume_listen_port=0,
            osapi_volume_workers=1,
            auth_strategy='keystone',
            resource_query_filters_file=os.path.join(
                sysconfig.get_path('data'), 'etc/cinder/resource_filters.json'
            ),
        )
        self.volume_service = self.start_service('volume')
        # Cinder's scheduler waits for capabilities when it starts.
        with mock.patch('eventlet.sleep'):
            self.scheduler_service = self.start_service('scheduler')
        paste = os.path.join(state, 'api-paste.ini')
        with open(paste, 'w') as stream:
            stream.write(self.paste(without_keystone(api_paste())))
        wsgi.register_opts(CONF)
        self.flags(api_paste_config=paste)
        self.osapi = service.WSGIService('osapi_volume')
        self.osapi.start()
        self.addCleanup(self.osapi.stop)
        self.alice = self.account('alice')
        self.bob = self.account('bob')
        self.dan = self.account('dan', ('reader',))
        self.carol = self.account('carol', ('manager',) + MEMBER)
        self.root = self.account('root', ('admin', 'manager') + MEMBER)
        self.nova_user = self.account('nova', ('service',) + MEMBER)
        self.eve = self.account('eve', project_id='f' * 32)

    def paste(self, paste):
        """Return the api-paste.ini to use."""
        return with_filter(paste) + FILTER if self.FILTERED else paste

    def _write_policy(self, state):
        self.policy_dir = os.path.join(state, 'policy.d')
        os.mkdir(self.policy_dir)
        if self.DROPPED_IN and os.path.exists(DROP_IN):
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
        cinder_policy.reset()
        cinder_policy.init(suppress_deprecation_warnings=True)
        self.addCleanup(cinder_policy.reset)

    def operator_writes(self, rules):
        """Write the operator's rules, which Cinder reads at once."""
        path = os.path.join(self.policy_dir, '90-operator.yaml')
        unfinished = os.path.join(self.policy_dir, '.90-operator.yaml')
        with open(unfinished, 'w') as stream:
            stream.write(jsonutils.dumps(rules))
        os.replace(unfinished, path)

    def account(self, user_id, roles=MEMBER, **kwargs):
        """Return an account of the project."""
        base_url = f'http://{self.osapi.host}:{self.osapi.port}'
        return Account(base_url, user_id, roles, **kwargs)

    def create(
        self, account, kind='volume', path=None, version=LATEST, **body
    ):
        """Let somebody create something and wait for it.

        :returns: its ID
        """
        path = path or f'{kind}s'
        made = account.post(path, {kind: body}, version=version)[kind]
        self.wait(f'{path}/{made["id"]}', kind)
        return made['id']

    def volume(self, account, **body):
        """Let somebody create a volume; return its ID."""
        body.setdefault('name', f'of-{account.user_id}')
        return self.create(account, size=1, **body)

    def snapshot(self, account, volume_id, **body):
        """Let somebody create a snapshot; return its ID."""
        return self.create(account, 'snapshot', volume_id=volume_id, **body)

    def wait(self, path, kind, states=('available', 'error', 'in-use')):
        """Wait until something has one of some states; return it."""
        for _ in range(600):
            found = self.root.get(path)[kind]
            if found['status'] in states:
                return found
            time.sleep(0.05)
        raise AssertionError(f'{path} stays {found["status"]}.')
