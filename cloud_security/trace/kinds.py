# SPDX-License-Identifier: Apache-2.0
"""Kinds of intervals, and the rows of Neutron's of which they tell.

Source: neutron/db/models_v2.py, neutron/db/models/, Neutron 24 to 29.
"""

from __future__ import annotations

from typing import Any
from typing import NamedTuple

from neutron.db import l3_gwmode_db  # noqa: F401 adds Router.enable_snat
from neutron.db import models_v2
from neutron.db.models import allowed_address_pair
from neutron.db.models import l3
from neutron.db.models import port_forwarding
from neutron.db.port_security import models as port_security
import sqlalchemy as sa

from cloud_security.trace import tables

#: Columns of ``HISTORY`` that a row of Neutron's decides.
CONTENT = (
    *('address', 'network_id', 'subnet_id', 'port_id', 'object_id'),
    *('fixed_ip', 'detail', 'device_id', 'device_owner', 'mac_address'),
    'project_id',
)
_PORT: Any = models_v2.Port.__table__
_FIXED: Any = models_v2.IPAllocation.__table__
_FLOATING: Any = l3.FloatingIP.__table__
_FORWARD: Any = port_forwarding.PortForwarding.__table__
_PAIR: Any = allowed_address_pair.AllowedAddressPair.__table__
_ROUTER: Any = l3.Router.__table__
_SECURITY: Any = port_security.PortSecurityBinding.__table__


class Kind(NamedTuple):
    """One kind of interval, and Neutron's rows that call for it.

    ``content`` maps columns of ``HISTORY`` to those that fill them.
    ``standard_attr_id`` leads to when the row, or the port that it hangs on,
    was made. ``where`` is the condition of rows that call for an interval.
    """

    name: str
    table: Any
    key: tuple[Any, ...]
    content: dict[str, Any]
    source: Any
    standard_attr_id: Any
    where: Any = sa.true()


def _ends(first: Any, last: Any) -> Any:
    return sa.cast(first, sa.Unicode(5)) + '-' + sa.cast(last, sa.Unicode(5))


KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind(
            'port',
            _PORT,
            (_PORT.c.id,),
            {
                'network_id': _PORT.c.network_id,
                'port_id': _PORT.c.id,
                'device_id': _PORT.c.device_id,
                'device_owner': _PORT.c.device_owner,
                'mac_address': _PORT.c.mac_address,
                'project_id': _PORT.c.project_id,
                'detail': sa.case(
                    (
                        _SECURITY.c.port_security_enabled == sa.false(),
                        sa.literal(tables.UNENFORCED, sa.String(80)),
                    ),
                    else_=sa.null(),
                ),
            },
            _PORT.outerjoin(_SECURITY, _SECURITY.c.port_id == _PORT.c.id),
            _PORT.c.standard_attr_id,
        ),
        Kind(
            'fixed',
            _FIXED,
            (_FIXED.c.network_id, _FIXED.c.subnet_id, _FIXED.c.ip_address),
            {
                'address': _FIXED.c.ip_address,
                'network_id': _FIXED.c.network_id,
                'subnet_id': _FIXED.c.subnet_id,
                'port_id': _FIXED.c.port_id,
            },
            _FIXED.join(_PORT, _PORT.c.id == _FIXED.c.port_id),
            _PORT.c.standard_attr_id,
        ),
        Kind(
            'floating',
            _FLOATING,
            (_FLOATING.c.id,),
            {
                'address': _FLOATING.c.floating_ip_address,
                'network_id': _FLOATING.c.floating_network_id,
                'object_id': _FLOATING.c.id,
                'port_id': _FLOATING.c.fixed_port_id,
                'fixed_ip': _FLOATING.c.fixed_ip_address,
            },
            _FLOATING.join(_PORT, _PORT.c.id == _FLOATING.c.fixed_port_id),
            _FLOATING.c.standard_attr_id,
        ),
        Kind(
            'forward',
            _FORWARD,
            (_FORWARD.c.id,),
            {
                'address': _FLOATING.c.floating_ip_address,
                'network_id': _FLOATING.c.floating_network_id,
                'object_id': _FORWARD.c.id,
                'port_id': _FORWARD.c.internal_neutron_port_id,
                'fixed_ip': _FORWARD.c.internal_ip_address,
                'detail': _FORWARD.c.protocol
                + ':'
                + _ends(
                    _FORWARD.c.external_port_start,
                    _FORWARD.c.external_port_end,
                )
                + '>'
                + _ends(
                    _FORWARD.c.internal_port_start,
                    _FORWARD.c.internal_port_end,
                ),
            },
            _FORWARD.join(
                _FLOATING, _FLOATING.c.id == _FORWARD.c.floatingip_id
            ).join(_PORT, _PORT.c.id == _FORWARD.c.internal_neutron_port_id),
            _FORWARD.c.standard_attr_id,
        ),
        Kind(
            'pair',
            _PAIR,
            (_PAIR.c.port_id, _PAIR.c.ip_address, _PAIR.c.mac_address),
            {
                'address': _PAIR.c.ip_address,
                'network_id': _PORT.c.network_id,
                'port_id': _PAIR.c.port_id,
                'detail': _PAIR.c.mac_address,
            },
            _PAIR.join(_PORT, _PORT.c.id == _PAIR.c.port_id),
            _PORT.c.standard_attr_id,
        ),
        Kind(
            'snat',
            _ROUTER,
            (_ROUTER.c.id,),
            {
                'network_id': _PORT.c.network_id,
                'object_id': _ROUTER.c.id,
                'port_id': _ROUTER.c.gw_port_id,
            },
            _ROUTER.join(_PORT, _PORT.c.id == _ROUTER.c.gw_port_id),
            _ROUTER.c.standard_attr_id,
            _ROUTER.c.enable_snat == sa.true(),
        ),
    )
}
