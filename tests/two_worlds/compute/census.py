# SPDX-License-Identifier: Apache-2.0
"""Meaning of each table, route, action and microversion for owners.

Whoever adds an entry has read Nova's code for it; test_census.py fails for
what is missing here, for what Nova has no longer, and for a claim that can be
measured and is not so. The tables hold for all of cloud_security/releases.py.
Source: nova/db/main/models.py, nova/db/api/models.py,
nova/api/openstack/compute/, nova/compute/api.py, Nova 29 to 34.
"""

# Mapped classes -----------------------------------------------------------

#: Rows that have an owner: those of cloud_security/compute/models.py.
OWNED = {
    'api.BuildRequest',
    'api.InstanceGroup',
    'api.InstanceMapping',
    'main.Instance',
    'main.Migration',
}
#: Rows about servers that members are served, and the row with an owner that
#: Nova's API reads before.
REACHED = {
    'api.InstanceGroupMember': 'InstanceGroup, or InstanceMapping at a server',
    'api.InstanceGroupPolicy': 'InstanceGroup',
    'api.RequestSpec': 'Instance',
    # Attaching a volume reads who else holds it; foreign_ids.py covers that.
    'main.BlockDeviceMapping': 'Instance',
    'main.InstanceAction': 'Instance',
    'main.InstanceActionEvent': 'InstanceAction of an Instance',
    'main.InstanceExtra': 'Instance',
    'main.InstanceFault': 'Instance',
    'main.InstanceInfoCache': 'Instance',
    'main.InstanceMetadata': 'Instance',
    'main.InstanceSystemMetadata': 'Instance',
    'main.PciDevice': 'Instance',
    'main.SecurityGroup': 'Instance',
    'main.SecurityGroupInstanceAssociation': 'Instance',
    'main.ShareMapping': 'InstanceMapping',
    'main.Tag': 'InstanceMapping',
    'main.VirtualInterface': 'Instance',
}
#: Rows about servers that no member is served, and whom they are for.
UNSERVED = {
    'main.ConsoleAuthToken': 'console proxies, and admins',
    'main.InstanceIdMapping': 'the metadata service',
    'main.SecurityGroupIngressRule': 'nobody since nova-network',
    'main.TaskLog': 'admins: os-instance_usage_audit_log',
    'main.VolumeUsage': 'notifications',
}
#: Rows that are not about servers.
ABOUT_NO_SERVER = {
    'api.Aggregate',
    'api.AggregateHost',
    'api.AggregateMetadata',
    'api.CellMapping',
    'api.FlavorExtraSpecs',
    'api.FlavorProjects',
    'api.Flavors',
    'api.HostMapping',
    'api.KeyPair',
    'api.ProjectUserQuota',
    'api.Quota',
    'api.QuotaClass',
    'api.QuotaUsage',
    'api.Reservation',
    'main.Certificate',
    'main.ComputeNode',
    'main.ProjectUserQuota',
    'main.Quota',
    'main.QuotaClass',
    'main.QuotaUsage',
    'main.Reservation',
    'main.S3Image',
    'main.Service',
}
#: What looks like a reference to a server in those, and why it is none or
#: does not matter.
HARMLESS = {
    'api.CellMapping.instance_mapping': 'not loaded; InstanceMapping is owned',
    'main.ComputeNode.running_vms': 'a number, for admins',
    'main.ComputeNode.supported_instances': 'kinds of hypervisors',
    'main.Service.instance': 'not loaded; Instance is owned',
}

# Routes: {path: methods} --------------------------------------------------

#: On one server, which Nova looks up; also what only admins may do there.
ON_A_SERVER = {
    '/servers/{id}': 'DELETE GET PUT',
    '/servers/{id}/action': 'POST',
    '/servers/{server_id}/diagnostics': 'GET',
    '/servers/{server_id}/ips': 'GET',
    '/servers/{server_id}/ips/{id}': 'GET',
    '/servers/{server_id}/metadata': 'GET POST PUT',
    '/servers/{server_id}/metadata/{id}': 'DELETE GET PUT',
    '/servers/{server_id}/migrations': 'GET',
    '/servers/{server_id}/migrations/{id}': 'DELETE GET',
    '/servers/{server_id}/migrations/{id}/action': 'POST',
    '/servers/{server_id}/os-instance-actions': 'GET',
    '/servers/{server_id}/os-instance-actions/{id}': 'GET',
    '/servers/{server_id}/os-interface': 'GET POST',
    '/servers/{server_id}/os-interface/{id}': 'DELETE GET',
    '/servers/{server_id}/os-security-groups': 'GET',
    '/servers/{server_id}/os-server-password': 'DELETE GET',
    '/servers/{server_id}/os-volume_attachments': 'GET POST',
    '/servers/{server_id}/os-volume_attachments/{id}': 'DELETE GET PUT',
    '/servers/{server_id}/remote-consoles': 'POST',
    '/servers/{server_id}/shares': 'GET POST',
    '/servers/{server_id}/shares/{id}': 'DELETE GET',
    '/servers/{server_id}/tags': 'DELETE GET PUT',
    '/servers/{server_id}/tags/{id}': 'DELETE GET PUT',
    '/servers/{server_id}/topology': 'GET',
    # The same controller as /servers.
    '/os-volumes_boot/{id}': 'DELETE GET PUT',
    '/os-volumes_boot/{id}/action': 'POST',
}
#: Lists servers.
LISTS_SERVERS = {
    '/os-volumes_boot': 'GET',
    '/os-volumes_boot/detail': 'GET',
    '/servers': 'GET',
    '/servers/detail': 'GET',
}
#: Names servers in the query, the body or the answer, or counts them.
REFERS_TO_SERVERS = {
    # Of which server an image was made, up to 2.35.
    '/images': 'GET',
    '/images/detail': 'GET',
    '/images/{id}': 'GET',
    '/images/{image_id}/metadata': 'GET POST PUT',
    '/images/{image_id}/metadata/{id}': 'GET PUT',
    '/limits': 'GET',
    # Who holds an address, up to 2.35.
    '/os-floating-ips': 'GET POST',
    '/os-floating-ips/{id}': 'DELETE GET',
    # With project_id, for managers from Nova 32 on.
    '/os-migrations': 'GET',
    '/os-quota-sets/{id}': 'GET',
    '/os-quota-sets/{id}/detail': 'GET',
    '/os-server-groups': 'GET POST',
    '/os-server-groups/{id}': 'DELETE GET',
    '/os-simple-tenant-usage/{id}': 'GET',
    # Who holds a volume, up to 2.35.
    '/os-volumes': 'GET POST',
    '/os-volumes/detail': 'GET',
    '/os-volumes/{id}': 'DELETE GET',
    # Scheduler hints.
    '/os-volumes_boot': 'POST',
    '/servers': 'POST',
}
#: Neither takes nor gives anything about servers.
NOT_ABOUT_SERVERS = {
    '': 'redirection',
    '/': 'GET',
    '/extensions': 'GET',
    '/extensions/{id}': 'GET',
    '/flavors': 'GET',
    '/flavors/detail': 'GET',
    '/flavors/{flavor_id}/os-extra_specs': 'GET',
    '/flavors/{flavor_id}/os-extra_specs/{id}': 'GET',
    '/flavors/{id}': 'GET',
    '/images/{id}': 'DELETE',
    '/images/{image_id}/metadata/{id}': 'DELETE',
    '/os-availability-zone': 'GET',
    '/os-floating-ip-pools': 'GET',
    '/os-keypairs': 'GET POST',
    '/os-keypairs/{id}': 'DELETE GET',
    '/os-networks': 'GET',
    '/os-networks/{id}': 'GET',
    '/os-quota-sets/{id}/defaults': 'GET',
    '/os-security-group-rules': 'POST',
    '/os-security-group-rules/{id}': 'DELETE',
    '/os-security-groups': 'GET POST',
    '/os-security-groups/{id}': 'DELETE GET PUT',
    '/os-snapshots': 'GET POST',
    '/os-snapshots/detail': 'GET',
    '/os-snapshots/{id}': 'DELETE GET',
    '/os-tenant-networks': 'GET',
    '/os-tenant-networks/{id}': 'GET',
    '/versions/{id}': 'GET',
}
#: For admins and services only: a member and a manager get 403.
FOR_ADMINS = {
    '/flavors': 'POST',
    '/flavors/{flavor_id}/os-extra_specs': 'POST',
    '/flavors/{flavor_id}/os-extra_specs/{id}': 'DELETE PUT',
    '/flavors/{flavor_id}/os-flavor-access': 'GET',
    '/flavors/{id}': 'DELETE PUT',
    '/flavors/{id}/action': 'POST',
    '/os-aggregates': 'GET POST',
    '/os-aggregates/{id}': 'DELETE GET PUT',
    '/os-aggregates/{id}/action': 'POST',
    '/os-aggregates/{id}/images': 'POST',
    '/os-assisted-volume-snapshots': 'POST',
    '/os-assisted-volume-snapshots/{id}': 'DELETE',
    '/os-availability-zone/detail': 'GET',
    '/os-baremetal-nodes': 'GET',
    '/os-baremetal-nodes/{id}': 'GET',
    '/os-console-auth-tokens/{id}': 'GET',
    '/os-hosts': 'GET',
    '/os-hosts/{id}': 'GET PUT',
    '/os-hosts/{id}/reboot': 'GET',
    '/os-hosts/{id}/shutdown': 'GET',
    '/os-hosts/{id}/startup': 'GET',
    '/os-hypervisors': 'GET',
    '/os-hypervisors/detail': 'GET',
    '/os-hypervisors/statistics': 'GET',
    '/os-hypervisors/{id}': 'GET',
    '/os-hypervisors/{id}/search': 'GET',
    '/os-hypervisors/{id}/servers': 'GET',
    '/os-hypervisors/{id}/uptime': 'GET',
    '/os-instance_usage_audit_log': 'GET',
    '/os-instance_usage_audit_log/{id}': 'GET',
    '/os-quota-class-sets/{id}': 'GET PUT',
    '/os-quota-sets/{id}': 'DELETE PUT',
    '/os-server-external-events': 'POST',
    '/os-services': 'GET',
    '/os-services/{id}': 'DELETE PUT',
    '/os-simple-tenant-usage': 'GET',
}
#: Nobody gets anything there: an error, the same for admins.
GONE = {
    '/os-agents': 'GET POST',
    '/os-agents/{id}': 'DELETE PUT',
    '/os-baremetal-nodes': 'POST',
    '/os-baremetal-nodes/{id}': 'DELETE',
    '/os-baremetal-nodes/{id}/action': 'POST',
    '/os-cells': 'GET POST',
    '/os-cells/capacities': 'GET',
    '/os-cells/detail': 'GET',
    '/os-cells/info': 'GET',
    '/os-cells/sync_instances': 'POST',
    '/os-cells/{id}': 'DELETE GET PUT',
    '/os-cells/{id}/capacities': 'GET',
    '/os-certificates': 'POST',
    '/os-certificates/{id}': 'GET',
    '/os-cloudpipe': 'GET POST',
    '/os-cloudpipe/{id}': 'PUT',
    '/os-fixed-ips/{id}': 'GET',
    '/os-fixed-ips/{id}/action': 'POST',
    '/os-floating-ip-dns': 'GET',
    '/os-floating-ip-dns/{domain_id}/entries/{id}': 'DELETE GET PUT',
    '/os-floating-ip-dns/{id}': 'DELETE PUT',
    '/os-floating-ips-bulk': 'GET POST',
    '/os-floating-ips-bulk/{id}': 'GET PUT',
    '/os-fping': 'GET',
    '/os-fping/{id}': 'GET',
    '/os-networks': 'POST',
    '/os-networks/add': 'POST',
    '/os-networks/{id}': 'DELETE',
    '/os-networks/{id}/action': 'POST',
    '/os-security-group-default-rules': 'GET POST',
    '/os-security-group-default-rules/{id}': 'DELETE GET',
    '/os-tenant-networks': 'POST',
    '/os-tenant-networks/{id}': 'DELETE',
    '/servers/{server_id}/consoles': 'GET POST',
    '/servers/{server_id}/consoles/{id}': 'DELETE GET',
    '/servers/{server_id}/os-virtual-interfaces': 'GET',
}
ROUTES = (
    ON_A_SERVER,
    LISTS_SERVERS,
    REFERS_TO_SERVERS,
    NOT_ABOUT_SERVERS,
    FOR_ADMINS,
    GONE,
)

# Actions: {path: names} ---------------------------------------------------

#: A path whose actions are those of another.
SAME_ACTIONS = {'/os-volumes_boot/{id}/action': '/servers/{id}/action'}
FOR_MEMBERS = {
    '/servers/{id}/action': (
        'addFixedIp addFloatingIp addSecurityGroup changePassword '
        'confirmResize createBackup createImage forceDelete lock '
        'os-getConsoleOutput os-getSPICEConsole os-getSerialConsole '
        'os-getVNCConsole os-start os-stop pause reboot rebuild '
        'removeFixedIp removeFloatingIp removeSecurityGroup rescue resize '
        'restore resume revertResize shelve suspend trigger_crash_dump '
        'unlock unpause unrescue unshelve'
    ),
}
#: Up to Nova 31 for admins.
FOR_MANAGERS = {
    '/servers/{id}/action': 'migrate os-migrateLive',
    '/servers/{server_id}/migrations/{id}/action': 'force_complete',
}
ACTIONS_FOR_ADMINS = {
    '/flavors/{id}/action': 'addTenantAccess removeTenantAccess',
    '/os-aggregates/{id}/action': 'add_host remove_host set_metadata',
    '/servers/{id}/action': (
        'evacuate injectNetworkInfo os-resetState shelveOffload'
    ),
}
ACTIONS_GONE = {
    # Nova 29 has them there, but fails: they are those of other routes.
    '/flavors/{id}/action': 'create delete update',
    '/os-baremetal-nodes/{id}/action': 'add_interface remove_interface',
    '/os-fixed-ips/{id}/action': 'reserve unreserve',
    '/os-networks/{id}/action': (
        'associate_host disassociate disassociate_host disassociate_project'
    ),
    '/servers/{id}/action': 'os-getRDPConsole resetNetwork',
}
ACTIONS = (FOR_MEMBERS, FOR_MANAGERS, ACTIONS_FOR_ADMINS, ACTIONS_GONE)

# Microversions ------------------------------------------------------------

#: The newest whose entry in Nova's REST API version history has been read.
MICROVERSION = '2.104'

# Releases -----------------------------------------------------------------

#: Entries that not every supported Nova has: its major version, and words
#: with which they begin.
SINCE = {
    31: (
        'DELETE /servers/{server_id}/shares',
        'GET /servers/{server_id}/shares',
        'POST /servers/{server_id}/shares',
    ),
}
UNTIL = {
    29: (
        '/flavors/{id}/action create',
        '/flavors/{id}/action delete',
        '/flavors/{id}/action update',
    ),
}

# Names --------------------------------------------------------------------

#: Query parameters and properties of bodies that have been looked at: what
#: names a server, a group or a user among them has values in inputs.VALUES and
#: samples.NAMED.
NAMES = {
    'query': (
        'access_ip_v4 access_ip_v6 all_projects all_tenants '
        'auto_disk_config availability_zone binary block_device_mapping '
        'changes-before changes-since config_drive created_at delete_info '
        'deleted description detailed display_description display_name end '
        'flavor hidden host hostname hypervisor_hostname_pattern image '
        'image_ref info_cache instance_uuid ip ip6 is_public kernel_id '
        'key_name launch_index launched_at limit locked locked_by marker '
        'metadata migration_type minDisk minRam name node not-tags '
        'not-tags-any offset page_size pci_devices power_state progress '
        'project_id ramdisk_id reservation_id root_device_name '
        'security_groups server services soft_deleted sort_dir sort_key '
        'source_compute start status system_metadata tags tags-any '
        'task_state tenant_id terminated_at type user_id uuid vm_state '
        'with_servers zone '
    ),
    'body': (
        'OS-DCF:diskConfig OS-FLV-EXT-DATA:ephemeral '
        'OS-SCH-HNT:scheduler_hints accessIPv4 accessIPv6 addFixedIp '
        'addFloatingIp addSecurityGroup addTenantAccess add_host address '
        'adminPass aggregate anyOf availability_zone backup_type binary '
        'block_device_mapping block_device_mapping_v2 block_migration '
        'boot_index build_near_host_ip cache changePassword cidr '
        'config_drive confirmResize connection_info contents cores '
        'createBackup createImage create_info delete_on_termination '
        'description destination_type device device_name device_type '
        'different_cell different_host disabled_reason disk disk_bus '
        'disk_over_commit display_description display_name evacuate events '
        'extra_specs fixed_address fixed_ip fixed_ips flavor flavorRef '
        'floating_ips force forceDelete force_complete forced_down '
        'from_port group group_id guest_format host hostname '
        'hypervisor_hostname id imageRef image_id injectNetworkInfo '
        'injected_file_content_bytes injected_file_path_bytes '
        'injected_files instances interfaceAttachment ip_address '
        'ip_protocol key_name key_pairs keypair length lock locked_reason '
        'maintenance_mode max_count max_server_per_host meta metadata '
        'metadata_items migrate min_count name net_id networkId networks '
        'new_file no_device onSharedStorage os-flavor-access:is_public '
        'os-getConsoleOutput os-getSPICEConsole os-getSerialConsole '
        'os-getVNCConsole os-migrateLive os-resetState os-start os-stop '
        'os:scheduler_hints parent_group_id path pause personality '
        'pinned_availability_zone policies policy pool port port_id '
        'preserve_ephemeral protocol public_key query quota_class_set '
        'quota_set ram reboot rebuild remote_console removeFixedIp '
        'removeFloatingIp removeSecurityGroup removeTenantAccess '
        'remove_host rescue rescue_image_ref resize restore resume '
        'return_reservation_id revertResize rotation rules rxtx_factor '
        'same_host security_group security_group_rule security_group_rules '
        'security_groups server serverId server_group server_group_members '
        'server_groups server_uuid set_metadata share share_id shelve '
        'shelveOffload size snapshot snapshot_id source_type state status '
        'suspend swap tag tags target_cell tenant to_port '
        'trigger_crash_dump trusted_image_certificates type unlock unpause '
        'unrescue unshelve user_data user_id uuid vcpus virtual_name volume '
        'volumeAttachment volumeId volume_id volume_size volume_type '
    ),
}

# What the walk must see succeed --------------------------------------------

#: What Nova's fixtures refuse whatever a member sends.
NOT_IN_FIXTURES = (
    'addSecurityGroup removeSecurityGroup '
    'os-getSPICEConsole os-getSerialConsole'
)


#: Nor does it see these succeed: they are for admins, Nova's fixtures have
#: nothing of that kind, what they need was used up, or (usage) Nova's tests
#: refuse the answer for its form, with all of it in the refusal.
NEVER = {
    'DELETE /os-floating-ips/{id}',
    'DELETE /os-volumes/{id}',
    'DELETE /servers/{server_id}/migrations/{id}',
    'DELETE /servers/{server_id}/shares/{id}',
    'DELETE /servers/{server_id}/tags/{id}',
    'GET /images/{image_id}/metadata/{id}',
    'GET /os-migrations',
    'GET /os-volumes',
    'GET /os-volumes/detail',
    'GET /os-volumes/{id}',
    'GET /os-simple-tenant-usage/{id}',
    'GET /servers/{server_id}/diagnostics',
    'GET /servers/{server_id}/migrations',
    'GET /servers/{server_id}/migrations/{id}',
    'GET /servers/{server_id}/shares/{id}',
    'POST /images/{image_id}/metadata',
    'POST /os-floating-ips',
    'POST /os-volumes',
    'POST /os-volumes_boot',
    'POST /servers/{server_id}/shares',
    'PUT /images/{image_id}/metadata',
    'PUT /images/{image_id}/metadata/{id}',
    'PUT /os-volumes_boot/{id}',
    'PUT /servers/{server_id}/os-volume_attachments/{id}',
}


def labels_of_members():
    """Return what walk.label() calls what members do with servers."""
    path = '/servers/{id}/action'
    actions = set(FOR_MEMBERS[path].split()) - set(NOT_IN_FIXTURES.split())
    return {f'POST {path} {name}' for name in actions} | {
        f'{method} {path}'
        for table in (ON_A_SERVER, LISTS_SERVERS, REFERS_TO_SERVERS)
        for path, methods in table.items()
        for method in methods.split()
        if not path.endswith('/action')
    } - set(NEVER)
