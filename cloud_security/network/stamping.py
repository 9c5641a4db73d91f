# SPDX-License-Identifier: Apache-2.0
"""Owners of new rows, written in the transaction that makes the row.

The callers who act inside of their project own what they make. What comes
from outside belongs to the project: Octavia, Manila, or an admin who makes
something for a project. So do Neutron's own ports and the default group.
"""

from __future__ import annotations

from typing import Any
from typing import Optional

from neutron.db import local_ip_db
from neutron.db import models_v2
from neutron.db.models import address_group
from neutron.db.models import l3
from neutron.db.models import securitygroup
from neutron_lib import constants
from neutron_lib.api import validators
from neutron_lib.callbacks import events
from neutron_lib.callbacks import registry
from neutron_lib.callbacks import resources
from neutron_lib.db import api as db_api
from oslo_utils import uuidutils

from cloud_security.network import models
from cloud_security.network import viewer as viewers
from cloud_security.network import wrapping

#: Before all others: some read the new row with the caller's context, such as
#: neutron/services/qos/qos_plugin.py _validate_create_port_callback.
FIRST = 0


def _port(
    resource: str, event: str, trigger: Any, payload: Any = None
) -> None:
    port = payload.latest_state
    if _is_for_local_ip(payload.context, port):
        # _local_ip stamps it.
        return
    is_neutrons = (port.get('device_owner') or '').startswith(
        constants.DEVICE_OWNER_NETWORK_PREFIX
    )
    _stamp(
        payload.context,
        models_v2.Port,
        payload.resource_id,
        None if is_neutrons else _project_id(port),
    )


def _is_for_local_ip(context: Any, port: Any) -> bool:
    """Tell whether Neutron makes a port for a local IP, as an admin."""
    return (
        port.get('device_owner') == constants.DEVICE_OWNER_LOCAL_IP
        and context.is_admin
        and not _project_id(port)
    )


def _floating_ip(
    resource: str, event: str, trigger: Any, payload: Any = None
) -> None:
    _stamp(
        payload.context,
        l3.FloatingIP,
        payload.resource_id,
        payload.desired_state.project_id,
    )


def _announced_group(
    resource: str, event: str, trigger: Any, payload: Any = None
) -> None:
    # Neutron reads the group with the caller's context before
    # PRECOMMIT_CREATE, and makes it with the ID that stands here.
    # Source: neutron/db/securitygroups_db.py create_security_group.
    wanted = payload.desired_state
    wanted['id'] = wanted.get('id') or uuidutils.generate_uuid()
    viewers.announce(payload.context, wanted['id'])


def _security_group(
    resource: str, event: str, trigger: Any, payload: Any = None
) -> None:
    is_default = payload.metadata.get('is_default')
    _stamp(
        payload.context,
        securitygroup.SecurityGroup,
        payload.resource_id,
        None if is_default else _project_id(payload.latest_state),
    )


def _address_group(
    resource: str, event: str, trigger: Any, payload: Any = None
) -> None:
    # Neutron publishes nothing within the transaction. Should this be
    # interrupted, the group has no owner and is hidden.
    with db_api.CONTEXT_WRITER.using(payload.context):
        _stamp(
            payload.context,
            address_group.AddressGroup,
            payload.resource_id,
            _project_id(payload.latest_state),
        )


def _local_ip(
    original: Any,
    self: Any,
    context: Any,
    local_ip: Any,
    *args: Any,
    **kwargs: Any,
) -> Any:
    """Make a local IP, and stamp the port that Neutron makes for it.

    A port that the request names stays as it is, also without owner.
    Should this be interrupted, the port has no owner, and both are hidden.
    """
    names_port = validators.is_attr_set(
        local_ip['local_ip'].get('local_port_id')
    )
    made = original(self, context, local_ip, *args, **kwargs)
    if not names_port:
        with db_api.CONTEXT_WRITER.using(context):
            _stamp(
                context,
                models_v2.Port,
                made['local_port_id'],
                _project_id(made),
            )
    return made


#: ``{(resource, event): callback}``
CALLBACKS = {
    (resources.PORT, events.PRECOMMIT_CREATE): _port,
    (resources.FLOATING_IP, events.PRECOMMIT_CREATE): _floating_ip,
    (resources.SECURITY_GROUP, events.BEFORE_CREATE): _announced_group,
    (resources.SECURITY_GROUP, events.PRECOMMIT_CREATE): _security_group,
    (resources.ADDRESS_GROUP, events.AFTER_CREATE): _address_group,
}


def subscribe() -> None:
    """Let Neutron announce new rows.

    :raises AttributeError: when this Neutron lacks a method
    """
    wrapping.wrap(local_ip_db.LocalIPDbMixin, 'create_local_ip', _local_ip)
    for (resource, event), callback in CALLBACKS.items():
        registry.subscribe(callback, resource, event, priority=FIRST)


def _stamp(
    context: Any, model: type, row_id: str, project_id: Optional[str]
) -> None:
    """Write the owner of a row.

    :param project_id: of the row, None for what belongs to the project in
        any case
    """
    is_inside = project_id is not None and project_id == context.project_id
    owner: Any = models.OWNERS[model]
    context.session.add(
        owner(
            resource_id=row_id,
            user_id=(context.user_id or None) if is_inside else None,
        )
    )
    context.session.flush()


def _project_id(row: Any) -> Any:
    return row.get('project_id') or row.get('tenant_id')
