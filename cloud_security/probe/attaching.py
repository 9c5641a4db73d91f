"""Attempts at what belongs to a server, and at what is named in bodies.

Source: nova/api/openstack/compute/, the controllers beside servers.py.
"""

from typing import Any

from cloud_security.probe.operations import acts
from cloud_security.probe.operations import changes
from cloud_security.probe.operations import Effect
from cloud_security.probe.operations import EITHER
from cloud_security.probe.operations import Kind
from cloud_security.probe.operations import NO_ADDRESS
from cloud_security.probe.operations import only_refused
from cloud_security.probe.operations import Operation

ATTACHMENTS = (
    changes(
        'attach a volume',
        'POST',
        '/os-volume_attachments',
        {'volumeAttachment': {'volumeId': '{nothing}'}},
        works=EITHER,
        repeats=False,
    ),
    changes(
        'swap a volume',
        'PUT',
        '/os-volume_attachments/{nothing}',
        {'volumeAttachment': {'volumeId': '{nothing}'}},
        works=EITHER,
        repeats=False,
    ),
    changes(
        'detach a volume',
        'DELETE',
        '/os-volume_attachments/{nothing}',
        works=EITHER,
        repeats=False,
    ),
    changes(
        'attach an interface',
        'POST',
        '/os-interface',
        {'interfaceAttachment': {'net_id': '{network}'}},
        lasts=True,
        repeats=False,
    ),
    changes(
        'attach an interface to no network',
        'POST',
        '/os-interface',
        {'interfaceAttachment': {'net_id': '{nothing}'}},
        works=EITHER,
        repeats=False,
    ),
    changes(
        'detach an interface',
        'DELETE',
        '/os-interface/{nothing}',
        works=EITHER,
        repeats=False,
    ),
    only_refused(
        'add a fixed IP',
        'addFixedIp',
        {'networkId': '{nothing}'},
        until='2.43',
    ),
    only_refused(
        'remove a fixed IP',
        'removeFixedIp',
        {'address': NO_ADDRESS},
        until='2.43',
    ),
    only_refused(
        'add a floating IP',
        'addFloatingIp',
        {'address': NO_ADDRESS},
        until='2.43',
    ),
    only_refused(
        'add a security group', 'addSecurityGroup', {'name': 'default'}
    ),
    only_refused(
        'remove a security group', 'removeSecurityGroup', {'name': 'default'}
    ),
    changes(
        'attach a share',
        'POST',
        '/shares',
        {'share': {'share_id': '{nothing}'}},
        since='2.97',
        works=EITHER,
        repeats=False,
    ),
    changes(
        'detach a share',
        'DELETE',
        '/shares/{nothing}',
        since='2.97',
        works=EITHER,
    ),
)


def _boots(
    name: str, hint: str, key: str = 'os:scheduler_hints', **more: Any
) -> Operation:
    return Operation(
        name,
        'POST',
        'servers',
        {
            'server': {
                'name': '{new_name}',
                'flavorRef': '{flavor}',
                'imageRef': '{image}',
                'networks': 'none',
                'metadata': {'probe': 'x'},
            },
            key: {hint: '{' + more.get('about', 'server') + '}'},
        },
        kind=Kind.BUILT,
        effect=Effect.CHANGES,
        until='2.64',
        repeats=False,
        **more,
    )


REFERENCES = (
    # Before servers move: the scheduler knows late where they are.
    _boots('make a server in a group', 'group', about='group'),
    _boots('make a server beside it', 'same_host'),
    _boots(
        'make a server beside it, old name',
        'same_host',
        'OS-SCH-HNT:scheduler_hints',
    ),
    acts(
        'give it a floating IP',
        'addFloatingIp',
        {'address': '{address}'},
        effect=Effect.DESTROYS,
        until='2.43',
        part='floating IPs',
    ),
    Operation(
        'who holds a floating IP',
        'GET',
        'os-floating-ips',
        kind=Kind.SEARCHED,
        effect=Effect.DESTROYS,
        until='2.35',
        part='floating IPs',
    ),
    Operation(
        'take its floating IP',
        'POST',
        'servers/{own}/action',
        {'addFloatingIp': {'address': '{address}'}},
        effect=Effect.DESTROYS,
        about='address',
        until='2.43',
        part='floating IPs',
        repeats=False,
    ),
)
