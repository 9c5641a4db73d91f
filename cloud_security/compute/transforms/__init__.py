# SPDX-License-Identifier: Apache-2.0
"""Nova's requests and responses that rows do not cover, one module each.

The filter runs these in this order, before Nova and again after it. A
transform returns a Change and writes nothing itself. It may read Nova's
databases and ask Neutron, outside of the caller's scope. Enforce mode applies
the Changes of the transforms for isolated callers; monitor mode notes the
hidden servers in them. Both modes apply the last two, which are for callers
who see every server.
"""

from __future__ import annotations

from cloud_security.compute.transforms import assisted_snapshots
from cloud_security.compute.transforms import attachments
from cloud_security.compute.transforms import floating_ips
from cloud_security.compute.transforms import foreign_ids
from cloud_security.compute.transforms import quota_limits
from cloud_security.compute.transforms import quotas
from cloud_security.compute.transforms import scheduler_hints
from cloud_security.compute.transforms import stored_hints

TRANSFORMS = (
    floating_ips.GUARD,
    assisted_snapshots.HIDE_CREATE,
    assisted_snapshots.HIDE_DELETE,
    quota_limits.ACCEPT,
    stored_hints.NEUTRALIZE,
    attachments.REFUSE,
    quotas.HIDE_USAGE,
    # This one recognizes marks in responses, so it runs before they go.
    foreign_ids.REPLACE,
    scheduler_hints.NEUTRALIZE,
    scheduler_hints.SHOW_AS_SENT,
    scheduler_hints.KEEP_MARKS,
    scheduler_hints.SHOW_TO_EVERYBODY,
)
