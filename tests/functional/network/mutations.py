# SPDX-License-Identifier: Apache-2.0
"""Parts of the plugin that can be taken away, and the test that must fail."""

import dataclasses
from unittest import mock

from neutron.db import models_v2
from neutron.db import rbac_db_models
from neutron.db.models import address_group
from neutron.db.models import l3
from neutron.db.models import local_ip
from neutron.db.models import ndp_proxy
from neutron.db.models import port_forwarding
from neutron.db.models import securitygroup
from neutron.services.trunk import models as trunk_models
import sqlalchemy as sa

from cloud_security.network import cascades
from cloud_security.network import dependents
from cloud_security.network import device_ids
from cloud_security.network import group_rules
from cloud_security.network import hooks
from cloud_security.network import in_use
from cloud_security.network import named_ids
from cloud_security.network import parents
from cloud_security.network import rbac_policies
from cloud_security.network import recording
from cloud_security.network import request
from cloud_security.network import server_ports
from cloud_security.network import stamping
from cloud_security.network import starting
from cloud_security.network import tags
from cloud_security.network import taken_along
from cloud_security.network import viewer
from cloud_security.network import visible_rows
from cloud_security.network import whole_project

PORTS = 'test_ports.TestPorts.test_port_of_somebody_else_is_not_found'
GROUPS = 'test_groups.TestGroups.test_'
RULES = 'test_groups.TestRules.test_'
SHARES = 'test_groups.TestPolicies.test_'
KINDS = 'test_kinds.TestKinds.test_'
SHARED = 'test_shared_things.'
INTEGRITY = 'test_integrity.'
CASCADES = 'test_cascades.'
DEPENDENTS = 'test_dependents.'
TARGET = f'{SHARED}TestPorts.test_target_of_a_hidden_forwarding_'
NETWORK = f'{SHARED}TestNetworks.test_network_'
ADDRESSES = f'{INTEGRITY}TestAddresses.test_'
FIPS = f'{INTEGRITY}TestFloatingIPs.test_port_'
NOVA = 'test_who.TestNova.test_bound_port_is_found_by_its_server_and_unbound'
DEFAULT = 'test_groups.TestDefaultGroup.test_'
PROXIES = 'test_ndp_proxies.TestNdpProxies.test_'
RECORDS = 'test_records.Test'


def _through(original, self, *args, **kwargs):
    return original(self, *args, **kwargs)


def without_hook(model):
    """Take a hook away, and what notices that at start."""
    return [
        mock.patch.dict(
            hooks.HOOKS, {model: lambda context, model, query: query}
        ),
        mock.patch.object(starting, '_unproven', return_value=[]),
        mock.patch.object(hooks, 'unresolved', return_value=[]),
    ]


def without(module, name):
    """Let Neutron's own method answer."""
    return [mock.patch.object(module, name, _through)]


def without_method(name):
    """Leave out a question about everybody's rows."""
    return [
        mock.patch.object(
            whole_project,
            'METHODS',
            [one for one in whole_project.METHODS if one[1] != name],
        )
    ]


def without_network_method(name):
    """Leave out a request on networks and subnets."""
    return [
        mock.patch.object(
            whole_project,
            'OF_NETWORKS',
            [one for one in whole_project.OF_NETWORKS if one != name],
        )
    ]


def without_rule_method(name):
    """Leave out a request on rules and groups."""
    return [mock.patch.dict(group_rules.METHODS, {name: _through})]


def floating_ips_by_owner(seen, floating_ip):
    return sa.or_(
        visible_rows._other_project(seen, floating_ip),
        visible_rows._owned(l3.FloatingIP, seen, floating_ip.id),
    )


def local_ips_by_owner(seen, address):
    return sa.or_(
        visible_rows._other_project(seen, address),
        visible_rows._owned(models_v2.Port, seen, address.local_port_id),
    )


def isolated_without_service(context):
    found = viewer.would_be_isolated(context)
    return found and dataclasses.replace(found, sees_bound_ports=False)


#: ``{part: (patches, the test that must fail)}``
MUTATIONS = {
    'hook of ports': (without_hook(models_v2.Port), PORTS),
    'hook of floating IPs': (
        without_hook(l3.FloatingIP),
        f'{KINDS}floating_ip_is_not_found',
    ),
    'hook of groups': (
        without_hook(securitygroup.SecurityGroup),
        f'{GROUPS}group_of_somebody_else_is_not_found',
    ),
    'hook of rules': (
        without_hook(securitygroup.SecurityGroupRule),
        f'{KINDS}rule_is_read_with_its_group_alone',
    ),
    'hook of policies of groups': (
        without_hook(rbac_db_models.SecurityGroupRBAC),
        f'{SHARES}policy_of_a_hidden_group_is_not_found',
    ),
    'hook of address groups': (
        without_hook(address_group.AddressGroup),
        f'{KINDS}address_group_is_not_found',
    ),
    'hook of policies of address groups': (
        without_hook(rbac_db_models.AddressGroupRBAC),
        f'{KINDS}policy_of_an_address_group_is_not_found',
    ),
    'hook of trunks': (
        without_hook(trunk_models.Trunk),
        f'{KINDS}trunk_is_not_found',
    ),
    'hook of subports': (
        without_hook(trunk_models.SubPort),
        f'{KINDS}subport_goes_into_no_trunk',
    ),
    'hook of local IPs': (
        without_hook(local_ip.LocalIP),
        f'{KINDS}local_ip_is_not_found',
    ),
    'hook of associations of local IPs': (
        without_hook(local_ip.LocalIPAssociation),
        f'{KINDS}local_ip_is_not_found',
    ),
    'hook of port forwardings': (
        without_hook(port_forwarding.PortForwarding),
        f'{FIPS}that_a_distributed_router_forwards_to_is_not_found',
    ),
    'hook of NDP proxies': (
        without_hook(ndp_proxy.NDPProxy),
        f'{PROXIES}proxy_of_somebody_else_is_not_found',
    ),
    **{
        f'routers in use: {name}': (
            without_method(name),
            f'{PROXIES}router_that_a_hidden_proxy_uses_stays_as_it_is',
        )
        for name in (
            '_confirm_router_interface_not_in_use',
            '_delete_router_gw_port_db',
        )
    },
    'floating IPs of new forwardings': (
        without(in_use, '_forwarding'),
        f'{KINDS}floating_ip_is_not_found_before_its_forwarding_is_checked',
    ),
    'ports of floating IPs and local IPs': (
        [mock.patch.object(visible_rows, '_no_hidden_address', lambda *_: [])],
        f'{SHARED}TestFloatingIPs.test_port_of_a_hidden_floating_ip_is_not_found',
    ),
    'addresses behind floating IPs': (
        without(taken_along, '_address'),
        f'{SHARED}TestPorts.test_address_of_a_hidden_floating_ip_stays',
    ),
    'addresses behind forwardings': (
        [mock.patch.object(taken_along, '_hidden', return_value=[])],
        f'{TARGET}keeps_its_address',
    ),
    'ports with a hidden forwarding': (
        without(taken_along, '_forwarded_port'),
        f'{TARGET}is_not_deleted',
    ),
    'networks with a hidden floating IP': (
        [
            mock.patch.object(
                taken_along, '_has_hidden_floating_ip', return_value=False
            )
        ],
        f'{NETWORK}with_a_hidden_floating_ip_is_in_use',
    ),
    'networks in use': (
        without(taken_along, '_network'),
        f'{NETWORK}with_a_hidden_floating_ip_is_in_use',
    ),
    'hidden subports': (
        without(taken_along, '_subports'),
        f'{SHARED}TestTrunks.test_hidden_subport_is_removed_as_an_unknown_one',
    ),
    'groups of the project that are named': (
        [mock.patch.object(cascades, 'refuse_named_group')],
        f'{CASCADES}TestGroups.test_group_that_a_hidden_rule_names_stays',
    ),
    'trunks with a hidden subport': (
        without(cascades, '_trunk'),
        f'{CASCADES}TestTrunks.test_trunk_with_a_hidden_subport_stays',
    ),
    'ports with a hidden local IP': (
        without(cascades, '_port'),
        f'{CASCADES}TestLocalIPs.test_port_with_a_hidden_local_ip_stays',
    ),
    "ports that become Neutron's own": (
        without(dependents, '_update'),
        f'{DEPENDENTS}TestDeviceOwner.'
        'test_port_in_a_hidden_trunk_stays_the_projects',
    ),
    'subnets with hidden things': (
        without(dependents, '_subnet'),
        f'{DEPENDENTS}TestDeletion.test_subnet_with_hidden_things_stays',
    ),
    'networks with hidden things': (
        [mock.patch.object(dependents, 'are_on_network', return_value=False)],
        f'{DEPENDENTS}TestDeletion.test_network_with_hidden_things_stays',
    ),
    'local IPs with hidden things': (
        without(dependents, '_local_ip'),
        f'{DEPENDENTS}TestDeletion.'
        'test_local_ip_whose_port_has_hidden_things_stays',
    ),
    'addresses of several floating IPs': (
        [
            mock.patch.object(
                taken_along, '_addresses_of_hidden', return_value=set()
            )
        ],
        f'{DEPENDENTS}TestAddresses.'
        'test_addresses_of_all_hidden_floating_ips_stay',
    ),
    'quotas that are counted': (
        without_method('count'),
        f'{INTEGRITY}TestQuota.'
        'test_quota_that_neutron_counts_by_a_list_ends_for_all',
    ),
    'ports that a distributed router forwards to': (
        [mock.patch.object(in_use, '_distributed')],
        f'{FIPS}of_the_project_with_a_distributed_forwarding_is_taken',
    ),
    'groups on ports of the project': (
        without_rule_method('_update_security_group_on_port'),
        f'{SHARED}TestPorts.test_groups_on_a_port_of_the_project_stay',
    ),
    'floating IPs on a hidden port': (
        without(in_use, '_associated'),
        f'{SHARED}TestFloatingIPs'
        '.test_own_floating_ip_on_a_hidden_port_is_described',
    ),
    'local IPs on ports of other projects': (
        [mock.patch.object(visible_rows, 'local_ips', local_ips_by_owner)],
        f'{SHARED}TestLocalIPs'
        '.test_local_ip_on_a_port_of_another_project_is_the_projects',
    ),
    'owners of ports like those of local IPs': (
        [
            mock.patch.object(
                stamping,
                '_is_for_local_ip',
                lambda context, port: (
                    port['device_owner'] == 'network:local_ip'
                ),
            )
        ],
        f'{SHARED}TestLocalIPs'
        '.test_port_with_the_device_owner_of_local_ips_is_the_projects',
    ),
    'ports that a local IP names': (
        [
            mock.patch.object(
                stamping.validators, 'is_attr_set', return_value=False
            )
        ],
        f'{SHARED}TestPortsWithoutOwnerInMonitorMode'
        '.test_local_ip_gives_no_port_to_its_maker',
    ),
    'forwardings that the database refuses': (
        without_method('_find_existing_port_forwarding'),
        f'{SHARED}TestPorts.test_protocol_of_a_hidden_forwarding_is_refused',
    ),
    'makers of local IPs': (
        without(stamping, '_local_ip'),
        f'{SHARED}TestLocalIPs.test_local_ip_on_a_network_is_its_makers',
    ),
    'rules that name a deleted group': (
        without_rule_method('delete_security_group'),
        f'{SHARED}TestGroups'
        '.test_driver_finds_hidden_rules_that_name_a_deleted_group',
    ),
    'forwardings that collide': (
        without(in_use, '_compared'),
        f'{KINDS}hidden_forwarding_keeps_its_port_number',
    ),
    'prefixes of paths': (
        [mock.patch.object(named_ids, 'collection', return_value='routers')],
        'test_devices.TestDevices.test_prefix_of_a_path_opens_nothing',
    ),
    'local IPs': (
        without(in_use, '_local_ip'),
        f'{KINDS}local_ip_is_not_found',
    ),
    'groups of several rules': (
        without(parents, '_owned'),
        f'{GROUPS}rules_of_several_groups_are_as_with_an_unknown_one',
    ),
    **{
        f'devices: {name}': (
            [mock.patch.dict(device_ids.METHODS, {name: _through})],
            'test_devices.TestDevices.'
            'test_hidden_and_unknown_servers_are_refused_alike',
        )
        for name in device_ids.METHODS
    },
    'MAC addresses': (
        # Neutron waits longer after each time that it has tried.
        [
            *without_method('_is_mac_in_use'),
            mock.patch('oslo_db.api.time.sleep'),
        ],
        f'{ADDRESSES}mac_address_of_a_hidden_port_is_taken_at_once',
    ),
    'extra gateways': (
        without_method('_router_extra_gw_port_has_floating_ips'),
        f'{INTEGRITY}TestRouters.'
        'test_gateway_that_a_hidden_floating_ip_needs_is_counted',
    ),
    'addresses beside those of a port': (
        without_method('_get_address_pair_active_port_with_fip'),
        f'{INTEGRITY}TestRouters.'
        'test_port_behind_a_hidden_floating_ip_is_found',
    ),
    'ports with a policy': (
        without_method('_get_ports_with_policy'),
        f'{INTEGRITY}TestPolicies.test_ports_with_a_policy_are_everybodys',
    ),
    'new subnets': (
        without_network_method('create_subnet'),
        f'{ADDRESSES}slaac_subnet_gives_hidden_ports_their_address',
    ),
    'changed networks': (
        without_network_method('update_network'),
        f'{INTEGRITY}TestPolicies.'
        'test_policy_of_a_network_is_checked_for_hidden_ports',
    ),
    'lists of rules': (
        without_rule_method('get_security_group_rules'),
        f'{RULES}rule_of_a_hidden_group_is_not_found',
    ),
    'a rule': (
        without_rule_method('get_security_group_rule'),
        f'{RULES}rule_of_a_hidden_group_is_not_found',
    ),
    **{
        f'default group: {name}': (
            without_rule_method(name),
            f'{DEFAULT}default_group_is_the_managers_to_change',
        )
        for name in (
            'update_security_group',
            'create_security_group_rule',
            'create_security_group_rule_bulk',
            'delete_security_group_rule',
        )
    },
    'new policies': (
        without(rbac_policies, '_create'),
        f'{SHARES}hidden_group_cannot_be_shared',
    ),
    'policies of the default group': (
        without(rbac_policies, '_change'),
        f'{SHARES}default_group_is_the_managers_to_share',
    ),
    'types of policies': (
        without(rbac_policies, '_object_type'),
        f'{SHARES}policy_of_a_hidden_group_is_not_found',
    ),
    'tags': (
        without(tags, '_resource_info'),
        f'{GROUPS}tags_of_a_hidden_group_are_not_found',
    ),
    'ports with a floating IP': (
        without(in_use, '_forwarded_port'),
        f'{KINDS}port_with_a_floating_ip_is_forwarded_to_by_nobody',
    ),
    'ports with a hidden floating IP': (
        [
            *without(in_use, '_associated'),
            mock.patch('oslo_db.api.time.sleep'),
        ],
        f'{FIPS}of_the_project_with_a_hidden_one_gets_no_second',
    ),
    'IDs of new groups': (
        [mock.patch.object(stamping.viewers, 'announce')],
        f'{GROUPS}group_is_its_owners',
    ),
    'owners first': (
        [mock.patch.object(stamping, 'FIRST', 10**9)],
        'test_ports.TestPorts.test_port_is_its_owners',
    ),
    'what leads to an own port': (
        [
            mock.patch.object(
                visible_rows, 'floating_ips', floating_ips_by_owner
            )
        ],
        f'{FIPS}with_it_can_be_deleted',
    ),
    'ports on own servers': (
        without(server_ports, '_port'),
        'test_who.TestNova.test_bound_port_on_an_own_server_is_shown',
    ),
    'owners of servers with ports': (
        [mock.patch.object(viewer.routed, 'operation', return_value=None)],
        'test_who.TestNova.test_bound_port_that_a_user_names_is_not_found',
    ),
    'records': (
        [mock.patch.object(recording, 'write_records')],
        f'{RECORDS}Denials.test_operation_is_recorded',
    ),
    'owners of what a deletion takes away': (
        [mock.patch.object(request, '_takes_away', return_value=False)],
        f'{RECORDS}Overrides.test_deletion_by_another_verb_is_recorded',
    ),
    'lists in monitor mode': (
        [mock.patch.object(request.named_ids, 'is_list', return_value=False)],
        f'{RECORDS}MonitorMode.test_lists_record_what_enforce_would_hide',
    ),
    'IDs in a body': (
        [mock.patch.object(request.named_ids, '_ids', return_value=())],
        f'{RECORDS}Denials.test_hidden_thing_that_a_change_names_is_recorded',
    ),
    'bound ports beside a service token': (
        [mock.patch.object(viewer, 'isolated', isolated_without_service)],
        NOVA,
    ),
}
