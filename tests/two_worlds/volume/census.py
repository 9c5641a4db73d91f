# SPDX-License-Identifier: Apache-2.0
"""Meaning of each table, route, action, policy and extension for owners.

Whoever adds an entry has read Cinder's code for it; test_census.py fails for
what is missing here, for what Cinder has no longer, and for a claim that can
be measured and is not so.
Source: cinder/db/models.py, cinder/api/, cinder/policies/, Cinder 29.
"""

# Mapped classes -----------------------------------------------------------

#: Rows that have an owner: those of cloud_security/volume/models.py.
OWNED = {
    'Backup',
    'CGSnapshot',
    'ConsistencyGroup',
    'Group',
    'GroupSnapshot',
    'Message',
    'Snapshot',
    'Transfer',
    'Volume',
    'VolumeAttachment',
}
#: Rows about those that members are served, and the row with an owner that
#: Cinder's API reads before.
REACHED = {
    'BackupMetadata': 'Backup',
    'GroupVolumeTypeMapping': 'Group',
    'SnapshotMetadata': 'Snapshot',
    'VolumeAdminMetadata': 'Volume',
    'VolumeGlanceMetadata': 'Volume or Snapshot',
    'VolumeMetadata': 'Volume',
}
#: Rows about those that no member is served, and whom they are for.
UNSERVED = {
    'AttachmentSpecs': 'nobody since Cinder 10',
    'ImageVolumeCacheEntry': 'the volume service',
    'Reservation': 'quotas, which count what a project has',
    'Worker': 'admins: workers/cleanup',
}
#: Rows that are about no volume, snapshot, backup or group.
ABOUT_NO_VOLUME = {
    'Cluster',
    'DefaultVolumeTypes',
    'DriverInitiatorData',
    'Encryption',
    'GroupType',
    'GroupTypeProjects',
    'GroupTypeSpecs',
    'QualityOfServiceSpecs',
    'Quota',
    'QuotaClass',
    'QuotaUsage',
    'Service',
    'VolumeType',
    'VolumeTypeExtraSpecs',
    'VolumeTypeProjects',
}
#: What looks like a reference in those, and why it is none or does not matter.
HARMLESS = {}

# Routes: {path: methods} --------------------------------------------------

#: On one thing, which Cinder looks up; also what only admins may do there.
ON_A_THING = {
    '/attachments/{id}': 'DELETE GET PUT',
    '/attachments/{id}/action': 'POST',
    '/backups/{id}': 'DELETE GET PUT',
    '/backups/{id}/action': 'POST',
    '/backups/{id}/restore': 'POST',
    '/cgsnapshots/{id}': 'DELETE GET',
    '/consistencygroups/{id}': 'DELETE GET PUT',
    '/consistencygroups/{id}/delete': 'POST',
    '/consistencygroups/{id}/update': 'PUT',
    '/group_snapshots/{id}': 'DELETE GET',
    '/group_snapshots/{id}/action': 'POST',
    '/groups/{id}': 'DELETE GET PUT',
    '/groups/{id}/action': 'POST',
    '/messages/{id}': 'DELETE GET',
    '/os-volume-transfer/{id}': 'DELETE GET',
    '/os-volume-transfer/{id}/accept': 'POST',
    '/snapshots/{id}': 'DELETE GET PUT',
    '/snapshots/{id}/action': 'POST',
    '/snapshots/{snapshot_id}/metadata': 'GET POST PUT',
    '/snapshots/{snapshot_id}/metadata/{id}': 'DELETE GET PUT',
    '/volume-transfers/{id}': 'DELETE GET',
    '/volume-transfers/{id}/accept': 'POST',
    '/volumes/{id}': 'DELETE GET PUT',
    '/volumes/{id}/action': 'POST',
    '/volumes/{volume_id}/encryption': 'GET',
    '/volumes/{volume_id}/encryption/{id}': 'GET',
    '/volumes/{volume_id}/metadata': 'GET POST PUT',
    '/volumes/{volume_id}/metadata/{id}': 'DELETE GET PUT',
}
#: Lists things, or counts them.
LISTS_THINGS = {
    '/attachments': 'GET',
    '/attachments/detail': 'GET',
    '/backups': 'GET',
    '/backups/detail': 'GET',
    '/cgsnapshots': 'GET',
    '/cgsnapshots/detail': 'GET',
    '/consistencygroups': 'GET',
    '/consistencygroups/detail': 'GET',
    '/group_snapshots': 'GET',
    '/group_snapshots/detail': 'GET',
    '/groups': 'GET',
    '/groups/detail': 'GET',
    '/messages': 'GET',
    '/os-volume-transfer': 'GET',
    '/os-volume-transfer/detail': 'GET',
    '/snapshots': 'GET',
    '/snapshots/detail': 'GET',
    '/volume-transfers': 'GET',
    '/volume-transfers/detail': 'GET',
    '/volumes': 'GET',
    '/volumes/detail': 'GET',
    '/volumes/summary': 'GET',
}
#: Names things in the body, or counts them.
REFERS_TO_THINGS = {
    '/attachments': 'POST',
    '/backups': 'POST',
    '/cgsnapshots': 'POST',
    '/consistencygroups': 'POST',
    '/consistencygroups/create_from_src': 'POST',
    '/group_snapshots': 'POST',
    '/groups': 'POST',
    '/groups/action': 'POST',
    '/limits': 'GET',
    '/os-quota-sets/{id}': 'GET',
    '/os-volume-transfer': 'POST',
    '/snapshots': 'POST',
    '/volume-transfers': 'POST',
    '/volumes': 'POST',
}
#: Neither takes nor gives anything about things that have owners.
NOT_ABOUT_THINGS = {
    '/': 'GET',
    '/extensions': 'GET POST',
    '/extensions/{id}': 'DELETE GET',
    '/group_types': 'GET',
    '/group_types/{id}': 'GET',
    '/os-availability-zone': 'GET',
    '/os-quota-sets/{id}/defaults': 'GET',
    '/resource_filters': 'GET',
    '/types': 'GET',
    '/types/{id}': 'GET',
    '/types/{type_id}/extra_specs': 'GET',
    '/types/{type_id}/extra_specs/{id}': 'GET',
}
#: For admins only: a member and a manager get 403.
FOR_ADMINS = {
    '/backups/import_record': 'POST',
    '/backups/{id}/export_record': 'GET',
    '/capabilities/{id}': 'GET',
    '/clusters': 'GET',
    '/clusters/detail': 'GET',
    '/clusters/disable': 'PUT',
    '/clusters/enable': 'PUT',
    '/clusters/{id}': 'GET PUT',
    '/default-types': 'GET',
    '/default-types/{id}': 'DELETE GET PUT',
    '/group_types': 'POST',
    '/group_types/{group_type_id}/group_specs': 'GET POST',
    '/group_types/{group_type_id}/group_specs/{id}': 'DELETE GET PUT',
    '/group_types/{id}': 'DELETE PUT',
    '/manageable_snapshots': 'GET POST',
    '/manageable_snapshots/detail': 'GET',
    '/manageable_volumes': 'GET POST',
    '/manageable_volumes/detail': 'GET',
    '/os-hosts': 'GET PUT',
    '/os-hosts/{id}': 'GET PUT',
    '/os-quota-class-sets/{id}': 'GET PUT',
    '/os-quota-sets/{id}': 'DELETE PUT',
    '/os-services': 'GET',
    '/os-services/disable': 'PUT',
    '/os-services/disable-log-reason': 'PUT',
    '/os-services/enable': 'PUT',
    '/os-services/failover_host': 'PUT',
    '/os-services/freeze': 'PUT',
    '/os-services/get-log': 'PUT',
    '/os-services/set-log': 'PUT',
    '/os-services/thaw': 'PUT',
    '/os-services/{id}': 'PUT',
    '/os-snapshot-manage': 'GET POST',
    '/os-snapshot-manage/detail': 'GET',
    '/os-volume-manage': 'GET POST',
    '/os-volume-manage/detail': 'GET',
    '/qos-specs': 'GET POST',
    '/qos-specs/{id}': 'DELETE GET PUT',
    '/qos-specs/{id}/associate': 'GET',
    '/qos-specs/{id}/associations': 'GET',
    '/qos-specs/{id}/delete_keys': 'PUT',
    '/qos-specs/{id}/disassociate': 'GET',
    '/qos-specs/{id}/disassociate_all': 'GET',
    '/scheduler-stats/get_pools': 'GET',
    '/types': 'POST',
    '/types/{id}': 'DELETE PUT',
    '/types/{id}/action': 'POST',
    '/types/{type_id}/encryption': 'GET POST',
    '/types/{type_id}/encryption/{id}': 'DELETE GET PUT',
    '/types/{type_id}/extra_specs': 'POST',
    '/types/{type_id}/extra_specs/{id}': 'DELETE PUT',
    '/types/{type_id}/os-volume-type-access': 'GET',
    '/workers/cleanup': 'POST',
}
ROUTES = (
    ON_A_THING,
    LISTS_THINGS,
    REFERS_TO_THINGS,
    NOT_ABOUT_THINGS,
    FOR_ADMINS,
)

# Actions: {path: names} ---------------------------------------------------

ACTIONS_FOR_MEMBERS = {
    '/attachments/{id}/action': ('os-complete '),
    '/groups/action': (
        'create-from-src disable_replication enable_replication '
        'failover_replication list_replication_targets '
    ),
    '/groups/{id}/action': (
        'create-from-src disable_replication enable_replication '
        'failover_replication list_replication_targets '
    ),
    '/snapshots/{id}/action': ('os-update_snapshot_status '),
    '/volumes/{id}/action': (
        'os-attach os-begin_detaching os-detach os-extend os-'
        'initialize_connection os-reimage os-reserve os-retype os-'
        'roll_detaching os-set_bootable os-set_image_metadata os-'
        'show_image_metadata os-terminate_connection os-unreserve os-'
        'unset_image_metadata os-update_readonly_flag os-volume_upload_image '
        'revert '
    ),
}
ACTIONS_FOR_ADMINS = {
    '/backups/{id}/action': ('os-force_delete os-reset_status '),
    '/group_snapshots/{id}/action': ('reset_status '),
    '/groups/action': ('reset_status '),
    '/groups/{id}/action': ('reset_status '),
    '/snapshots/{id}/action': ('os-force_delete os-reset_status os-unmanage '),
    '/types/{id}/action': ('addProjectAccess removeProjectAccess '),
    '/volumes/{id}/action': (
        'os-extend_volume_completion os-force_delete os-force_detach os-'
        'migrate_volume os-migrate_volume_completion os-reset_status os-'
        'unmanage '
    ),
}
ACTIONS = (ACTIONS_FOR_MEMBERS, ACTIONS_FOR_ADMINS)

# Policies ------------------------------------------------------------------

#: Members and readers may do these by default, each on what they can see.
POLICIES_FOR_MEMBERS = (
    'volume:attachment_create volume:attachment_update '
    'volume:attachment_delete volume:attachment_complete '
    'volume:multiattach_bootable_volume message:get_all message:get '
    'message:delete volume:get_snapshot_metadata '
    'volume:update_snapshot_metadata volume:delete_snapshot_metadata '
    'volume:get_all_snapshots '
    'volume_extension:extended_snapshot_attributes volume:create_snapshot '
    'volume:get_snapshot volume:update_snapshot volume:delete_snapshot '
    'snapshot_extension:snapshot_actions:update_snapshot_status '
    'backup:get_all backup:create backup:get backup:update backup:delete '
    'backup:restore group:get_all group:create group:get group:update '
    'group:get_all_group_snapshots group:create_group_snapshot '
    'group:get_group_snapshot group:delete_group_snapshot '
    'group:update_group_snapshot group:delete group:enable_replication '
    'group:disable_replication group:failover_replication '
    'group:list_replication_targets volume_extension:quotas:show '
    'limits_extension:used_limits volume_extension:type_get '
    'volume_extension:type_get_all '
    'volume_extension:access_types_extra_specs '
    'volume_extension:volume_type_access volume:extend '
    'volume:extend_attached_volume volume:revert_to_snapshot '
    'volume:retype volume:update_readonly_flag '
    'volume_extension:volume_actions:upload_image '
    'volume_extension:volume_actions:initialize_connection '
    'volume_extension:volume_actions:terminate_connection '
    'volume_extension:volume_actions:roll_detaching '
    'volume_extension:volume_actions:reserve '
    'volume_extension:volume_actions:unreserve '
    'volume_extension:volume_actions:begin_detaching '
    'volume_extension:volume_actions:attach '
    'volume_extension:volume_actions:detach volume:reimage '
    'volume:reimage_reserved volume:get_all_transfers '
    'volume:create_transfer volume:get_transfer volume:accept_transfer '
    'volume:delete_transfer volume:get_volume_metadata '
    'volume:create_volume_metadata volume:update_volume_metadata '
    'volume:delete_volume_metadata '
    'volume_extension:volume_image_metadata:show '
    'volume_extension:volume_image_metadata:set '
    'volume_extension:volume_image_metadata:remove '
    'volume_extension:types_extra_specs:index '
    'volume_extension:types_extra_specs:show volume:create '
    'volume:create_from_image volume:get volume:get_all volume:update '
    'volume:delete volume_extension:volume_tenant_attribute '
    'volume_extension:volume_encryption_metadata volume:multiattach '
)
#: ``rule:admin_api`` by default.
POLICIES_FOR_ADMINS = (
    'clusters:get_all clusters:get clusters:update workers:cleanup '
    'volume_extension:snapshot_admin_actions:reset_status '
    'volume_extension:snapshot_admin_actions:force_delete '
    'snapshot_extension:list_manageable '
    'snapshot_extension:snapshot_manage '
    'snapshot_extension:snapshot_unmanage backup:backup_project_attribute '
    'backup:backup-import backup:export-import '
    'volume_extension:backup_admin_actions:reset_status '
    'volume_extension:backup_admin_actions:force_delete '
    'group:group_project_attribute group:group_types:create '
    'group:group_types:update group:group_types:delete '
    'group:access_group_types_specs group:group_types_specs:get '
    'group:group_types_specs:get_all group:group_types_specs:create '
    'group:group_types_specs:update group:group_types_specs:delete '
    'group:group_snapshot_project_attribute '
    'group:reset_group_snapshot_status group:reset_status '
    'volume_extension:qos_specs_manage:get_all '
    'volume_extension:qos_specs_manage:get '
    'volume_extension:qos_specs_manage:create '
    'volume_extension:qos_specs_manage:update '
    'volume_extension:qos_specs_manage:delete '
    'volume_extension:quota_classes:get '
    'volume_extension:quota_classes:update volume_extension:quotas:update '
    'volume_extension:quotas:delete volume_extension:capabilities '
    'volume_extension:services:index volume_extension:services:update '
    'volume:freeze_host volume:thaw_host volume:failover_host '
    'scheduler_extension:scheduler_stats:get_pools volume_extension:hosts '
    'volume_extension:list_manageable volume_extension:volume_manage '
    'volume_extension:volume_unmanage volume_extension:type_create '
    'volume_extension:type_update volume_extension:type_delete '
    'volume_extension:access_types_qos_specs_id '
    'volume_extension:volume_type_encryption '
    'volume_extension:volume_type_encryption:create '
    'volume_extension:volume_type_encryption:get '
    'volume_extension:volume_type_encryption:update '
    'volume_extension:volume_type_encryption:delete '
    'volume_extension:volume_type_access:addProjectAccess '
    'volume_extension:volume_type_access:removeProjectAccess '
    'volume_extension:volume_type_access:get_all_for_type '
    'volume_extension:volume_admin_actions:extend_volume_completion '
    'volume_extension:volume_admin_actions:reset_status '
    'volume_extension:volume_admin_actions:force_delete '
    'volume_extension:volume_actions:upload_public '
    'volume_extension:volume_admin_actions:force_detach '
    'volume_extension:volume_admin_actions:migrate_volume '
    'volume_extension:volume_admin_actions:migrate_volume_completion '
    'volume:update_volume_admin_metadata '
    'volume_extension:types_extra_specs:create '
    'volume_extension:types_extra_specs:read_sensitive '
    'volume_extension:types_extra_specs:update '
    'volume_extension:types_extra_specs:delete volume:force_delete '
    'volume_extension:volume_host_attribute '
    'volume_extension:volume_mig_status_attribute '
    'volume_extension:default_set_or_update volume_extension:default_get '
    'volume_extension:default_get_all volume_extension:default_unset '
)
#: Rules that others are made of.
BASE_RULES = (
    'admin_or_owner system_or_domain_or_project_admin context_is_admin '
    'admin_api xena_system_admin_or_project_reader '
    'xena_system_admin_or_project_member '
)
POLICIES = (POLICIES_FOR_MEMBERS, POLICIES_FOR_ADMINS, BASE_RULES)

# Extensions ----------------------------------------------------------------

#: Aliases of those whose controllers have been read.
EXTENSIONS = (
    'OS-SCH-HNT backups capabilities cgsnapshots consistencygroups '
    'encryption os-admin-actions os-availability-zone os-extended-'
    'services os-extended-snapshot-attributes os-hosts os-quota-class-'
    'sets os-quota-sets os-services os-snapshot-actions os-snapshot-'
    'manage os-snapshot-unmanage os-types-extra-specs os-types-manage os-'
    'used-limits os-vol-host-attr os-vol-image-meta os-vol-mig-status-'
    'attr os-vol-tenant-attr os-volume-actions os-volume-encryption-'
    'metadata os-volume-manage os-volume-transfer os-volume-type-access '
    'os-volume-unmanage qos-specs scheduler-stats '
)

# Microversions ------------------------------------------------------------

#: The newest whose entry in Cinder's REST API version history has been read.
MICROVERSION = '3.71'

# Names --------------------------------------------------------------------

#: Filters of resource_filters.json and properties of bodies that have been
#: looked at: what names a thing or a user among them has values in
#: inputs.VALUES and samples.NAMED.
NAMES = {
    'query': (
        'attach_status availability_zone bootable consumes_quota created_at '
        'event_id extra_specs group_id instance_id is_public message_level '
        'metadata migration_status name request_id resource_type '
        'resource_uuid size status updated_at volume_id volume_type '
    ),
    'body': (
        'OS-SCH-HNT:scheduler_hints accept addProjectAccess add_volumes '
        'allow_attached_volume attach_status attachment attachment_id '
        'auth_key availability_zone backend_id backup backup-record backup_id '
        'backup_service backup_url binary bootable cgsnapshot cgsnapshot_id '
        'cipher cluster cluster_name connector consistencygroup '
        'consistencygroup-from-src consistencygroup_id container '
        'container_format control_location create-from-src default_type '
        'delete delete-volumes description disable_replication disabled '
        'disabled_reason disk_format display_description display_name '
        'enable_replication encryption error extra_specs failover_replication '
        'force force_host_copy group group_id group_snapshot '
        'group_snapshot_id group_specs group_type host host_name imageRef '
        'image_id image_name incremental instance_uuid is_public is_up key '
        'key_size keys level list_replication_targets lock_volume meta '
        'metadata migration_policy migration_status mode mountpoint '
        'multiattach name new_size new_type new_volume no_snapshots os-attach '
        'os-begin_detaching os-complete os-detach os-extend os-'
        'extend_volume_completion os-force_delete os-force_detach os-'
        'initialize_connection os-migrate_volume os-migrate_volume_completion '
        'os-reimage os-reserve os-reset_status os-retype os-roll_detaching '
        'os-set_bootable os-set_image_metadata os-show_image_metadata os-'
        'terminate_connection os-unmanage os-unreserve os-'
        'unset_image_metadata os-update_readonly_flag os-'
        'update_snapshot_status os-volume-type-access:is_public os-'
        'volume_upload_image prefix progress project protected provider '
        'qos_specs quota_class_set quota_set readonly ref reimage_reserved '
        'removeProjectAccess remove_volumes reset_status resource_id '
        'resource_type restore revert secondary_backend_id server service '
        'service_id size snapshot snapshot_id source_cgid source_group_id '
        'source_volid status transfer type visibility volume volume_id '
        'volume_type volume_types volume_uuid '
    ),
}

# Releases -----------------------------------------------------------------

#: Entries that not every supported Cinder has: its major version, and words
#: with which they begin. The oldest and the newest have been looked at, none
#: between them.
SINCE = {
    28: (
        'PUT /clusters/disable',
        'PUT /clusters/enable',
        'PUT /os-services/disable',
        'PUT /os-services/enable',
        'PUT /os-services/failover_host',
        'PUT /os-services/freeze',
        'PUT /os-services/get-log',
        'PUT /os-services/set-log',
        'PUT /os-services/thaw',
    ),
}
UNTIL = {
    27: (
        'DELETE /extensions/{id}',
        'POST /extensions',
        'PUT /clusters/{id}',
        'PUT /os-services/{id}',
    ),
}

# What the walk must see succeed --------------------------------------------

#: What a member may do, and the walk does not see succeed.
NEVER = {
    # Stock Cinder fails with 500: it looks a name up in a text.
    'GET /volumes/{volume_id}/encryption/{id}',
    # The fixture's driver replicates nothing.
    *(
        f'POST {path} {name}'
        for path in ('/groups/action', '/groups/{id}/action')
        for name in (
            'disable_replication',
            'enable_replication',
            'failover_replication',
            'list_replication_targets',
        )
    ),
}
#: What the same request tells in both worlds even without the filter, as it
#: names and lists nothing that is hidden.
TELLS_NOTHING = {
    'GET /limits',
    'GET /os-quota-sets/{id}',
    'POST /consistencygroups',
    'POST /groups',
    # Cinder deletes groups by an action; these routes lead to nothing.
    'DELETE /consistencygroups/{id}',
    'DELETE /groups/{id}',
    # Cinder takes it at /groups/action only.
    'POST /groups/{id}/action create-from-src',
}
#: What succeeds for nobody here.
NEVER_SUCCEEDS = {
    'DELETE /consistencygroups/{id}',
    'DELETE /groups/{id}',
    'POST /groups/{id}/action create-from-src',
    # It needs the group type default_cgsnapshot_type of old releases.
    'POST /consistencygroups',
    # Another service sends it while it makes a snapshot.
    'POST /snapshots/{id}/action os-update_snapshot_status',
}


def labels_of_members():
    """Return what walk.label() calls what members do with their things."""
    labels = {
        f'{method} {path}'
        for table in (ON_A_THING, LISTS_THINGS, REFERS_TO_THINGS)
        for path, methods in table.items()
        for method in methods.split()
        if not path.endswith('/action')
    }
    labels |= {
        f'POST {path} {name}'
        for path, names in ACTIONS_FOR_MEMBERS.items()
        for name in names.split()
    }
    return labels - NEVER
