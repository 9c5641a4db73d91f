# SPDX-License-Identifier: Apache-2.0
"""The openstack client: make, list, change and remove one of each.

``command_line.py MEMBER PEER FOLDER`` runs in the lab's environment.
"""

import json
import subprocess
import sys

from journey import Fault
from journey import Journey

#: kind: words that list it in JSON
LISTS = {
    'server': ('server', 'list'),
    'volume': ('volume', 'list'),
    'image': ('image', 'list', '--private'),
    'port': ('port', 'list'),
    'group': ('security', 'group', 'list'),
    'address': ('floating', 'ip', 'list', '--long'),
}
#: kind: words that show one
SHOWS = {
    'server': ('server', 'show'),
    'volume': ('volume', 'show'),
    'image': ('image', 'show'),
    'port': ('port', 'show'),
    'group': ('security', 'group', 'show'),
    'address': ('floating', 'ip', 'show'),
}


class CommandLine:
    """One member at the openstack client."""

    def __init__(self, member, peer, folder):
        self.journey = Journey('openstack', member, peer, folder)
        self.ids = {}

    def type(self, *words):
        """Run a command.

        :returns: what it prints
        :raises Fault: with what it says, when it fails
        """
        command = ('openstack', '--os-cloud', self.journey.member, *words)
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            raise Fault(f'{" ".join(command)}: {done.stderr.strip()}')
        return done.stdout

    def make(self, kind, *words):
        """Run a command that makes a thing with a name."""
        with self.journey.step(f'{kind} create'):
            printed = self.type(*words, '-f', 'json')
            self.ids[kind] = json.loads(printed)['id']

    def wait(self, kind, status):
        """Show a thing until it has a status."""
        words = (*SHOWS[kind], self.ids[kind], '-f', 'json')

        def is_there():
            found = json.loads(self.type(*words))['status']
            if 'error' in found:
                raise Fault(f'its status is {found}')
            return found == status

        with self.journey.step(f'{kind} becomes {status}'):
            self.journey.wait(is_there, f'the status {status}')

    def create(self):
        """Make one of each."""
        name, ids = self.journey.mark, self.ids
        self.make('group', 'security', 'group', 'create', name)
        with self.journey.step('rule create'):
            self.type(
                *('security', 'group', 'rule', 'create', ids['group']),
                *('--protocol', 'tcp', '--dst-port', '22'),
            )
        self.make(
            *('port', 'port', 'create', '--network', 'private'),
            *('--security-group', ids['group'], name),
        )
        self.make('volume', 'volume', 'create', '--size', '1', name)
        self.wait('volume', 'available')
        self.make(
            *('server', 'server', 'create', '--image', 'cirros', '--wait'),
            *('--flavor', 'm1.tiny', '--port', ids['port'], name),
        )
        with self.journey.step('volume attach'):
            self.type('server', 'add', 'volume', ids['server'], ids['volume'])
        self.wait('volume', 'in-use')
        self.make(
            *('address', 'floating', 'ip', 'create', 'public'),
            *('--port', ids['port'], '--description', name),
        )
        self.make(
            *('image', 'server', 'image', 'create', '--wait'),
            *('--name', name, ids['server']),
        )

    def look(self, count):
        """List all: the own things are there, the other's are not."""
        for kind, words in LISTS.items():
            with self.journey.step(f'{kind} list'):
                rows = json.loads(self.type(*words, '-f', 'json'))
                column = 'Description' if kind == 'address' else 'Name'
                names = [row[column] for row in rows]
                self.journey.own(names, count, kind)

    def show_others(self, others):
        """Show the other's things, of which none is found."""
        for kind, thing in others.items():
            with self.journey.step(f"{kind} show of the other's"):
                try:
                    printed = self.type(*SHOWS[kind], thing)
                except Fault as fault:
                    if thing in str(fault) and 'No ' in str(fault):
                        continue
                    raise
                raise Fault(f'it is shown: {printed}')

    def update(self):
        """Change each, and see the change."""
        changes = {
            'server': ('server', 'set', '--property', 'k=changed'),
            'volume': ('volume', 'set', '--property', 'k=changed'),
            'image': ('image', 'set', '--property', 'k=changed'),
            'port': ('port', 'set', '--description', 'changed'),
            'group': ('security', 'group', 'set', '--description', 'changed'),
            'address': ('floating', 'ip', 'set', '--tag', 'changed'),
        }
        for kind, words in changes.items():
            with self.journey.step(f'{kind} set'):
                self.type(*words, self.ids[kind])
                shown = self.type(*SHOWS[kind], self.ids[kind], '-f', 'json')
                self.journey.same('changed' in shown, True, 'the change')

    def delete(self):
        """Remove all, the server first."""
        deletions = {
            'server': ('server', 'delete', '--wait'),
            'address': ('floating', 'ip', 'delete'),
            'port': ('port', 'delete'),
            'group': ('security', 'group', 'delete'),
            'image': ('image', 'delete'),
            'volume': ('volume', 'delete'),
        }
        for kind, words in deletions.items():
            if kind == 'volume':
                self.wait('volume', 'available')
            with self.journey.step(f'{kind} delete'):
                self.type(*words, self.ids[kind])
        with self.journey.step('volume is gone'):
            self.journey.wait(
                lambda: self.ids['volume'] not in self.type('volume', 'list'),
                'the volume to go',
            )


def main(*arguments):
    """Take all steps of a member."""
    client = CommandLine(*arguments)
    client.create()
    with client.journey.step('the other has things, too'):
        others = client.journey.meet(client.ids)
    client.look(1)
    client.show_others(others)
    client.update()
    client.delete()
    client.look(0)


if __name__ == '__main__':
    main(*sys.argv[1:])
