# SPDX-License-Identifier: Apache-2.0
"""Glance's requests that rows do not cover, one module each.

The filter runs ``TRANSFORMS`` in their order. Those of requests are for
everybody: an image of a manager's has an owner, too.
"""

from __future__ import annotations

from cloud_security.image.transforms import new_images
from cloud_security.image.transforms import protection
from cloud_security.image.transforms import shown_owners

TRANSFORMS = (*new_images.STAMP, *protection.REFUSE, shown_owners.HIDE)
