# SPDX-License-Identifier: Apache-2.0
"""``cloud-security-manage volume hand-over``."""

from __future__ import annotations

from cloud_security.cmd import thing_transfer
from cloud_security.deploy import apis


class HandOverVolumes(thing_transfer.ThingTransfer):
    """Give what one user has in Cinder in a project to another user.

    That is volumes, snapshots, backups, groups and group snapshots. A volume
    goes with its snapshots and backups, and a group with its volumes: at
    once, or not at all. What other users made of these stays theirs.

    Refused for now are busy volumes, and volumes with a pending transfer,
    because whoever has its key could take the volume from the new owner.

    With --server, a volume stays that is attached to other servers as well,
    or that is in a group whose other volumes stay. Volumes of other users
    stay. The command says why.

    After an interruption, run it again.
    """

    api = apis.CINDER
    noun = 'volume'
    choices = {
        'server': 'what is attached to this server',
        'volume': 'this volume, whatever it is attached to',
    }
    advice = 'It goes with --volume and its owner in --from.'
