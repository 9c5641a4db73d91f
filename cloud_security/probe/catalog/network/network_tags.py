# SPDX-License-Identifier: Apache-2.0
"""Operations on tags of ports, floating IPs, security groups and trunks.

Stock Neutron responds with 500 about the tags of an unknown ID.
Source: neutron/extensions/tagging.py, Neutron 24 to 29.
"""

from __future__ import annotations

from cloud_security.probe.catalog.network.network_forms import changes
from cloud_security.probe.catalog.network.network_forms import reads
from cloud_security.probe.catalog.operations import EITHER
from cloud_security.probe.catalog.operations import Operation

#: (noun, placeholder, collection, part)
TAGGED = (
    ('a port', 'port', 'ports', 'tags'),
    ('a floating IP', 'fip', 'floatingips', 'tags of floating IPs'),
    ('a security group', 'group', 'security-groups', 'tags of groups'),
    ('a trunk', 'trunk', 'trunks', 'tags of trunks'),
)


def _reads(noun: str, about: str, path: str, part: str) -> list[Operation]:
    return [
        reads(f"list {noun}'s tags", path, about=about, part=part),
        # The owner gets 404, which says that the tag is not there.
        reads(
            f"look for {noun}'s tag",
            f'{path}/written',
            about=about,
            part=part,
            works=EITHER,
        ),
    ]


def _changes(noun: str, about: str, path: str, part: str) -> list[Operation]:
    return [
        changes(name, method, where, body, about=about, part=part)
        for name, method, where, body in (
            (f'tag {noun}', 'PUT', f'{path}/written', {}),
            (f'take a tag off {noun}', 'DELETE', f'{path}/written', None),
            (f"replace {noun}'s tags", 'PUT', path, {'tags': ['{name}']}),
            (f'take all tags off {noun}', 'DELETE', path, None),
        )
    ]


READS = tuple(
    operation
    for noun, about, collection, part in TAGGED
    for operation in _reads(
        noun, about, f'{collection}/{{{about}}}/{{tags}}', part
    )
)

CHANGES = tuple(
    operation
    for noun, about, collection, part in TAGGED
    for operation in _changes(
        noun, about, f'{collection}/{{{about}}}/{{tags}}', part
    )
)
