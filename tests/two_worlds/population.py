"""Who has which servers before the requests begin.

Each server of one member's stands beside one of another member's that only
world A has: ``<own.shelved>`` and ``<hidden.shelved>``.
"""

import json
import uuid

from tests.two_worlds import worlds as both_worlds

IMAGE = '155d900f-4e14-4e4c-a73d-069cbf4541e6'
PROJECT = '6f70656e737461636b20342065766572'
#: From Nova's NeutronFixture; only this one is made before anybody asks.
PORT = 'ce531f90-199f-48c0-816c-13e38010b442'
VOLUMES = {
    'own': 'a26887c6-c47b-4654-abb5-dfadf7d3f803',
    'hidden': 'b26887c6-c47b-4654-abb5-dfadf7d3f804',
}
STATES = (
    'active',
    'stopped',
    'building',
    'failing',
    'shelved',
    'deleted',
    'archived',
    'grouped',
    'remote',
)
OWNERS = {'own': 'bob', 'hidden': 'alice'}
ACTIONS = {'stopped': 'os-stop', 'shelved': 'shelve'}


class Population:
    """Tells the worlds what their members do at first."""

    def __init__(self, worlds):
        self.worlds = worlds

    def begin(self):
        """Make what is not a server: ids, a group of each, a port."""
        self._name('unknown', worlds_id('unknown'))
        self._name('hidden.port', PORT)
        for kind, volume_id in VOLUMES.items():
            self._name(f'{kind}.volume', volume_id)
            self._group(kind)

    def settle(self):
        """Make a server of each in every state."""
        self.begin()
        for state in STATES:
            for kind in ('own', 'hidden'):
                self.boot(kind, state)
        self.worlds.both('archive')
        for kind in ('own', 'hidden'):
            self._call(kind, 'DELETE', f'/servers/<{kind}.deleted>')
            self._decorate(kind)

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
        if state in ACTIONS:
            self._call(
                kind,
                'POST',
                f'/servers/<{name}>/action',
                {ACTIONS[state]: None},
                is_needed,
            )
        if state == 'archived':
            self._call(kind, 'DELETE', f'/servers/<{name}>', None, is_needed)
        return True

    def revive(self):
        """Let ``<own.active>`` be an active server of before or a new one."""
        asked = both_worlds.request(
            'root',
            'POST',
            '/servers/<own.active>/action',
            {'os-resetState': {'state': 'active'}},
        )
        answer, other, are_equal = self.worlds.ask(asked)
        assert are_equal, (asked, answer, other)
        if answer.status != 202:
            self.boot('own', 'active')

    def _group(self, kind):
        body = {
            'server_group': {
                'name': f'group-of-{OWNERS[kind]}',
                'policy': 'anti-affinity',
            }
        }
        made = self._call(kind, 'POST', '/os-server-groups', body)
        self._name(f'{kind}.group', made['server_group']['id'], kind)

    def _decorate(self, kind):
        """Attach a volume and set a lock, a password and a description."""
        volume_id = VOLUMES[kind]
        self._call(
            kind,
            'POST',
            f'/servers/<{kind}.active>/os-volume_attachments',
            {'volumeAttachment': {'volumeId': volume_id}},
        )
        self._call(
            kind,
            'POST',
            f'/servers/<{kind}.stopped>/action',
            {'lock': {'locked_reason': OWNERS[kind]}},
        )

    def _name(self, name, found_id, kind='own'):
        if kind == 'own':
            self.worlds.show(name, found_id)
        else:
            self.worlds.hide(name, found_id)

    def _call(self, kind, method, path, body=None, is_needed=True):
        asked = both_worlds.request(
            OWNERS[kind], method, path, body, version='2.90'
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
    return str(uuid.uuid5(both_worlds.NAMESPACE, name))
