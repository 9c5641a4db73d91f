# SPDX-License-Identifier: Apache-2.0
"""Cinder's requests and responses that rows do not cover, one module each.

The filter runs ``TRANSFORMS`` in their order, for isolated callers only.
``attachments``, ``server_volumes``, ``snapshots`` and ``transfers`` exempt
single requests.
"""

from __future__ import annotations

from cloud_security.volume.transforms import groups
from cloud_security.volume.transforms import scheduler_hints

TRANSFORMS = (groups.REFUSE, scheduler_hints.NEUTRALIZE)
