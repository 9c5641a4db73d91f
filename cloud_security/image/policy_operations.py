# SPDX-License-Identifier: Apache-2.0
"""Glance's policy rules by what isolation means to their operations."""

from __future__ import annotations

from glance import policies

from cloud_security.deploy import service_rules

#: Rules in whose responses nothing has an owner: metadefs are the project's.
WITHOUT_OWNERS = frozenset(
    {
        *(
            rule.name
            for rule in policies.list_rules()
            if 'metadef' in rule.name
        ),
        'default',
        # Parameters of an image that the caller sees by another rule.
        'copy_image',
        'publicize_image',
        # Glance's API asks for tasks_api_access in their place.
        'add_task',
        'get_task',
        'get_tasks',
        'modify_task',
        'list_cached_nodes',
        'stores_info_detail',
    }
)
_TELLS = 'the response has the IDs of hidden images'
_ALL = 'it concerns the images of everybody'
#: ``{rule: what goes wrong for a caller who is isolated}``.
DISTURBED = {
    'cache_clean': _ALL,
    'cache_delete': _ALL,
    'cache_list': _TELLS,
    'cache_prune': _ALL,
    'manage_image_cache': _ALL,
}
OPERATIONS = service_rules.Operations(
    WITHOUT_OWNERS,
    # Glance lists all projects for admins alone, whatever the rules say.
    frozenset(),
    DISTURBED,
    {},
)
