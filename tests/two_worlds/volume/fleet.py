# SPDX-License-Identifier: Apache-2.0
"""Things of each user before the requests begin.

Each thing of one member's stands beside one of another member's that only
world A has: ``<own.free>`` and ``<hidden.free>``. Things that a request has
used up are made again, by the recipe of the name.
"""

import json
import re
import uuid

from tests.two_worlds import pair
from tests.two_worlds.volume import worlds

OWNERS = {'own': 'bob', 'hidden': 'alice'}
CONNECTOR = {'host': 'here', 'initiator': 'iqn.here'}
SERVER = str(uuid.uuid5(pair.NAMESPACE, 'server'))
IMAGE = 'c905cedb-7281-47e4-8a62-f26bc5fc4c77'
QUOTAS = (
    *('volumes', 'snapshots', 'gigabytes', 'backups', 'backup_gigabytes'),
    'groups',
)
#: What root makes for everybody: {name: (path, body)}.
FOR_ALL = {
    'type.plain': ('/types', {'volume_type': {'name': 'plain'}}),
    'type.other': ('/types', {'volume_type': {'name': 'other'}}),
    'type.multi': (
        '/types',
        {
            'volume_type': {
                'name': 'multi',
                'extra_specs': {'multiattach': '<is> True'},
            }
        },
    ),
    'type.nowhere': (
        '/types',
        {
            'volume_type': {
                'name': 'nowhere',
                'extra_specs': {'volume_backend_name': 'nowhere'},
            }
        },
    ),
    'type.encrypted': ('/types', {'volume_type': {'name': 'encrypted'}}),
    'grouptype.sheep': ('/group_types', {'group_type': {'name': 'sheep'}}),
    'qos': ('/qos-specs', {'qos_specs': {'name': 'slow', 'iops': '1'}}),
}
#: Names that each recipe gives; recipes run in this order.
RECIPES = {
    'free': ('free',),
    'spare': ('spare',),
    'snapped': ('snapped', 'snapshot'),
    'cloned': ('source', 'cloned'),
    'from_snapshot': ('parent', 'frozen', 'thawed'),
    'backed': ('backed', 'backup'),
    'attached': ('attached', 'attachment'),
    'reserved': ('reserved', 'reservation'),
    'detaching': ('detaching', 'detachment'),
    'offered': ('offered', 'transfer', 'key'),
    'herd': ('group', 'grouped'),
    'flock': ('flock', 'sheep', 'groupsnapshot', 'sheepsnapshot'),
    'empty': ('emptygroup',),
    'encrypted': ('encrypted',),
    'multi': ('multi', 'multiattachment'),
    'bootable': ('bootable',),
    'failing': ('failing', 'message'),
    'failures': ('failed', 'failedsnapshot', 'failedbackup'),
    'managed': (
        *('managed', 'managedsnapshot', 'failedofmanager', 'managedbackup'),
    ),
    'managedgroup': ('managedgroup', 'member', 'managedgroupsnapshot'),
    'broken': ('broken',),
    'brokensnapshot': ('cracked', 'brokensnapshot'),
    'deleted': ('deleted',),
}
RECIPE_OF = {
    name: recipe for recipe, names in RECIPES.items() for name in names
}


class Fleet:
    """Tells the worlds what their members do at first."""

    def __init__(self, both, is_strict=True):
        """Choose the worlds.

        :param is_strict: whether equal responses are expected
        """
        self.worlds = both
        self.is_strict = is_strict
        #: Names of what a request has changed.
        self.used = set()

    def settle(self):
        """Make things of each in every state."""
        self.begin()
        for recipe in RECIPES:
            for kind in ('own', 'hidden'):
                self.make(kind, recipe)

    def begin(self):
        """Make what is everybody's: types, and quotas without an end."""
        self.worlds.show('unknown', worlds_id('unknown'))
        self.worlds.show('server', SERVER)
        # Cinder writes a condition like a name.
        self.worlds.show('is', '<is>')
        for name, (path, body) in FOR_ALL.items():
            made = self._ask('root', 'POST', path, body)
            [thing] = [
                value for value in made.values() if isinstance(value, dict)
            ]
            self.worlds.show(name, thing['id'])
        self._ask(
            'root',
            'POST',
            '/types/<type.encrypted>/encryption',
            {
                'encryption': {
                    'provider': 'luks',
                    'cipher': 'aes-xts-plain64',
                    'key_size': 256,
                    'control_location': 'front-end',
                }
            },
        )
        self._ask(
            'root',
            'PUT',
            '/os-quota-class-sets/default',
            {'quota_class_set': dict.fromkeys(QUOTAS, -1)},
        )

    def make(self, kind, recipe):
        """Make what a recipe makes, and name it."""
        getattr(self, '_make_' + recipe)(kind)
        self.used -= {f'{kind}.{name}' for name in RECIPES[recipe]}

    def prepare(self, asked):
        """Make again what a request names and another one has used up."""
        named = re.findall(r'<((?:own|hidden)\.\w+)', asked.path + asked.body)
        for name in dict.fromkeys(named):
            if name in self.used:
                kind, _, thing = name.partition('.')
                self.make(kind, RECIPE_OF[thing])

    def note(self, asked, a, b):
        """Note that a request may have changed what it names."""
        if asked.method == 'GET':
            return
        for kind, answer in (('own', b), ('hidden', a)):
            if answer.status < 300:
                for thing in re.findall(
                    rf'<{kind}\.(\w+)', asked.path + asked.body
                ):
                    recipe = RECIPE_OF[thing]
                    self.used.update(
                        f'{kind}.{name}' for name in RECIPES[recipe]
                    )

    def volume(self, kind, name, **more):
        """Make a volume and name it."""
        body = {
            'size': 1,
            'name': f'{name}-of-{OWNERS[kind]}',
            'description': OWNERS[kind],
            'metadata': {'of': OWNERS[kind]},
            'volume_type': 'plain',
            **more,
        }
        made = self._call(kind, 'POST', '/volumes', {'volume': body})
        self._name(kind, name, made['volume']['id'])

    def snapshot(self, kind, name, volume, who=None):
        """Make a snapshot and name it."""
        body = {
            'volume_id': f'<{kind}.{volume}>',
            'name': f'{name}-of-{OWNERS[kind]}',
            'metadata': {'of': OWNERS[kind]},
            'force': True,
        }
        made = self._call(kind, 'POST', '/snapshots', {'snapshot': body}, who)
        self._name(kind, name, made['snapshot']['id'])

    def backup(self, kind, name, volume, who=None):
        """Make a backup and name it."""
        body = {
            'volume_id': f'<{kind}.{volume}>',
            'name': f'{name}-of-{OWNERS[kind]}',
            'metadata': {'of': OWNERS[kind]},
        }
        made = self._call(kind, 'POST', '/backups', {'backup': body}, who)
        self._name(kind, name, made['backup']['id'])

    def _make_free(self, kind):
        self.volume(kind, 'free')

    def _make_spare(self, kind):
        self.volume(kind, 'spare')

    def _make_snapped(self, kind):
        self.volume(kind, 'snapped')
        self.snapshot(kind, 'snapshot', 'snapped')

    def _make_cloned(self, kind):
        self.volume(kind, 'source')
        self.volume(kind, 'cloned', source_volid=f'<{kind}.source>')

    def _make_from_snapshot(self, kind):
        self.volume(kind, 'parent')
        self.snapshot(kind, 'frozen', 'parent')
        self.volume(kind, 'thawed', snapshot_id=f'<{kind}.frozen>')

    def _make_backed(self, kind):
        self.volume(kind, 'backed')
        self.backup(kind, 'backup', 'backed')

    def _make_attached(self, kind):
        self.volume(kind, 'attached')
        self._attach(kind, 'attachment', 'attached', connector=CONNECTOR)
        self._complete(kind, 'attachment')

    def _make_reserved(self, kind):
        self.volume(kind, 'reserved')
        self._attach(kind, 'reservation', 'reserved')

    def _make_detaching(self, kind):
        self.volume(kind, 'detaching')
        self._attach(kind, 'detachment', 'detaching', connector=CONNECTOR)
        self._complete(kind, 'detachment')
        self._act(kind, 'detaching', {'os-begin_detaching': {}})

    def _make_offered(self, kind):
        self.volume(kind, 'offered')
        body = {
            'transfer': {
                'volume_id': f'<{kind}.offered>',
                'name': f'transfer-of-{OWNERS[kind]}',
            }
        }
        made = self._call(kind, 'POST', '/volume-transfers', body)
        self._name(kind, 'transfer', made['transfer']['id'])
        self._name(kind, 'key', made['transfer']['auth_key'])

    def _group(self, kind, name):
        body = {
            'group': {
                'name': f'{name}-of-{OWNERS[kind]}',
                'group_type': '<grouptype.sheep>',
                'volume_types': ['<type.plain>'],
            }
        }
        made = self._call(kind, 'POST', '/groups', body)
        self._name(kind, name, made['group']['id'])

    def _snap_group(self, kind, name, group, who=None):
        body = {
            'group_snapshot': {
                'group_id': f'<{kind}.{group}>',
                'name': f'{name}-of-{OWNERS[kind]}',
            }
        }
        made = self._call(kind, 'POST', '/group_snapshots', body, who)
        self._name(kind, name, made['group_snapshot']['id'])

    def _make_herd(self, kind):
        self._group(kind, 'group')
        self.volume(kind, 'grouped', group_id=f'<{kind}.group>')

    def _make_flock(self, kind):
        self._group(kind, 'flock')
        self.volume(kind, 'sheep', group_id=f'<{kind}.flock>')
        self._snap_group(kind, 'groupsnapshot', 'flock')
        path = f'/snapshots?volume_id=<{kind}.sheep>'
        [found] = self._call(kind, 'GET', path)['snapshots']
        self._name(kind, 'sheepsnapshot', found['id'])

    def _make_empty(self, kind):
        self._group(kind, 'emptygroup')

    def _make_encrypted(self, kind):
        self.volume(kind, 'encrypted', volume_type='encrypted')

    def _make_multi(self, kind):
        self.volume(kind, 'multi', volume_type='multi')
        self._attach(kind, 'multiattachment', 'multi', connector=CONNECTOR)
        self._complete(kind, 'multiattachment')

    def _make_bootable(self, kind):
        self.volume(kind, 'bootable', imageRef=IMAGE)

    def _make_failing(self, kind):
        self.volume(kind, 'failing', volume_type='nowhere')
        path = f'/messages?resource_uuid=<{kind}.failing>'
        [found] = self._call(kind, 'GET', path)['messages']
        self._name(kind, 'message', found['id'])

    def _make_failures(self, kind):
        """Make what other services fail with, and leave messages about."""
        self.volume(kind, 'failed')
        self.snapshot(kind, 'failedsnapshot', 'failed')
        self.backup(kind, 'failedbackup', 'failed')

    def _make_managed(self, kind):
        """Let a manager make something of a member's volume."""
        self.volume(kind, 'managed')
        self.snapshot(kind, 'managedsnapshot', 'managed', who='carol')
        # It leaves a message.
        self.snapshot(kind, 'failedofmanager', 'managed', who='carol')
        self.backup(kind, 'managedbackup', 'managed', who='carol')

    def _make_managedgroup(self, kind):
        self._group(kind, 'managedgroup')
        self.volume(kind, 'member', group_id=f'<{kind}.managedgroup>')
        self._snap_group(
            kind, 'managedgroupsnapshot', 'managedgroup', who='carol'
        )

    def _make_broken(self, kind):
        self.volume(kind, 'broken')
        self._reset(kind, '/volumes', 'broken')

    def _make_brokensnapshot(self, kind):
        self.volume(kind, 'cracked')
        self.snapshot(kind, 'brokensnapshot', 'cracked')
        self._reset(kind, '/snapshots', 'brokensnapshot')

    def _make_deleted(self, kind):
        self.volume(kind, 'deleted')
        self._call(kind, 'DELETE', f'/volumes/<{kind}.deleted>')

    def _attach(self, kind, name, volume, **more):
        body = {
            'attachment': {
                'volume_uuid': f'<{kind}.{volume}>',
                'instance_uuid': '<server>',
                **more,
            }
        }
        made = self._call(kind, 'POST', '/attachments', body)
        self._name(kind, name, made['attachment']['id'])

    def _complete(self, kind, name):
        path = f'/attachments/<{kind}.{name}>/action'
        self._call(kind, 'POST', path, {'os-complete': None})

    def _act(self, kind, name, action):
        self._call(kind, 'POST', f'/volumes/<{kind}.{name}>/action', action)

    def _reset(self, kind, path, name):
        self._call(
            kind,
            'POST',
            f'{path}/<{kind}.{name}>/action',
            {'os-reset_status': {'status': 'error'}},
            who='root',
        )

    def _name(self, kind, name, found_id):
        name = f'{kind}.{name}'
        if kind == 'own':
            self.worlds.show(name, found_id)
        else:
            self.worlds.hide(name, found_id)

    def _call(self, kind, method, path, body=None, who=None):
        who = who or OWNERS[kind]
        if kind == 'own':
            return self._ask(who, method, path, body)
        asked = worlds.ask(who, method, path, body, self.worlds.latest)
        return _content(asked, self.worlds.in_a(asked))

    def _ask(self, who, method, path, body):
        asked = worlds.ask(who, method, path, body, self.worlds.latest)
        answer, other, are_equal = self.worlds.ask(asked)
        if self.is_strict:
            assert are_equal, (asked, answer, other)
        return _content(asked, other)


def _content(asked, answer):
    assert answer.status < 300, (asked, answer)
    return json.loads(answer.body) if answer.body else None


def worlds_id(name):
    """Return an ID that neither world knows."""
    return str(uuid.uuid5(pair.NAMESPACE, name))
