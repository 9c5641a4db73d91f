# SPDX-License-Identifier: Apache-2.0
"""Operations of Nova; ``OPERATIONS`` states their order.

To add an operation, add an entry to one of the modules.
"""

from cloud_security.probe.catalog.compute import consoles
from cloud_security.probe.catalog.compute import deletions
from cloud_security.probe.catalog.compute import devices
from cloud_security.probe.catalog.compute import lists
from cloud_security.probe.catalog.compute import project
from cloud_security.probe.catalog.compute import properties
from cloud_security.probe.catalog.compute import references
from cloud_security.probe.catalog.compute import servers
from cloud_security.probe.catalog.compute import states

OPERATIONS = (
    *servers.SERVER,
    *consoles.CONSOLES,
    *lists.LISTS,
    *project.PROJECT,
    *properties.PROPERTIES,
    *devices.DEVICES,
    *references.REFERENCES,
    *states.STATES,
    *deletions.DELETIONS,
)
