# SPDX-License-Identifier: Apache-2.0
"""Ports that are bound and active without an agent, and trunks of them."""

from neutron.services.trunk.drivers import base
from neutron_lib import constants
from neutron_lib.api.definitions import portbindings
from neutron_lib.plugins.ml2 import api
from neutron_lib.services.trunk import constants as trunks


class TrunkDriver(base.DriverBase):
    """Leaves trunks as rows of Neutron's."""

    is_loaded = True


class MechanismDriver(api.MechanismDriver):
    """Binds each port to its first segment."""

    connectivity = portbindings.CONNECTIVITY_L2

    def initialize(self):
        self.trunks = TrunkDriver(
            name='lab',
            interfaces=(portbindings.VIF_TYPE_OVS,),
            segmentation_types=(trunks.SEGMENTATION_TYPE_VLAN,),
            can_trunk_bound_port=True,
        )

    def bind_port(self, context):
        [segment, *_] = context.segments_to_bind
        context.set_binding(
            segment[api.ID],
            portbindings.VIF_TYPE_OVS,
            {portbindings.CAP_PORT_FILTER: True},
            status=constants.PORT_STATUS_ACTIVE,
        )
