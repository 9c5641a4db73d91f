# SPDX-License-Identifier: Apache-2.0
"""Operations of Cinder; ``OPERATIONS`` states their order.

To add an operation, add an entry to one of the modules.
"""

from cloud_security.probe.catalog.volume import volume_actions
from cloud_security.probe.catalog.volume import volume_changes
from cloud_security.probe.catalog.volume import volume_copies
from cloud_security.probe.catalog.volume import volume_deletions
from cloud_security.probe.catalog.volume import volume_lists
from cloud_security.probe.catalog.volume import volume_reads

OPERATIONS = (
    *volume_reads.READS,
    *volume_lists.LISTS,
    *volume_changes.CHANGES,
    *volume_copies.COPIES,
    *volume_actions.ACTIONS,
    *volume_deletions.DELETIONS,
)
