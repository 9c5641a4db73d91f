# SPDX-License-Identifier: Apache-2.0
"""``cloud-security-manage image adopt``."""

from __future__ import annotations

import collections
from collections.abc import Mapping
import itertools
from typing import Any
from typing import Optional

from cloud_security import keystone as keystones
from cloud_security.audit import printable
from cloud_security.cmd import adopt
from cloud_security.cmd import name_lookup
from cloud_security.cmd import transfer
from cloud_security.deploy import apis

#: Fates of what was looked at.
_GONE, _THEIRS, _PROJECTS, _STAYS, _REFUSED = range(5)


class AdoptImages(adopt.Adopt):
    """Give Glance's images of servers to the owners of these servers.

    Nova names the server on each snapshot (instance_uuid). Run this once,
    before you enforce: a snapshot from before can name no user, or a manager
    who made it for somebody else. Nova alone knows the owners of servers: set
    OS_AUTH_URL, OS_USERNAME and so on, of an admin.

    Members can write instance_uuid on images of their own. Read what --dry-run
    prints first: it names who made each image.

    Images of servers that Nova does not know any more stay as they are, and
    so do those of servers in other projects. After an interruption, run it
    again.
    """

    api = apis.GLANCE

    def get_parser(self, prog_name: str) -> Any:
        """Add the project, and the option to change nothing."""
        parser = super().get_parser(prog_name)
        parser.add_argument(
            '--image',
            action='append',
            default=[],
            type=name_lookup.name_or_id,
            metavar='IMAGE',
            help='ID of the only image to look at; repeat it for more '
            '(default: all)',
        )
        return parser

    def adopt(
        self,
        adoption: Any,
        keystone: keystones.Keystone,
        project_id: Optional[str],
        parsed_args: Any,
    ) -> list[int]:
        """Give images to their owners; return the fate of each."""
        snapshots = adoption.snapshots(project_id, parsed_args.image)
        # All of it before the first write.
        owners = {
            one: adopt.server_owners(keystone, one)
            for one in {snapshot.project_id for snapshot in snapshots}
        }
        fates = [
            self._go(
                adoption,
                snapshot,
                owners[snapshot.project_id],
                f'{number} of {len(snapshots)}: ',
                parsed_args.dry_run,
            )
            for number, snapshot in zip(itertools.count(1), snapshots)
        ]
        found = {snapshot.id.lower() for snapshot in snapshots}
        for image_id in sorted({*map(str.lower, parsed_args.image)} - found):
            fates.append(_REFUSED)
            self.app.stderr.write(
                f'There is no image {image_id} of a server, or it is deleted '
                'or in another project.\n'
            )
        return fates

    def _go(
        self,
        adoption: Any,
        snapshot: Any,
        owners: Mapping[str, str],
        count: str,
        is_dry_run: bool,
    ) -> int:
        """Give an image to the owner of its server; return its fate."""
        to_id = owners.get(snapshot.server_id)
        if to_id is None:
            return _PROJECTS if snapshot.owner_id is None else _STAYS
        if to_id == snapshot.owner_id:
            return _THEIRS
        said = count + printable.clean(
            f'{snapshot} of server {snapshot.server_id}, '
            f'{_made_by(snapshot.owner_id)},'
        )
        if not is_dry_run:
            try:
                adoption.adopt(snapshot, to_id, transfer.operator())
            except adoption.Refused as error:
                self.app.stderr.write(f'{said} is refused. {error}\n')
                return _REFUSED
        done = 'would go' if is_dry_run else 'goes'
        self.say(f'{said} {done} to {printable.clean(to_id)}')
        return _GONE

    def sum_up(self, fates: list[int], is_dry_run: bool) -> int:
        """Print what happened; return the exit code."""
        counts = collections.Counter(fates)
        if counts[_PROJECTS] + counts[_STAYS]:
            self.say(
                f'{counts[_PROJECTS] + counts[_STAYS]} images have no server '
                f'any more in their project: {counts[_PROJECTS]} of them name '
                "no user and stay the project's, until an admin gives them to "
                'somebody with openstack image set --property user_id=USER '
                f'IMAGE; {counts[_STAYS]} stay with the user that they name.'
            )
        if counts[_REFUSED]:
            self.app.stderr.write(
                f'{counts[_REFUSED]} images were refused: run the same '
                'command again.\n'
            )
        done = 'would go' if is_dry_run else 'went'
        self.say(
            f'Images of servers: {counts[_GONE]} {done} to the owner of the '
            f'server, {counts[_THEIRS]} were theirs already, '
            f'{counts[_PROJECTS] + counts[_STAYS]} stay, {counts[_REFUSED]} '
            'refused.'
        )
        return 1 if counts[_REFUSED] else 0


def _made_by(owner_id: Any) -> str:
    return f'made by {owner_id}' if owner_id else 'which names no user'
