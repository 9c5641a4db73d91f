# SPDX-License-Identifier: Apache-2.0
"""Projects, users and resources of the lab's cloud.

Runs in the lab's environment: ``cloud.py identity`` before the other APIs
start, ``cloud.py resources`` afterwards. What is there is left alone.
``cloud.py things`` lets alice and bob make one of each, for Horizon's pages,
``cloud.py testers`` makes projects for Tempest, and ``cloud.py orchestration``
lets Keystone know Heat, for clients.
"""

import json
import sys

import openstack
import settings

#: name: (processors, MiB of memory, GiB of disk)
FLAVORS = {'m1.tiny': (1, 64, 1), 'm1.small': (1, 128, 2)}

#: Tempest's accounts: three or four for each of the tests that run at once.
TESTERS = 8


def identity(admin):
    """Make services, endpoints, projects, users and their roles."""
    keystone = admin.identity
    for name, (kind, path) in settings.CATALOGUE.items():
        service = next(keystone.services(name=name, type=kind), None)
        service = service or keystone.create_service(name=name, type=kind)
        there = {
            endpoint.interface
            for endpoint in keystone.endpoints(service_id=service.id)
        }
        for interface in {'public', 'internal', 'admin'} - there:
            keystone.create_endpoint(
                service_id=service.id,
                interface=interface,
                region_id='RegionOne',
                url=settings.url(name, path),
            )
    for name in settings.PROJECTS:
        _project(keystone, name)
    passwords = settings.passwords()
    accounts = {
        name: (passwords[name], project, [role])
        for name, (project, role) in settings.USERS.items()
    }
    for name in settings.CATALOGUE:
        roles = ['admin', 'service']
        accounts[name] = passwords['service'], 'service', roles
    for name, (password, project, roles) in accounts.items():
        _user(keystone, name, password, project, roles)


def _project(keystone, name):
    return keystone.find_project(name) or keystone.create_project(
        name=name, domain_id='default'
    )


def _user(keystone, name, password, project, roles):
    """Return a user who has roles in a project."""
    user = keystone.find_user(name) or keystone.create_user(
        name=name, domain_id='default', password=password
    )
    for role in roles:
        keystone.assign_project_role_to_user(
            keystone.find_project(project), user, keystone.find_role(role)
        )
    return user


def resources(admin):
    """Make flavors, images, networks, volume types, and raise quotas."""
    for name, (vcpus, ram, disk) in FLAVORS.items():
        if not admin.compute.find_flavor(name):
            admin.compute.create_flavor(
                name=name, vcpus=vcpus, ram=ram, disk=disk
            )
    if not admin.image.find_image('cirros'):
        for name in ('cirros', 'debian'):
            admin.image.create_image(
                name,
                data=f'Disk of {name}\n'.encode(),
                visibility='public',
                disk_format='raw',
                container_format='bare',
                wait=False,
            )
    network = admin.network
    public = network.find_network('public') or network.create_network(
        name='public',
        is_router_external=True,
        provider_network_type='flat',
        provider_physical_network='public',
    )
    if not network.find_subnet('public'):
        network.create_subnet(
            name='public',
            network_id=public.id,
            ip_version=4,
            cidr='203.0.113.0/24',
            is_dhcp_enabled=False,
        )
    for number, name in enumerate(('course', 'other')):
        _network(admin, admin.identity.find_project(name).id, number)
    storage = admin.block_storage
    if not storage.find_type('lab'):
        storage.create_type(
            name='lab', extra_specs={'volume_backend_name': 'lab'}
        )
    if not storage.find_group_type('lab'):
        storage.create_group_type(
            name='lab',
            group_specs={'consistent_group_snapshot_enabled': '<is> True'},
        )
    _raise_quotas(admin)


def _network(admin, project_id, number):
    """Make a project's network, and its router to the public one."""
    network = admin.network
    if network.find_router('router', project_id=project_id):
        return
    private = network.create_network(name='private', project_id=project_id)
    subnet = network.create_subnet(
        name='private',
        project_id=project_id,
        network_id=private.id,
        ip_version=4,
        cidr=f'10.{10 + number}.0.0/16',
    )
    public = network.find_network('public')
    router = network.create_router(
        name='router',
        project_id=project_id,
        external_gateway_info={'network_id': public.id},
    )
    network.add_interface_to_router(router, subnet_id=subnet.id)


def _raise_quotas(admin):
    """Let a probe and a person work in one project at once."""
    project_id = admin.identity.find_project('course').id
    admin.compute.update_quota_set(
        project_id, instances=100, cores=200, ram=100000, server_groups=100
    )
    admin.block_storage.update_quota_set(
        project_id, volumes=200, snapshots=200, gigabytes=2000, groups=100
    )
    admin.network.update_quota(
        project_id, ports=500, floating_ips=100, security_groups=100
    )


def things(_admin):
    """Let two members make one of each; write their names and IDs."""
    found = {}
    for who in ('alice', 'bob'):
        user = openstack.connect(cloud=who)
        server = user.get_server(f'{who}s-server') or user.create_server(
            f'{who}s-server',
            image='cirros',
            flavor='m1.tiny',
            network='private',
            auto_ip=False,
            wait=True,
        )
        volume = user.get_volume(f'{who}s-volume') or user.create_volume(
            1, name=f'{who}s-volume', wait=True
        )
        snapshot = user.get_volume_snapshot(
            f'{who}s-snapshot'
        ) or user.create_volume_snapshot(
            volume.id, name=f'{who}s-snapshot', wait=True
        )
        image = user.get_image(f'{who}s-image') or user.image.create_image(
            f'{who}s-image',
            data=b'A disk\n',
            disk_format='raw',
            container_format='bare',
            visibility='private',
        )
        group = user.get_security_group(
            f'{who}s-group'
        ) or user.create_security_group(f'{who}s-group', 'of one member')
        [port] = user.network.ports(device_id=server.id)
        address = next(
            user.network.ips(port_id=port.id), None
        ) or user.network.create_ip(
            floating_network_id=user.network.find_network('public').id,
            port_id=port.id,
        )
        made = {
            'server': server,
            'volume': volume,
            'snapshot': snapshot,
            'image': image,
            'group': group,
        }
        found[who] = {
            kind: {'name': one.name, 'id': one.id}
            for kind, one in made.items()
        }
        found[who]['floating_ip'] = {
            'name': address.floating_ip_address,
            'id': address.id,
        }
    (settings.STATE / 'things.json').write_text(json.dumps(found))


def testers(admin):
    """Make Tempest's projects, of one member each, and write its facts."""
    keystone = admin.identity
    password = settings.passwords()['testers']
    accounts, users = [], {}
    for number in range(TESTERS):
        name = f'tester{number}'
        project = _project(keystone, name)
        user = _user(keystone, name, password, name, ['member'])
        _network(admin, project.id, 10 + number)
        users[name] = user.id
        accounts.append(
            {
                'username': name,
                'project_name': name,
                'domain_name': 'Default',
                'password': password,
                'roles': ['member', 'reader'],
                'resources': {'network': 'private'},
            }
        )
    facts = {
        # Tests want a reader of the project beside the member: the same user,
        # by an ID, which Tempest takes for another account.
        'accounts': accounts
        + [{**one, 'user_id': users[one['username']]} for one in accounts],
        'images': [
            admin.image.find_image(name).id for name in ('cirros', 'debian')
        ],
        'flavors': [admin.compute.find_flavor(name).id for name in FLAVORS],
        'public_network_id': admin.network.find_network('public').id,
        'extensions': [one.alias for one in admin.network.extensions()],
    }
    (settings.STATE / 'tempest/facts.json').write_text(json.dumps(facts))


def orchestration(admin):
    """Make Heat's service, endpoint, accounts and domain."""
    keystone = admin.identity
    password = settings.passwords()['service']
    if not next(keystone.services(name='heat'), None):
        service = keystone.create_service(name='heat', type='orchestration')
        keystone.create_endpoint(
            service_id=service.id,
            interface='public',
            region_id='RegionOne',
            url=settings.url('heat', '/v1/%(tenant_id)s'),
        )
    domain = keystone.find_domain('heat') or keystone.create_domain(
        name='heat'
    )
    heat, keeper = (
        keystone.find_user(name, domain_id=domain_id)
        or keystone.create_user(
            name=name, domain_id=domain_id, password=password
        )
        for name, domain_id in (
            ('heat', 'default'),
            ('heat-domain-admin', domain.id),
        )
    )
    role = keystone.find_role('admin')
    project = keystone.find_project('service')
    keystone.assign_project_role_to_user(project, heat, role)
    keystone.assign_domain_role_to_user(domain, keeper, role)
    if not keystone.find_role('heat_stack_user'):
        keystone.create_role(name='heat_stack_user')


STEPS = {
    'identity': identity,
    'resources': resources,
    'things': things,
    'testers': testers,
    'orchestration': orchestration,
}

if __name__ == '__main__':
    STEPS[sys.argv[1]](openstack.connect(cloud='admin'))
