# SPDX-License-Identifier: Apache-2.0
"""The operator's day on a running OpenStack, as the documentation has it.

Two members of one project share it. The operator switches isolation on,
looks, explains, hands servers over, and switches isolation off. The script
prints each command and its output, and before all the date and the releases:
doc/source/admin/transcript.txt is that. The first step with another outcome
ends the script. At the end it deletes what it made, and the services' files
are what they were.

Runs as root on the only host of the APIs of Nova, Cinder, Glance and Neutron,
with cloud_security installed, not enabled yet. tools/lab/lab.py has one.
"""

import argparse
import contextlib
import datetime
from importlib import metadata
import os
import re
import shlex
import subprocess
import sys
import tempfile
import time

MODE = re.compile(r'\n*\[cloud_security\]\nmode = \w+\n')
CONF_FILES = (
    '/etc/nova/nova.conf',
    '/etc/cinder/cinder.conf',
    '/etc/glance/glance-api.conf',
    '/etc/neutron/neutron.conf',
)
#: Things of alice and of bob, as the openstack client names them.
KINDS = ('server', 'volume', 'image')
#: The ends of names of what each of them has once.
NAMES = {'volume': 'data', 'image': 'image'}
#: Commands see no other place for the files than the documentation does.
PLAIN = {'COLUMNS': '79', 'PYTHONWARNINGS': 'ignore'}


class Unexpected(Exception):
    """A step came out otherwise; the message says how."""


class Day:
    """The terminal: typed commands and their output."""

    def __init__(self, arguments, folder):
        self.arguments = arguments
        #: Where commands run, and find a copy of Nova's log.
        self.folder = folder
        #: IDs of what was made, by the kind.
        self.made = {kind: [] for kind in KINDS}

    def type(self, who, command, *expected, code=0, without=()):
        """Run a command as somebody; show and check what it tells.

        :param expected: what must be told
        :param code: with which it must exit
        :param without: what must not be told
        :returns: what it told
        """
        sign = '#' if who == 'root' else '$'
        print(f'\n{who}{sign} {command}', flush=True)
        told, exited = self.run(who, command)
        print(told.rstrip() or '(nothing)')
        if exited:
            print(f'(exit code {exited})')
        for text in expected:
            if text not in told:
                raise Unexpected(f'{text!r} should have been told.')
        for text in without:
            if text in told:
                raise Unexpected(f'{text!r} should not have been told.')
        if exited != code:
            raise Unexpected(f'It should have exited with {code}.')
        return told

    def run(self, who, command):
        """Run a command with somebody's openrc; root has the admin's."""
        rc = os.path.join(
            self.arguments.openrc, {'root': 'admin'}.get(who, who)
        )
        done = subprocess.run(
            ['bash', '-c', f'. {shlex.quote(rc)} && {command}'],
            env=dict(os.environ, **PLAIN),
            cwd=self.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        return done.stdout, done.returncode

    def value(self, who, command):
        """Return what a command tells, without showing it."""
        told, exited = self.run(who, command)
        if exited:
            raise Unexpected(f'{command}: {told}')
        return told.strip()

    def make(self, who, kind, command):
        """Let somebody make something, without showing it."""
        made = self.value(who, f'{command} -f value -c id')
        self.made[kind].append(made)

    def say(self, text):
        print(f'\n\n== {text}')

    def set_mode(self, mode):
        """Write the mode into the files; None takes the section out."""
        if mode:
            names = ', '.join(map(os.path.basename, CONF_FILES))
            print(f'\n({names}: [cloud_security] mode = {mode})')
        for path in CONF_FILES:
            with open(path) as stream:
                text = MODE.sub('\n', stream.read())
            if mode:
                text = f'{text.rstrip()}\n\n[cloud_security]\nmode = {mode}\n'
            with open(path, 'w') as stream:
                stream.write(text)

    def restart(self):
        print('\n(the APIs of all four services are restarted)')
        done = subprocess.run(
            self.arguments.restart, shell=True, capture_output=True, text=True
        )
        if done.returncode:
            raise Unexpected(done.stdout + done.stderr)
        # Whoever restarts them may not wait for them.
        deadline = time.monotonic() + 60
        for thing in KINDS:
            while self.run('root', f'openstack {thing} list')[1]:
                if time.monotonic() > deadline:
                    raise Unexpected(f'openstack {thing} list: no response.')
                time.sleep(1)

    def check(self, code, *expected):
        return self.type(
            'root',
            'cloud-security-status upgrade check',
            *expected,
            code=code,
        )

    def list_as(self, who, *names, without=(), things='server'):
        return self.type(
            who,
            f'openstack {things} list -c ID -c Name -c Status',
            *names,
            without=without,
        )

    def tell_when_and_with_what(self):
        """Print the date and the releases, for the reader and for a test."""
        day = datetime.datetime.now(datetime.timezone.utc).date()
        releases = ', '.join(
            f'{name} {metadata.version(name)}'
            for name in (
                *('cloud_security', 'nova', 'cinder', 'glance', 'neutron'),
                'python-openstackclient',
            )
        )
        print(f'Typed on {day} with {releases}.')

    def go_through(self):
        """Do all of it, in the order of the documentation."""
        self.tell_when_and_with_what()
        make = f'openstack server create --wait {self.arguments.create} '
        for who, name in (
            ('alice', 'alices-web'),
            ('alice', 'alices-db'),
            ('bob', 'bobs-web'),
        ):
            self.make(who, 'server', f'{make}{name}')
        alices_server, more, bobs_server = self.made['server']
        for who, server in (('alice', alices_server), ('bob', bobs_server)):
            make = f'openstack volume create --size 1 {who}s-data'
            self.make(who, 'volume', make)
            # Nova writes into it whose it is, also before the filter is there.
            make = (
                f'openstack server image create --name {who}s-image {server}'
            )
            self.make(who, 'image', make)
        alices_volume, _ = self.made['volume']
        alices_image, _ = self.made['image']
        alices_port, _, bobs_port = (
            self.value(
                'root', f'openstack port list --server {one} -f value -c ID'
            )
            for one in self.made['server']
        )
        attached = f'server add volume {alices_server} {alices_volume}'
        self.wait_for(alices_volume, 'available', 'volume')
        self.value('alice', f'openstack {attached}')
        users = {
            who: self.value(who, 'openstack token issue -f value -c user_id')
            for who in ('alice', 'bob')
        }
        project_id = self.value(
            'bob', 'openstack token issue -f value -c project_id'
        )
        project = self.value(
            'root', f'openstack project show {project_id} -f value -c name'
        )

        self.say('Stock OpenStack: everybody sees all')
        self.list_as('bob', 'alices-web', 'alices-db', 'bobs-web')
        for kind, name in NAMES.items():
            self.list_as('bob', f'alices-{name}', f'bobs-{name}', things=kind)
        self.list_as('bob', alices_port, bobs_port, things='port')
        self.check(2)

        self.say('Watch first')
        self.set_mode('monitor')
        self.type('root', 'cloud-security-manage enable --dry-run')
        self.type('root', 'cloud-security-manage enable', '--restarted')
        self.type(
            'root',
            'neutron-db-manage --subproject cloud_security upgrade head 2>&1 '
            '| grep upgrade',
        )
        self.restart()
        self.list_as('bob', 'alices-web', 'alices-db', 'bobs-web')
        self.type('root', 'cloud-security-manage enable --restarted')
        self.type(
            'root', 'cloud-security-manage enable', 'nothing was changed'
        )
        self.type(
            'root',
            'cloud-security-manage network adopt --rest-to-project',
        )
        self.check(1, 'monitor')
        begun = os.path.getsize(self.arguments.log)
        self.list_as('bob', 'alices-web', 'alices-db', 'bobs-web')
        self.type('bob', f'openstack server stop {alices_server}')
        self.wait_for(alices_server, 'SHUTOFF')
        self.type('bob', f'openstack server start {alices_server}')
        self.wait_for(alices_server, 'ACTIVE')
        self.type('bob', f'openstack server show -c name -c status {more}')
        self.type('dan', f'openstack server delete {more}', code=1)
        with open(self.arguments.log, 'rb') as stream:
            stream.seek(begun)
            records = stream.read()
        with open(os.path.join(self.folder, 'nova-api.log'), 'wb') as stream:
            stream.write(records)
        self.type(
            'root',
            'cloud-security-manage report nova-api.log',
            users['bob'],
            'refused',
        )

        self.say('Enforce')
        self.set_mode('enforce')
        self.restart()
        self.check(0)
        self.list_as('bob', 'bobs-web', without=('alices-web', 'alices-db'))
        self.type(
            'bob',
            f'openstack server show {alices_server}',
            f'No Server found for {alices_server}',
            code=1,
        )
        self.list_as('alice', 'alices-web', 'alices-db', without=('bobs-web',))
        for kind, name in NAMES.items():
            self.list_as(
                *('bob', f'bobs-{name}'),
                without=(f'alices-{name}',),
                things=kind,
            )
        self.list_as('bob', bobs_port, without=(alices_port,), things='port')
        self.type(
            'bob',
            f'openstack volume delete {alices_volume}',
            f"'{alices_volume}'",
            code=1,
        )
        self.list_as('carol', 'alices-web', 'alices-db', 'bobs-web')
        for kind, name in NAMES.items():
            self.list_as(
                'carol', f'alices-{name}', f'bobs-{name}', things=kind
            )
        self.list_as('carol', alices_port, bobs_port, things='port')
        self.list_as('dan', without=('alices-web', 'alices-db', 'bobs-web'))

        self.say('"My server is gone"')
        self.type(
            'root',
            f'cloud-security-manage explain --user bob --project {project} '
            f'--role member --role reader {alices_server}',
            users['bob'],
            '404',
        )
        self.type(
            'root',
            'cloud-security-manage explain --service volume '
            f'--user bob --project {project} '
            f'--role member --role reader {alices_volume}',
            users['bob'],
            '404',
        )

        self.say('Alice leaves')
        command = (
            'cloud-security-manage project hand-over '
            f'--from alice --to bob --project {project} --with-all'
        )
        self.type(
            'root',
            f'cloud-security-manage server set-owner {alices_server} bobby',
            'Keystone knows no user',
            code=1,
        )
        self.type(
            'root',
            f'{command} --dry-run',
            *(alices_server, more, alices_volume, alices_image, alices_port),
        )
        self.list_as('bob', without=('alices-web', 'alices-db'))
        self.type(
            *('root', command, alices_server, more, alices_volume),
            *(alices_image, alices_port),
        )
        self.list_as('bob', 'alices-web', 'alices-db', 'bobs-web')
        for kind, name in NAMES.items():
            self.list_as('bob', f'alices-{name}', f'bobs-{name}', things=kind)
        self.list_as('bob', alices_port, bobs_port, things='port')
        self.list_as('alice', without=('alices-web', 'alices-db', 'bobs-web'))
        self.type('bob', f'openstack server stop {alices_server}')
        self.wait_for(alices_server, 'SHUTOFF')
        self.type('root', command)
        self.check(0)

        self.say('Switch it off')
        self.type('root', 'cloud-security-manage disable')
        self.set_mode(None)
        self.restart()
        self.check(2)
        self.list_as('alice', 'alices-web', 'alices-db', 'bobs-web')

    def wait_for(self, resource_id, status, thing='server'):
        for _ in range(60):
            command = (
                f'openstack {thing} show {resource_id} -f value -c status'
            )
            if self.value('root', command) == status:
                return
            time.sleep(1)
        raise Unexpected(f'{resource_id} does not become {status}.')

    def clean_up(self, kept):
        """Delete what was made, and put the files back."""
        self.run('root', 'cloud-security-manage disable')
        for path, text in kept.items():
            with open(path, 'w') as stream:
                stream.write(text)
        subprocess.run(self.arguments.restart, shell=True, capture_output=True)
        for kind, ids in self.made.items():
            wait = ' --wait' if kind == 'server' else ''
            for one in ids:
                self.run('root', f'openstack {kind} delete{wait} {one}')

    @contextlib.contextmanager
    def cleaning_up(self):
        kept = {}
        for path in CONF_FILES:
            with open(path) as stream:
                kept[path] = stream.read()
        try:
            yield
        finally:
            self.clean_up(kept)


def main():
    """Go through the day; exit with 1 and a sentence at another outcome."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        '--openrc',
        required=True,
        help='folder with a file to source for each of alice and bob '
        '(members), carol (manager), dan (reader), and the admin',
    )
    parser.add_argument('--log', required=True, help="log of Nova's API")
    parser.add_argument(
        '--restart', required=True, help='command that restarts the APIs'
    )
    parser.add_argument(
        '--create',
        default='--flavor m1.tiny --image cirros --network private',
        help='arguments of openstack server create (%(default)s)',
    )
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        day = Day(arguments, folder)
        with day.cleaning_up():
            try:
                day.go_through()
            except Unexpected as error:
                sys.exit(f'\nIt ended here: {error}')


if __name__ == '__main__':
    main()
