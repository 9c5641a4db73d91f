# SPDX-License-Identifier: Apache-2.0
"""The price of the filter for lists of images: python -m benchmarks.images.

``--index`` tries an index of owners, of which MariaDB makes no use.
"""

import os
import sys
import sysconfig

import sqlalchemy as sa

from benchmarks import lists

FILTER = """
[filter:user_isolation]
paste.filter_factory = cloud_security.image.middleware:factory
"""


class Glance(lists.Service):
    """Glance, and private images."""

    module = 'benchmarks.images'
    noun = 'images'
    headers = {'HTTP_X_IDENTITY_STATUS': 'Confirmed'}

    def configuration(self, folder, database, is_filtered):
        """Write glance-api.conf and its api-paste.ini; return the folder."""
        etc = os.path.join(sysconfig.get_path('data'), 'etc', 'glance')
        with open(os.path.join(etc, 'glance-api-paste.ini')) as stream:
            paste = stream.read()
        paste = paste.replace('authtoken context', 'context')
        if is_filtered:
            paste = paste.replace(
                'context rootapp', 'context user_isolation rootapp'
            )
            paste += FILTER
        folder = f'{folder}/{database}-{is_filtered}'
        os.makedirs(f'{folder}/data', exist_ok=True)
        with open(f'{folder}/glance-api-paste.ini', 'w') as stream:
            stream.write(paste)
        with open(f'{folder}/glance-api.conf', 'w') as stream:
            stream.write(
                '[DEFAULT]\nenabled_import_methods = []\n'
                f'node_staging_uri = file://{folder}/data\n'
                f'[database]\nconnection = {lists.URL}/{database}\n'
                '[glance_store]\nstores = file\ndefault_store = file\n'
                f'filesystem_store_datadir = {folder}/data\n'
                '[paste_deploy]\nflavor = keystone\n'
                f'config_file = {folder}/glance-api-paste.ini\n'
            )
        return folder

    def populate(self, conf, database, users):
        """Make the schema, and the images of some users."""
        from glance.db.sqlalchemy import models
        from glance.tests import utils
        from oslo_db.sqlalchemy import enginefacade

        facade = enginefacade.writer
        facade.configure(connection=f'{lists.URL}/{database}')
        engine = facade.get_engine()
        utils.db_sync(engine=engine)
        with engine.begin() as connection:
            for user in range(users):
                rows = [_image(user, number) for number in range(lists.EACH)]
                connection.execute(sa.insert(models.Image.__table__), rows)
                connection.execute(
                    sa.insert(models.ImageProperty.__table__),
                    [
                        {
                            'image_id': row['id'],
                            'name': name,
                            'value': value,
                            'created_at': row['created_at'],
                            'updated_at': row['created_at'],
                            'deleted': False,
                        }
                        for row in rows
                        for name, value in (
                            ('user_id', f'user-{user}'),
                            ('os_distro', 'debian'),
                        )
                    ],
                )

    def application(self, conf):
        """Return Glance's API."""
        os.environ['OS_GLANCE_CONFIG_DIR'] = conf
        from glance.common import wsgi_app

        return wsgi_app.init_app()

    def path_info(self, path):
        """Return the whole path of a request."""
        return f'/v2/{path}'

    def behind(self, found):
        """Return the path of the page behind a response, None at the end."""
        return found.get('next', '').partition('/v2/')[2] or None

    def indexes(self):
        """Return the index that leads from an owner to images."""
        return [
            'CREATE INDEX cloud_security_owner_idx ON image_properties '
            '(name(32), value(64), deleted, image_id)'
        ]


def _image(user, number):
    created = f'2026-01-01 00:{number % 60:02d}:00'
    return {
        'id': lists.thing_id(user, number),
        'name': f'image-{number}',
        'owner': lists.PROJECT,
        'visibility': 'private',
        'status': 'active',
        'disk_format': 'raw',
        'container_format': 'bare',
        'size': 1,
        'min_disk': 0,
        'min_ram': 0,
        'protected': False,
        'os_hidden': False,
        'deleted': False,
        'created_at': created,
        'updated_at': created,
    }


if __name__ == '__main__':
    sys.exit(lists.main(Glance()))
