#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A real small OpenStack on this machine, isolated and probed.

Keystone, Placement, Glance, Neutron, Cinder and Nova 2026.2 from PyPI, with
MariaDB, RabbitMQ and memcached from Debian; no containers. Guests, wires and
disks are not there. Alice and bob are members of the project ``course``,
carol manages it, dan reads it; eve is a member of another project.

Needs root, 8 GiB of memory and 6 GiB of disk.
"""

import argparse
import contextlib
import fcntl
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
#: What a member's operations are tried with.
PROBE = (
    'cloud-security-probe --owner alice --peer bob --reader dan '
    '--manager carol --admin admin'
)
APIS = ('nova-api', 'cinder-api', 'glance', 'neutron')


def once(step, function):
    """Do a step of the setup, unless it is done."""
    if not (settings.DONE / step).exists():
        processes.say(f'step: {step}')
        function()
        (settings.DONE / step).touch()


def up():
    """Bring up a stock cloud; what is there is left alone."""
    check_links()
    for path in (settings.LOG, settings.RUN, settings.DONE):
        path.mkdir(parents=True, exist_ok=True)
    settings.STATE.chmod(0o755)
    # MariaDB, which is another user, writes its socket there.
    settings.RUN.chmod(0o1777)
    once(
        'packages',
        lambda: packages('mariadb-server', 'rabbitmq-server', 'memcached'),
    )
    requirements = settings.HERE / 'requirements.txt'
    once(
        f'software-{digest(requirements)}',
        lambda: make_environment(settings.VENV, settings.HERE),
    )
    drivers = sorted((settings.HERE / 'drivers').rglob('*.py'))
    once(f'drivers-{digest(*drivers)}', install_drivers)
    link()
    files.write()
    infrastructure = servers.infrastructure()
    once('mariadb', make_mariadb)
    for service in infrastructure:
        processes.start(service)
    for service in infrastructure:
        processes.wait_for(service)
    once('databases', make_databases)
    once('virtual hosts', make_virtual_hosts)
    once('schemas', make_schemas)
    keystone, *others = servers.cloud()
    processes.start(keystone)
    processes.wait_for(keystone)
    once('identity', lambda: fill('identity'))
    for service in others:
        processes.start(service)
    for service in others:
        processes.wait_for(service)
    once('computes', find_computes)
    once('resources', lambda: fill('resources'))


def isolate():
    """Install cloud_security from this checkout, and switch it on."""
    processes.say('cloud_security is installed and switched on')
    processes.run(BIN / 'pip', 'install', '-q', settings.CHECKOUT)
    type_as_admin('neutron-db-manage --subproject cloud_security upgrade head')
    restart = f'{sys.executable} {settings.HERE / "lab.py"} restart'
    type_as_admin(f"cloud-security-manage enable --restart '{restart}'")
    type_as_admin('cloud-security-manage network adopt --rest-to-project')
    type_as_admin('cloud-security-status upgrade check')


def probe():
    """Try all operations of a member on another member's things."""
    return as_account('admin', ['bash', '-c', PROBE])


def look():
    """Bring up Horizon, and let two members and the manager look at it."""
    state, here = settings.STATE / 'horizon', settings.HERE / 'horizon'
    environment = {
        'LAB_STATE': str(settings.STATE),
        'DJANGO_SETTINGS_MODULE': 'openstack_dashboard.settings',
    }
    state.mkdir(exist_ok=True)
    binaries = state / 'venv/bin'

    def install():
        packages('chromium', 'chromium-driver')
        make_environment(state / 'venv', here)
        (state / 'secret').write_text(settings.passwords()['horizon'])
        [local] = state.glob('venv/lib/*/site-packages/openstack_dashboard')
        shutil.copy(here / 'local_settings.py', local / 'local')
        django = (binaries / 'python', binaries / 'django-admin')
        for words in (('collectstatic', '--noinput'), ('compress', '--force')):
            processes.run(*django, *words, environment=environment)

    once('horizon', install)
    server = servers.horizon(environment)
    processes.start(server)
    processes.wait_for(server)
    fill('things')
    return subprocess.run(
        [
            *(binaries / 'python', here / 'visit.py'),
            *(settings.url('horizon'), settings.STATE),
        ]
    ).returncode


def restart(names):
    """Restart APIs, and wait until they answer."""
    known = {service.name: service for service in servers.cloud()}
    for name in names:
        if name not in known:
            sys.exit(f'{name}: one of {", ".join(known)}')
        processes.stop(name)
        processes.start(known[name])
    for name in names:
        processes.wait_for(known[name])


def down(purge):
    """Stop what the lab has started; forget it with purge."""
    processes.stop('horizon')
    for service in reversed(servers.infrastructure() + servers.cloud()):
        processes.stop(service.name)
    for name in settings.ISOLATED:
        place = pathlib.Path('/etc', name)
        if place.is_symlink() and place.readlink() == settings.ETC / name:
            place.unlink()
    if purge:
        shutil.rmtree(settings.STATE)
        processes.say(f'{settings.STATE} is removed')


def status():
    """Tell of each process; return whether all run."""
    stopped = 0
    for service in servers.infrastructure() + servers.cloud():
        pid = processes.pid_of(service.name)
        stopped += pid is None
        print(f'{service.name:24} {pid or "stopped"}')
    return stopped == 0


def as_account(name, command):
    """Run a command with the variables of an account.

    :returns: its exit code
    """
    rc = settings.OPENRC / name
    if not rc.exists():
        sys.exit(f'{name}: no such account in {settings.OPENRC}')
    return subprocess.run(
        ['bash', '-c', f'. {rc} && exec "$@"', 'bash', *command],
        env=dict(os.environ, OS_CLIENT_CONFIG_FILE=str(settings.CLOUDS)),
    ).returncode


def type_as_admin(command):
    """Run a command that must succeed, and show it."""
    print(f'\n# {command}', flush=True)
    code = as_account('admin', ['bash', '-c', command])
    if code:
        sys.exit(f'{command}: exit code {code}')


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


def make_databases():
    """Make a database for each service, and their user."""
    password = settings.passwords()['database']
    user = f"'lab'@'{settings.HOST}'"
    sql = f"CREATE USER IF NOT EXISTS {user} IDENTIFIED BY '{password}';"
    for name in (
        *('keystone', 'placement', 'glance', 'neutron', 'cinder'),
        *('nova_api', 'nova_cell0', 'nova_cell1'),
    ):
        sql += f'CREATE DATABASE IF NOT EXISTS {name} CHARSET utf8mb4;'
        sql += f'GRANT ALL ON {name}.* TO {user};'
    processes.run(*servers.SQL, '-e', sql)


def make_virtual_hosts():
    """Make a virtual host of RabbitMQ for each service, and their user."""

    def control(*arguments):
        processes.run(
            *(servers.RABBITMQCTL, *arguments),
            environment=servers.rabbitmq_environment(),
        )

    control('add_user', 'lab', settings.passwords()['queue'])
    for name in ('keystone', 'neutron', 'cinder', 'nova', 'nova_cell1'):
        control('add_vhost', name)
        control('set_permissions', '-p', name, 'lab', '.*', '.*', '.*')
    control('delete_user', 'guest')


def make_schemas():
    """Make the tables of all services, and Nova's two cells."""
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
        (
            *(*nova, 'cell_v2', 'create_cell', '--name', 'cell1'),
            *('--transport-url', files.queue('nova_cell1')),
            *('--database_connection', files.database('nova_cell1')),
        ),
    ):
        processes.run(*command)


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


@contextlib.contextmanager
def alone():
    """Let no two commands bring the lab up or down at once."""
    settings.STATE.parent.mkdir(parents=True, exist_ok=True)
    with open(f'{settings.STATE}.lock', 'w') as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            sys.exit('Another command brings the lab up or down.')
        yield


def main():
    """Do what the command line says."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(dest='command', required=True)
    command = commands.add_parser('up', help='bring it up, isolate, probe')
    command.add_argument(
        '--stock', action='store_true', help='do not isolate it'
    )
    command = commands.add_parser('down', help='stop it')
    command.add_argument(
        '--purge', action='store_true', help='remove all of it, too'
    )
    commands.add_parser('status', help='tell what runs')
    command = commands.add_parser('restart', help='restart APIs')
    command.add_argument('names', nargs='*', default=APIS, metavar='API')
    commands.add_parser('isolate', help='install cloud_security, enable it')
    commands.add_parser('probe', help='run cloud-security-probe')
    commands.add_parser('horizon', help='look at Horizon as three users')
    command = commands.add_parser('as', help='run a command as an account')
    command.add_argument('account')
    command.add_argument('words', nargs=argparse.REMAINDER, metavar='COMMAND')
    arguments = parser.parse_args()
    if os.geteuid():
        sys.exit('The lab needs root.')
    if arguments.command == 'as':
        return as_account(arguments.account, arguments.words)
    if arguments.command == 'status':
        return not status()
    if arguments.command == 'restart':
        return restart(arguments.names)
    if arguments.command == 'probe':
        return probe()
    if arguments.command == 'horizon':
        return look()
    with alone():
        if arguments.command == 'down':
            return down(arguments.purge)
        if arguments.command == 'isolate':
            return isolate()
        up()
        if arguments.stock:
            return None
        isolate()
    return probe()


if __name__ == '__main__':
    sys.exit(main())
