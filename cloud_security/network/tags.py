# SPDX-License-Identifier: Apache-2.0
"""Tags of what the caller may not see.

Neutron reads the tagged resource as an admin. It answers 404 to a hidden ID
and 500 to an unknown one, because it goes on with nothing. For isolated
callers both get 404.
Source: neutron/extensions/tagging.py, Neutron 24 to 29.
"""

from __future__ import annotations

from typing import Any

from neutron.api import extensions
from neutron.extensions import tagging
from neutron.objects import ports
from neutron.objects import router
from neutron.objects import securitygroup
from neutron.objects import trunk

from cloud_security.network import group_rules
from cloud_security.network import routed
from cloud_security.network import viewer as viewers
from cloud_security.network import wrapping

#: ``{collection of resources that can be hidden: Neutron's object}``
OBJECTS = {
    'floatingips': router.FloatingIP,
    'ports': ports.Port,
    'security_groups': securitygroup.SecurityGroup,
    'trunks': trunk.Trunk,
}
_METHOD = '_get_resource_info'


def _resource_info(
    original: Any, self: Any, context: Any, kwargs: Any, *args: Any, **kw: Any
) -> Any:
    """Return what is known of a resource that the caller may see.

    :raises TagResourceNotFound: when there is none
    """
    if viewers.isolated(context) is None:
        return original(self, context, kwargs, *args, **kw)
    for collection, found in OBJECTS.items():
        member = self.supported_resources.get(collection)
        resource_id = kwargs.get(f'{member}_id')
        if resource_id is None:
            continue
        if not found.objects_exist(context, id=resource_id):
            raise tagging.TagResourceNotFound(
                resource=collection, resource_id=resource_id
            )
        if collection == 'security_groups' and _changes(context):
            group_rules.refuse_default(context, {resource_id})
    return original(self, context, kwargs, *args, **kw)


def _changes(context: Any) -> bool:
    operation = routed.operation(context)
    return operation is None or not operation.is_read


def _resources(original: Any, self: Any) -> Any:
    """Return what extensions serve, with tags as isolated callers see them."""
    found = original(self)
    for one in found:
        controller = getattr(one.controller, 'controller', None)
        if one.collection == tagging.TAGS and controller is not None:
            wrapping.wrap(controller.__class__, _METHOD, _resource_info)
    return found


def restrict() -> None:
    """Let isolated callers get the same for hidden and unknown IDs.

    Neutron loads extensions after plugins, and each from its file: the class
    that it uses is not the one that is imported here.

    :raises AttributeError: when this Neutron lacks the method
    """
    getattr(tagging.TaggingController, _METHOD)
    wrapping.wrap(extensions.ExtensionManager, 'get_resources', _resources)
