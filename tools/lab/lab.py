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
import os
import pathlib
import shutil
import subprocess
import sys

from clients import orchestration
from clients import pairs
import files
import processes
import servers
import settings
import steps
from testers import tempest

BIN = settings.VENV / 'bin'
#: What a member's operations are tried with.
PROBE = (
    'cloud-security-probe --owner alice --peer bob --reader dan '
    '--manager carol --admin admin'
)
APIS = ('nova-api', 'cinder-api', 'glance', 'neutron')


def up():
    """Bring up a stock cloud; what is there is left alone."""
    steps.check_links()
    for path in (settings.LOG, settings.RUN, settings.DONE):
        path.mkdir(parents=True, exist_ok=True)
    settings.STATE.chmod(0o755)
    # MariaDB, which is another user, writes its socket there.
    settings.RUN.chmod(0o1777)
    steps.once(
        'packages',
        lambda: steps.packages(
            'mariadb-server', 'rabbitmq-server', 'memcached'
        ),
    )
    requirements = settings.HERE / 'requirements.txt'
    steps.once(
        f'software-{steps.digest(requirements)}',
        lambda: steps.make_environment(settings.VENV, settings.HERE),
    )
    drivers = sorted((settings.HERE / 'drivers').rglob('*.py'))
    steps.once(f'drivers-{steps.digest(*drivers)}', steps.install_drivers)
    steps.link()
    files.write()
    infrastructure = servers.infrastructure()
    steps.once('mariadb', steps.make_mariadb)
    for service in infrastructure:
        processes.start(service)
    for service in infrastructure:
        processes.wait_for(service)
    steps.once('databases', steps.make_databases)
    steps.once('virtual hosts', steps.make_virtual_hosts)
    steps.once('schemas', steps.make_schemas)
    steps.once('cell', steps.make_cell)
    keystone, *others = servers.cloud()
    processes.start(keystone)
    processes.wait_for(keystone)
    steps.once('identity', lambda: steps.fill('identity'))
    for service in others:
        processes.start(service)
    for service in others:
        processes.wait_for(service)
    steps.once('computes', steps.find_computes)
    steps.once('resources', lambda: steps.fill('resources'))


def isolate():
    """Install cloud_security from this checkout, and switch it on."""
    processes.say('step: install cloud_security, and switch it on')
    for more in ((), ('--no-deps', '--force-reinstall')):
        processes.run(BIN / 'pip', 'install', '-q', *more, settings.CHECKOUT)
    type_as_admin('neutron-db-manage --subproject cloud_security upgrade head')
    enable()


def enable():
    """Switch it on, and see that it is."""
    restart = f'{sys.executable} {settings.HERE / "lab.py"} restart'
    type_as_admin(f"cloud-security-manage enable --restart '{restart}'")
    type_as_admin('cloud-security-manage network adopt --rest-to-project')
    type_as_admin('cloud-security-status upgrade check')


def test():
    """Run Tempest's tests, isolated and stock; isolate the lab again.

    :returns: the exit code: 1 when the same tests do not pass
    """
    type_as_admin('cloud-security-status upgrade check')
    tempest.prepare()
    isolated = tempest.run('isolated')
    type_as_admin('cloud-security-manage disable')
    restart(APIS)
    stock = tempest.run('stock')
    enable()
    return tempest.compare(isolated, stock)


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
        steps.packages('chromium', 'chromium-driver')
        steps.make_environment(state / 'venv', here)
        (state / 'secret').write_text(settings.passwords()['horizon'])
        [local] = state.glob('venv/lib/*/site-packages/openstack_dashboard')
        shutil.copy(here / 'local_settings.py', local / 'local')
        django = (binaries / 'python', binaries / 'django-admin')
        for words in (('collectstatic', '--noinput'), ('compress', '--force')):
            processes.run(*django, *words, environment=environment)

    steps.once('horizon', install)
    server = servers.horizon(environment)
    processes.start(server)
    processes.wait_for(server)
    steps.fill('things')
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
    for service in reversed(
        servers.infrastructure() + servers.cloud() + orchestration.services()
    ):
        processes.stop(service.name)
    for name in settings.ISOLATED:
        place = pathlib.Path('/etc', name)
        if place.is_symlink() and place.readlink() == settings.ETC / name:
            place.unlink()
    if purge:
        shutil.rmtree(settings.STATE, ignore_errors=True)
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
    commands.add_parser('tempest', help="run Tempest's tests of the APIs")
    command = commands.add_parser('clients', help='use clients as two members')
    command.add_argument(
        'names', nargs='*', default=pairs.CLIENTS, metavar='CLIENT'
    )
    command = commands.add_parser('as', help='run a command as an account')
    command.add_argument('account')
    command.add_argument('words', nargs=argparse.REMAINDER, metavar='COMMAND')
    arguments = parser.parse_args()
    if os.geteuid():
        sys.exit('The lab needs root.')
    if sys.version_info < (3, 11):
        sys.exit('The lab needs Python 3.11, which Debian 12 has.')
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
    if arguments.command == 'tempest':
        return test()
    if arguments.command == 'clients':
        return pairs.go(arguments.names)
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
