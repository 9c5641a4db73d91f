# SPDX-License-Identifier: Apache-2.0
"""Operations of Glance; ``OPERATIONS`` states their order.

To add an operation, add an entry to one of the modules.
"""

from cloud_security.probe.catalog.image import image_changes
from cloud_security.probe.catalog.image import image_data
from cloud_security.probe.catalog.image import image_lists
from cloud_security.probe.catalog.image import image_reads
from cloud_security.probe.catalog.image import image_seams

OPERATIONS = (
    *image_reads.READS,
    *image_lists.LISTS,
    *image_changes.CHANGES,
    *image_data.CHANGES,
    *image_seams.SEAMS,
    *image_data.DELETIONS,
)
