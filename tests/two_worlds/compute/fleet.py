# SPDX-License-Identifier: Apache-2.0
"""Servers of each user before the requests begin.

Each server of one member's stands beside one of another member's that only
world A has: ``<own.shelved>`` and ``<hidden.shelved>``.
"""

import json
import uuid

from tests.two_worlds import pair
from tests.two_worlds import request

IMAGE = '155d900f-4e14-4e4c-a73d-069cbf4541e6'
PROJECT = '6f70656e737461636b20342065766572'
#: From Nova's NeutronFixture; only this one is made before anybody asks.
PORT = 'ce531f90-199f-48c0-816c-13e38010b442'
VOLUMES = {
    'own': 'a26887c6-c47b-4654-abb5-dfadf7d3f803',
    'hidden': 'b26887c6-c47b-4654-abb5-dfadf7d3f804',
}
FREE_VOLUME = 'c26887c6-c47b-4654-abb5-dfadf7d3f805'
STATES = (
    'archived',
    'active',
    'stopped',
    'building',
    'failing',
    'shelved',
    'resized',
    'paused',
    'suspended',
    'rescued',
    'soft',
    'deleted',
    'grouped',
    'remote',
)
OWNERS = {'own': 'bob', 'hidden': 'alice'}
DELETION = {'forceDelete': None}
#: Floating IPs that they hold.
ADDRESSES = {'own': '10.10.10.11', 'hidden': '10.10.10.12'}
#: Actions that bring ``<own.active>`` into a state, and those that end it.
MAKE = {
    'locked': {'lock': None},
    'paused': {'pause': None},
    'rescued': {'rescue': None},
    'resized': {'resize': {'flavorRef': '2'}},
    'shelved': {'shelve': None},
    'stopped': {'os-stop': None},
    'suspended': {'suspend': None},
}
ENDS = {
    'confirmResize': 'resized',
    'os-start': 'stopped',
    'restore': 'soft',
    'resume': 'suspended',
    'revertResize': 'resized',
    'unlock': 'locked',
    'unpause': 'paused',
    'unrescue': 'rescued',
    'unshelve': 'shelved',
}


class Fleet:
    """Tells the worlds what their members do at first."""

    def __init__(self, worlds):
        self.worlds = worlds
        #: Of ``<own.active>``; None when that is not known.
        self.state = 'active'

    def begin(self):
        """Make what is not a server: ids, a group of each, a port."""
        self._name('unknown', worlds_id('unknown'))
        self._name('hidden.port', PORT)
        self._name('own.free', FREE_VOLUME)
        for kind, volume_id in VOLUMES.items():
            self._name(f'{kind}.volume', volume_id)
            self._group(kind)
        self._group('own', 'spare')

    def settle(self):
        """Make a server of each in every state."""
        self.begin()
        for kind in ('own', 'hidden'):
            self.boot(kind, 'archived')
        self.worlds.both('archive')
        for state in STATES[1:]:
            for kind in ('own', 'hidden'):
                self.boot(kind, state)
        for kind in ('own', 'hidden'):
            self._decorate(kind)
            self._remember(kind)
        self.boot('hidden', 'ownerless')
        self.worlds.disown('hidden.ownerless')

    def boot(self, kind, state, name=None, is_needed=True):
        """Make a server and bring it into a state.

        :returns: whether it was made
        """
        name = name or f'{kind}.{state}'
        server = {
            'name': f'{state}-of-{OWNERS[kind]}',
            'flavorRef': '1',
            'imageRef': IMAGE,
            'networks': 'none',
            'tags': [f'tag-of-{OWNERS[kind]}'],
            'metadata': {'of': OWNERS[kind]},
        }
        hints = {}
        if state == 'remote':
            server['availability_zone'] = 'two'
        if state == 'grouped':
            hints['group'] = f'<{kind}.group>'
        if state == 'active':
            server['networks'] = (
                [{'port': PORT}] if kind == 'hidden' else 'auto'
            )
        body = {'server': server, 'os:scheduler_hints': hints}
        made = self._call(kind, 'POST', '/servers', body, is_needed)
        if made is None:
            return False
        self._name(name, made['server']['id'], kind)
        if state in ('archived', 'deleted'):
            self._act(kind, name, DELETION, is_needed)
        elif state in MAKE:
            self._act(kind, name, MAKE[state], is_needed)
        elif state == 'soft':
            self._call(kind, 'DELETE', f'/servers/<{name}>', None, is_needed)
        return True

    def prepare(self, action):
        """Let ``<own.active>`` be a server on which an action can succeed.

        :param action: its name, or None for any other request
        """
        wanted = ENDS.get(action, 'active')
        if self.state == wanted:
            return
        if self.state is None:
            for last in ({'unlock': None}, DELETION):
                self._act('own', 'own.active', last, False)
            self.boot('own', 'active')
            self._equip('own')
        elif self.state != 'active':
            [*_, end] = [name for name in ENDS if ENDS[name] == self.state]
            self._act('own', 'own.active', {end: None})
        if wanted == 'soft':
            self._call('own', 'DELETE', '/servers/<own.active>')
        elif wanted != 'active':
            self._act('own', 'own.active', MAKE[wanted])
        self.state = wanted

    def note(self, asked, action, answer):
        """Note that a request may have changed ``<own.active>``.

        What a request has made is removed.
        """
        if answer.status >= 300:
            return
        makes = [name for name in MAKE if action in MAKE[name]]
        if asked.method == 'DELETE' and asked.path.endswith('/<own.active>'):
            makes = ['soft']
        if asked.label in ('POST /servers', 'POST /os-volumes_boot'):
            self._remove(json.loads(answer.body))
        elif '<own.active>' in asked.path:
            if action in ('forceDelete', 'confirmResize'):
                self.state = None
            elif makes:
                [self.state] = makes
            elif action in ENDS:
                self.state = 'active'

    def _remove(self, made):
        if 'id' in made.get('server', {}):
            self._name('own.made', made['server']['id'])
            self._call('own', 'GET', '/servers/<own.made>')
            # Nova does not force what was never scheduled.
            self._act('own', 'own.made', DELETION, False)
            self._call('own', 'DELETE', '/servers/<own.made>', None, False)

    def _group(self, kind, name='group'):
        body = {
            'server_group': {
                'name': f'{name}-of-{OWNERS[kind]}',
                'policy': 'anti-affinity',
            }
        }
        made = self._call(kind, 'POST', '/os-server-groups', body)
        self._name(f'{kind}.{name}', made['server_group']['id'], kind)

    def _decorate(self, kind):
        """Attach a volume, a floating IP, and set a lock."""
        self._equip(kind)
        lock = {'lock': {'locked_reason': OWNERS[kind]}}
        self._act(kind, f'{kind}.stopped', lock)

    def _remember(self, kind):
        """Name a request that has changed the active server."""
        path = f'/servers/<{kind}.active>/os-instance-actions'
        done = self._call(kind, 'GET', path)['instanceActions']
        request_id = done[0]['request_id'].partition('-')[2]
        self._name(f'{kind}.request', request_id, kind)

    def _equip(self, kind):
        """Attach a volume and a floating IP to the active server."""
        name = f'{kind}.active'
        self._call(
            kind,
            'POST',
            f'/servers/<{name}>/os-volume_attachments',
            {'volumeAttachment': {'volumeId': VOLUMES[kind]}},
        )
        address = {'addFloatingIp': {'address': ADDRESSES[kind]}}
        self._act(kind, name, address, version='2.43')
        if kind == 'own':
            path = f'/servers/<{name}>/os-interface'
            [port] = self._call(kind, 'GET', path)['interfaceAttachments']
            self._name('own.port', port['port_id'])

    def _act(self, kind, name, action, is_needed=True, **kwargs):
        path = f'/servers/<{name}>/action'
        self._call(kind, 'POST', path, action, is_needed, **kwargs)

    def _name(self, name, found_id, kind='own'):
        if kind == 'own':
            self.worlds.show(name, found_id)
        else:
            self.worlds.hide(name, found_id)

    def _call(
        self, kind, method, path, body=None, is_needed=True, version='2.90'
    ):
        asked = request.request(
            OWNERS[kind], method, path, body, version=version
        )
        if kind == 'hidden':
            answer = self.worlds.in_a(asked)
        else:
            answer, other, are_equal = self.worlds.ask(asked)
            assert are_equal, (asked, answer, other)
        if answer.status >= 300:
            assert not is_needed, (asked, answer)
            return None
        return json.loads(answer.body) if answer.body else None


def worlds_id(name):
    """Return an id that neither world knows."""
    return str(uuid.uuid5(pair.NAMESPACE, name))
