# SPDX-License-Identifier: Apache-2.0
"""Operations of Neutron; ``OPERATIONS`` states their order.

To add an operation, add an entry to one of the modules.
"""

from cloud_security.probe.catalog.network import network_addresses
from cloud_security.probe.catalog.network import network_groups
from cloud_security.probe.catalog.network import network_lists
from cloud_security.probe.catalog.network import network_ports
from cloud_security.probe.catalog.network import network_seams
from cloud_security.probe.catalog.network import network_tags
from cloud_security.probe.catalog.network import network_trunks

OPERATIONS = (
    *network_ports.READS,
    *network_groups.READS,
    *network_addresses.READS,
    *network_trunks.READS,
    *network_tags.READS,
    *network_lists.LISTS,
    *network_ports.CHANGES,
    *network_groups.CHANGES,
    *network_addresses.CHANGES,
    *network_trunks.CHANGES,
    *network_tags.CHANGES,
    *network_seams.SEAMS,
    *network_trunks.DELETIONS,
    *network_addresses.DELETIONS,
    *network_groups.DELETIONS,
    *network_ports.DELETIONS,
)
