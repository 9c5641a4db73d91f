# SPDX-License-Identifier: Apache-2.0
"""Steps of the lab's setup, each of which is done once."""

import contextlib
import hashlib
import os
import pathlib
import shutil
import subprocess
import sys

import files
import processes
import servers
import settings

BIN = settings.VENV / 'bin'
#: The user of all databases.
USER = f"'lab'@'{settings.HOST}'"


def once(step, function):
    """Do a step of the setup, unless it is done."""
    if not (settings.DONE / step).exists():
        processes.say(f'step: {step}')
        function()
        (settings.DONE / step).touch()


def digest(*paths):
    """Return a word for the content of files."""
    content = b''.join(path.read_bytes() for path in paths)
    return hashlib.sha256(content).hexdigest()[:8]


def check_links():
    """Look whether the services' folders in /etc can be the lab's.

    :raises SystemExit: where a service of this host has one
    """
    for name in settings.ISOLATED:
        place, target = pathlib.Path('/etc', name), settings.ETC / name
        is_ours = place.is_symlink() and place.readlink() == target
        if os.path.lexists(place) and not is_ours:
            sys.exit(
                f'{place} is there: the lab is for a machine that has no '
                'OpenStack. Nothing was changed.'
            )


def link():
    """Let the services' folders in /etc be the lab's."""
    for name in settings.ISOLATED:
        place = pathlib.Path('/etc', name)
        if not place.is_symlink():
            place.symlink_to(settings.ETC / name)


def packages(*names):
    """Install what is not Python's, and let Debian start nothing."""
    if not subprocess.run(
        ['dpkg', '-s', *names], capture_output=True
    ).returncode:
        return
    policy = pathlib.Path('/usr/sbin/policy-rc.d')
    is_ours = not policy.exists()
    if is_ours:
        policy.write_text('#!/bin/sh\nexit 101\n')
        policy.chmod(0o755)
    quiet = {'DEBIAN_FRONTEND': 'noninteractive'}
    try:
        processes.run('apt-get', '-q', 'update')
        processes.run(
            *('apt-get', '-q', '-y', '--no-install-recommends', 'install'),
            *names,
            environment=quiet,
        )
    finally:
        if is_ours:
            policy.unlink()


def make_environment(place, folder):
    """Install what a folder's requirements.txt names into an environment."""
    if not place.exists():
        processes.run(sys.executable, '-m', 'venv', place)
    processes.run(
        *(place / 'bin/pip', 'install', '-q'),
        *('-r', folder / 'requirements.txt'),
        *('-c', folder / 'constraints.txt'),
        # uWSGI's build may fail where it compiles in parallel.
        environment={'CPUCOUNT': '1'},
    )


def install_drivers():
    """Install the drivers; Nova loads one from below nova.virt only."""
    source = settings.STATE / 'drivers'
    shutil.rmtree(source, ignore_errors=True)
    shutil.copytree(settings.HERE / 'drivers', source)
    install = ('install', '-q', '--no-deps', '--force-reinstall')
    processes.run(BIN / 'pip', *install, source)
    [virt] = settings.VENV.glob('lib/python*/site-packages/nova/virt')
    (virt / 'lab.py').write_text(
        'from lab_drivers.guests import FakeDriver  # noqa: F401\n'
    )


def make_mariadb():
    """Make the folder of databases."""
    data = settings.STATE / 'mariadb'
    data.mkdir(exist_ok=True)
    shutil.chown(data, 'mysql')
    processes.run(
        *('mariadb-install-db', '--user=mysql', f'--datadir={data}'),
        *('--auth-root-authentication-method=socket', '--skip-test-db'),
    )


def make_database(name):
    """Make a database of a service that comes later."""
    processes.run(*servers.SQL, '-e', _database_of(name))


def make_databases():
    """Make a database for each service, and their user."""
    password = settings.passwords()['database']
    sql = f"CREATE USER IF NOT EXISTS {USER} IDENTIFIED BY '{password}';"
    for name in (
        *('keystone', 'placement', 'glance', 'neutron', 'cinder'),
        *('nova_api', 'nova_cell0', 'nova_cell1'),
    ):
        sql += _database_of(name)
    processes.run(*servers.SQL, '-e', sql)


def make_virtual_hosts():
    """Make a virtual host of RabbitMQ for each service, and their user."""
    with contextlib.suppress(SystemExit):
        # An earlier run may have made it.
        _control('add_user', 'lab', settings.passwords()['queue'])
    for name in ('keystone', 'neutron', 'cinder', 'nova', 'nova_cell1'):
        make_virtual_host(name)
    _control('delete_user', 'guest')


def make_virtual_host(name):
    """Make a virtual host of RabbitMQ."""
    _control('add_vhost', name)
    _control('set_permissions', '-p', name, 'lab', '.*', '.*', '.*')


def _control(*arguments):
    processes.run(
        *(servers.RABBITMQCTL, *arguments),
        environment=servers.rabbitmq_environment(),
    )


def _database_of(name):
    """Return the SQL that makes a database."""
    return (
        f'CREATE DATABASE IF NOT EXISTS {name} CHARSET utf8mb4;'
        f'GRANT ALL ON {name}.* TO {USER};'
    )


def make_schemas():
    """Make the tables of all services."""
    etc = settings.ETC
    password = settings.passwords()['admin']
    identity = settings.url('keystone', '/v3/')
    keystone = (BIN / 'keystone-manage', '--config-dir', etc / 'keystone')
    user = ('--keystone-user', 'root', '--keystone-group', 'root')
    nova = (BIN / 'nova-manage', '--config-file', etc / 'nova/nova.conf')
    cell = (BIN / 'nova-manage', '--config-file', etc / 'nova/cell1.conf')
    for command in (
        (*keystone, 'db_sync'),
        (*keystone, 'fernet_setup', *user),
        (*keystone, 'credential_setup', *user),
        (
            *(*keystone, 'bootstrap', '--bootstrap-password', password),
            *('--bootstrap-region-id', 'RegionOne'),
            *('--bootstrap-public-url', identity),
            *('--bootstrap-internal-url', identity),
            *('--bootstrap-admin-url', identity),
        ),
        (
            *(BIN / 'placement-manage', '--config-file'),
            *(etc / 'placement/placement.conf', 'db', 'sync'),
        ),
        (
            *(BIN / 'glance-manage', '--config-file'),
            *(etc / 'glance/glance-api.conf', 'db_sync'),
        ),
        (
            *(BIN / 'neutron-db-manage', '--config-file'),
            *(etc / 'neutron/neutron.conf', 'upgrade', 'heads'),
        ),
        (
            *(BIN / 'cinder-manage', '--config-file'),
            *(etc / 'cinder/cinder.conf', 'db', 'sync'),
        ),
        (*nova, 'api_db', 'sync'),
        (
            *(*nova, 'cell_v2', 'map_cell0', '--database_connection'),
            files.database('nova_cell0'),
        ),
        (*nova, 'db', 'sync', '--local_cell'),
        (*cell, 'db', 'sync', '--local_cell'),
    ):
        processes.run(*command)


def make_cell():
    """Let Nova know its cell, in which the computes are."""
    processes.run(
        *(BIN / 'nova-manage', '--config-file'),
        *(settings.ETC / 'nova/nova.conf', 'cell_v2', 'create_cell'),
        *('--name', 'cell1', '--transport-url', files.queue('nova_cell1')),
        *('--database_connection', files.database('nova_cell1')),
    )


def find_computes():
    """Map the computes to their cell, once they have reported."""
    for _ in range(60):
        processes.run(
            *(BIN / 'nova-manage', '--config-file'),
            *(settings.ETC / 'nova/nova.conf', 'cell_v2', 'discover_hosts'),
        )
        found = subprocess.run(
            [*servers.SQL, '-NBe', 'SELECT host FROM nova_api.host_mappings'],
            capture_output=True,
            text=True,
        ).stdout.split()
        if set(found) >= set(settings.COMPUTES):
            return
    sys.exit('The computes do not report; see the logs.')


def fill(step):
    """Let the cloud hold what cloud.py makes."""
    processes.run(
        *(BIN / 'python', settings.HERE / 'cloud.py', step),
        environment={
            'OS_CLIENT_CONFIG_FILE': str(settings.CLOUDS),
            'LAB_STATE': str(settings.STATE),
        },
    )
