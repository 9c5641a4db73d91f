# SPDX-License-Identifier: Apache-2.0
"""``cloud-security-manage image hand-over``."""

from __future__ import annotations

from cloud_security.cmd import thing_transfer
from cloud_security.deploy import apis


class HandOverImages(thing_transfer.ThingTransfer):
    """Give what one user has in Glance in a project to another user.

    That is images of any visibility that name the user (user_id): a shared
    one is the project's, until its owner makes it private. Each image is one
    transaction. Images that name nobody stay the project's.

    Refused for now are images that a request or a task of Glance's writes,
    because it would write the former owner again.

    With --server, the images that Nova made of this server go. A shelved
    server needs its image: hand it over with the server.

    After an interruption, run it again.
    """

    api = apis.GLANCE
    noun = 'image'
    choices = {
        'server': "this server's images",
        'image': 'this image',
    }
    advice = 'It goes with --image and its owner in --from.'
