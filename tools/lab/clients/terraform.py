# SPDX-License-Identifier: Apache-2.0
"""Requests of Terraform's OpenStack provider, in gophercloud's order.

PyPI and Debian have no Terraform. This module sends its requests with
openstacksdk's sessions: create with polling, refresh, plan, update in place,
destroy with polling for 404. Source: openstack/ of
terraform-provider-openstack, 3.x, which sends no microversion here.

``terraform.py MEMBER PEER FOLDER`` runs in the lab's environment.
"""

import sys

from journey import Fault
from journey import Journey
import openstack

#: resource: (service, path, key in bodies), in the order of creation
RESOURCES = {
    'secgroup': ('network', '/security-groups', 'security_group'),
    'rule_ssh': ('network', '/security-group-rules', 'security_group_rule'),
    'rule_peer': ('network', '/security-group-rules', 'security_group_rule'),
    'port': ('network', '/ports', 'port'),
    'volume': ('block_storage', '/volumes', 'volume'),
    'instance': ('compute', '/servers', 'server'),
    'floatingip': ('network', '/floatingips', 'floatingip'),
}
#: Statuses on which the provider waits after creation.
READY = {
    'port': ('ACTIVE', 'DOWN'),
    'volume': ('available',),
    'instance': ('ACTIVE',),
    'floatingip': ('ACTIVE', 'DOWN'),
}
#: Attributes that a plan compares.
PLANNED = ('name', 'description', 'security_groups', 'size', 'port_id')
LISTS = ('secgroup', 'port', 'volume', 'instance')


class Terraform:
    """One member's configuration, and the state of it."""

    def __init__(self, member, peer, folder):
        self.journey = Journey('terraform', member, peer, folder)
        self.cloud = openstack.connect(cloud=member)
        self.ids, self.state = {}, {}

    def call(self, verb, service, path, body=None, expected=(200, 201, 202)):
        """Send a request.

        :returns: the JSON of the response, None without one
        :raises Fault: when the status is another one
        """
        session = getattr(self.cloud, service)
        response = session.request(path, verb, json=body, raise_exc=False)
        if response.status_code not in expected:
            raise Fault(
                f'{verb} {path}: {response.status_code} {response.text}'
            )
        return response.json() if response.content else None

    def read(self, name):
        """GET a resource."""
        service, path, key = RESOURCES[name]
        return self.call('GET', service, f'{path}/{self.ids[name]}')[key]

    def create(self, resource, attributes):
        """POST a resource, and GET it until it is ready."""
        service, path, key = RESOURCES[resource]
        with self.journey.step(f'{resource}: Creating'):
            made = self.call('POST', service, path, {key: attributes})
            self.ids[resource] = made[key]['id']
            self.poll(resource, READY.get(resource))

    def poll(self, name, statuses):
        """GET a resource until it has one of the statuses."""

        def is_ready():
            status = (self.read(name).get('status') or '').upper()
            if 'ERROR' in status:
                raise Fault(f'its status is {status}')
            return not statuses or status in map(str.upper, statuses)

        self.journey.wait(is_ready, f'one of {statuses}')

    def find(self, service, path, key):
        """GET a list that has one thing, as data sources do."""
        [found] = self.call('GET', service, path)[key]
        return found['id']

    def apply(self):
        """Create all, as the first ``terraform apply`` does."""
        name, ids = self.journey.mark, self.ids
        with self.journey.step('data sources: Reading'):
            network = self.find(
                'network', '/networks?name=private', 'networks'
            )
            public = self.find('network', '/networks?name=public', 'networks')
            image = self.find('image', '/images?name=cirros', 'images')
            flavors = self.call('GET', 'compute', '/flavors/detail')['flavors']
        one = {'name': name, 'description': 'one'}
        self.create('secgroup', one)
        rule = {'direction': 'ingress', 'security_group_id': ids['secgroup']}
        ssh = {'protocol': 'tcp', 'port_range_min': 22, 'port_range_max': 22}
        self.create('rule_ssh', {**rule, **ssh})
        self.create('rule_peer', {**rule, 'remote_group_id': ids['secgroup']})
        port = {'network_id': network, 'security_groups': [ids['secgroup']]}
        self.create('port', {**port, **one})
        self.create('volume', {'size': 1, **one})
        [flavor] = (one for one in flavors if one['name'] == 'm1.tiny')
        instance = {'imageRef': image, 'flavorRef': flavor['id']}
        networks = [{'port': ids['port']}]
        self.create(
            'instance', {'name': name, **instance, 'networks': networks}
        )
        with self.journey.step('volume_attach: Creating'):
            body = {'volumeAttachment': {'volumeId': ids['volume']}}
            self.call('POST', 'compute', self.attachments(), body)
            self.poll('volume', ('in-use',))
        self.create(
            'floatingip',
            {'floating_network_id': public, 'description': name},
        )
        with self.journey.step('floatingip_associate: Creating'):
            self.change('floatingip', port_id=ids['port'])
            self.poll('floatingip', READY['floatingip'])

    def attachments(self, volume=''):
        """Return the path of the instance's attachments, or of one."""
        path = f'/servers/{self.ids["instance"]}/os-volume_attachments'
        return f'{path}/{volume}' if volume else path

    def change(self, resource, **attributes):
        """PUT attributes of a resource."""
        service, path, key = RESOURCES[resource]
        place = f'{path}/{self.ids[resource]}'
        self.call('PUT', service, place, {key: attributes})

    def refresh(self):
        """GET each resource, and what hangs on the instance.

        :returns: ``{resource: the attributes that a plan compares}``
        """
        found = {}
        for name in self.ids:
            with self.journey.step(f'{name}: Refreshing state'):
                got = self.read(name)
                found[name] = {k: got[k] for k in PLANNED if k in got}
        with self.journey.step('volume_attach: Refreshing state'):
            one = self.call(
                'GET', 'compute', self.attachments(self.ids['volume'])
            )['volumeAttachment']
            found['volume_attach'] = {'volumeId': one['volumeId']}
            server = f'/servers/{self.ids["instance"]}'
            ports = self.call('GET', 'compute', f'{server}/os-interface')
            [port] = ports['interfaceAttachments']
            found['interface'] = {'port_id': port['port_id']}
        return found

    def look(self, others, count):
        """See the own things in lists, and none of the other's."""
        for name in LISTS:
            service, path, _ = RESOURCES[name]
            with self.journey.step(f'{name}: list'):
                [rows] = (
                    rows
                    for rows in self.call('GET', service, path).values()
                    if rows == [] or isinstance(rows[0], dict)
                )
                self.journey.own([row['name'] for row in rows], count, name)
        for name, thing in others.items():
            service, path, _ = RESOURCES[name]
            with self.journey.step(f"{name}: the other's"):
                for verb in ('GET', 'DELETE'):
                    self.call(verb, service, f'{path}/{thing}', None, (404,))

    def update(self):
        """Change each in place, as the second ``terraform apply`` does."""
        changed = {'name': f'{self.journey.mark}-changed'}
        for name in LISTS:
            with self.journey.step(f'{name}: Modifying'):
                self.change(name, **changed)
                self.journey.same(
                    self.read(name)['name'], changed['name'], 'the name'
                )

    def destroy(self):
        """Delete all in the opposite order; GET each until it is gone."""
        with self.journey.step('floatingip_associate: Destroying'):
            self.change('floatingip', port_id=None)
        with self.journey.step('volume_attach: Destroying'):
            place = self.attachments(self.ids['volume'])
            self.call('DELETE', 'compute', place)
            self.await_404('compute', place)
            self.poll('volume', ('available',))
        for name in reversed(RESOURCES):
            service, path, _ = RESOURCES[name]
            place = f'{path}/{self.ids[name]}'
            with self.journey.step(f'{name}: Destroying'):
                self.call('DELETE', service, place, None, (200, 202, 204))
                self.await_404(service, place)

    def await_404(self, service, path):
        """GET something until it is not found; no other refusal ends it."""

        def is_gone():
            try:
                self.call('GET', service, path, None, (404,))
            except Fault as fault:
                if ': 200 ' in str(fault):
                    return False
                raise
            return True

        self.journey.wait(is_gone, f'{path} to go')


def main(*arguments):
    """Take all steps of a member."""
    terraform = Terraform(*arguments)
    terraform.apply()
    state = terraform.refresh()
    with terraform.journey.step('the other has things, too'):
        others = terraform.journey.meet(terraform.ids)
    terraform.look(others, 1)
    with terraform.journey.step('plan: No changes'):
        terraform.journey.same(terraform.refresh(), state, 'the plan')
    terraform.update()
    terraform.refresh()
    terraform.destroy()
    terraform.look({}, 0)


if __name__ == '__main__':
    main(*sys.argv[1:])
