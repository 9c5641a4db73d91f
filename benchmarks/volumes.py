# SPDX-License-Identifier: Apache-2.0
"""The price of the filter for lists of volumes: python -m benchmarks.volumes.

``--index`` tries the index that ``status`` advises.
"""

import os
import sys
import sysconfig

import sqlalchemy as sa

from benchmarks import lists

FILTER = """
[filter:user_isolation]
paste.filter_factory = cloud_security.volume.middleware:factory
"""


class Cinder(lists.Service):
    """Cinder, and volumes."""

    module = 'benchmarks.volumes'
    noun = 'volumes'
    listing = 'volumes/detail'
    headers = {'HTTP_OPENSTACK_API_VERSION': 'volume 3.59'}

    def configuration(self, folder, database, is_filtered):
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
                f'[database]\nconnection = {lists.URL}/{database}\n'
            )
        return f'{folder}/{name}.conf'

    def populate(self, conf, database, users):
        """Make the schema, and the volumes of some users."""
        _configured(conf)
        from cinder.db import migration

        migration.db_sync()
        from cloud_security.volume.database import models

        created = '2026-01-01 00:{:02d}:00'
        with sa.create_engine(f'{lists.URL}/{database}').begin() as connection:
            [type_id] = connection.execute(
                sa.select(models.VolumeType.id)
            ).first()
            for user in range(users):
                connection.execute(
                    sa.insert(models.Volume.__table__),
                    [
                        {
                            'id': lists.thing_id(user, number),
                            'user_id': f'user-{user}',
                            'project_id': lists.PROJECT,
                            'volume_type_id': type_id,
                            'size': 1,
                            'status': 'available',
                            'attach_status': 'detached',
                            'display_name': f'volume-{number}',
                            'deleted': False,
                            'use_quota': True,
                            'created_at': created.format(number % 60),
                        }
                        for number in range(lists.EACH)
                    ],
                )

    def application(self, conf):
        """Return Cinder's API."""
        from oslo_service import wsgi

        config = _configured(conf)
        wsgi.register_opts(config)
        return wsgi.Loader(config).load_app('osapi_volume')

    def path_info(self, path):
        """Return the whole path of a request."""
        return f'/v3/{lists.PROJECT}/{path}'

    def behind(self, found):
        """Return the path of the page behind a response, None at the end."""
        for link in found.get('volumes_links', ()):
            return link['href'].partition(f'{lists.PROJECT}/')[2]
        return None

    def indexes(self):
        """Return the statement that status prints."""
        from cloud_security.volume import indexes

        return [indexes.STATEMENT]


def _configured(conf):
    from cinder import objects
    from cinder import rpc
    from cinder.common import config

    config.CONF(['--config-file', conf], project='cinder')
    objects.register_all()
    rpc.init(config.CONF)
    return config.CONF


if __name__ == '__main__':
    sys.exit(lists.main(Cinder()))
