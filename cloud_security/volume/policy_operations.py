# SPDX-License-Identifier: Apache-2.0
"""Cinder's policy rules by what isolation means to their operations."""

from __future__ import annotations

from cloud_security.deploy import service_rules

_E = 'volume_extension'
_QOS = f'{_E}:qos_specs_manage'
_SPECS = f'{_E}:types_extra_specs'
_GROUP_TYPES = 'group:group_types'
#: Rules in whose responses nothing has an owner.
WITHOUT_OWNERS = frozenset(
    {
        'clusters:get',
        'clusters:get_all',
        'clusters:update',
        f'{_GROUP_TYPES}:create',
        f'{_GROUP_TYPES}:delete',
        f'{_GROUP_TYPES}:update',
        f'{_GROUP_TYPES}_specs:create',
        f'{_GROUP_TYPES}_specs:delete',
        f'{_GROUP_TYPES}_specs:get',
        f'{_GROUP_TYPES}_specs:get_all',
        f'{_GROUP_TYPES}_specs:update',
        # A field of a group type.
        'group:access_group_types_specs',
        'limits_extension:used_limits',
        'scheduler_extension:scheduler_stats:get_pools',
        # Parameters of a volume that the caller creates by another rule.
        'volume:create_from_image',
        'volume:multiattach',
        'volume:multiattach_bootable_volume',
        f'{_E}:access_types_extra_specs',
        f'{_E}:access_types_qos_specs_id',
        f'{_E}:capabilities',
        f'{_E}:default_get',
        f'{_E}:default_get_all',
        f'{_E}:default_set_or_update',
        f'{_E}:default_unset',
        f'{_QOS}:create',
        f'{_QOS}:get',
        f'{_QOS}:get_all',
        f'{_QOS}:update',
        f'{_E}:quota_classes:get',
        f'{_E}:quota_classes:update',
        f'{_E}:quotas:delete',
        f'{_E}:quotas:show',
        f'{_E}:quotas:update',
        f'{_E}:services:index',
        f'{_E}:type_create',
        f'{_E}:type_get',
        f'{_E}:type_get_all',
        f'{_E}:type_update',
        f'{_SPECS}:create',
        f'{_SPECS}:delete',
        f'{_SPECS}:index',
        f'{_SPECS}:read_sensitive',
        f'{_SPECS}:show',
        f'{_SPECS}:update',
        # Fields of something that the caller sees by another rule.
        'backup:backup_project_attribute',
        f'{_E}:extended_snapshot_attributes',
        'group:group_project_attribute',
        'group:group_snapshot_project_attribute',
        f'{_E}:volume_host_attribute',
        f'{_E}:volume_image_metadata:show',
        f'{_E}:volume_mig_status_attribute',
        f'{_E}:volume_tenant_attribute',
        f'{_E}:volume_type_access',
        f'{_E}:volume_type_access:addProjectAccess',
        f'{_E}:volume_type_access:get_all_for_type',
        f'{_E}:volume_type_access:removeProjectAccess',
        f'{_E}:volume_type_encryption',
        f'{_E}:volume_type_encryption:create',
        f'{_E}:volume_type_encryption:get',
    }
)
_HOST = 'it concerns the volumes of everybody on the host'
_COUNTS = 'the response counts hidden volumes'
_TELLS = 'the response tells that hidden volumes exist'
_MISSES = 'it does not find hidden volumes that use the type'
#: ``{rule: what goes wrong for a caller who is isolated}``.
DISTURBED = {
    f'{_E}:hosts': _COUNTS,
    f'{_E}:list_manageable': _TELLS,
    'snapshot_extension:list_manageable': _TELLS,
    f'{_QOS}:delete': _MISSES,
    f'{_E}:services:update': _HOST,
    f'{_E}:type_delete': _MISSES,
    f'{_E}:volume_type_encryption:delete': _MISSES,
    f'{_E}:volume_type_encryption:update': _MISSES,
    'volume:failover_host': _HOST,
    'volume:freeze_host': _HOST,
    'volume:thaw_host': _HOST,
    'workers:cleanup': _HOST,
}
OPERATIONS = service_rules.Operations(
    WITHOUT_OWNERS,
    # Cinder lists all projects for admins alone, whatever the rules say.
    frozenset(),
    DISTURBED,
    {},
)
