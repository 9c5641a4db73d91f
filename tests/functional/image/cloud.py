# SPDX-License-Identifier: Apache-2.0
"""A small Glance from its own fixtures, with or without our filter."""

import os
import re
import shutil

import fixtures
from glance import tests
from glance.db.sqlalchemy import api as db_api
from glance.tests import functional
from oslo_config import cfg
from oslo_db import options as db_options
from oslo_serialization import jsonutils
import webob

from cloud_security import opts
from cloud_security.image import property_filters
from cloud_security.image import tasks
from cloud_security.image import usage
from cloud_security.visibility import criteria

CONF = cfg.CONF
# Before Glance connects, nothing else registers these.
db_options.set_defaults(CONF)
FILTER = """
[filter:user_isolation]
paste.filter_factory = cloud_security.image.middleware:factory
"""
DROP_IN = os.path.abspath(
    os.path.join(
        os.path.dirname(__file__),
        *('..', '..', '..', 'etc', 'policy.d', 'glance'),
        '50-cloud-security.yaml',
    )
)
MEMBER = ('member', 'reader')
PROJECT = '6f70656e737461636b20342065766572'
PATCH = 'application/openstack-images-v2.1-json-patch'
PATCH_OF_OLD = 'application/openstack-images-v2.0-json-patch'
DATA = 'application/octet-stream'
#: An image that does not exist.
UNKNOWN = '00000000-0000-4000-8000-000000000000'


def with_filter(paste):
    """Put the filter behind the filter that makes the context."""
    return re.sub(
        r'(?m)^(pipeline = (?:.*\s)?context) ', r'\1 user_isolation ', paste
    )


class Account:
    """Somebody with a token; speaks WSGI to Glance's API."""

    def __init__(self, api, user_id, roles, project_id=PROJECT):
        self.api = api
        self.user_id = user_id
        self.project_id = project_id
        self.roles = roles

    def call(self, method, path, body=None, **headers):
        """Send a request.

        :param path: below /v2, ``images``; with a leading slash, below the
            host
        :param body: JSON, or bytes or a file that are sent as they are
        :param headers: further headers, ``Content_Type=PATCH``
        :returns: webob.Response, whose body has been read
        """
        request = webob.Request.blank(
            path if path.startswith('/') else f'/v2/{path}',
            method=method,
            headers=self.headers(**headers),
        )
        if hasattr(body, 'read'):
            request.body_file = body
        elif body is not None:
            request.body = (
                body
                if isinstance(body, bytes)
                else jsonutils.dump_as_bytes(body)
            )
        response = request.get_response(self.api)
        response.body  # noqa: B018 a server sends it
        return response

    def headers(self, **headers):
        """Return what a request of this account says in its head."""
        sent = {
            'X-Identity-Status': 'Confirmed',
            'X-Auth-Token': f'token-of-{self.user_id}',
            'X-User-Id': self.user_id,
            'X-Project-Id': self.project_id,
            'X-Roles': ','.join(self.roles),
            'Content-Type': 'application/json',
        }
        sent.update(
            (name.replace('_', '-'), value) for name, value in headers.items()
        )
        return sent

    def get(self, path, **headers):
        """GET and expect success; return the JSON of the response."""
        response = self.call('GET', path, **headers)
        assert response.status_code == 200, response.text
        return response.json

    def patch(self, path, *changes, media_type=PATCH):
        """Send a JSON patch."""
        return self.call('PATCH', path, list(changes), Content_Type=media_type)

    def upload(self, path, body, method='PUT', **headers):
        """Send data."""
        return self.call(method, path, body, Content_Type=DATA, **headers)

    def create(self, **body):
        """Create an image; return it."""
        response = self.call('POST', 'images', body)
        assert response.status_code == 201, response.text
        return response.json

    def image(self, data=b'DATA', **body):
        """Create an image, private and active; return its ID."""
        body.setdefault('name', f'of-{self.user_id}')
        body.setdefault('visibility', 'private')
        body.update(container_format='bare', disk_format='raw')
        image_id = self.create(**body)['id']
        if data is not None:
            response = self.upload(f'images/{image_id}/file', data)
            assert response.status_code == 204, response.text
        return image_id

    def ids(self, query=''):
        """Return the IDs in a list."""
        return [one['id'] for one in self.get(f'images{query}')['images']]


_listening = []
#: The file of a database without rows, once there is one.
_databases = []


class Listeners(fixtures.Fixture):
    """Remove the filter's listeners from this process at the end."""

    def _setUp(self):
        install = criteria.Criteria.install

        def noted(installed):
            _listening.append(installed)
            install(installed)

        self.addCleanup(self._remove)
        self.useFixture(
            fixtures.MonkeyPatch(
                'cloud_security.visibility.criteria.Criteria.install', noted
            )
        )
        for name in (*usage.NAMES, property_filters.NAME):
            # The filter replaces it, and this fixture puts it back.
            self.useFixture(
                fixtures.MonkeyPatch(
                    f'glance.db.sqlalchemy.api.{name}',
                    getattr(usage.api, name),
                )
            )
        self.useFixture(
            fixtures.MonkeyPatch(
                'glance.async_.ThreadPoolModel.spawn',
                tasks.async_.ThreadPoolModel.spawn,
            )
        )

    def _remove(self):
        while _listening:
            _listening.pop().uninstall()


class Cloud(functional.SynchronousAPIBase):
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
    #: Does the image cache stand in the pipeline?
    CACHED = True
    #: What the operator wrote: {rule: check}.
    RULES = {}

    def setUp(self):
        self.useFixture(Listeners())
        super().setUp()
        self._write_policy()
        opts.register(CONF)
        self.config(mode=self.MODE, audit=self.AUDIT, group='cloud_security')
        self.start_server(enable_cache=self.CACHED)
        self.config(
            enforce_new_defaults=self.NEW_DEFAULTS, group='oslo_policy'
        )
        self.alice = self.account('alice')
        self.bob = self.account('bob')
        self.dan = self.account('dan', ('reader',))
        self.carol = self.account('carol', ('manager',) + MEMBER)
        self.root = self.account('root', ('admin', 'manager') + MEMBER)
        self.eve = self.account('eve', project_id='f' * 32)

    def setup_database(self):
        """Copy a database that Glance's migrations have made once."""
        path = os.path.join(self.test_dir, 'test.db')
        if _databases:
            with open(path, 'wb') as stream:
                stream.write(_databases[0])
            self.config(connection=f'sqlite:///{path}', group='database')
            db_api.clear_db_env()
            return
        super().setup_database()
        with open(path, 'rb') as stream:
            _databases.append(stream.read())

    def copy_data_file(self, file_name, dst_dir):
        """Copy a file of Glance's tests, whatever the folder."""
        source = os.path.join(os.path.dirname(tests.__file__), 'etc')
        shutil.copy(os.path.join(source, file_name), dst_dir)
        return os.path.join(dst_dir, file_name)

    _copy_data_file = copy_data_file

    def setup_simple_paste(self):
        """Write the api-paste.ini."""
        super().setup_simple_paste()
        with open(self.paste_config) as stream:
            paste = self.paste(stream.read())
        with open(self.paste_config, 'w') as stream:
            stream.write(paste)

    def paste(self, paste):
        """Return the api-paste.ini to use."""
        return with_filter(paste) + FILTER if self.FILTERED else paste

    def _write_policy(self):
        self.policy_dir = os.path.join(self.test_dir, 'policy.d')
        os.mkdir(self.policy_dir)
        if self.DROPPED_IN and os.path.exists(DROP_IN):
            os.symlink(
                DROP_IN,
                os.path.join(self.policy_dir, os.path.basename(DROP_IN)),
            )
        self.operator_writes(self.RULES)
        self.config(
            policy_dirs=[self.policy_dir],
            policy_file=os.path.join(self.policy_dir, '90-operator.yaml'),
            group='oslo_policy',
        )

    def operator_writes(self, rules):
        """Write the operator's rules, which Glance reads at once."""
        path = os.path.join(self.policy_dir, '90-operator.yaml')
        unfinished = os.path.join(self.test_dir, '90-operator.yaml')
        with open(unfinished, 'w') as stream:
            stream.write(jsonutils.dumps(rules))
        os.replace(unfinished, path)

    def account(self, user_id, roles=MEMBER, **kwargs):
        """Return an account of the project."""
        return Account(self.api, user_id, roles, **kwargs)

    def owner(self, image_id):
        """Return the owner of an image, as an admin sees it."""
        return self.root.get(f'images/{image_id}')['user_id']

    def assert_alike(self, account, method, path, image_id, *args, **kwargs):
        """Compare the response for an image with that for an unknown ID.

        :param path: with ``{}`` in the place of the ID
        :returns: the response
        """
        responses = [
            account.call(method, path.format(one), *args, **kwargs)
            for one in (image_id, UNKNOWN)
        ]
        hidden, unknown = (
            (
                response.status_code,
                response.text.replace(one, 'ID'),
                sorted(response.headers.keys()),
            )
            for response, one in zip(responses, (image_id, UNKNOWN))
        )
        self.assertEqual(unknown, hidden, (method, path))
        return responses[0]
