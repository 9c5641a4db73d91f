# SPDX-License-Identifier: Apache-2.0
"""Another member's things are what another project's are, or unknown ones."""

import re
import time

from oslo_serialization import jsonutils

from tests.functional.network import cloud
from tests.functional.network import operations
from tests.functional.network import things

WORD = re.compile(r'[\w.:-]+(?<![.:])')
#: Where stock Neutron tells of another project's thing that it exists: it
#: looks whether a port is a subport, or asks policy, before it looks whether
#: the caller may see the thing. Neutron 24 shows another project's port
#: forwarding through the caller's own floating IP.
TELLING = re.compile(
    r'.*\btags?( |$)'
    r'|(fip|attached_fip|forwarding_fip) of own'
    r'|(fip|attached_fip|forwarding_fip) forwarding new'
    r'|group rule new'
    r'|subport (trunk new|trunk new with subport|subport add)'
)


class Comparison(cloud.Cloud):
    def setUp(self):
        super().setUp()
        self.external = self.external_network()
        self.shared = self.root.make(
            'networks', 'network', name='shared', shared=True
        )
        subnet = self.root.make(
            'subnets',
            'subnet',
            network_id=self.shared['id'],
            cidr='10.9.0.0/16',
            allocation_pools=self.pool('10.9.100'),
            ip_version=4,
        )
        self.root.put(
            f'routers/{self.router["id"]}/add_router_interface',
            {'subnet_id': subnet['id']},
        )
        second = self.root.make(
            'routers',
            'router',
            project_id=cloud.OTHER_PROJECT,
            external_gateway_info={'network_id': self.external['id']},
        )
        gateway = self.root.make('ports', 'port', network_id=self.shared['id'])
        self.root.put(
            f'routers/{second["id"]}/add_router_interface',
            {'port_id': gateway['id']},
        )
        self.things_of = {}

    def things(self, account, network):
        found = things.of(self, account, network)
        self.things_of[account.user_id] = found
        return found

    def ask(self, account, other, own):
        """Return ``{name of an operation: response}``."""
        found = {}
        for operation in operations.all_of(
            other, own, self.network, self.router
        ):
            began = time.monotonic()
            found[operation.name] = self.normal(
                account.ask(operation.method, operation.path, operation.body),
                other,
            )
            # Neutron tries again for minutes what the database refuses.
            self.assertGreater(10, time.monotonic() - began, operation)
        return found

    @staticmethod
    def normal(response, other):
        """Return a response with the kind of a thing for what names it."""
        status, body = response
        text = jsonutils.dumps(body, sort_keys=True)
        names = {}
        for kind, thing in other.items():
            for name in things.NAMES:
                if thing.get(name):
                    names[thing[name].lower()] = f'<{kind}.{name}>'
            for fixed in thing.get('fixed_ips') or ():
                names[fixed['ip_address']] = f'<{kind}.ip>'
        # Whole words: an address can begin with another.
        return status, WORD.sub(
            lambda found: names.get(found.group().lower(), found.group()), text
        )

    def differing(self, account, one, other, own):
        """Return ``{name of an operation: both responses}`` that differ."""
        first = self.ask(account, one, own)
        second = self.ask(account, other, own)
        self.assertEqual(first.keys(), second.keys())
        self.asked = len(first)
        return {
            name: (first[name], second[name])
            for name in first
            if first[name] != second[name]
        }

    def assertUntouched(self, account, before):
        """Check that nobody changed the things of an account."""
        for kind, path in (
            ('port', 'ports'),
            ('bound', 'ports'),
            ('fipped', 'ports'),
            ('subport', 'ports'),
            ('fip', 'floatingips'),
            ('attached_fip', 'floatingips'),
            ('group', 'security-groups'),
            ('rule', 'security-group-rules'),
            ('trunk', 'trunks'),
            ('address_group', 'address-groups'),
            ('group_policy', 'rbac-policies'),
        ):
            status, body = account.get(f'{path}/{before[kind]["id"]}')
            self.assertEqual(200, status, kind)
            [found] = body.values()
            volatile = ('updated_at', 'revision_number', 'status')
            for name in before[kind].keys() - set(volatile):
                if kind == 'group' and name == 'security_group_rules':
                    continue
                self.assertEqual(before[kind][name], found[name], kind)


class TestComparison(Comparison):
    def test_hidden_things_are_as_unknown_ones(self):
        alices = self.things(self.alice, self.network)
        bobs = self.things(self.bob, self.network)
        unknown = things.unknown(alices)
        for account in (self.bob, self.dan):
            self.assertEqual(
                {}, self.differing(account, alices, unknown, bobs)
            )
        self.assertLess(400, self.asked)
        self.assertUntouched(self.alice, alices)

    def test_hidden_things_are_as_those_of_another_project(self):
        alices = self.things(self.alice, self.shared)
        eves = self.things(self.eve, self.shared)
        bobs = self.things(self.bob, self.shared)
        found = self.differing(self.bob, alices, eves, bobs)
        self.assertEqual(
            {},
            {
                name: both
                for name, both in found.items()
                if not TELLING.match(name)
            },
        )
        for name, (hidden, foreign) in found.items():
            self.assertEqual(404, hidden[0], name)
            shown = (200,) if name.endswith(' of own') else ()
            self.assertIn(foreign[0], (403, 409, *shown), name)
        self.assertUntouched(self.alice, alices)
        self.assertUntouched(self.eve, eves)


class TestComparisonWithoutThePlugin(Comparison):
    plugins = cloud.PLUGINS

    def test_hidden_things_differ_from_unknown_ones(self):
        alices = self.things(self.alice, self.network)
        bobs = self.things(self.bob, self.network)
        found = self.differing(self.bob, alices, things.unknown(alices), bobs)
        for name in (
            'port show',
            'port update name',
            'bound list device_id',
            'fip show',
            'group rule new',
            'group share with 5',
            'rule show',
            'trunk delete',
            'address group update',
            'address_group_policy delete',
        ):
            self.assertIn(name, found)
        self.assertLess(200, len(found))
