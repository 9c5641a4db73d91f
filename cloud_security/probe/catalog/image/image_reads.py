# SPDX-License-Identifier: Apache-2.0
"""Reads of one image.

Source: glance/api/v2/router.py and its controllers, Glance 28 to 33.
"""

from cloud_security.probe.catalog.image.image_forms import operation
from cloud_security.probe.catalog.image.image_forms import reads
from cloud_security.probe.catalog.operations import EITHER

READS = (
    reads('show an image', '', is_core=True),
    operation('show an image in capitals', 'GET', 'images/{IMAGE}'),
    operation('show a queued image', 'GET', 'images/{queued}', about='queued'),
    reads('download an image', '/file', is_core=True),
    # Only shared images have members, and Glance says so.
    reads("list an image's members", '/members', works=EITHER),
    reads(
        "show one of an image's members",
        '/members/{project}',
        works=EITHER,
        repeats=False,
    ),
    reads("list an image's tasks", '/tasks'),
    reads(
        "list an image's locations", '/locations', since='2.17', works=EITHER
    ),
)
